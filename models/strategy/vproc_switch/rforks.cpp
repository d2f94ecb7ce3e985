// Rfork: a child on each of several nodes, in parallel (rforkmulti of OSF/1 AD). Each child is a creation of its own.
#include <algorithm>

#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

void VprocSwitch::fork_onto(const CallEvent& event, const Rfork& fork, Instant now, Effects& out) {
  const vproc::Caller parent{event.id, event.caller};
  const auto& nodes = fork.nodes;
  const bool exist = std::all_of(nodes.begin(), nodes.end(), [&](NodeId node) { return node.value < nodes_; });
  if (nodes.empty() || !exist) return answer(parent, Result::fail(Errno::einval), self_, out);
  if (!std::all_of(nodes.begin(), nodes.end(), [&](NodeId node) { return can_take(node); }))
    return answer(parent, Result::fail(Errno::ehostdown), self_, out);

  vproc::PendingRfork pending{parent, {}, static_cast<std::uint32_t>(nodes.size())};
  const Pid group = processes_.find(event.caller)->group;
  for (NodeId node : nodes) pending.children.push_back({kNoPid, event.caller, group, node, false});
  const TxnId txn = pending_.open(std::move(pending));
  for (std::uint32_t place = 0; place < nodes.size(); ++place) {
    if (is_here(Site::rfork, nodes[place] == self_, out)) {
      const Pid child = new_child_here(event.caller, fork.child, false, now, out);
      auto* record = pending_.find<vproc::PendingRfork>(txn);
      record->children[place].pid = child;
      --record->waiting;
    } else {
      vproc::Create create = create_for(event.caller, fork.child, false);
      create.data_bytes += event.memory.dirty;   // each child has a copy of what its parent has written
      create_at(nodes[place], parent, create, {txn, place}, out);
    }
  }
  end_rfork_if_over(txn, out);
}

// Ok if there is any child. What failed without one may have happened if nobody knows.
void VprocSwitch::end_rfork_if_over(TxnId txn, Effects& out) {
  if (pending_.find<vproc::PendingRfork>(txn)->waiting > 0) return;
  auto rfork = pending_.take<vproc::PendingRfork>(txn);
  const auto& children = rfork->children;
  if (std::all_of(children.begin(), children.end(), [](const ProcessInfo& child) { return child.pid == kNoPid; }))
    return answer(rfork->caller, result_of(rfork->error), self_, out);
  const auto other = std::find_if(children.begin(), children.end(), [&](const ProcessInfo& child) { return child.node != self_; });
  const NodeId served = other == children.end() ? self_ : other->node;
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(rfork->children));
  answer(rfork->caller, std::move(result), served, out);
}

}   // namespace ssi::vproc_switch
