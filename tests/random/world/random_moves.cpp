// Where the programs of a run are, and what must not be left when they have ended.
#include "tests/random/world/random_run.hpp"

namespace ssi::test {

NodeId RandomRun::where(Pid pid) const {
  const auto found = processes_.find(pid);
  return found == processes_.end() ? pid.origin() : found->second.node;
}

// The host holds the call of a program that stands still, and brings it to where the program goes on.
bool RandomRun::may_handle(const Queued& queued) const {
  const auto caller = processes_.find(queued.caller);
  return caller == processes_.end() || !caller->second.frozen;
}

void RandomRun::depart(Pid pid) {
  processes_.at(pid).frozen = true;
  history_.lives.at(pid).stays.push_back({now_, std::nullopt, {}});
}

// Perhaps it has died in the meantime.
void RandomRun::arrive(NodeId at, Pid pid) {
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return;
  found->second.frozen = false;
  found->second.node = at;
  Stay& stay = history_.lives.at(pid).stays.back();
  stay.arrived = now_;
  stay.node = at;
  for (Queued& queued : queued_)
    if (queued.caller == pid) queued.node = at;
}

std::vector<std::string> RandomRun::leftovers() const {
  std::vector<std::string> out;
  for (const auto& [pid, process] : processes_) out.push_back("process " + std::to_string(pid.value) + " never ends");
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) {
    const auto& node = world_.as<vproc_switch::VprocSwitch>(NodeId{id});
    const std::string where = " left on node " + std::to_string(id);
    if (node.processes().all().size() != 1) out.push_back("processes" + where);
    if (!node.pending().all().empty()) out.push_back("pending operations" + where);
    if (!node.origins().all().empty()) out.push_back("origin records" + where);
    if (!node.groups_led().all().empty()) out.push_back("group lists" + where);
    if (!node.memberships().all().empty()) out.push_back("memberships" + where);
    if (!node.stubs().empty()) out.push_back("stubs" + where);
    if (!node.met_before_adoption().empty()) out.push_back("orphans not adopted" + where);
    if (!node.parents_elsewhere().empty() || !node.children_elsewhere().empty()) out.push_back("relations" + where);
  }
  return out;
}

}   // namespace ssi::test
