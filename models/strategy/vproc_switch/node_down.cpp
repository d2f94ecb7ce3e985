// A view without a node that was in the one before, in this order: its duty goes to its surrogate, requests to it fail (those that others
// have passed on to it too), the parts of the kernel hear of it, and survivors begin to tell the surrogate (surrogates.cpp).
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

void VprocSwitch::follow_view(Effects& out) {
  const auto change = membership_->take_change();
  if (!change) return;
  out.view = {static_cast<std::uint32_t>(change->view.number)};
  for (const auto& member : change->view.members) known_[member.node] = member.incarnation;
  std::map<NodeId, Incarnation> gone;
  for (const auto& member : change->left) gone[member.node] = member.incarnation;
  if (!gone.empty()) nodes_left(gone, out);
  come_up(out);
  after_event(now_, out);
}

void VprocSwitch::nodes_left(const std::map<NodeId, Incarnation>& gone, Effects& out) {
  std::vector<NodeId> up;
  for (const auto& member : membership_->view().members)
    if (member.stage == membership::Stage::up) up.push_back(member.node);
  forget(gone);
  if (up.empty()) duties_.set({});   // nobody is left whom anything was told
  const auto moved = up.empty() ? std::vector<vproc::Duties::Moved>{} : duties_.left(gone, up);
  if (can_take(self_)) begin_recoveries(moved, {up.begin(), up.end()}, out);   // who is coming up has nothing that could be lost
  for (const auto& [node, incarnation] : gone) {
    fail_requests_to(node, out);
    parts_.event(CircuitBroken{node, 0}, processes_, now_, out);
  }
  std::vector<NodeId> told;
  for (const auto& [dead, record] : recoveries_.all())
    if (record.state == vproc::RecoveryState::collecting && record.waiting.empty()) told.push_back(dead);
  for (NodeId dead : told) end_collecting(dead, out);
}

// What they have asked needs no answer, and what waits here to be served is served no more: nobody has been told that it was.
void VprocSwitch::forget(const std::map<NodeId, Incarnation>& gone) {
  for (const auto& [node, incarnation] : gone) {
    broken_.erase(node);
    hellos_.erase(node);
    locations_.drop_all_at(node);
    arrived_.erase(node);
  }
  recoveries_.forget_requests_of(gone);
  const auto is_gone = [&](const vproc::Stalled& one) { return gone.contains(one.from); };
  for (const auto& [txn, record] : pending_.all()) {
    if (auto* move = pending_.find<vproc::PendingMove>(txn)) std::erase_if(move->stalled, is_gone);
    if (auto* exit = pending_.find<vproc::PendingExit>(txn)) std::erase_if(exit->stalled, is_gone);
    auto* join = pending_.find<vproc::PendingJoin>(txn);
    if (join == nullptr) continue;
    if (auto* born = std::get_if<vproc::PendingJoin::Arrival>(&join->who)) born->orphaned = born->orphaned || gone.contains(born->from);
    if (auto* comes = std::get_if<vproc::PendingJoin::Coming>(&join->who)) comes->orphaned = comes->orphaned || gone.contains(comes->from);
  }
}

void VprocSwitch::fail_requests_to(NodeId node, Effects& out) {
  for (const PassedOn& request : passed_on_)
    if (request.to == node)
      out.send(request.asker.node, request.asker.txn, vproc::Message(vproc::Lost{node}), {.cause = request.asker.cause});
  std::erase_if(passed_on_, [&](const PassedOn& request) { return request.to == node || request.asker.node == node; });
  std::vector<TxnId> open;
  for (const auto& [txn, record] : pending_.all()) open.push_back(txn);
  for (TxnId txn : open) fail_request(txn, node, out);
  for (Pid group : holder_.lost(node)) end_broadcast_if_over(group, out);
}

// What has been asked of the dead node may have been done: EHOSTDOWN. Processes that were to start there or to go there wait for the
// verdicts, and a notice of exit is sent again after them.
void VprocSwitch::fail_request(TxnId txn, NodeId node, Effects& out) {
  const auto found = pending_.all().find(txn);
  if (found == pending_.all().end()) return;
  const vproc::Pending record = found->second;
  if (std::holds_alternative<vproc::PendingCreate>(record) || std::holds_alternative<vproc::PendingMove>(record)) return;
  if (const auto* exit = std::get_if<vproc::PendingExit>(&record)) {
    if (exit->asked == node) pending_.find<vproc::PendingExit>(txn)->lost = true;
  } else if (const auto* join = std::get_if<vproc::PendingJoin>(&record)) {
    if (join->holder == node) ask_the_new_holder(txn, node, out);
  } else {
    give_up_one(txn, node, out);
  }
}

// A process that is to go on here is refused by nobody; what asks for a change fails.
void VprocSwitch::ask_the_new_holder(TxnId txn, NodeId node, Effects& out) {
  auto* join = pending_.find<vproc::PendingJoin>(txn);
  if (std::holds_alternative<vproc::PendingJoin::Change>(join->who)) return give_up_one(txn, node, out);
  join->holder = home_of(join->group);
  if (join->holder != self_)
    return out.send(join->holder, txn, vproc::Message(vproc::Join{join->group, join->session, join->purpose}), {.cause = out.cause});
  const auto who = pending_.take<vproc::PendingJoin>(txn)->who;
  if (const auto* arrival = std::get_if<vproc::PendingJoin::Arrival>(&who)) {
    if (!arrival->orphaned) arrive(*arrival, out.cause, out);
  } else come_in(std::get<vproc::PendingJoin::Coming>(who), out.cause, out);
}

// Somebody else had passed on this node's request to a node that is dead.
void VprocSwitch::serve(const Message& message, const vproc::Lost& lost, Effects& out) {
  const TxnId txn = message.header.txn;
  const auto found = pending_.all().find(txn);
  if (found == pending_.all().end()) return;   // it had been answered
  vproc::Pending record = found->second;
  if (std::holds_alternative<vproc::PendingExit>(record)) {
    pending_.find<vproc::PendingExit>(txn)->lost = true;
    if (recoveries_.find(lost.dead) == nullptr) notify_again(out);
  } else if (std::holds_alternative<vproc::PendingKill>(record)) {
    pending_.find<vproc::PendingKill>(txn)->asked = lost.dead;
    give_up_one(txn, lost.dead, out);
  } else if (std::holds_alternative<vproc::PendingSetGroup>(record)) {
    pending_.find<vproc::PendingSetGroup>(txn)->asked = lost.dead;
    give_up_one(txn, lost.dead, out);
  } else if (std::holds_alternative<vproc::PendingOrder>(record)) {
    pending_.find<vproc::PendingOrder>(txn)->asked = lost.dead;
    give_up_one(txn, lost.dead, out);
  }
}

// The answer goes to the asker, past this node; so it is remembered for as long as it may take, in case the other node dies.
void VprocSwitch::passes_on(const vproc::Asker& asker, NodeId to) {
  if (!membership_ || asker.node == self_ || to == self_) return;
  const Duration patience = watching_.suspect_after * 8;
  while (!passed_on_.empty() && now_ - passed_on_.front().at > patience) passed_on_.pop_front();
  passed_on_.push_back({now_, asker, to});
}

// Who may start processes and take them in.
bool VprocSwitch::can_take(NodeId node) const {
  if (!membership_) return true;
  const auto* member = membership_->view().find(node);
  return member != nullptr && member->stage == membership::Stage::up;
}

// To whom this node must not answer before it has been told by all: the dead node whose duty it has, if this is about one of its pids.
std::optional<NodeId> VprocSwitch::is_rebuilt_first(Pid pid) const {
  const auto* record = recoveries_.find(pid.origin());
  if (record == nullptr || record->state != vproc::RecoveryState::collecting || !is_home(pid)) return std::nullopt;
  return pid.incarnation() > record->above ? std::optional(pid.origin()) : std::nullopt;
}

std::optional<NodeId> VprocSwitch::is_rebuilt_first(const vproc::Message& body) const {
  if (const auto* gone = std::get_if<vproc::Gone>(&body)) return is_rebuilt_first(gone->pid);
  if (const auto* location = std::get_if<vproc::Location>(&body)) return is_rebuilt_first(location->pid);
  if (const auto* notice = std::get_if<vproc::ExitNotice>(&body)) return is_rebuilt_first(notice->child);
  if (const auto* join = std::get_if<vproc::Join>(&body)) return is_rebuilt_first(join->group);
  if (const auto* leave = std::get_if<vproc::Leave>(&body)) return is_rebuilt_first(leave->group);
  if (const auto* kill = std::get_if<vproc::KillGroupRequest>(&body)) return is_rebuilt_first(kill->group);
  if (const auto* migrate = std::get_if<vproc::Migrate>(&body)) {
    if (const auto dead = is_rebuilt_first(migrate->pid)) return dead;
    if (const auto dead = is_rebuilt_first(migrate->group)) return dead;
    for (const auto& [status, moves] : dynamic_cast<const Packed&>(*migrate->process).statuses)
      if (const auto dead = is_rebuilt_first(status)) return dead;
  }
  if (const auto* create = std::get_if<vproc::Create>(&body)) return is_rebuilt_first(create->group);
  return std::nullopt;
}

// While the lists of groups are rebuilt here, calls that would change them wait.
bool VprocSwitch::changes_groups(const Event& event) const {
  const auto* call = std::get_if<CallEvent>(&event);
  if (call == nullptr) return false;
  return std::holds_alternative<Spawn>(*call->call) || std::holds_alternative<Rfork>(*call->call) ||
         std::holds_alternative<Exec>(*call->call) || std::holds_alternative<Migrate>(*call->call) ||
         std::holds_alternative<SetGroup>(*call->call) || std::holds_alternative<SetSession>(*call->call) ||
         std::holds_alternative<KillGroup>(*call->call);
}

// Waits for the verdicts on the dead node, and is then served as if it came now.
void VprocSwitch::stall_until_rebuilt(NodeId dead, vproc::Stalled request) {
  auto* record = recoveries_.find(dead);
  SSI_CHECK(record != nullptr, "a request waits for what is over");
  record->stalled.push_back(std::move(request));
}

}   // namespace ssi::vproc_switch
