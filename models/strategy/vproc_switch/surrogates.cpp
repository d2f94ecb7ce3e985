// After the end of a node, from the survivors' side: each tells the surrogate of the dead node what it knows, and the surrogate puts it
// together: who lives, and who does not. Until then nobody who may have been there is denied: who asks for such a process waits
// (Recoveries::Record::stalled). What follows for each is in verdicts.cpp.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::OriginEvent;
using vproc::Recoveries;

// What is over is over; what is not begins anew in this view.
void VprocSwitch::begin_recoveries(const std::vector<vproc::Duties::Moved>& moved, const std::set<NodeId>& up, Effects& out) {
  std::map<NodeId, const vproc::Duties::Moved*> due;
  for (const auto& [dead, record] : recoveries_.all()) due[dead] = nullptr;
  for (const auto& one : moved) due[one.node] = &one;
  for (const auto& [dead, why] : due) {
    recoveries_.begin(dead, {self_, duties_.all().at(dead).surrogate, membership_->view().number, up, why});
    if (why != nullptr) forget_holder_before(*why);
  }
  for (const auto& [dead, why] : due) {
    const NodeId surrogate = duties_.all().at(dead).surrogate;
    auto& record = *recoveries_.find(dead);
    auto what = std::make_shared<const vproc::Registrations>(registrations_for(dead, record));
    if (surrogate == self_) {
      record.reports[self_] = *what;
      take_duty(dead, record);
    } else {
      out.send(surrogate, pending_.fresh(), vproc::Message(vproc::Reregister{dead, membership_->view().number, std::move(what)}));
    }
  }
}

// It waits for no acknowledgement any more.
void VprocSwitch::forget_holder_before(const vproc::Duties::Moved& moved) {
  for (const auto& [group, entry] : memberships_.all())
    if (is_of_duty(group, moved.node, moved.above)) memberships_.owes_nobody(group);
}

// In a recovery that is not over.
bool VprocSwitch::has_died(NodeId node) const {
  const auto* record = recoveries_.find(node);
  return record != nullptr && record->died;
}

// A pid whose home is somebody else's since this duty has moved.
bool VprocSwitch::is_of_duty(Pid pid, NodeId dead, Incarnation above) const {
  const auto duty = duties_.all().find(dead);
  return pid.origin() == dead && duty != duties_.all().end() && pid.incarnation() > above && pid.incarnation() <= duty->second.up_to;
}

// Its pids are this node's as if it had allotted them: who is here needs no record, and the members of groups here are in the table.
void VprocSwitch::take_duty(NodeId dead, const Recoveries::Record& record) {
  for (const auto& [group, known] : record.reports.at(self_).groups) {
    holder_.goes_on_after(known.last);
    memberships_.forget(group);
  }
  std::erase_if(stubs_, [&](const auto& stub) { return stub.first.origin() == dead && is_home(stub.first); });
  for (const auto& [pid, txn] : leaving_) {
    if (pid.origin() != dead || !is_home(pid) || origins_.find(pid) != nullptr) continue;
    const auto* exit = pending_.find<vproc::PendingExit>(txn);
    origins_.step(pid, OriginEvent::left, {exit->asked, exit->moves});
  }
}

vproc::Registrations VprocSwitch::registrations_for(NodeId dead, const Recoveries::Record& record) const {
  vproc::Registrations out;
  register_processes(dead, out);
  register_groups(dead, record.above, out);
  if (record.died) register_missed(dead, out);
  return out;
}

// Who is here or on its way from here, of the dead node's origin or known to have moved. Of those on their way the node that they come
// from tells, if it lives; what waits here to be let in from a dead one is here.
void VprocSwitch::register_processes(NodeId dead, vproc::Registrations& out) const {
  const auto here = [&](Pid pid, std::uint32_t moves) {
    if (moves > 0 || is_of_duty(pid, dead, {})) out.processes[pid] = moves;
  };
  for (const ProcessInfo& info : processes_.list())
    if (info.pid != processes_.init()) here(info.pid, moves_of(info.pid));
  for (const auto& [txn, pending] : pending_.all()) {
    if (const auto* exit = std::get_if<vproc::PendingExit>(&pending)) {
      here(exit->pid, exit->moves - 1);
    } else if (const auto* move = std::get_if<vproc::PendingMove>(&pending)) {
      for (const auto& [pid, moves] : move->travels)
        if (!has_died(move->to)) here(pid, moves - 1);
    } else if (const auto* join = std::get_if<vproc::PendingJoin>(&pending)) {
      const auto* coming = std::get_if<vproc::PendingJoin::Coming>(&join->who);
      if (coming == nullptr || !coming->orphaned) continue;
      here(coming->migrate.pid, coming->migrate.moves);
      for (const auto& [status, so_far] : dynamic_cast<const Packed&>(*coming->migrate.process).statuses) here(status, so_far + 1);
    }
  }
}

// With how many registrations this node is in groups that were held there, and behind which broadcast the new holder has to go on.
void VprocSwitch::register_groups(NodeId dead, Incarnation above, vproc::Registrations& out) const {
  const auto note = [&](Pid group, std::uint64_t last) {
    if (is_of_duty(group, dead, above)) out.groups[group].last = std::max(out.groups[group].last, last);
  };
  for (const auto& [group, entry] : memberships_.all()) {
    note(group, entry.last.number);
    for (const auto& [pid, seen] : entry.seen) note(group, seen);
    if (!is_of_duty(group, dead, above)) continue;
    const auto members = processes_.members(group);
    out.groups[group].session = members.empty() ? kNoPid : processes_.find(members.front())->session;
    out.groups[group].registrations = entry.registrations;
  }
  for (const auto& [pid, groups] : left_)
    for (const auto& [group, seen] : groups) note(group, seen);
  for (const auto& [txn, pending] : pending_.all()) {
    const auto* move = std::get_if<vproc::PendingMove>(&pending);
    if (move == nullptr) continue;
    note(move->group, move->seen);
    for (const auto& [group, seen] : dynamic_cast<const Packed&>(*move->process).left_groups) note(group, seen);
  }
}

// Who is believed to have been there.
void VprocSwitch::register_missed(NodeId dead, vproc::Registrations& out) const {
  for (const auto& [txn, pending] : pending_.all()) {
    const auto* move = std::get_if<vproc::PendingMove>(&pending);
    const auto* create = std::get_if<vproc::PendingCreate>(&pending);
    if (move && move->to == dead)
      for (const auto& [pid, moves] : move->travels) out.missed.insert(pid);
    if (create && create->at == dead && create->child != kNoPid && !create->met) out.missed.insert(create->child);
  }
  for (const auto& [child, place] : children_)
    if (place.node == dead) out.missed.insert(child);
  for (const auto& [pid, record] : origins_.all())
    if (record.place.node == dead && record.state != vproc::OriginState::leaving) out.missed.insert(pid);
  for (const auto& [pid, stub] : stubs_)
    if (stub.place.node == dead) out.missed.insert(pid);
  for (const auto& [pid, link] : parents_)
    if (link.place.node == dead) out.missed.insert(processes_.find(pid)->parent);
}

void VprocSwitch::serve(const Message& message, const vproc::Reregister& report, Effects& out) {
  const NodeId from = message.header.from, dead = report.dead;
  const bool was_over = recoveries_.find(dead) == nullptr;
  if (!recoveries_.report(dead, from, report.view, *report.what)) return;
  if (was_over) out.send(from, message.header.txn, vproc::Message(vproc::Reregistered{dead, verdicts_.at(dead).verdicts}));
  else end_collecting(dead, out);
}

// All have told. A LEAVE that was sent before its sender told is in what it told.
void VprocSwitch::end_collecting(NodeId dead, Effects& out) {
  auto record = *recoveries_.end(dead, true);
  const auto verdicts = std::make_shared<const vproc::Verdicts>(verdicts_from(dead, record));
  for (const auto& [pid, place] : verdicts->living)
    if (pid.origin() == dead && is_home(pid)) know_where(pid, place);
  hold_groups(dead, record);
  for (const auto& [from, report] : record.reports)
    if (from != self_) out.send(from, pending_.fresh(), vproc::Message(vproc::Reregistered{dead, verdicts}));
  take_verdicts(dead, record, verdicts, out);
  std::erase_if(record.stalled, [&](const vproc::Stalled& one) {
    return std::holds_alternative<vproc::Leave>(one.body) && one.view.value < record.view;
  });
  resume(record.stalled, out);
}

// Of two places of a process the one after more moves holds.
vproc::Verdicts VprocSwitch::verdicts_from(NodeId dead, const Recoveries::Record& record) const {
  std::map<Pid, vproc::Place> all;
  std::set<Pid> missed;
  for (const auto& [from, report] : record.reports) {
    for (const auto& [pid, moves] : report.processes)
      if (const auto known = all.find(pid); known == all.end() || known->second.moves < moves) all[pid] = {from, moves};
    missed.insert(report.missed.begin(), report.missed.end());
  }
  vproc::Verdicts out;
  for (const auto& [pid, place] : all)
    if (is_of_duty(pid, dead, {}) || missed.contains(pid)) out.living[pid] = place;
  for (Pid pid : missed)
    if (!all.contains(pid)) out.dead.insert(pid);
  return out;
}

// As its origin would.
void VprocSwitch::know_where(Pid pid, vproc::Place place) {
  const bool here = processes_.find(pid) != nullptr || processes_.is_zombie(pid) || in_transit_.contains(pid) || leaving_.contains(pid);
  if (here || place.node == self_) return;
  const auto* record = origins_.find(pid);
  if (record == nullptr) origins_.step(pid, OriginEvent::departed, place);
  else if (place.moves > record->place.moves) origins_.step(pid, OriginEvent::located, place);
}

// Broadcasts go on behind the last one that anybody has had of the holder before. Lists that were here before are kept.
void VprocSwitch::hold_groups(NodeId dead, const Recoveries::Record& record) {
  std::map<Pid, Pid> sessions;
  for (const auto& [from, report] : record.reports)
    for (const auto& [group, known] : report.groups) {
      holder_.goes_on_after(known.last);
      if (known.session != kNoPid) sessions[group] = known.session;
    }
  for (const auto& [from, report] : record.reports)
    for (const auto& [group, known] : report.groups)
      if (from != self_ && known.registrations > 0 && is_of_duty(group, dead, record.above))
        holder_.grant(group, sessions[group], from, known.registrations);
}

void VprocSwitch::serve(const Message&, const vproc::Reregistered& answer, Effects& out) {
  const auto record = recoveries_.end(answer.dead, false);
  if (!record) return;   // told again
  take_verdicts(answer.dead, *record, answer.verdicts, out);
  resume(record->stalled, out);
}

}   // namespace ssi::vproc_switch
