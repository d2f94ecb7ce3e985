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
  const bool may_receive = (setup_.nic.server_threads == 0 || node.threads.busy() < setup_.nic.server_threads) && now() >= node.awake_at;
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
  if (!setup_.nic.limits_service() || header.priority == Priority::raised || !needs_thread(packet.message)) return;
  Node& node = at(service.node);
  service.receive_queue = static_cast<std::uint32_t>(header.from.value % node.receive_queues.size());
  node.receive_queues[service.receive_queue].served = true;
  service.served = node.threads.begin(packet.message);
}

void Cluster::end_receiving(const Service& service) {
  if (service.receive_queue == kNoQueue) return;
  Node& node = at(service.node);
  node.receive_queues[service.receive_queue].served = false;
  node.threads.end(service.served, net_.epoch(service.served.sender, service.node));
  backend_.schedule(service.node);
}

// Where threads are limited, an answer goes to the one that waits for it.
bool Cluster::needs_thread(const Message& message) const {
  return setup_.nic.server_threads == 0 || message.body.type().role != MessageType::Role::answer;
}

// All that is left waits for threads, all of which wait for answers to requests of theirs.
bool Cluster::threads_are_deadlocked() const {
  if (setup_.nic.server_threads == 0) return false;
  std::uint64_t waiting = 0;
  for (const Node& node : nodes_) {
    if (node.threads.waiting() < setup_.nic.server_threads) continue;
    for (const ReceiveQueue& queue : node.receive_queues)
      for (std::size_t i = 0; i < queue.items.size(); ++i) waiting += !queue.items[i].background;
  }
  return waiting > 0 && waiting == foreground_;
}

// A message that leaves may end a service. Unless nested requests are raised, they wait for a thread as all do.
void Cluster::leaves_service(Service& service, Message& message) {
  const Header& header = message.header;
  if (!setup_.nic.raise_nested) message.header.priority = Priority::normal;
  if (at(service.node).threads.leaves(service.served, header, message.body.type())) backend_.schedule(service.node);
}

}   // namespace ssi::sim
