// setpgid, setsid, and which node is listed with which group: JOIN, JOINED, LEAVE.
#include <algorithm>

#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;
using vproc::JoinFor;

void VprocSwitch::set_group(const CallEvent& event, const SetGroup& set, Effects& out) {
  const vproc::Caller caller{event.id, event.caller};
  const native::Process& self = *processes_.find(event.caller);
  const Pid pid = set.pid == kNoPid ? event.caller : set.pid;
  const Pid group = set.group == kNoPid ? pid : set.group;
  const TxnId txn = pending_.open(vproc::PendingSetGroup{caller, self_});
  const Asker asker{self_, txn, event.id};
  const native::Process* target = processes_.find(pid);
  if (is_here(Site::setpgid, target != nullptr, out)) {
    const bool may = pid == event.caller || target->parent == event.caller;
    if (may) change_group(pid, group, self.session, asker, out);
    else answer_change(pid, asker, Errno::esrch, out);
  } else if (const auto child = children_.find(pid); child != children_.end() && self.children.contains(pid)) {
    pass_set_group({pid, group, event.caller, self.session, self_}, asker, {false, child->second}, out);
  } else {
    answer_change(pid, asker, Errno::esrch, out);
  }
}

// A child that is not here any more is a zombie, whose group cannot be changed.
void VprocSwitch::serve(const Message& message, const vproc::SetGroupRequest& request, Effects& out) {
  const Header& header = message.header;
  pass_set_group(request, {request.asker, header.txn, header.cause}, {true, std::nullopt}, out);
}

void VprocSwitch::pass_set_group(const vproc::SetGroupRequest& request, const Asker& asker, Origin of, Effects& out) {
  const Found found = find_for(request.pid, request, asker, of, out);
  if (found.as == Found::As::sent) {
    if (asker.node == self_) pending_.find<vproc::PendingSetGroup>(asker.txn)->asked = found.to;
    return;
  }
  if (found.as == Found::As::dead || processes_.find(request.pid)->parent != request.caller)
    return answer_change(request.pid, asker, Errno::esrch, out);
  change_group(request.pid, request.group, request.session, asker, out);
}

void VprocSwitch::change_group(Pid pid, Pid group, Pid callers_session, const Asker& asker, Effects& out) {
  const native::Process& process = *processes_.find(pid);
  const bool leads_session = process.session == pid;
  if (leads_session || process.session != callers_session || group.origin().value >= nodes_)
    return answer_change(pid, asker, Errno::eperm, out);
  if (process.group == group) return answer_change(pid, asker, Errno::none, out);
  const JoinFor purpose = group == pid ? JoinFor::leader : JoinFor::member;
  if (is_here(Site::setpgid_holder, is_home(group), out)) {
    const Errno refused = may_join(group, process.session, purpose);
    answer_change(pid, asker, refused == Errno::none ? move(pid, group, purpose, out) : refused, out);
  } else {
    join({home_of(group), group, purpose, asker, vproc::PendingJoin::Change{pid}}, process.session, asker.cause, out);
  }
}

void VprocSwitch::set_session(const CallEvent& event, Effects& out) {
  const Pid pid = event.caller;
  const TxnId txn = pending_.open(vproc::PendingSetGroup{{event.id, pid}, self_});
  const Asker asker{self_, txn, event.id};
  if (is_here(Site::setsid_holder, is_home(pid), out)) {
    const Errno refused = may_join(pid, pid, JoinFor::session);
    answer_change(pid, asker, refused == Errno::none ? move(pid, pid, JoinFor::session, out) : refused, out);
  } else if (!processes_.members(pid).empty()) {
    answer_change(pid, asker, Errno::eperm, out);
  } else {
    join({home_of(pid), pid, JoinFor::session, asker, vproc::PendingJoin::Change{pid}}, pid, event.id, out);
  }
}

void VprocSwitch::answer_change(Pid pid, const Asker& asker, Errno error, Effects& out) {
  if (asker.node != self_) {
    out.send(asker.node, asker.txn, vproc::Message(vproc::SetGroupDone{pid, error}), {.cause = asker.cause});
    return;
  }
  if (const auto pending = pending_.take<vproc::PendingSetGroup>(asker.txn)) answer(pending->caller, result_of(error), self_, out);
}

void VprocSwitch::serve(const Message& message, const vproc::SetGroupDone& done, Effects& out) {
  const auto pending = pending_.take<vproc::PendingSetGroup>(message.header.txn);
  if (!pending) return;   // given up when the circuit broke
  answer(pending->caller, result_of(done.error), message.header.from, out);
}

// The holder decides. A group exists while it has a member anywhere; it lies in one session.
Errno VprocSwitch::may_join(Pid group, Pid session, JoinFor purpose) const {
  const auto here = processes_.members(group);
  const auto* listed = holder_.find(group);
  const bool elsewhere = listed != nullptr && !listed->registrations.empty();
  const bool exists = !here.empty() || elsewhere;
  switch (purpose) {
    case JoinFor::arrival: return Errno::none;   // its parent was a member
    case JoinFor::session: return exists ? Errno::eperm : Errno::none;
    case JoinFor::leader:
    case JoinFor::member: break;
  }
  if (!exists) return purpose == JoinFor::leader ? Errno::none : Errno::eperm;
  const Pid its = here.empty() ? listed->session : processes_.find(here.front())->session;
  return its == session ? Errno::none : Errno::eperm;
}

// The process is here, and the holder agrees.
Errno VprocSwitch::move(Pid pid, Pid group, JoinFor purpose, Effects& out) {
  const native::Process* process = processes_.find(pid);
  if (process == nullptr) return Errno::esrch;
  const Pid old = process->group;
  const Errno error = purpose == JoinFor::session ? processes_.set_session(pid) : processes_.set_group(pid, pid, group);
  if (error != Errno::none || old == group) return error;
  left_[pid][old] = is_home(old) ? holder_.done() : memberships_.seen(old, pid);
  leave_group(pid, old, out);
  if (!is_home(group)) return error;
  if (auto* active = holder_.active(group); active && seen_before(pid, group) < active->number) {   // it joins during a broadcast
    active->reached = true;
    post(pid, active->signal, out);
  }
  return error;
}

// The last broadcast that the process had got when it left the group, if it was in it before.
std::uint64_t VprocSwitch::seen_before(Pid pid, Pid group) const {
  const auto groups = left_.find(pid);
  if (groups == left_.end()) return 0;
  const auto seen = groups->second.find(group);
  return seen == groups->second.end() ? 0 : seen->second;
}

void VprocSwitch::join(vproc::PendingJoin pending, Pid session, CallId cause, Effects& out) {
  pending.session = session;
  const vproc::Join request{pending.group, session, pending.purpose};
  const NodeId holder = pending.holder;
  const TxnId txn = pending_.open(std::move(pending));
  memberships_.ask(request.group, txn);
  out.send(holder, txn, vproc::Message(request), {.cause = cause});
}

void VprocSwitch::serve(const Message& message, const vproc::Join& join, Effects& out) {
  const Header& header = message.header;
  vproc::Joined answer{.group = join.group, .error = may_join(join.group, join.session, join.purpose)};
  if (answer.error == Errno::none) {
    holder_.grant(join.group, join.session, header.from);
    answer.done = holder_.done();
    if (auto* active = holder_.active(join.group)) {
      answer.done = active->number - 1;
      answer.active = active->number;
      answer.signal = active->signal;
      active->waiting.emplace(header.from, header.txn);
      if (!active->other) active->other = header.from;
    }
  }
  out.send(header.from, header.txn, vproc::Message(answer));
}

void VprocSwitch::serve(const Message& message, const vproc::Joined& answer, Effects& out) {
  const Header& header = message.header;
  const auto pending = pending_.take<vproc::PendingJoin>(header.txn);
  if (!pending) return;   // given up when the circuit broke
  if (answer.error == Errno::none) memberships_.admitted(answer.group, {answer.active, answer.signal});
  bool reached = true;
  if (const auto* arrival = std::get_if<vproc::PendingJoin::Arrival>(&pending->who)) {
    if (arrival->orphaned) reached = false;     // whoever has called for it is dead
    else arrive(*arrival, header.cause, out);   // never refused
  } else if (const auto* coming = std::get_if<vproc::PendingJoin::Coming>(&pending->who)) {
    come_in(*coming, header.cause, out);
  } else {
    const Pid pid = std::get<vproc::PendingJoin::Change>(pending->who).pid;
    const Errno error = answer.error == Errno::none ? move(pid, answer.group, pending->purpose, out) : answer.error;
    reached = error == Errno::none;
    answer_change(pid, pending->asker, error, out);
    if (reached) enter_group(pid, answer.group, answer.done, out);
  }
  if (answer.active != 0) out.send(header.from, header.txn, vproc::Message(vproc::GroupSignalled{answer.group, answer.active, reached}));
  settle(answer.group, header.txn, out);
}

void VprocSwitch::enter_group(Pid pid, Pid group, std::uint64_t seen, Effects& out) {
  if (const auto missed = memberships_.enter(group, pid, std::max(seen, seen_before(pid, group)))) post(pid, missed->signal, out);
}

void VprocSwitch::leave_group(Pid pid, Pid group, Effects& out) {
  if (is_home(group)) return;
  memberships_.leave(group, pid);
  leave_if_emptied(group, out);
}

void VprocSwitch::leave_if_emptied(Pid group, Effects& out) {
  const auto registrations = memberships_.emptied(group);
  if (registrations && *registrations > 0) out.send(home_of(group), pending_.fresh(), vproc::Message(vproc::Leave{group, *registrations}));
}

void VprocSwitch::serve(const Message& message, const vproc::Leave& leave, Effects&) {
  holder_.give_back(leave.group, message.header.from, leave.registrations);
}

}   // namespace ssi::vproc_switch
