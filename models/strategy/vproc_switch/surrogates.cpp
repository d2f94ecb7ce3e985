// After the end of a node, from the survivors' side: each tells the surrogate of the dead node what it knows, the surrogate puts it
// together and says who lives and who does not, and each does what follows from that for its own: parents get a status, orphans init,
// callers an answer. Until then nobody who may have been there is denied: who asks for such a process waits (Recoveries::Record::stalled).
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::OriginEvent;

namespace {

// As by SIGKILL: what becomes of a process whose node is gone (PROTOCOLS 2.3).
constexpr std::int32_t kDiedWithItsNode = 128 + 9;

}   // namespace

// What is over is over; what is not begins anew in this view.
void VprocSwitch::begin_recovery(NodeId dead, const std::vector<NodeId>& up, Effects& out) {
  const NodeId surrogate = duties_.all().at(dead).surrogate;
  auto& record = recoveries_.begin(dead, self_, surrogate, membership_->view().number, {up.begin(), up.end()});
  if (surrogate != self_) {
    for (const auto& [group, entry] : memberships_.all())
      if (home_of(group) == surrogate && group.origin() == dead) memberships_.owes_nobody(group);
    auto what = std::make_shared<const vproc::Registrations>(registrations_for(dead));
    out.send(surrogate, pending_.fresh(), vproc::Message(vproc::Reregister{dead, membership_->view().number, std::move(what)}));
    return;
  }
  take_duty(dead, record);
  record.reports[self_] = registrations_for(dead);
  if (record.waiting.empty()) end_collecting(dead, out);
}

// Its pids are this node's as if it had allotted them: who is here needs no record, and the members of groups here are in the table.
void VprocSwitch::take_duty(NodeId dead, vproc::Recoveries::Record& record) {
  for (const auto& [group, entry] : memberships_.all())
    if (group.origin() == dead && is_home(group)) record.left[group] = {kNoPid, 0, entry.last.number};
  for (const auto& [group, known] : record.left) memberships_.forget(group);
  std::erase_if(stubs_, [&](const auto& stub) { return stub.first.origin() == dead && is_home(stub.first); });
  for (const auto& [pid, txn] : leaving_) {
    if (pid.origin() != dead || !is_home(pid) || origins_.find(pid) != nullptr) continue;
    const auto* exit = pending_.find<vproc::PendingExit>(txn);
    origins_.step(pid, OriginEvent::left, {exit->asked, exit->moves});
  }
}

// Who is here or on its way from here, of the dead node's origin or known to have moved, and who is believed to have been there.
vproc::Registrations VprocSwitch::registrations_for(NodeId dead) const {
  vproc::Registrations out;
  const auto here = [&](Pid pid, std::uint32_t moves) {
    if (moves > 0 || pid.origin() == dead) out.processes[pid] = moves;
  };
  for (const ProcessInfo& info : processes_.list())
    if (info.pid != processes_.init()) here(info.pid, moves_of(info.pid));
  for (const auto& [txn, pending] : pending_.all()) {
    if (const auto* exit = std::get_if<vproc::PendingExit>(&pending)) {
      here(exit->pid, exit->moves - 1);
    } else if (const auto* move = std::get_if<vproc::PendingMove>(&pending)) {
      for (const auto& [pid, moves] : move->travels)
        if (move->to == dead) out.missed.insert(pid);
        else here(pid, moves - 1);
    } else if (const auto* create = std::get_if<vproc::PendingCreate>(&pending)) {
      if (create->at == dead && create->child != kNoPid && !create->met) out.missed.insert(create->child);
    } else if (const auto* join = std::get_if<vproc::PendingJoin>(&pending)) {
      const auto* coming = std::get_if<vproc::PendingJoin::Coming>(&join->who);
      if (coming == nullptr) continue;
      here(coming->migrate.pid, coming->migrate.moves);
      for (const auto& [status, so_far] : dynamic_cast<const Packed&>(*coming->migrate.process).statuses) here(status, so_far + 1);
    }
  }
  for (const auto& [child, place] : children_)
    if (place.node == dead) out.missed.insert(child);
  for (const auto& [pid, record] : origins_.all())
    if (record.place.node == dead && record.state != vproc::OriginState::leaving) out.missed.insert(pid);
  for (const auto& [pid, stub] : stubs_)
    if (stub.place.node == dead) out.missed.insert(pid);
  for (const auto& [pid, link] : parents_)
    if (link.place.node == dead) out.missed.insert(processes_.find(pid)->parent);
  for (const auto& [group, entry] : memberships_.all()) {
    if (group.origin() != dead || home_of(group) != duties_.all().at(dead).surrogate) continue;
    const auto members = processes_.members(group);
    const Pid session = members.empty() ? kNoPid : processes_.find(members.front())->session;
    out.groups[group] = {session, entry.registrations, entry.last.number};
  }
  return out;
}

void VprocSwitch::serve(const Message& message, const vproc::Reregister& report, Effects& out) {
  const NodeId from = message.header.from, dead = report.dead;
  const bool was_over = recoveries_.find(dead) == nullptr;
  if (!recoveries_.report(dead, from, report.view, *report.what)) return;
  if (was_over) out.send(from, message.header.txn, vproc::Message(vproc::Reregistered{dead, verdicts_.at(dead)}));
  else end_collecting(dead, out);
}

// All have told. Of two places of a process the one after more moves holds.
void VprocSwitch::end_collecting(NodeId dead, Effects& out) {
  const auto record = *recoveries_.end(dead, true);
  std::map<Pid, vproc::Place> all;
  std::set<Pid> missed;
  for (const auto& [from, report] : record.reports) {
    for (const auto& [pid, moves] : report.processes)
      if (const auto known = all.find(pid); known == all.end() || known->second.moves < moves) all[pid] = {from, moves};
    missed.insert(report.missed.begin(), report.missed.end());
  }
  auto verdicts = std::make_shared<vproc::Verdicts>();
  for (const auto& [pid, place] : all) {
    if (pid.origin() == dead) know_where(pid, place);
    if (pid.origin() == dead || missed.contains(pid)) verdicts->living[pid] = place;
  }
  for (Pid pid : missed)
    if (!all.contains(pid)) verdicts->dead.insert(pid);
  hold_groups(record);
  verdicts_[dead] = verdicts;
  for (const auto& [from, report] : record.reports)
    if (from != self_) out.send(from, pending_.fresh(), vproc::Message(vproc::Reregistered{dead, verdicts}));
  take_verdicts(dead, *verdicts, out);
  resume(record.stalled, out);
}

// As its origin would.
void VprocSwitch::know_where(Pid pid, vproc::Place place) {
  const bool here = processes_.find(pid) != nullptr || processes_.is_zombie(pid) || in_transit_.contains(pid) || leaving_.contains(pid);
  if (here || place.node == self_) return;
  const auto* record = origins_.find(pid);
  if (record == nullptr) origins_.step(pid, OriginEvent::departed, place);
  else if (place.moves > record->place.moves) origins_.step(pid, OriginEvent::located, place);
}

// Broadcasts go on behind the last one that anybody has had of the holder before.
void VprocSwitch::hold_groups(const vproc::Recoveries::Record& record) {
  std::map<Pid, Pid> sessions;
  for (const auto& [from, report] : record.reports)
    for (const auto& [group, known] : report.groups) {
      holder_.goes_on_after(known.last);
      if (known.session != kNoPid) sessions[group] = known.session;
    }
  for (const auto& [group, known] : record.left) holder_.goes_on_after(known.last);
  for (const auto& [from, report] : record.reports)
    for (const auto& [group, known] : report.groups)
      if (from != self_ && known.registrations > 0) holder_.grant(group, sessions[group], from, known.registrations);
}

void VprocSwitch::serve(const Message&, const vproc::Reregistered& answer, Effects& out) {
  const auto record = recoveries_.end(answer.dead, false);
  if (!record) return;   // told again
  take_verdicts(answer.dead, *answer.verdicts, out);
  resume(record->stalled, out);
}

bool VprocSwitch::is_dead(Pid pid, NodeId dead, const vproc::Verdicts& verdicts) const {
  if (verdicts.living.contains(pid)) return false;
  const auto duty = duties_.all().find(dead);
  const bool its_own = pid.origin() == dead && duty != duties_.all().end() && pid.incarnation() <= duty->second.up_to;
  return its_own || verdicts.dead.contains(pid);
}

void VprocSwitch::take_verdicts(NodeId dead, const vproc::Verdicts& verdicts, Effects& out) {
  settle_moves_to(dead, verdicts, out);
  settle_births_at(dead, verdicts, out);
  std::vector<std::pair<Pid, Pid>> lost;   // parent, child
  for (const auto& [parent, process] : processes_.all())
    for (const auto& [child, status] : process.children)
      if (!status && processes_.find(child) == nullptr && !in_transit_.contains(child) && is_dead(child, dead, verdicts))
        lost.emplace_back(parent, child);
  for (const auto& [parent, child] : lost) lose_child(parent, child, out);
  find_parents(dead, verdicts, out);
  for (const auto& [pid, place] : verdicts.living) {
    if (const auto child = children_.find(pid); child != children_.end() && place.node != self_)
      if (child->second.node == dead || place.moves > child->second.moves) child->second = place;
    if (const auto stub = stubs_.find(pid); stub != stubs_.end() && place.node != self_ && place.moves > stub->second.place.moves)
      stub->second.place = place;
  }
  std::erase_if(stubs_, [&](const auto& stub) { return is_dead(stub.first, dead, verdicts); });
  std::vector<Pid> forgotten;
  for (const auto& [pid, record] : origins_.all())
    if (record.state != vproc::OriginState::leaving && is_dead(pid, dead, verdicts)) forgotten.push_back(pid);
  for (Pid pid : forgotten) origins_.step(pid, OriginEvent::ended, {});
  notify_again(out);
  out.note(Note::Kind::rebuilt, static_cast<std::uint32_t>(membership_->view().number));
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

// Orphans go to the image's only init, if there is one and it lives, else to that of their own node.
void VprocSwitch::find_parents(NodeId dead, const vproc::Verdicts& verdicts, Effects& out) {
  std::vector<Pid> orphans;
  for (auto& [pid, link] : parents_) {
    const Pid parent = processes_.find(pid)->parent;
    const auto living = verdicts.living.find(parent);
    if (living != verdicts.living.end() && (link.place.node == dead || living->second.moves > link.place.moves))
      link.place = living->second;
    else if (is_dead(parent, dead, verdicts)) orphans.push_back(pid);
  }
  const Pid reaper = processes_.reaper();
  const auto known = known_.find(reaper.origin());
  const bool lives = settings_.one_init() && is_member(reaper.origin()) && known != known_.end() && known->second == reaper.incarnation();
  for (Pid orphan : orphans) {
    if (lives) {
      tell_reaper(orphan, {self_, moves_of(orphan)}, out);
      reparent({orphan, reaper}, {self_, pending_.fresh(), kNoCall}, {false, std::nullopt}, out);
    } else {
      parents_.erase(orphan);
      processes_.reparent(orphan, processes_.init());
    }
  }
}

// A process that was on its way there may have run there, so it does not go on here: it has moved on from there, or is lost.
void VprocSwitch::settle_moves_to(NodeId dead, const vproc::Verdicts& verdicts, Effects& out) {
  std::vector<TxnId> moves;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* move = std::get_if<vproc::PendingMove>(&record); move && move->to == dead) moves.push_back(txn);
  for (TxnId txn : moves) {
    if (verdicts.living.contains(pending_.find<vproc::PendingMove>(txn)->pid)) {
      has_arrived(txn, out);
      continue;
    }
    out.work(costs_.exit);
    const auto move = *pending_.take<vproc::PendingMove>(txn);
    parts_.left(move.pid, processes_, now_, out);
    for (const auto& [pid, count] : move.travels) in_transit_.erase(pid);
    out.order({ProgramOrder::Kind::end, move.pid, {}, Signal::none});
    group_settled(move.group, txn, std::nullopt, out);
    resume(move.stalled, out);
  }
}

void VprocSwitch::settle_births_at(NodeId dead, const vproc::Verdicts& verdicts, Effects& out) {
  std::vector<TxnId> births;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* create = std::get_if<vproc::PendingCreate>(&record); create && create->at == dead) births.push_back(txn);
  for (TxnId txn : births) {
    const Pid child = pending_.find<vproc::PendingCreate>(txn)->child;
    const auto living = verdicts.living.find(child);
    if (living == verdicts.living.end()) {
      give_up_one(txn, dead, out);
      continue;
    }
    auto create = *pending_.take<vproc::PendingCreate>(txn);
    create.at = living->second.node;
    child_created(create, child, out);
    if (const auto known = children_.find(child); known != children_.end()) known->second = living->second;
    group_settled(create.group, txn, std::nullopt, out);
  }
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

// A node that comes up learns who has which duty from whoever has its own.
void VprocSwitch::welcome(Effects& out) {
  for (const auto& member : membership_->view().members) {
    if (member.stage != membership::Stage::coming_up || member.node == self_) continue;
    const auto duty = duties_.all().find(member.node);
    if (duty == duties_.all().end() || duty->second.surrogate != self_) continue;
    out.send(
        member.node, pending_.fresh(),
        vproc::Message(vproc::Welcome{membership_->view().number, std::make_shared<const std::map<NodeId, vproc::Duty>>(duties_.all())}));
  }
}

void VprocSwitch::serve(const Message&, const vproc::Welcome& welcome, Effects&) {
  if (welcome.view != membership_->view().number) return;   // there will be one of this view
  duties_.set(*welcome.duties);
  membership_->ready();
}

}   // namespace ssi::vproc_switch
