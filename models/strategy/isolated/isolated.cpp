#include "models/strategy/isolated/isolated.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/base/check.hpp"

namespace ssi::isolated {
namespace {

bool is_elsewhere(const Placement& placement, NodeId self) { return placement.kind == Placement::Kind::node && placement.node != self; }

bool wants_another_node(const Call& call, NodeId self) {
  if (const auto* spawn = std::get_if<Spawn>(&call)) return is_elsewhere(spawn->placement, self);
  if (const auto* exec = std::get_if<Exec>(&call)) return is_elsewhere(exec->placement, self);
  if (const auto* migrate = std::get_if<Migrate>(&call)) return migrate->node != self;
  const auto* fork = std::get_if<Rfork>(&call);
  return fork != nullptr && std::any_of(fork->nodes.begin(), fork->nodes.end(), [&](NodeId node) { return node != self; });
}

}   // namespace

// A pid of another node needs no test: it is not in this kernel's table, which makes it ESRCH.
void Isolated::on_event(Instant now, const Event& event, Effects& out) {
  SSI_CHECK(!std::holds_alternative<MessageEvent>(event), "an isolated kernel gets a message");
  const auto* asked = std::get_if<CallEvent>(&event);
  const bool refused =
      asked != nullptr && kernel_.processes().find(asked->caller) != nullptr && wants_another_node(*asked->call, kernel_.self());
  if (refused) out.complete(asked->id, Result::fail(Errno::enosys), kernel_.self());
  else kernel_.on_event(now, event, out);
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values&) { return std::make_unique<Isolated>(setup); }

void check_cluster(std::span<const Strategy* const> nodes, Report& report) {
  std::set<NodeId> seen;
  std::map<Pid, NodeId> home;
  for (const Strategy* strategy : nodes) {
    const native::Kernel& kernel = static_cast<const Isolated*>(strategy)->kernel();
    if (!seen.insert(kernel.self()).second) report.add("two kernels of node " + std::to_string(kernel.self().value));
    for (const ProcessInfo& process : kernel.processes().list()) {
      const auto [first, is_new] = home.emplace(process.pid, kernel.self());
      if (!is_new)
        report.add("process " + std::to_string(process.pid.value) + " is on nodes " + std::to_string(first->second.value) + " and " +
                   std::to_string(kernel.self().value));
    }
  }
}

}   // namespace ssi::isolated
