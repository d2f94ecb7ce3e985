// Exit: the status travels to the parent's node, the origin learns when the pid is gone.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;
using vproc::OriginEvent;

void VprocSwitch::departed(const native::Departure& departure, Effects& out) {
  leave_orphans(departure, out);
  const auto moved = moves_.find(departure.pid);
  const std::uint32_t moves = moved == moves_.end() ? 0 : moved->second;
  if (!is_here(Site::exit, departure.parent_here, out)) tell_parent(departure, moves + 1, out);
  else if (moves > 0 && processes_.is_zombie(departure.pid)) processes_.tell_when_reaped(departure.pid);
  if (moves > 0 && !processes_.is_zombie(departure.pid)) moves_.erase(departure.pid);
  leave_group(departure.pid, departure.group, out);
  left_.erase(departure.pid);
  departing_.erase(departure.pid);
  orders_.erase(departure.pid);
}

void VprocSwitch::tell_parent(const native::Departure& departure, std::uint32_t moves, Effects& out) {
  const auto parent = parents_.extract(departure.pid);
  SSI_CHECK(!parent.empty(), "a parent elsewhere whose node is not known");
  const ParentLink link = parent.mapped();
  vproc::PendingExit exit{departure.pid, link.place.node, moves};
  exit.parent = departure.parent;
  exit.status = departure.status;
  exit.created_by = link.created_by;
  const TxnId txn = pending_.open(std::move(exit));
  leaving_.emplace(departure.pid, txn);
  if (is_home(departure.pid)) origins_.step(departure.pid, OriginEvent::left, {link.place.node, moves});
  const vproc::ExitNotice notice{departure.pid, departure.parent, departure.status, link.created_by, self_, moves};
  pass_notice(notice, txn, out.cause, {false, link.place}, out);
}

void VprocSwitch::serve(const Message& message, const vproc::ExitNotice& notice, Effects& out) {
  const Header& header = message.header;
  if (notice.asker != self_) settle_if_in_transit(notice.child, notice.moves - 1, out);   // it has exited there, so it has arrived
  pass_notice(notice, header.txn, header.cause, {true, std::nullopt}, out);
}

// The notice may overtake the CREATED of the same child; then it waits for it.
void VprocSwitch::pass_notice(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Origin of, Effects& out) {
  if (auto* create = pending_.find<vproc::PendingCreate>(notice.created_by)) {
    create->early_exit = vproc::PendingCreate::EarlyExit{notice, txn, cause};
    return;
  }
  const Found found = find_for(notice.parent, notice, Asker{notice.asker, txn, cause}, of, out);
  if (found.as == Found::As::here) return take_status(notice, txn, cause, out);
  if (found.as == Found::As::dead) return refuse_status(notice, txn, cause, out);
  if (notice.asker != self_) return;
  if (auto* exit = pending_.find<vproc::PendingExit>(txn)) exit->asked = found.to;
}

void VprocSwitch::take_status(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out) {
  const Pid child = notice.child;
  if (notice.parent == processes_.reaper() && is_reaper_here()) meet_before_adoption(child);
  if (const auto* parent = processes_.find(notice.parent); membership_ && parent != nullptr) {   // one that was told again, or given up
    const auto entry = parent->children.find(child);
    if (entry == parent->children.end() || entry->second) return told_again(notice, txn, cause, out);
  }
  const bool accepted = processes_.child_exited(notice.parent, child, notice.status, out);
  if (!accepted) return refuse_status(notice, txn, cause, out);
  children_.erase(child);
  locations_.drop(child);
  stubs_.erase(child);   // it has been here before
  const bool kept = processes_.is_zombie(child), from_here = is_home(child);
  if (from_here && origins_.find(child) != nullptr) origins_.step(child, OriginEvent::ended, {});
  if (kept && !from_here && notice.asker != home_of(child) && notice.asker != self_) tell_location(child, notice.moves, notice.asker, out);
  if (kept && notice.moves > 1) {
    moves_[child] = notice.moves;
    processes_.tell_when_reaped(child);
  }
  acknowledge_exit(notice, {child, true, kept}, txn, cause, out);
}

// The acknowledgement was lost with the node that had sent it, or the status was given up before it came.
void VprocSwitch::told_again(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out) {
  const Pid child = notice.child;
  const bool kept = processes_.is_zombie(child);
  if (kept && !is_home(child) && notice.asker != home_of(child) && notice.asker != self_)
    tell_location(child, moves_of(child), notice.asker, out);
  if (!kept && is_home(child) && notice.asker != self_) end_origin(child);
  acknowledge_exit(notice, {child, kept, kept}, txn, cause, out);
}

// There is no parent any more. The image's only init takes the status, its own node's does without.
void VprocSwitch::refuse_status(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out) {
  children_.erase(notice.child);
  locations_.drop(notice.child);
  if (settings_.one_init() && notice.parent != processes_.reaper()) {
    vproc::ExitNotice on = notice;
    on.parent = processes_.reaper();
    on.created_by = {};
    on.route = {};
    return pass_notice(on, txn, cause, {false, vproc::Place{on.parent.origin()}}, out);
  }
  if (is_home(notice.child) && notice.asker != self_) end_origin(notice.child);
  acknowledge_exit(notice, {notice.child, false, false}, txn, cause, out);
}

void VprocSwitch::acknowledge_exit(const vproc::ExitNotice& notice, vproc::ExitAck ack, TxnId txn, CallId cause, Effects& out) {
  if (notice.asker != self_) return out.send(notice.asker, txn, vproc::Message(ack), {.cause = cause});
  if (const auto exit = pending_.take<vproc::PendingExit>(txn)) exit_settled(*exit, self_, ack, out);
}

void VprocSwitch::serve(const Message& message, const vproc::ExitAck& ack, Effects& out) {
  if (const auto exit = pending_.take<vproc::PendingExit>(message.header.txn)) exit_settled(*exit, message.header.from, ack, out);
  // else: given up when the circuit broke
}

// Not accepted: the parent is dead, so the status went to this node's init, which wants none. Accepted: this node knows where the
// status lies until the pid's origin does.
void VprocSwitch::exit_settled(const vproc::PendingExit& exit, NodeId by, const vproc::ExitAck& ack, Effects& out) {
  leaving_.erase(exit.pid);
  const NodeId origin = home_of(exit.pid);
  if (origin == self_) {
    if (ack.accepted || origins_.find(exit.pid) != nullptr)
      origins_.step(exit.pid, ack.accepted ? OriginEvent::settled : OriginEvent::ended, {by, exit.moves});
  } else if (origin != by) {
    if (!ack.accepted) out.send(origin, pending_.fresh(), vproc::Message(vproc::Gone{exit.pid}));
    else if (ack.kept && by != self_ && !exit.located && !processes_.is_zombie(exit.pid))   // its parent may have brought it here
      stubs_.try_emplace(exit.pid, Stub{{by, exit.moves}, true});                           // ... and taken it away again
  }
  resume(exit.stalled, out);
}

void VprocSwitch::serve(const Message&, const vproc::Gone& gone, Effects& out) {
  settle_if_in_transit(gone.pid, ~0U, out);
  end_origin(gone.pid);
}

// Where nodes watch each other it may be known already: its node has died, and its parent has waited for it.
void VprocSwitch::end_origin(Pid pid) {
  if (!membership_ || origins_.find(pid) != nullptr) origins_.step(pid, OriginEvent::ended, {});
}

void VprocSwitch::tell_origins_of_reaped(Effects& out) {
  if (!processes_.has_reaped()) return;
  for (Pid pid : processes_.take_reaped()) {
    moves_.erase(pid);
    if (is_home(pid)) {
      if (pid.origin() != self_ && origins_.find(pid) != nullptr) origins_.step(pid, OriginEvent::ended, {});
      continue;
    }
    is_here(Site::reap, false, out);
    out.send(home_of(pid), pending_.fresh(), vproc::Message(vproc::Gone{pid}));
  }
}

}   // namespace ssi::vproc_switch
