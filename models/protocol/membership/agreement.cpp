// One agreement for each view: the members of the view before are its
// acceptors. A member promises nothing to a would-be master while it hears the
// master that it has, since its lease, and that master's, count on it.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/protocol/membership/membership.hpp"

namespace ssi::membership {

// All that it has not got, since members install each; who is no member yet, and who is far behind, only the last.
void Membership::tell_views(NodeId node, std::uint64_t after, Effects& out) const {
  if (installed_.empty() || installed_.front()->number > after + 1) return to(node, Installed{std::make_shared<const View>(view_)}, out);
  for (const auto& view : installed_)
    if (view->number > after) to(node, Installed{view}, out);
}

// The next view as this node would have it; empty: there is nothing to change.
// Without a lease the same members agree anew, since some may be bound by a
// promise to somebody who is gone.
std::optional<View> Membership::wanted(Instant now) const {
  View next{.number = view_.number + 1, .members = {}};
  std::map<NodeId, Member> members;
  for (const Member& member : view_.members) {
    const auto peer = peers_.find(member.node);
    if (peer != peers_.end() && (peer->second.suspected || peer->second.apart)) continue;
    Member& kept = members[member.node] = member;
    if (member.node == self_ ? ready_ : peer->second.ready) kept.stage = Stage::up;
  }
  for (const auto& [node, who] : joining_) members[node] = {node, who.first, Stage::coming_up};
  for (const auto& [node, member] : members) next.members.push_back(member);
  return next.members == view_.members && now < lease_until() ? std::nullopt : std::optional(next);
}

void Membership::propose_if_due(Instant now, Effects& out) {
  if (!member() || master() != self_) return;
  const Duration old = settings_.heartbeat * 4;
  std::erase_if(joining_, [&](const auto& entry) { return now - entry.second.second > old; });
  if (bound_to_ != self_ && now < bound_until_) return;
  if (proposal_) advance(now, out);
  if (proposal_ && now - proposal_->begun < std::max(settings_.heartbeat * 2, settings_.lease + settings_.heartbeat)) return;
  if (auto next = wanted(now)) start(std::move(*next), now, out);
}

void Membership::start(View value, Instant now, Effects& out) {
  round_ = std::max(round_, promised_.round) + 1;
  proposal_ = Proposal{.ballot = {round_, self_}, .value = std::move(value), .votes = {}, .begun = now};
  const Prepare prepare{view_.number + 1, proposal_->ballot};
  for (const auto& [node, peer] : peers_) to(node, prepare, out);
  serve(self_, prepare, now, out);
}

void Membership::urge(NodeId node, Effects& out) const {
  if (!proposal_ || proposal_->votes.contains(node)) return;
  if (!proposal_->promised) to(node, Prepare{view_.number + 1, proposal_->ballot}, out);
}

void Membership::serve(NodeId from, const Prepare& prepare, Instant now, Effects& out) {
  if (prepare.view <= view_.number) return tell_views(from, prepare.view - 1, out);
  const bool of_its_master = master() == from && (bound_to_ == from || now >= bound_until_) && (from == self_ || now >= led_until_);
  if (prepare.view != view_.number + 1 || prepare.ballot <= promised_ || !of_its_master) return;
  promised_ = prepare.ballot;
  const Promise promise{prepare.view, prepare.ballot, accepted_, accepted_value_};
  if (from == self_) serve(self_, promise, now, out);
  else to(from, promise, out);
}

void Membership::serve(NodeId from, const Promise& promise, Instant now, Effects& out) {
  if (!proposal_ || proposal_->promised || promise.ballot != proposal_->ballot || promise.view != view_.number + 1) return;
  proposal_->votes.insert(from);
  if (promise.accepted > proposal_->best) {
    proposal_->best = promise.accepted;
    proposal_->value = *promise.value;   // it may have been agreed on already
  }
  advance(now, out);
}

// A value that somebody else has accepted before may leave out nodes that this
// master has granted a lease to.
bool Membership::takes_time(Instant now) const {
  if (now >= proposal_->begun + settings_.lease) return false;
  return std::any_of(peers_.begin(), peers_.end(),
                     [this](const auto& peer) { return !peer.second.suspected && proposal_->value.find(peer.first) == nullptr; });
}

// A majority; or every member that lives. Who asks to join anew has not survived as a member, nor has what it had agreed to, unless
// somebody else who lives knows of it.
bool Membership::carry(const std::set<NodeId>& votes) const {
  if (is_quorum(votes)) return true;
  return std::all_of(view_.members.begin(), view_.members.end(), [&](const Member& member) {
    const auto joins = joining_.find(member.node);
    return votes.contains(member.node) || (joins != joining_.end() && joins->second.first > member.incarnation);
  });
}

void Membership::advance(Instant now, Effects& out) {
  if (proposal_->promised || !carry(proposal_->votes) || takes_time(now)) return;
  proposal_->promised = true;
  proposal_->votes.clear();
  const Propose propose{proposal_->ballot, std::make_shared<const View>(proposal_->value)};
  for (const auto& [node, peer] : peers_) to(node, propose, out);
  serve(self_, propose, now, out);
}

void Membership::serve(NodeId from, const Propose& propose, Instant now, Effects& out) {
  if (propose.value->number <= view_.number) return tell_views(from, propose.value->number - 1, out);
  if (propose.value->number != view_.number + 1 || propose.ballot < promised_) return;
  promised_ = accepted_ = propose.ballot;
  accepted_value_ = propose.value;
  const Accepted accepted{propose.value->number, propose.ballot};
  if (from == self_) serve(self_, accepted, now, out);
  else to(from, accepted, out);
}

void Membership::serve(NodeId from, const Accepted& accepted, Instant now, Effects& out) {
  if (!proposal_ || !proposal_->promised || accepted.ballot != proposal_->ballot || accepted.view != view_.number + 1) return;
  proposal_->votes.insert(from);
  if (!carry(proposal_->votes)) return;
  const View next = proposal_->value;
  std::set<NodeId> told;
  for (const auto& [node, peer] : peers_) told.insert(node);
  for (const Member& member : next.members) told.insert(member.node);
  told.erase(self_);
  install(next, now, out);
  for (NodeId node : told) to(node, Installed{std::make_shared<const View>(next)}, out);
}

Change Membership::changes_to(const View& next) const {
  Change change{.view = next, .left = {}, .coming_up = {}, .up = {}};
  for (const Member& before : view_.members) {
    const Member* now_is = next.find(before.node);
    if (now_is == nullptr || now_is->incarnation != before.incarnation) change.left.push_back(before);
  }
  for (const Member& member : next.members) {
    const Member* before = view_.find(member.node);
    const bool same = before != nullptr && before->incarnation == member.incarnation;
    if (member.stage == Stage::coming_up && !same) change.coming_up.push_back(member);
    if (member.stage == Stage::up && (!same || before->stage != Stage::up)) change.up.push_back(member);
  }
  return change;
}

// Everybody's silence begins anew, and who has come in asks no more.
void Membership::watch_members(Instant now) {
  std::map<NodeId, Peer> peers;
  for (const Member& member : view_.members) {
    if (member.node == self_) continue;
    Peer& peer = peers[member.node];
    if (const auto before = peers_.find(member.node); before != peers_.end()) peer.silence = before->second.silence;
    peer.silence.restart(now);
  }
  peers_ = std::move(peers);
  for (const Member& member : view_.members) {
    const auto joins = joining_.find(member.node);
    if (joins != joining_.end() && joins->second.first <= member.incarnation) joining_.erase(joins);
  }
}

void Membership::install(const View& next, Instant now, Effects& out) {
  if (next.number <= view_.number) return;
  const Member* own = next.find(self_);
  const bool was_member = member();
  if (own == nullptr || own->incarnation != incarnation_) {
    evicted_ = was_member;   // who is not in yet goes on asking
    return;
  }
  if (was_member && next.number > view_.number + 1) {   // members install each, or do not agree on what follows from them
    if (!behind_since_) behind_since_ = now;
    return;
  }
  Change change = changes_to(next);
  if (was_member) kept_lease_ = std::max(kept_lease_, std::min(lease_until(), now + settings_.lease));
  granted_ = proposal_ && proposal_->promised && proposal_->value == next ? proposal_->begun : Instant{kNever};
  view_ = next;
  behind_since_.reset();
  for (const Member& gone : change.left) apart_.erase(gone.node);
  installed_.push_back(std::make_shared<const View>(next));
  if (installed_.size() > kViewsKept) installed_.pop_front();
  watch_members(now);
  promised_ = accepted_ = {};
  accepted_value_ = nullptr;
  proposal_.reset();
  out.note(Note::Kind::view_installed, static_cast<std::uint32_t>(next.number));
  if (change_) {   // two at once: as one
    change.left.insert(change.left.begin(), change_->left.begin(), change_->left.end());
    change.coming_up.insert(change.coming_up.begin(), change_->coming_up.begin(), change_->coming_up.end());
    change.up.insert(change.up.begin(), change_->up.begin(), change_->up.end());
  }
  change_ = std::move(change);
  if (master() == self_)
    for (const auto& [node, peer] : peers_) say_alive(node, now, out);
  else say_alive(master(), now, out);
  arm_look(now, out);
}

}   // namespace ssi::membership
