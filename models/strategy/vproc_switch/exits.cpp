// Exit: the status travels to the parent's node, orphans go to init, the origin learns when the pid is gone.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::OriginEvent;

void VprocSwitch::departed(const native::Departure& departure, Effects& out) {
  for (Pid orphan : departure.orphans) {
    is_here(Site::orphan, false, out);
    const auto at = children_.extract(orphan);
    SSI_CHECK(!at.empty(), "a child elsewhere whose node is not known");
    out.send(at.mapped(), pending_.fresh(), vproc::Message(vproc::Reparent{orphan}));
  }
  if (!is_here(Site::exit, departure.parent_here, out)) tell_parent(departure, out);
  leave_group(departure.pid, departure.group, out);
  left_.erase(departure.pid);
}

void VprocSwitch::tell_parent(const native::Departure& departure, Effects& out) {
  const auto parent = parents_.extract(departure.pid);
  SSI_CHECK(!parent.empty(), "a parent elsewhere whose node is not known");
  const auto [node, created_by] = parent.mapped();
  const TxnId txn = pending_.open(vproc::PendingExit{departure.pid, node, {}});
  leaving_.emplace(departure.pid, txn);
  if (departure.pid.origin() == self_) origins_.step(departure.pid, OriginEvent::left, node);
  out.send(node, txn, vproc::Message(vproc::ExitNotice{departure.pid, departure.parent, departure.status, created_by}));
}

// The notice may overtake the CREATED of the same child; then it waits for it.
void VprocSwitch::serve(const Message& message, const vproc::ExitNotice& notice, Effects& out) {
  const Header& header = message.header;
  if (auto* create = pending_.find<vproc::PendingCreate>(notice.created_by)) {
    create->early_exit = vproc::PendingCreate::EarlyExit{notice.child, notice.status, header.txn, header.cause};
  } else {
    take_status(notice.child, notice.parent, notice.status, header.from, header.txn, header.cause, out);
  }
}

void VprocSwitch::take_status(Pid child, Pid parent, std::int32_t status, NodeId from, TxnId txn, CallId cause, Effects& out) {
  const bool accepted = processes_.child_exited(parent, child, status, out);
  children_.erase(child);
  locations_.drop(child);
  if (child.origin() == self_) origins_.step(child, OriginEvent::ended, from);
  out.send(from, txn, vproc::Message(vproc::ExitAck{child, accepted}), {.cause = cause});
}

void VprocSwitch::serve(const Message& message, const vproc::ExitAck& ack, Effects& out) {
  if (const auto exit = pending_.take<vproc::PendingExit>(message.header.txn)) exit_settled(*exit, ack.accepted, out);
  // else: given up when the circuit broke
}

// Not accepted: the parent is dead, so the status went to this node's init, which wants none.
void VprocSwitch::exit_settled(const vproc::PendingExit& exit, bool accepted, Effects& out) {
  leaving_.erase(exit.pid);
  if (exit.pid.origin() == self_) origins_.step(exit.pid, accepted ? OriginEvent::settled : OriginEvent::ended, exit.parent_node);
  for (const auto& stalled : exit.stalled) route_kill(stalled.kill, stalled.asker, out);
}

// A child that is not here any more has exited meanwhile; its notice will find no parent.
void VprocSwitch::serve(const Message&, const vproc::Reparent& reparent, Effects&) {
  if (parents_.erase(reparent.child) > 0) processes_.reparent(reparent.child, processes_.init());
}

void VprocSwitch::serve(const Message& message, const vproc::Gone& gone, Effects&) {
  origins_.step(gone.pid, OriginEvent::ended, message.header.from);
}

void VprocSwitch::tell_origins_of_reaped(Effects& out) {
  if (!processes_.has_reaped_from_elsewhere()) return;
  for (Pid pid : processes_.take_reaped_from_elsewhere()) {
    is_here(Site::reap, false, out);
    out.send(pid.origin(), pending_.fresh(), vproc::Message(vproc::Gone{pid}));
  }
}

}   // namespace ssi::vproc_switch
