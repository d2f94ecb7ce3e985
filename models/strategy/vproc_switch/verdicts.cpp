// What follows from the verdicts on a dead node for each survivor's own: parents get a status, orphans init, callers an answer; who is
// known to live is looked for where it is. Verdicts are kept: a process that was under way when they came meets them where it arrives.
#include <algorithm>

#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::OriginEvent;

namespace {

// As by SIGKILL: what becomes of a process whose node is gone (PROTOCOLS 2.3).
constexpr std::int32_t kDiedWithItsNode = 128 + 9;

}   // namespace

// Of the dead node's pids who is not said to live does not; of others, who was missed.
bool Judged::is_dead(Pid pid) const {
  if (verdicts->living.contains(pid)) return false;
  return (pid.origin() == node && pid.incarnation() <= up_to) || verdicts->dead.contains(pid);
}

bool VprocSwitch::is_known_dead(Pid pid) const {
  return std::any_of(verdicts_.begin(), verdicts_.end(), [pid](const auto& entry) { return entry.second.is_dead(pid); });
}

// The order counts: who was on its way is settled first, requests are found a way last.
void VprocSwitch::take_verdicts(NodeId dead, const vproc::Recoveries::Record& record, std::shared_ptr<const vproc::Verdicts> verdicts,
                                Effects& out) {
  const Judged judged = verdicts_[dead] = {dead, duties_.all().at(dead).up_to, std::move(verdicts)};
  if (record.died) {
    settle_moves_to(judged, out);
    settle_births_at(judged, out);
  }
  std::vector<std::pair<Pid, Pid>> lost;   // parent, child
  for (const auto& [parent, process] : processes_.all())
    for (Pid child : lost_children_of(process))
      if (judged.is_dead(child)) lost.emplace_back(parent, child);
  for (const auto& [parent, child] : lost) lose_child(parent, child, out);
  find_parents(judged, out);
  for (const auto& [pid, place] : judged.verdicts->living) learn_again(judged, pid, place);
  forget_the_dead(judged);
  ask_about_stubs(judged, out);
  notify_again(out);
  out.note(Note::Kind::rebuilt, static_cast<std::uint32_t>(membership_->view().number));
}

// Living ones elsewhere, as far as is known here.
std::vector<Pid> VprocSwitch::lost_children_of(const native::Process& parent) const {
  std::vector<Pid> out;
  for (const auto& [child, status] : parent.children)
    if (!status && processes_.find(child) == nullptr && !in_transit_.contains(child)) out.push_back(child);
  return out;
}

// The parent's wait ends as if the child had been killed.
void VprocSwitch::lose_child(Pid parent, Pid child, Effects& out) {
  children_.erase(child);
  locations_.drop(child);
  stubs_.erase(child);
  if (is_home(child) && origins_.find(child) != nullptr) origins_.step(child, OriginEvent::ended, {});
  out.note(Note::Kind::lost_process);
  processes_.child_exited(parent, child, kDiedWithItsNode, out);
}

void VprocSwitch::find_parents(const Judged& judged, Effects& out) {
  std::vector<Pid> orphans;
  for (auto& [pid, link] : parents_) {
    const Pid parent = processes_.find(pid)->parent;
    const auto living = judged.verdicts->living.find(parent);
    if (living != judged.verdicts->living.end() && living->second.moves > link.place.moves) link.place = living->second;
    else if (judged.is_dead(parent)) orphans.push_back(pid);
  }
  for (Pid orphan : orphans) find_parent(orphan, out);
}

// Orphans go to the image's only init, if there is one and it lives, else to that of their own node.
void VprocSwitch::find_parent(Pid orphan, Effects& out) {
  const Pid reaper = processes_.reaper();
  const auto known = known_.find(reaper.origin());
  const bool lives = settings_.one_init() && is_member(reaper.origin()) && known != known_.end() && known->second == reaper.incarnation();
  if (lives) {
    tell_reaper(orphan, {self_, moves_of(orphan)}, out);
    reparent({orphan, reaper}, {self_, pending_.fresh(), kNoCall}, {false, std::nullopt}, out);
  } else {
    parents_.erase(orphan);
    processes_.reparent(orphan, processes_.init());
  }
}

// It has come here, or back, after the verdicts on its relatives had.
void VprocSwitch::meet_verdicts(Pid pid, Effects& out) {
  const auto* process = processes_.find(pid);
  if (process == nullptr || verdicts_.empty()) return;
  if (parents_.contains(pid) && is_known_dead(process->parent)) find_parent(pid, out);
  for (Pid child : lost_children_of(*processes_.find(pid)))
    if (is_known_dead(child)) lose_child(pid, child, out);
}

// A process that was on its way there may have run there, so it does not go on here: it has moved on from there, or is lost.
void VprocSwitch::settle_moves_to(const Judged& judged, Effects& out) {
  std::vector<TxnId> moves;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* move = std::get_if<vproc::PendingMove>(&record); move && move->to == judged.node) moves.push_back(txn);
  for (TxnId txn : moves) {
    const auto* move = pending_.find<vproc::PendingMove>(txn);
    if (move == nullptr) continue;   // what had waited for another of them has shown it
    if (judged.verdicts->living.contains(move->pid)) has_arrived(txn, out, &judged.verdicts->living);
    else lose_on_the_way(txn, out);
  }
}

void VprocSwitch::lose_on_the_way(TxnId txn, Effects& out) {
  out.work(costs_.exit);
  const auto move = *pending_.take<vproc::PendingMove>(txn);
  parts_.left(move.pid, processes_, now_, out);
  for (const auto& [pid, count] : move.travels) in_transit_.erase(pid);
  out.order({ProgramOrder::Kind::end, move.pid, {}, Signal::none});
  group_settled(move.group, txn, std::nullopt, out);
  resume(move.stalled, out);
}

void VprocSwitch::settle_births_at(const Judged& judged, Effects& out) {
  std::vector<TxnId> births;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* create = std::get_if<vproc::PendingCreate>(&record); create && create->at == judged.node) births.push_back(txn);
  for (TxnId txn : births) {
    const auto* found = pending_.find<vproc::PendingCreate>(txn);
    if (found == nullptr) continue;
    const Pid child = found->child;
    const auto living = judged.verdicts->living.find(child);
    if (living == judged.verdicts->living.end()) {
      give_up_one(txn, judged.node, out);
      continue;
    }
    auto create = *pending_.take<vproc::PendingCreate>(txn);
    create.at = living->second.node;
    child_created(create, child, out);
    group_settled(create.group, txn, std::nullopt, out);
  }
}

// Where it lives, if that is later news. The surrogate knows it of the dead node's pids: nobody has to tell it, nor to be told.
void VprocSwitch::learn_again(const Judged& judged, Pid pid, vproc::Place place) {
  if (place.node != self_) {
    const auto is_later = [&](const vproc::Place& known) { return place.moves > known.moves; };
    if (const auto child = children_.find(pid); child != children_.end() && is_later(child->second)) child->second = place;
    if (const auto stub = stubs_.find(pid); stub != stubs_.end() && is_later(stub->second.place)) stub->second.place = place;
    if (const auto* record = origins_.find(pid); record != nullptr && is_home(pid) && is_later(record->place))
      origins_.step(pid, OriginEvent::located, place);
  }
  if (pid.origin() == judged.node && pid.incarnation() <= judged.up_to) is_located(pid, place.moves);
}

void VprocSwitch::forget_the_dead(const Judged& judged) {
  std::erase_if(stubs_, [&](const auto& stub) { return judged.is_dead(stub.first); });
  std::vector<Pid> forgotten;
  for (const auto& [pid, record] : origins_.all())
    if (record.state != vproc::OriginState::leaving && judged.is_dead(pid)) forgotten.push_back(pid);
  for (Pid pid : forgotten) origins_.step(pid, OriginEvent::ended, {});
}

// LOCATION or LOCATED may have been lost with the node that had to send it.
void VprocSwitch::ask_about_stubs(const Judged& judged, Effects& out) {
  for (const auto& [pid, stub] : stubs_)
    if (judged.verdicts->living.contains(pid))
      out.send(home_of(pid), pending_.fresh(), vproc::Message(vproc::Location{pid, stub.place, self_}));
}

// Notices of exits that were lost on their way.
void VprocSwitch::notify_again(Effects& out) {
  std::vector<TxnId> lost;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* exit = std::get_if<vproc::PendingExit>(&record); exit && exit->lost) lost.push_back(txn);
  for (TxnId txn : lost) {
    auto* exit = pending_.find<vproc::PendingExit>(txn);
    if (exit == nullptr) continue;
    exit->lost = false;
    const vproc::ExitNotice notice{exit->pid, exit->parent, exit->status, exit->created_by, self_, exit->moves};
    pass_notice(notice, txn, kNoCall, {false, std::nullopt}, out);
  }
}

}   // namespace ssi::vproc_switch
