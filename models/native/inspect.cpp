// What others may see of the table: ps, the invariants, the hash of its state, a text for failure reports.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/native/processes.hpp"

namespace ssi::native {
namespace {

std::string text(Pid pid) {
  if (pid == kNoPid) return "-";
  return std::to_string(pid.origin().value) + "." + std::to_string(pid.incarnation().value) + ":" + std::to_string(pid.sequence());
}

std::string text(const Blocked& blocked) {
  const std::string call = " (call " + std::to_string(blocked.call.value) + ")";
  if (blocked.in == Blocked::In::pause) return " pausing" + call;
  if (blocked.in == Blocked::In::part) return " blocked" + call;
  return " waiting for " + (blocked.child == kNoPid ? "any" : text(blocked.child)) + call;
}

std::string line(const Process& process) {
  std::string out =
      text(process.pid) + " parent " + text(process.parent) + " group " + text(process.group) + " session " + text(process.session);
  if (process.stopped) out += " stopped";
  if (process.blocked) out += text(*process.blocked);
  for (Signal signal : process.pending) out += " pending " + std::string(name_of(signal));
  for (const auto& [child, status] : process.children)
    out += status ? " zombie " + text(child) + "=" + std::to_string(*status) : " child " + text(child);
  return out + "\n";
}

void hash(const Process& process, StateHash& out) {
  out.add(process.pid);
  out.add(process.parent);
  out.add(process.group);
  out.add(process.session);
  out.add(process.program.workload);
  out.add(process.program.program);
  for (auto argument : process.program.arguments) out.add(argument);
  for (auto disposition : process.dispositions) out.add(static_cast<std::uint64_t>(disposition));
  out.add(std::uint64_t{process.stopped});
  out.add(process.pending.size());
  for (auto signal : process.pending) out.add(static_cast<std::uint64_t>(signal));
  out.add(process.children.size());
  for (const auto& [child, status] : process.children) {
    out.add(child);
    out.add(std::uint64_t{status.has_value()});
    out.add(static_cast<std::uint64_t>(status.value_or(0)));
  }
  out.add(std::uint64_t{process.blocked.has_value()});
  if (!process.blocked) return;
  out.add(process.blocked->call);
  out.add(static_cast<std::uint64_t>(process.blocked->in));
  out.add(process.blocked->child);
}

}   // namespace

std::vector<ProcessInfo> Processes::list() const {
  std::vector<ProcessInfo> out;
  for (const auto& [pid, process] : table_) out.push_back({pid, process.parent, process.group, self_, false});
  for (const auto& [zombie, parent] : zombie_parent_) out.push_back({zombie, parent, kNoPid, self_, true});
  std::sort(out.begin(), out.end());
  return out;
}

void Processes::check_invariants() const {
  std::size_t zombies = 0, members = 0;
  for (const auto& [pid, process] : table_) {
    SSI_INVARIANT(pid == process.pid, text(pid));
    check(process);
    zombies += process.zombies.size();
  }
  for (const auto& [group, pids] : groups_) {
    SSI_INVARIANT(!pids.empty(), "group " + text(group) + " is empty");
    members += pids.size();
  }
  SSI_INVARIANT(zombies == zombie_parent_.size(), "a zombie without its parent");
  SSI_INVARIANT(members == table_.size(), "a process in two groups");
  const Process* init = find(init_);
  SSI_INVARIANT(init != nullptr && !init->stopped && init->zombies.empty(), "init is gone, stopped or has a zombie");
}

void Processes::check(const Process& process) const {
  const auto who = [&process] { return line(process); };   // only made when it is needed
  const auto group = groups_.find(process.group);
  SSI_INVARIANT(group != groups_.end() && group->second.contains(process.pid), "not in its group: " + who());
  SSI_INVARIANT(process.pid.origin() != self_ || process.pid.incarnation() != Pid::make(self_, incarnation_, 0).incarnation() ||
                    process.pid.sequence() < next_sequence_,
                "a pid that was not allocated: " + who());
  if (const Process* parent = find(process.parent)) {
    const auto entry = parent->children.find(process.pid);
    SSI_INVARIANT(entry != parent->children.end() && !entry->second, "its parent does not know it as living: " + who());
  }
  for (const auto& [child, status] : process.children) {
    SSI_INVARIANT(status.has_value() == process.zombies.contains(child), "zombies are not the children with a status: " + who());
    const Process* here = find(child);
    SSI_INVARIANT(here == nullptr || (!status && here->parent == process.pid), "a child here that is a zombie, or another's: " + who());
    const auto owner = zombie_parent_.find(child);
    SSI_INVARIANT(owner == zombie_parent_.end() ? !status : status && owner->second == process.pid, "a zombie of two parents: " + who());
  }
  SSI_INVARIANT(process.zombies.size() <= process.children.size(), "a zombie that is no child: " + who());
  for (Signal signal : process.pending)
    SSI_INVARIANT(process.stopped && !ignores(process, signal) && signal != Signal::kill && signal != Signal::stop, "held back: " + who());
  if (!process.blocked || process.blocked->in != Blocked::In::wait || process.stopped) return;
  const Pid awaited = process.blocked->child;
  SSI_INVARIANT(awaited == kNoPid ? !process.children.empty() && process.zombies.empty()
                                  : process.children.contains(awaited) && !process.zombies.contains(awaited),
                "waits for nothing, or for what it could have: " + who());
}

void Processes::hash_into(StateHash& out) const {
  out.add(self_);
  out.add(incarnation_);
  out.add(std::uint64_t{next_sequence_});
  out.add(table_.size());
  for (const auto& [pid, process] : table_) hash(process, out);
  for (Pid pid : reaped_) out.add(pid);
  for (CallId call : broken_off_) out.add(call);
}

std::string Processes::describe() const {
  std::string out;
  for (const auto& [pid, process] : table_) out += line(process);
  return out;
}

}   // namespace ssi::native
