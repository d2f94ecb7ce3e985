// Processes that leave for another node or come from one.
#include "models/base/check.hpp"
#include "models/native/processes.hpp"

namespace ssi::native {

Process Processes::take(Pid pid, Effects& out) {
  SSI_CHECK(pid != init_, "init leaves");
  SSI_CHECK(find(pid) != nullptr, "a process that is not here leaves");
  out.lock(kTableLock);
  places_.of.erase(pid.value);
  auto entry = table_.extract(pid);
  Process& process = entry.mapped();
  SSI_CHECK(!process.blocked || process.blocked->in != Blocked::In::part, "a process leaves in the middle of a call");
  leave_group(process);
  for (Pid zombie : process.zombies) {
    zombie_parent_.erase(zombie);
    told_when_reaped_.erase(zombie);
  }
  return std::move(process);
}

void Processes::put(Process process, Effects& out) {
  const Pid pid = process.pid;
  SSI_CHECK(find(pid) == nullptr && !is_zombie(pid), "a process comes that is here");
  out.lock(kTableLock);
  groups_[process.group].insert(pid);
  for (Pid zombie : process.zombies) zombie_parent_.emplace(zombie, pid);
  *places_.of.insert(pid.value).first = &table_.emplace(pid, std::move(process)).first->second;
}

}   // namespace ssi::native
