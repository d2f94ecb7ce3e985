// Heartbeats, leases and suspicion. Members send to the master that they
// believe in, the master to all.
#include "models/protocol/membership/membership.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::membership {
namespace {

constexpr TimerKey kBeat{hash_of("membership.beat")}, kLook{hash_of("membership.look")};

}   // namespace

Membership::Membership(NodeId self, std::uint32_t nodes, Incarnation incarnation, const Settings& settings)
    : self_(self), nodes_(nodes), incarnation_(incarnation), settings_(settings) {
  SSI_CHECK(settings.lease < settings.suspect_after, "a lease that outlasts suspicion");
  if (incarnation.value != 1) return;
  view_.number = 1;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    view_.members.push_back({.node = {node}});
    if (node != self.value) peers_[{node}];
  }
}

void Membership::boot(Instant now, Effects& out) {
  if (member()) kept_lease_ = now + settings_.lease;   // all begin together
  for (auto& [node, peer] : peers_) peer.silence.restart(now);
  // Not all at once: the master would get them all together.
  out.set_timer(kBeat, ++beats_, {settings_.heartbeat.ns * (self_.value + 1) / nodes_}, true);
  arm_look(now, out);
}

void Membership::to(NodeId node, Message message, Effects& out) const { out.send(node, {}, std::move(message), {.raised = true}); }

bool Membership::timer(Instant now, const TimerEvent& event, Effects& out) {
  if (event.key != kBeat && event.key != kLook) return false;
  if (evicted_) return true;
  if (event.key == kBeat && event.generation == beats_) beat(now, out);
  if (event.key == kLook && event.generation == looks_) look(now, out);
  return true;
}

void Membership::beat(Instant now, Effects& out) {
  out.set_timer(kBeat, ++beats_, settings_.heartbeat, true);
  if (!member()) {
    for (std::uint32_t node = 0; node < nodes_; ++node)
      if (node != self_.value) to({node}, Join{incarnation_}, out);
    return;
  }
  if (behind_since_ && now - *behind_since_ > settings_.suspect_after) {   // nobody remembers what is missing
    evicted_ = true;
    return;
  }
  const NodeId first = master();
  for (NodeId peer : std::set<NodeId>(apart_)) tell_apart(self_, peer, now, out);
  if (first != self_) {   // it answers each of its master's; one that does not
                          // hear of it hears from it
    if (now - peers_.at(first).received > settings_.heartbeat) say_alive(first, now, out);
    return;
  }
  for (const auto& [node, peer] : peers_) say_alive(node, now, out);
  propose_if_due(now, out);
}

void Membership::say_alive(NodeId node, Instant now, Effects& out) {
  const Instant until = std::min(lease_until(), now + settings_.lease);   // who is a majority alone has one without end
  Alive alive{.view = view_.number, .sent = now, .echo = peers_.at(node).sent, .as_master = master() == self_, .ready = ready_};
  if (alive.as_master) {
    led_until_ = std::max(led_until_, until);
    if (until > now && !proposal_) alive.left = until - peers_.at(node).received;   // what is being agreed on may leave out the receiver
  } else if (promised_.round != 0 && promised_.node != node) {
    alive.echo = {};
  } else {
    if (bound_to_ != node && now < bound_until_) alive.echo = {};
    else bound_to_ = node, bound_until_ = now + settings_.lease;
  }
  to(node, alive, out);
}

NodeId Membership::master() const {
  for (const Member& member : view_.members)
    if (member.node == self_ || !peers_.at(member.node).suspected) return member.node;
  return self_;
}

// The master watches all, a member the master.
std::vector<NodeId> Membership::watched() const {
  std::vector<NodeId> out;
  const NodeId first = master();
  for (const auto& [node, peer] : peers_)
    if (!peer.suspected && (first == self_ || first == node)) out.push_back(node);
  return out;
}

void Membership::arm_look(Instant now, Effects& out) {
  std::optional<Instant> next;
  for (NodeId node : watched()) {
    const Silence& silence = peers_.at(node).silence;
    const Instant limit = silence.last() + silence.limit(settings_.suspect_after, settings_.adaptive, settings_.deviations);
    if (!next || limit < *next) next = limit;
  }
  if (next) out.set_timer(kLook, ++looks_, std::max(*next - now, Duration{}), true);
}

// Somebody may have been silent for too long. Who becomes the master by that
// has not been told of the others: their time begins now.
void Membership::look(Instant now, Effects& out) {
  if (!member()) return;
  std::vector<NodeId> dead;
  for (NodeId node : watched()) {
    const Silence& silence = peers_.at(node).silence;
    if (now - silence.last() >= silence.limit(settings_.suspect_after, settings_.adaptive, settings_.deviations)) dead.push_back(node);
  }
  suspect(dead, now, out);
  arm_look(now, out);
}

void Membership::suspect(const std::vector<NodeId>& dead, Instant now, Effects& out) {
  const NodeId before = master();
  for (NodeId node : dead) {
    peers_.at(node).suspected = true;
    out.note(Note::Kind::suspected, node.value);
  }
  const NodeId after = master();
  if (after != before) {
    for (auto& [node, peer] : peers_)
      if (!peer.suspected) peer.silence.restart(now);
    if (after != self_) say_alive(after, now, out);
  }
  propose_if_due(now, out);
}

// Of a master: a majority is bound to it by answers to heartbeats that are no
// older. Of a member: its master had one of its, and then still had so much of
// a lease itself; whenever it got it, that was not before it was sent.
Instant Membership::lease_until() const {
  const NodeId first = master();
  if (first != self_) {
    const Peer& peer = peers_.at(first);
    return peer.heard ? std::max(kept_lease_, peer.granted + std::min(settings_.lease, peer.left)) : kept_lease_;
  }
  std::vector<std::pair<Instant, NodeId>> agreed;
  for (const auto& [node, peer] : peers_) agreed.emplace_back(std::max(peer.acked, granted_), node);
  std::sort(agreed.rbegin(), agreed.rend());
  std::set<NodeId> with{self_};
  Instant oldest{INT64_MAX - settings_.lease.ns};
  for (const auto& [echo, node] : agreed) {
    if (is_quorum(with)) break;
    with.insert(node);
    oldest = echo;
  }
  return is_quorum(with) ? std::max(kept_lease_, oldest + settings_.lease) : kept_lease_;
}

bool Membership::is_quorum(const std::set<NodeId>& nodes) const {
  const std::size_t twice = 2 * nodes.size();
  if (twice != view_.members.size()) return twice > view_.members.size();
  return settings_.witness && nodes.contains(*settings_.witness);
}

// A circuit that breaks between two members costs the higher of them its membership: what was lost on it cannot be had again otherwise.
void Membership::tell_apart(NodeId from, NodeId peer, Instant now, Effects& out) {
  if (master() != self_) return to(master(), Apart{view_.number, peer}, out);
  if (view_.find(from) == nullptr || view_.find(peer) == nullptr) return;
  const NodeId higher = std::max(from, peer), leaves = higher == self_ ? std::min(from, peer) : higher;
  if (std::exchange(peers_.at(leaves).apart, true)) return;
  propose_if_due(now, out);
}

void Membership::heard(NodeId from, const Alive& alive, Instant now, Effects& out) {
  if (!member()) return;
  if (alive.view > view_.number) return to(from, Alive{.view = view_.number}, out);   // which one is missing
  if (alive.view < view_.number) return tell_views(from, alive.view, out);
  const auto found = peers_.find(from);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  peer.silence.heard(now);
  peer.suspected = false;
  if (alive.sent > peer.sent) peer.sent = alive.sent, peer.received = now;
  if (alive.as_master) {
    peer.heard = true;
    peer.granted = alive.echo;
    peer.left = alive.left;
  } else {
    peer.acked = std::max(peer.acked, alive.echo);
  }
  peer.ready = peer.ready || alive.ready;
  urge(from, out);
  if (alive.as_master && from == master()) say_alive(from, now, out);
}

struct Membership::Server {
  Membership& node;
  NodeId from;
  Instant now;
  Effects& out;

  void operator()(const Alive& alive) const { node.heard(from, alive, now, out); }
  void operator()(const Join& join) const {
    if (!node.member()) return;
    const Member* known = node.view_.find(from);
    if (known != nullptr && known->incarnation >= join.incarnation) return node.tell_views(from, node.view_.number - 1, out);
    node.joining_[from] = {join.incarnation, now};
    if (known != nullptr && !node.peers_.at(from).suspected) node.suspect({from}, now, out);   // the one that was a member is gone
    else node.propose_if_due(now, out);
  }
  void operator()(const Installed& installed) const { node.install(*installed.value, now, out); }
  void operator()(const Apart& apart) const {
    if (node.member() && apart.view == node.view_.number && node.master() == node.self_) node.tell_apart(from, apart.peer, now, out);
  }
  template <class M>
  void operator()(const M& message) const {
    if (node.member()) node.serve(from, message, now, out);
  }
};

bool Membership::message(Instant now, const ssi::Message& message, Effects& out) {
  if (!message.body.is<Message>()) return false;
  if (const auto peer = peers_.find(message.header.from);
      peer != peers_.end() && !std::holds_alternative<Join>(message.body.get<Message>()))
    peer->second.silence.touch(now);
  if (!evicted_) std::visit(Server{*this, message.header.from, now, out}, message.body.get<Message>());
  return true;
}

void Membership::check_invariants() const {
  SSI_INVARIANT(std::is_sorted(view_.members.begin(), view_.members.end()), "a view that is out of order");
  SSI_INVARIANT(!member() || peers_.size() + 1 == view_.members.size(), "a member that is not watched, or a stranger that is");
  SSI_INVARIANT(accepted_ <= promised_, "a ballot was accepted below one that was promised");
}

void Membership::hash_into(StateHash& hash) const {
  hash.add(view_.number);
  for (const Member& member : view_.members) hash.add((std::uint64_t{member.node.value} << 32) | member.incarnation.value);
  hash.add(promised_.round);
  hash.add(accepted_.round);
  for (const auto& [node, peer] : peers_) hash.add(std::uint64_t{peer.suspected} + 2 * std::uint64_t{peer.apart});
  for (NodeId peer : apart_) hash.add(peer);
}

}   // namespace ssi::membership
