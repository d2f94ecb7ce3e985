// Cluster: from the wire through the network card to the queues of the node, where the platform's card or its receive path has limits.
#include <algorithm>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

// To the wire, at the card's rate.
void Cluster::transmit(Token token) {
  if (faults_ && !sets_out(token)) return;
  const Header& header = packets_[token].message.header;
  if (!nics_.empty()) {
    const Instant leaves = nics_[header.from.value].leaves(now());
    if (leaves > now()) return look_at(leaves, SendDue{token});
  }
  if (trace_) trace_wire(header, 1);
  backend_.start_transfer(header.from, header.to, header.bytes, token);
}

void Cluster::look_at(Instant date, Due due) {
  agenda_.add(date, due);
  backend_.wake_at(*agenda_.first());
}

void Cluster::due(const SendDue& send) {
  if (faults_ && !sets_out(send.packet)) return;
  const Header& header = packets_[send.packet].message.header;
  if (trace_) trace_wire(header, 1);
  backend_.start_transfer(header.from, header.to, header.bytes, send.packet);
}

// Off the wire.
void Cluster::receive(Token token) {
  Packet& packet = packets_[token];
  const NodeId node = packet.message.header.to;
  const std::optional<Instant> tells = nics_[node.value].takes(now(), token);
  if (!tells) {
    recorder_.dropped(now());
    const auto doublings = std::min<std::uint32_t>(packet.drops++, 16);
    return look_at(now() + Duration{setup_.nic.retransmit.ns << doublings}, SendDue{token});
  }
  if (*tells <= now()) hear(node);
  else look_at(*tells, NicTells{node});
}

void Cluster::due(const NicTells& told) { hear(told.node); }

// The first message of those that an interrupt tells of pays for it.
void Cluster::hear(NodeId node) {
  bool first = setup_.nic.notify == "interrupt";
  for (Token token : nics_[node.value].tell(now())) {
    packets_[token].interrupts = std::exchange(first, false);
    arrive(token);
  }
}

// Messages that were not raised wait in the queue of their sender.
void Cluster::wait_in_receive_queue(NodeId id, const Item& item) {
  Node& node = at(id);
  if (node.busy == 0 && waiting(node) == 0 && setup_.nic.wakeup.ns > 0 && node.awake_at <= now()) {
    node.awake_at = now() + setup_.nic.wakeup;
    look_at(node.awake_at, NodeWakes{id});
  }
  node.receive_queues[packets_[item.subject].message.header.from.value % node.receive_queues.size()].items.push_back(item);
  backend_.schedule(id);
}

std::size_t Cluster::waiting(const Node& node) {
  std::size_t sum = node.raised.size() + node.normal.size();
  for (const ReceiveQueue& queue : node.receive_queues) sum += queue.items.size();
  return sum;
}

// The item that waits longest among those that may be served now; nullptr: none. Raised messages are served by threads of their own,
// or requests that serve a request could wait for ever.
Ring<Cluster::Item>* Cluster::choose(Node& node) {
  if (!node.raised.empty()) return &node.raised;
  ReceiveQueue* best = nullptr;
  const bool may_receive = (setup_.nic.server_threads == 0 || node.serving < setup_.nic.server_threads) && now() >= node.awake_at;
  if (may_receive)
    for (ReceiveQueue& queue : node.receive_queues) {
      const bool free = setup_.nic.receive_queues == 0 || !queue.served;
      if (free && !queue.items.empty() && (!best || queue.items.front().since < best->items.front().since)) best = &queue;
    }
  if (best && (node.normal.empty() || best->items.front().since < node.normal.front().since)) return &best->items;
  return node.normal.empty() ? nullptr : &node.normal;
}

// A message's service begins, and later ends.
void Cluster::begin_receiving(Service& service, const Packet& packet) {
  const Header& header = packet.message.header;
  if (!nics_.empty() && header.from != header.to) nics_[service.node.value].served();
  if (!setup_.nic.limits_service() || header.priority == Priority::raised) return;
  Node& node = at(service.node);
  service.receive_queue = static_cast<std::uint32_t>(header.from.value % node.receive_queues.size());
  node.receive_queues[service.receive_queue].served = true;
  ++node.serving;
}

void Cluster::end_receiving(const Service& service) {
  if (service.receive_queue == kNoQueue) return;
  Node& node = at(service.node);
  node.receive_queues[service.receive_queue].served = false;
  --node.serving;
  backend_.schedule(service.node);
}

}   // namespace ssi::sim
