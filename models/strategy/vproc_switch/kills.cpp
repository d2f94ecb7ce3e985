// Signals to a process wherever it is: here, by relation, by the cache, by the origin in its pid.
//
// A kill succeeds exactly if the process lives or is a zombie when it is found. What keeps it exact: an origin passes it
// on to the node that has the process or its status; a node from which one of them is on its way lets it wait; and an
// asker that was told NOT_HERE says to the origin how old the news were that led there, which only later news can answer.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;

void VprocSwitch::ship_kill(const CallEvent& event, const Kill& kill, Effects& out) {
  if (kill.pid.origin().value >= nodes_ || kill.pid == kNoPid)
    return answer({event.id, event.caller}, Result::fail(Errno::esrch), self_, out);
  const vproc::Kill request{kill.pid, self_, kill.signal};
  const TxnId txn = pending_.open(vproc::PendingKill{{event.id, event.caller}, self_, request});
  route_kill(request, Asker{self_, txn, event.id}, out);
}

// The origin may name the asker itself.
void VprocSwitch::serve(const Message& message, const vproc::Kill& kill, Effects& out) {
  const Header& header = message.header;
  if (kill.asker == self_) return ask_again(header.txn, kill.route.moves, header.cause, out);
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
  const Way way = way_to(kill.pid, kill.route);
  switch (way.at) {
    case Way::At::in_transit:
    case Way::At::leaving: return stall(kill.pid, {vproc::Message(kill), asker.node, asker.txn, asker.cause});
    case Way::At::rebuilt: return stall_until_rebuilt(way.place.node, {vproc::Message(kill), asker.node, asker.txn, asker.cause});
    case Way::At::gone:   // or the news of its end are on their way
    case Way::At::here: return answer_kill(kill, asker, Errno::esrch, out);
    case Way::At::on: return pass_kill_on(kill, way.place, asker, out);
    case Way::At::lost: break;
  }
  if (asker.node != self_)
    return out.send(asker.node, asker.txn, vproc::Message(vproc::NotHere{kill.pid, kill.route.moves}), {.cause = asker.cause});
  const auto hint = kill.route.missed ? std::nullopt : hint_for(kill.pid);
  if (hint && hint->node != self_) send_own_kill(kill, hint->node, {hint->moves, false}, asker, out);
  else send_own_kill(kill, home_of(kill.pid), hint ? vproc::Route{hint->moves, true} : kill.route, asker, out);
}

void VprocSwitch::pass_kill_on(const vproc::Kill& kill, vproc::Place to, const Asker& asker, Effects& out) {
  if (asker.node == self_) return send_own_kill(kill, to.node, {to.moves, false}, asker, out);
  if (!settings_.forwards() && is_home(kill.pid))
    return out.send(asker.node, asker.txn, vproc::Message(vproc::Redirect{kill.pid, to}), {.cause = asker.cause});
  vproc::Kill on = kill;
  on.route = {to.moves, false};
  out.send(to.node, asker.txn, vproc::Message(on), {.cause = asker.cause});
  passes_on(asker, to.node);
}

void VprocSwitch::send_own_kill(const vproc::Kill& kill, NodeId to, vproc::Route route, const Asker& asker, Effects& out) {
  auto* pending = pending_.find<vproc::PendingKill>(asker.txn);
  pending->asked = to;
  pending->kill = kill;
  pending->kill.route = route;
  out.send(to, asker.txn, vproc::Message(pending->kill), {.cause = asker.cause});
}

void VprocSwitch::answer_kill(const vproc::Kill& kill, const Asker& asker, Errno error, Effects& out) {
  const bool lives_here = processes_.find(kill.pid) != nullptr;
  if (asker.node != self_) {
    const vproc::Killed killed{kill.pid, error, lives_here, lives_here ? moves_of(kill.pid) : 0};
    out.send(asker.node, asker.txn, vproc::Message(killed), {.cause = asker.cause});
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
  if (killed.lives_here) learn(killed.pid, {from, killed.moves});
  else locations_.drop(killed.pid);
  answer(pending->caller, result_of(killed.error), from, out);
}

void VprocSwitch::serve(const Message& message, const vproc::NotHere& not_here, Effects& out) {
  out.note(Note::Kind::stale_location, static_cast<std::uint32_t>(Site::kill));
  locations_.drop(not_here.pid);
  ask_again(message.header.txn, not_here.moves, message.header.cause, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Redirect& redirect, Effects& out) {
  const TxnId txn = message.header.txn;
  if (redirect.place.node == self_) return ask_again(txn, redirect.place.moves, message.header.cause, out);
  auto* pending = pending_.find<vproc::PendingKill>(txn);
  if (pending == nullptr) return;   // given up when the circuit broke
  pending->asked = redirect.place.node;
  pending->kill.route = {redirect.place.moves, false};
  out.send(redirect.place.node, txn, vproc::Message(pending->kill));
}

// The process is not where somebody believed it to be, by the news of so many moves.
void VprocSwitch::ask_again(TxnId txn, std::uint32_t moves, CallId cause, Effects& out) {
  auto* pending = pending_.find<vproc::PendingKill>(txn);
  if (pending == nullptr) return;   // given up when the circuit broke
  pending->kill.route = {moves, true};
  const vproc::Kill kill = pending->kill;
  serve_kill(kill, Asker{self_, txn, cause}, out);
}

}   // namespace ssi::vproc_switch
