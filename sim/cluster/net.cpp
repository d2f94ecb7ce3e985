#include "sim/cluster/net.hpp"

#include <algorithm>

namespace ssi::sim {

namespace {
constexpr std::uint32_t kFewNodes = 128;   // of a table of 400 KB
}

Net::Net(std::uint32_t nodes, bool remembers) : nodes_(nodes), incarnation_(nodes, Incarnation{1}) {
  if (nodes <= kFewNodes || remembers) all_.resize(std::size_t{nodes} * nodes);
}

void Net::stamp(Header& header) {
  Circuit& out = circuit(header.from, header.to);
  ++out.under_way;
  header.from_incarnation = incarnation(header.from);
  header.to_incarnation = incarnation(header.to);
  header.circuit_epoch = out.epoch;
  header.sequence = out.next_out[static_cast<std::size_t>(header.priority)]++;
  SSI_CHECK(header.sequence < UINT32_MAX, "more messages on one circuit than it can number");
}

void Net::arrive(const Header& header, Token token, std::vector<Token>& ready, std::vector<Token>& dropped) {
  if (arrives_in_turn(header)) return ready.push_back(token);
  Circuit* in = find(header.from, header.to);
  SSI_CHECK(in, "the transport delivered a message twice");
  if (!is_current(header, *in)) return dropped.push_back(token);
  const std::uint32_t next = in->next_in[static_cast<std::size_t>(header.priority)];
  SSI_CHECK(header.sequence >= next, "the transport delivered a message twice");
  held_.emplace(Place{header.from, header.to, header.priority, header.sequence}, token);
  if (header.sequence == next) deliver_held(header, *in, ready);
}

bool Net::is_current(const Header& header, const Circuit& in) const {
  return header.circuit_epoch == in.epoch && header.from_incarnation == incarnation(header.from) &&
         header.to_incarnation == incarnation(header.to);
}

bool Net::arrives_in_turn(const Header& header) {
  Circuit* in = held_.empty() ? find(header.from, header.to) : nullptr;
  if (!in || !is_current(header, *in)) return false;
  std::uint32_t& next = in->next_in[static_cast<std::size_t>(header.priority)];
  if (header.sequence != next) return false;
  ++next;
  --in->under_way;
  forget_if_idle(header, *in);
  return true;
}

void Net::forget_if_idle(const Header& header, const Circuit& in) {
  if (all_.empty() && in.under_way == 0 && in.epoch == 1) used_.erase(key(header.from, header.to));
}

void Net::deliver_held(const Header& header, Circuit& in, std::vector<Token>& ready) {
  std::uint32_t& next = in.next_in[static_cast<std::size_t>(header.priority)];
  auto at = held_.find(Place{header.from, header.to, header.priority, next});
  while (at != held_.end() && at->first == Place{header.from, header.to, header.priority, next}) {
    ready.push_back(at->second);
    at = held_.erase(at);
    ++next;
    --in.under_way;
  }
  forget_if_idle(header, in);
}

void Net::forget(NodeId from, NodeId to, std::uint32_t epoch, std::vector<Token>& dropped) {
  circuit(from, to) = Circuit{.epoch = epoch};
  auto at = held_.lower_bound(Place{from, to, Priority::normal, 0});
  while (at != held_.end() && std::get<0>(at->first) == from && std::get<1>(at->first) == to) {
    dropped.push_back(at->second);
    at = held_.erase(at);
  }
}

void Net::break_circuit(NodeId a, NodeId b, std::vector<Token>& dropped) {
  const std::uint32_t there = circuit(a, b).epoch;   // a look-up may move the other's circuit
  const std::uint32_t epoch = std::max(there, circuit(b, a).epoch) + 1;
  forget(a, b, epoch, dropped);
  forget(b, a, epoch, dropped);
}

bool Net::used(NodeId a, NodeId b) const {
  const auto sent = [this](NodeId from, NodeId to) {
    const auto& next = all_[place(from, to)].next_out;
    return std::any_of(next.begin(), next.end(), [](std::uint32_t number) { return number > 0; });
  };
  return sent(a, b) || sent(b, a);
}

void Net::restart(NodeId node, std::vector<Token>& dropped) {
  ++incarnation_[node.value].value;
  for (std::uint32_t peer = 0; peer < nodes_; ++peer) break_circuit(node, {peer}, dropped);
}

}   // namespace ssi::sim
