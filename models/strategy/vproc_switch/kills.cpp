// Finding the process that is to be signalled: here, by relation, by the cache, by the origin in its pid.
//
// A kill succeeds exactly if the process lives or is a zombie when it is found. What keeps it exact: an origin passes it
// on to the node that has the process or its status; a node that waits for the acknowledgement of an exit lets it wait;
// and a node that has said NOT_HERE is not asked twice for the same state of the origin's record.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;
using vproc::kNowhere;

void VprocSwitch::ship_kill(const CallEvent& event, const Kill& kill, Effects& out) {
  if (kill.pid.origin().value >= nodes_ || kill.pid == kNoPid)
    return answer({event.id, event.caller}, Result::fail(Errno::esrch), self_, out);
  const vproc::Kill request{kill.pid, self_, kNowhere, kill.signal};
  const TxnId txn = pending_.open(vproc::PendingKill{{event.id, event.caller}, self_, request});
  route_kill(request, Asker{self_, txn, event.id}, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Kill& kill, Effects& out) {
  const Header& header = message.header;
  if (kill.asker == self_) return ask_again(header.txn, self_, header.cause, out);   // the origin names the asker itself
  serve_kill(kill, Asker{kill.asker, header.txn, header.cause}, out);
}

void VprocSwitch::serve_kill(const vproc::Kill& kill, const Asker& asker, Effects& out) {
  if (is_here(Site::kill_served, processes_.find(kill.pid) != nullptr, out)) {
    post(kill.pid, kill.signal, out);
    answer_kill(kill, asker, Errno::none, out);
  } else if (processes_.is_zombie(kill.pid)) {
    answer_kill(kill, asker, Errno::none, out);
  } else {
    route_kill(kill, asker, out);
  }
}

// Not here, neither living nor dead.
void VprocSwitch::route_kill(const vproc::Kill& kill, const Asker& asker, Effects& out) {
  if (const auto leaving = leaving_.find(kill.pid); leaving != leaving_.end()) {
    pending_.find<vproc::PendingExit>(leaving->second)->stalled.push_back({kill, asker});
    return;
  }
  const bool asks_for_itself = asker.node == self_;
  NodeId to;
  if (kill.pid.origin() == self_) {
    const auto* record = origins_.find(kill.pid);
    // Gone; or it is no longer where the record says, and the news of its end is on its way.
    if (record == nullptr || record->node == kill.not_at) return answer_kill(kill, asker, Errno::esrch, out);
    to = record->node;
    if (!asks_for_itself && !settings_.forwards()) {
      out.send(asker.node, asker.txn, vproc::Message(vproc::Redirect{kill.pid, to}), {.cause = asker.cause});
      return;
    }
  } else if (asks_for_itself) {
    to = whereabouts(kill.pid);
  } else {
    out.send(asker.node, asker.txn, vproc::Message(vproc::NotHere{kill.pid}), {.cause = asker.cause});
    return;
  }
  if (asks_for_itself) pending_.find<vproc::PendingKill>(asker.txn)->asked = to;
  out.send(to, asker.txn, vproc::Message(kill), {.cause = asker.cause});
}

// A node that has said NOT_HERE is in neither table any more.
NodeId VprocSwitch::whereabouts(Pid pid) const {
  if (const auto child = children_.find(pid); child != children_.end()) return child->second;
  return locations_.find(pid).value_or(pid.origin());
}

void VprocSwitch::answer_kill(const vproc::Kill& kill, const Asker& asker, Errno error, Effects& out) {
  const bool lives_here = processes_.find(kill.pid) != nullptr;
  if (asker.node != self_) {
    out.send(asker.node, asker.txn, vproc::Message(vproc::Killed{kill.pid, error, lives_here}), {.cause = asker.cause});
    return;
  }
  const auto pending = pending_.take<vproc::PendingKill>(asker.txn);
  SSI_CHECK(pending, "a kill of this node's without a record");
  answer(pending->caller, result_of(error), self_, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Killed& killed, Effects& out) {
  const NodeId from = message.header.from;
  const auto pending = pending_.take<vproc::PendingKill>(message.header.txn);
  if (!pending) return;   // given up when the circuit broke
  // That it is where it began need not be remembered: its origin is asked first anyway.
  if (killed.lives_here && from != killed.pid.origin()) locations_.remember(killed.pid, from);
  else locations_.drop(killed.pid);
  answer(pending->caller, result_of(killed.error), from, out);
}

void VprocSwitch::serve(const Message& message, const vproc::NotHere& not_here, Effects& out) {
  out.note(Note::Kind::stale_location, static_cast<std::uint32_t>(Site::kill));
  locations_.drop(not_here.pid);
  ask_again(message.header.txn, message.header.from, message.header.cause, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Redirect& redirect, Effects& out) {
  const TxnId txn = message.header.txn;
  if (redirect.node == self_) return ask_again(txn, self_, message.header.cause, out);
  auto* pending = pending_.find<vproc::PendingKill>(txn);
  if (pending == nullptr) return;   // given up when the circuit broke
  pending->asked = redirect.node;
  out.send(redirect.node, txn, vproc::Message(pending->kill));
}

// The process is not on the node `not_at`, where somebody believed it to be.
void VprocSwitch::ask_again(TxnId txn, NodeId not_at, CallId cause, Effects& out) {
  auto* pending = pending_.find<vproc::PendingKill>(txn);
  if (pending == nullptr) return;   // given up when the circuit broke
  pending->kill.not_at = not_at;
  const vproc::Kill kill = pending->kill;
  serve_kill(kill, Asker{self_, txn, cause}, out);
}

}   // namespace ssi::vproc_switch
