// Finding a process: what this node knows of where it is. Each request to a process says by how many moves' news it was sent here, so
// that it goes round in no circle: a node that a process has left keeps a stub until the origin has later news, hence an origin whose
// news are no later than what was missed knows that the process has ended.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

VprocSwitch::Way VprocSwitch::way_to(Pid pid, vproc::Route route) const {
  using At = Way::At;
  if (processes_.find(pid) != nullptr) return {At::here, false, {}};
  if (processes_.is_zombie(pid)) return {At::here, true, {}};
  if (const auto moving = in_transit_.find(pid); moving != in_transit_.end())
    return {At::in_transit, std::get<vproc::PendingMove>(pending_.all().at(moving->second)).pid != pid, {}};
  if (leaving_.contains(pid)) return {At::leaving, true, {}};
  const auto is_news = [&](vproc::Place place) { return !route.missed || place.moves > route.moves; };
  if (const auto stub = stubs_.find(pid); stub != stubs_.end() && is_news(stub->second.place)) {
    const NodeId node = stub->second.place.node;
    if (has_died(node) || is_member(node)) return {has_died(node) ? At::rebuilt : At::on, stub->second.ended, stub->second.place};
  }
  if (!is_home(pid)) return {At::lost, false, {}};
  const auto* record = origins_.find(pid);
  if (record == nullptr && is_rebuilt_first(pid)) return {At::rebuilt, false, {pid.origin()}};
  if (record != nullptr && has_died(record->place.node)) return {At::rebuilt, false, record->place};
  if (record == nullptr || !is_news(record->place) || !is_member(record->place.node)) return {At::gone, true, {}};
  return {At::on, record->state == vproc::OriginState::zombie, record->place};
}

std::uint32_t VprocSwitch::moves_of(Pid pid) const {
  if (const auto found = moves_.find(pid); found != moves_.end()) return found->second;
  return processes_.is_zombie(pid) ? 1 : 0;
}

std::optional<vproc::Place> VprocSwitch::hint_for(Pid pid) const {
  const auto child = children_.find(pid);
  const auto hint = child != children_.end() ? std::optional(child->second) : locations_.find(pid);
  return hint && is_member(hint->node) ? hint : std::nullopt;
}

// Later news of a process that lives elsewhere.
void VprocSwitch::learn(Pid pid, vproc::Place place) {
  if (place.node == self_) return;
  if (const auto child = children_.find(pid); child != children_.end()) {
    if (place.moves > child->second.moves) child->second = place;
  } else if (place.node != home_of(pid)) {   // the origin is asked first anyway
    locations_.remember(pid, place);
  } else {
    locations_.drop(pid);
  }
}

void VprocSwitch::stall(Pid pid, vproc::Stalled request) {
  if (const auto moving = in_transit_.find(pid); moving != in_transit_.end())
    return pending_.find<vproc::PendingMove>(moving->second)->stalled.push_back(std::move(request));
  pending_.find<vproc::PendingExit>(leaving_.at(pid))->stalled.push_back(std::move(request));
}

// As if it came now.
void VprocSwitch::resume(const std::vector<vproc::Stalled>& stalled, Effects& out) {
  for (const vproc::Stalled& one : stalled) {
    Message message;
    message.header.from = one.from;
    message.header.to = self_;
    message.header.txn = one.txn;
    message.header.cause = one.cause;
    serve_any(message, one.body, out);
  }
}

// What is not here goes on to where the process is believed to be: by this node's news, by `hint` when the request is its own, else
// by the origin's.
template <class M>
VprocSwitch::Found VprocSwitch::find_for(Pid pid, M request, const vproc::Asker& asker, Origin of, Effects& out) {
  const Way way = way_to(pid, request.route);
  if (way.ended && way.at != Way::At::rebuilt) return {Found::As::dead, self_};
  if (way.at == Way::At::here) return {Found::As::here, self_};
  if (way.at == Way::At::in_transit) {
    stall(pid, {vproc::Message(request), asker.node, asker.txn, asker.cause});
    return {Found::As::sent, self_};
  }
  if (way.at == Way::At::rebuilt) {
    stall_until_rebuilt(way.place.node, {vproc::Message(request), asker.node, asker.txn, asker.cause});
    return {Found::As::sent, self_};
  }
  NodeId to = home_of(pid);
  if (way.at == Way::At::on) {
    to = way.place.node;
    request.route = {way.place.moves, false};
  } else if (of.served) {
    request.route.missed = true;
  } else if (of.hint && is_member(of.hint->node)) {
    request.route = {of.hint->moves, of.hint->node == self_};
    if (of.hint->node != self_) to = of.hint->node;
  }
  if constexpr (requires { request.passed_on; }) request.passed_on = asker.node != self_;
  out.send(to, asker.txn, vproc::Message(request), {.cause = asker.cause});
  passes_on(asker, to);
  return {Found::As::sent, to};
}

template VprocSwitch::Found VprocSwitch::find_for(Pid, vproc::ExitNotice, const vproc::Asker&, Origin, Effects&);
template VprocSwitch::Found VprocSwitch::find_for(Pid, vproc::Reparent, const vproc::Asker&, Origin, Effects&);
template VprocSwitch::Found VprocSwitch::find_for(Pid, vproc::SetGroupRequest, const vproc::Asker&, Origin, Effects&);
template VprocSwitch::Found VprocSwitch::find_for(Pid, vproc::Move, const vproc::Asker&, Origin, Effects&);

}   // namespace ssi::vproc_switch
