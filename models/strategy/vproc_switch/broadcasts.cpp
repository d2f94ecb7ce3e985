// Signals to process groups. The holder of the list broadcasts to the listed nodes, one broadcast at a time.
//
// Every process that is a member when the broadcast ends has got it, or was born of a parent that had: a node answers only
// when what its members were creating is settled, a creation tells how far the parent was, and who joins meanwhile is told.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;

void VprocSwitch::kill_group(const CallEvent& event, const KillGroup& kill, Effects& out) {
  const Pid group = kill.group == kNoPid ? processes_.find(event.caller)->group : kill.group;
  const NodeId holder = home_of(group);
  if (holder.value >= nodes_) return answer({event.id, event.caller}, Result::fail(Errno::esrch), self_, out);
  const TxnId txn = pending_.open(vproc::PendingGroupKill{{event.id, event.caller}, holder});
  if (is_here(Site::killpg, holder == self_, out)) broadcast(group, {kill.signal, Asker{self_, txn, event.id}}, out);
  else out.send(holder, txn, vproc::Message(vproc::KillGroupRequest{group, kill.signal}));
}

void VprocSwitch::serve(const Message& message, const vproc::KillGroupRequest& request, Effects& out) {
  const Header& header = message.header;
  broadcast(request.group, {request.signal, Asker{header.from, header.txn, header.cause}}, out);
}

void VprocSwitch::broadcast(Pid group, vproc::GroupHolder::Request request, Effects& out) {
  const auto* listed = holder_.find(group);
  if (listed == nullptr) {
    const bool reached = post_to_members_here(group, request.signal, out);
    return answer_group_kill(group, request.asker, reached, self_, out);
  }
  if (listed->active || !listed->queue.empty()) return holder_.queue(group, request);
  start_broadcast(group, request, out);
}

void VprocSwitch::start_broadcast(Pid group, const vproc::GroupHolder::Request& request, Effects& out) {
  std::set<TxnId> creates;
  for (const auto& [txn, record] : pending_.all()) {
    const auto* create = std::get_if<vproc::PendingCreate>(&record);
    const auto* move = std::get_if<vproc::PendingMove>(&record);
    if ((create && create->group == group) || (move && move->group == group)) creates.insert(txn);
  }
  auto& active = holder_.begin(group, request, std::move(creates));
  for (const auto& [node, registrations] : holder_.find(group)->registrations) tell_node(group, active, node, out);
  const bool reached = post_to_members_here(group, request.signal, out);
  holder_.active(group)->reached |= reached;
  end_broadcast_if_over(group, out);
}

void VprocSwitch::tell_node(Pid group, vproc::GroupHolder::Broadcast& broadcast, NodeId node, Effects& out) {
  const TxnId txn = pending_.fresh();
  broadcast.waiting.emplace(node, txn);
  if (!broadcast.other) broadcast.other = node;
  out.send(node, txn, vproc::Message(vproc::GroupSignal{group, broadcast.number, broadcast.signal}), {.cause = broadcast.asker.cause});
}

bool VprocSwitch::post_to_members_here(Pid group, Signal signal, Effects& out) {
  const auto members = processes_.members(group);
  for (Pid member : members) post(member, signal, out);
  return !members.empty();
}

// Then those that wait for the list get their turn.
void VprocSwitch::end_broadcast_if_over(Pid group, Effects& out) {
  const auto over = holder_.take_over(group);
  if (!over) return;
  answer_group_kill(group, over->asker, over->reached, over->other.value_or(self_), out);
  const auto next = holder_.next(group);
  if (!next) return;
  if (holder_.find(group) != nullptr) start_broadcast(group, *next, out);
  else broadcast(group, *next, out);
}

void VprocSwitch::answer_group_kill(Pid group, const Asker& asker, bool reached, NodeId served, Effects& out) {
  const Errno error = reached ? Errno::none : Errno::esrch;
  if (asker.node != self_) {
    out.send(asker.node, asker.txn, vproc::Message(vproc::KillGroupDone{group, error}), {.cause = asker.cause});
    return;
  }
  if (const auto pending = pending_.take<vproc::PendingGroupKill>(asker.txn)) answer(pending->caller, result_of(error), served, out);
}

void VprocSwitch::serve(const Message& message, const vproc::KillGroupDone& done, Effects& out) {
  const auto pending = pending_.take<vproc::PendingGroupKill>(message.header.txn);
  if (!pending) return;   // given up when the circuit broke
  answer(pending->caller, result_of(done.error), message.header.from, out);
}

void VprocSwitch::serve(const Message& message, const vproc::GroupSignal& signal, Effects& out) {
  const Header& header = message.header;
  const auto to = memberships_.signal(signal.group, {signal.number, signal.signal});
  if (memberships_.acknowledge(signal.group, header.txn, header.cause, signal.number, !to.empty()))
    out.send(header.from, header.txn, vproc::Message(vproc::GroupSignalled{signal.group, signal.number, !to.empty()}));
  for (Pid pid : to) post(pid, signal.signal, out);
}

void VprocSwitch::serve(const Message& message, const vproc::GroupSignalled& signalled, Effects& out) {
  auto* active = holder_.active(signalled.group);
  if (active == nullptr || active->number != signalled.number) return;   // the circuit broke, and it was no longer awaited
  active->waiting.erase({message.header.from, message.header.txn});
  active->reached |= signalled.reached;
  end_broadcast_if_over(signalled.group, out);
}

// A creation by a member here, or a member's move, is settled. A broadcast that had begun meanwhile has perhaps not found the process.
void VprocSwitch::group_settled(Pid group, TxnId txn, std::optional<NodeId> now_at, Effects& out) {
  if (!is_home(group)) return settle(group, txn, out);
  auto* active = holder_.active(group);
  if (active == nullptr || active->creates.erase(txn) == 0) return;
  if (now_at) tell_node(group, *active, *now_at, out);
  end_broadcast_if_over(group, out);
}

// Something of the group that was under way from here is settled: acknowledgements that waited for it may leave.
void VprocSwitch::settle(Pid group, TxnId txn, Effects& out) {
  if (is_home(group)) return;   // its list has come here meanwhile
  for (const auto& due : memberships_.settle(group, txn))
    out.send(home_of(group), due.txn, vproc::Message(vproc::GroupSignalled{group, due.number, due.reached}), {.cause = due.cause});
  leave_if_emptied(group, out);
}

}   // namespace ssi::vproc_switch
