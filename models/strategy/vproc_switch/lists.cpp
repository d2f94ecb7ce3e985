// ps: every node lists what it has, and the node that was asked puts it together.
#include <algorithm>

#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

void VprocSwitch::list(const CallEvent& event, Effects& out) {
  vproc::PendingList pending{{event.id, event.caller}, {}, list_here(out)};
  for (std::uint32_t node = 0; node < nodes_; ++node)
    if (node != self_.value && can_take(NodeId{node})) pending.waiting.insert(NodeId{node});
  const std::set<NodeId> others = pending.waiting;
  const TxnId txn = pending_.open(std::move(pending));
  if (is_here(Site::list, others.empty(), out)) return end_list_if_over(txn, out);
  for (NodeId other : others) out.send(other, txn, vproc::Message(vproc::ListRequest{}));
}

std::vector<ProcessInfo> VprocSwitch::list_here(Effects& out) const {
  auto processes = processes_.list();
  for (const auto& [pid, txn] : in_transit_) {   // it has not arrived as far as is known here
    const auto& move = std::get<vproc::PendingMove>(pending_.all().at(txn));
    const native::Process& process = dynamic_cast<const Packed&>(*move.process).process;
    const bool is_status = pid != move.pid;
    processes.push_back({pid, is_status ? move.pid : process.parent, is_status ? kNoPid : process.group, self_, is_status});
  }
  out.work(costs_.list_per_process * static_cast<std::int64_t>(processes.size()));
  return processes;
}

void VprocSwitch::serve(const Message& message, const vproc::ListRequest&, Effects& out) {
  const Header& header = message.header;
  out.send(header.from, header.txn, vproc::Message(vproc::Listed{std::make_shared<const std::vector<ProcessInfo>>(list_here(out))}));
}

void VprocSwitch::serve(const Message& message, const vproc::Listed& listed, Effects& out) {
  const Header& header = message.header;
  auto* pending = pending_.find<vproc::PendingList>(header.txn);
  if (pending == nullptr || pending->waiting.erase(header.from) == 0) return;   // given up when the circuit broke
  pending->processes.insert(pending->processes.end(), listed.processes->begin(), listed.processes->end());
  end_list_if_over(header.txn, out);
}

// What was between two nodes' answers appears once, by one of them; what has moved to a node that had answered already, perhaps not at all.
void VprocSwitch::end_list_if_over(TxnId txn, Effects& out) {
  if (!pending_.find<vproc::PendingList>(txn)->waiting.empty()) return;
  auto pending = pending_.take<vproc::PendingList>(txn);
  auto& all = pending->processes;
  std::sort(all.begin(), all.end());
  const auto same = [](const ProcessInfo& a, const ProcessInfo& b) { return a.pid == b.pid; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(pending->processes));
  const NodeId other{self_.value == 0 ? 1U : 0U};
  answer(pending->caller, std::move(result), nodes_ == 1 ? self_ : other, out);
}

}   // namespace ssi::vproc_switch
