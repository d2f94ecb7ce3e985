// Cluster: messages and circuits where paths are cut or bad and nodes are silent. Only with faults.
#include <algorithm>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

// Of a circuit, or an incarnation, that is over.
bool Cluster::is_old(const Packet& packet) {
  const Header& header = packet.message.header;
  if (packet.verb == kNoVerb) return !net_.is_current(header);
  return header.from_incarnation != net_.incarnation(header.from) || header.to_incarnation != net_.incarnation(header.to);
}

// False: it does not leave now; it is tried again later, or lost.
bool Cluster::sets_out(Token token) {
  const Packet& packet = packets_[token];
  const Header& header = packet.message.header;
  const bool believed = packet.verb != kNoVerb || faults_->half_open(header.from, header.to);
  if (!believed && is_old(packet)) lose(token, false);
  else if (faults_->blocked(header.from, header.to)) try_again(token);
  else return true;
  return false;
}

// False: it does not arrive now.
bool Cluster::gets_through(Token token) {
  Packet& packet = packets_[token];
  const Header& header = packet.message.header;
  const NodeId from = header.from, to = header.to;
  const bool old = is_old(packet);
  if (old && packet.verb != kNoVerb) return fail_verb(token), false;
  if (old && !faults_->half_open(from, to)) return lose(token, false), false;
  if (faults_->blocked(from, to) || (!packet.delayed && faults_->loses(from, to))) {
    packet.delayed = false;
    return try_again(token), false;
  }
  if (old) {   // its receiver knows of no such circuit, and says so
    tell_broken(from, to);
    return lose(token, false), false;
  }
  if (!std::exchange(packet.delayed, true)) {
    const Instant passes = faults_->passes(from, to, header.bytes, now());
    if (passes > now()) return look_at(passes, ArrivalDue{token}), false;
  }
  packet.delayed = false;
  packet.losses = 0;
  if (packet.verb == kNoVerb && faults_->half_open(to, from)) tell_broken(to, from);   // by the first message of the new circuit
  return true;
}

// With back-off, until it was lost for as long as a circuit may be silent.
void Cluster::try_again(Token token) {
  Packet& packet = packets_[token];
  const NodeId from = packet.message.header.from, to = packet.message.header.to;
  if (packet.losses == 0 || faults_->paused(from)) packet.lost_since = now();   // a paused node's timers stand still
  const Instant limit = packet.lost_since + setup_.nic.circuit_timeout;
  if (now() >= limit) {
    if (packet.verb != kNoVerb) return fail_verb(token);
    give_up_circuit(from, to);
    return lose(token, false);
  }
  const auto doublings = std::min<std::uint32_t>(packet.losses++, 16);
  const Duration wait = std::min(Duration{setup_.nic.retransmit.ns << doublings}, setup_.nic.circuit_timeout);
  look_at(std::min(now() + wait, limit), SendDue{token});
}

void Cluster::give_up_circuit(NodeId node, NodeId peer) {
  if (!faults_->half_open(node, peer)) {
    std::vector<Token> lost;
    net_.break_circuit(node, peer, lost);
    for (Token packet : lost) lose(packet);
    if (faults_->up(peer)) {
      faults_->set_half_open(peer, node, true);
      watch(peer, node);
    }
  }
  tell_broken(node, peer);
}

// Before all that comes on the circuit's successor: raised messages would overtake it in the other queue.
void Cluster::tell_broken(NodeId node, NodeId peer) {
  faults_->set_half_open(node, peer, false);
  const std::uint32_t slot = broken_.take();
  broken_[slot] = {peer, net_.epoch(node, peer) - 1};
  ++foreground_;
  wait_for_service(node, {.since = now(), .subject = slot, .kind = Item::Kind::broken}, true);
}

void Cluster::watch(NodeId node, NodeId peer) {
  ++foreground_;   // somebody may wait for the circuit's end
  look_at(now() + setup_.nic.circuit_timeout, CircuitDeadline{node, peer, now(), at(node).life});
}

// A node that stood still looks at all that has happened meanwhile.
void Cluster::watch_all(NodeId node) {
  for (std::uint32_t peer = 0; peer < nodes_.size(); ++peer)
    if (peer != node.value && (faults_->half_open(node, {peer}) || (net_.used(node, {peer}) && faults_->silent_since(node, {peer}))))
      watch(node, {peer});
}

void Cluster::due(const CircuitDeadline& deadline) {
  --foreground_;
  const auto [node, peer, since, life] = deadline;
  if (life != at(node).life || faults_->silent(node)) return;
  if (faults_->half_open(node, peer)) return tell_broken(node, peer);
  const auto silent = faults_->silent_since(node, peer);
  if (silent && *silent <= since && net_.used(node, peer)) give_up_circuit(node, peer);
}

// The card gives up; the target may have carried it out.
void Cluster::fail_verb(Token token) {
  Packet& packet = packets_[token];
  OneSided& verb = verbs_[packet.verb];
  Header& header = packet.message.header;
  if (!verb.replied) {
    std::swap(header.from, header.to);
    std::swap(header.from_incarnation, header.to_incarnation);
  }
  verb.done = {.token = verb.asked.token, .failed = true, .data = {}};
  verb.replied = true;
  if (header.to_incarnation != net_.incarnation(header.to))   // nobody is there any more who had asked
    return drop({.subject = token, .kind = Item::Kind::verb, .background = packet.background});
  const Instant limit = (packet.losses == 0 ? now() : packet.lost_since) + setup_.nic.circuit_timeout;
  look_at(std::max(now(), limit), VerbFails{token});
}

void Cluster::due(const VerbFails& verb) {
  Packet& packet = packets_[verb.packet];
  const NodeId to = packet.message.header.to;
  const Item item{.since = now(), .subject = verb.packet, .kind = Item::Kind::verb, .background = packet.background};
  if (packet.message.header.to_incarnation != net_.incarnation(to)) return drop(item);
  packet.trail.where.wire += (now() - packet.trail.mark).ns;
  packet.trail.mark = now();
  wait_for_service(to, item, false);
}

}   // namespace ssi::sim
