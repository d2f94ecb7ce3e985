// P4: statuses of children.
#include <algorithm>

#include "sim/world/history_checker.hpp"

namespace ssi::world {

void HistoryChecker::check_wait(const CallRecord& record, const Wait& wait) {
  if (!record.answered) return;
  const std::string what = "P4: wait of " + name(record.caller) + at(record.invoked, end_of(record));
  if (record.result.good() && record.result.pid != kNoPid) check_status(record, wait, what);
  if (record.result.error == Errno::echild) check_no_child(record, wait, what);
}

void HistoryChecker::check_status(const CallRecord& record, const Wait& wait, const std::string& what) {
  const Pid child = record.result.pid;
  const Life* process = life(child);
  if (!process || process->parent != record.caller) return say(what + " returned " + name(child) + ", which is not its child");
  if (wait.child != kNoPid && wait.child != child) say(what + " returned another child than it asked for");
  if (!process->ended || *process->ended > *record.answered) say(what + " returned " + name(child) + " before its end");
  if (!returned_.insert(child).second) say(what + " returned " + name(child) + " a second time");
  const bool by_crash = process->lost && record.result.status == 128 + static_cast<int>(Signal::kill);
  const bool right = by_crash || (process->status ? *process->status == record.result.status : record.result.status > 128);
  if (!right) say(what + " returned status " + std::to_string(record.result.status) + " of " + name(child));
  if (!process->status && right && process->ended) check_death(*process, static_cast<Signal>(record.result.status - 128));
}

void HistoryChecker::check_no_child(const CallRecord& record, const Wait& wait, const std::string& what) {
  const Life* caller = life(record.caller);
  if (caller && caller->ignores_children) return;
  for (const auto& [pid, process] : h_.lives) {
    if (process.parent != record.caller || (wait.child != kNoPid && wait.child != pid) || process.born > record.invoked) continue;
    if (process.lost && !known_.contains(pid)) continue;   // its parent has never heard of it
    const auto waited = reaped_.find(pid);
    if (waited == reaped_.end() || waited->second > *record.answered)
      say(what + " found no child, but " + name(pid) + "'s status was not returned");
  }
}

}   // namespace ssi::world
