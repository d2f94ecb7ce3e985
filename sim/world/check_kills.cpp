// P3 and P7: single signals, what they cost, and who makes no further step.
#include <algorithm>

#include "sim/world/history_checker.hpp"

namespace ssi::world {

// Nobody is asked twice by the same news: NOT_HERE says how old they were, and then only later ones count. So at most 2 messages by a
// hint that is stale (KILL, NOT_HERE) and 1 to the origin; 4 for each place that the origin names (REDIRECT, KILL, NOT_HERE, KILL; passed
// on, 3; by a stub, 1), and 1 for the answer. The places: one that was known when all was last quiet, its status's first with the parent,
// and one for each move since, of the process or of the parent who has the status: 3 + 4 * (2 + moves) + 1.
void HistoryChecker::check_path(const CallRecord& record, const Life* target, const std::string& what) {
  if (disturbed(0, *record.returned)) return;
  const Step quiet = last_quiet(record.invoked);
  const Life* parent = target ? life(target->parent) : nullptr;
  const std::uint32_t moves =
      (target ? target->moves_in(quiet, *record.returned) : 0) + (parent ? parent->moves_in(quiet, *record.returned) : 0);
  if (record.path > 12 + 4 * moves)
    say("P7: " + what + " took " + std::to_string(record.path) + " messages in a row, with " + std::to_string(moves) + " moves");
}

// When the process's pid can have become free at the earliest.
Step HistoryChecker::earliest_reap(const Life& process) const {
  if (!process.ended) return kNever;
  if (process.lost) return *process.ended;
  Step out = kNever;
  if (const auto waited = reaped_.find(process.pid); waited != reaped_.end()) out = waited->second;
  const Life* parent = life(process.parent);
  if (h_.inits.contains(process.parent) || (parent && parent->ignores_children)) out = std::min(out, *process.ended);
  if (parent && parent->ended) out = std::min(out, std::max(*process.ended, *parent->ended));
  return out;
}

void HistoryChecker::check_kill(const CallRecord& record, const Kill& kill) {
  if (!record.returned || h_.inits.contains(kill.pid)) return;
  const Life* target = life(kill.pid);
  const std::string what = "P3: kill of " + name(kill.pid) + at(record.invoked, end_of(record));
  check_path(record, target, what);
  if (record.result.good()) {
    if (!target || target->begun > *record.returned) return say(what + " is ok, but it did not exist yet");
    const auto waited = reaped_.find(kill.pid);
    if (waited != reaped_.end() && waited->second < record.invoked) say(what + " is ok, but it was reaped before");
    if (kill.signal == Signal::kill && (!target->ended || *target->ended > *record.returned))
      say(what + " with SIGKILL is ok, but it lives on");
  } else if (record.result.error == Errno::esrch) {
    if (target && target->born <= record.invoked && earliest_reap(*target) > *record.returned)
      say(what + " is ESRCH, but it existed all the time");
  } else if (!unreachable(record)) {
    say(what + " ended in an error that it cannot end in");
  }
}

void HistoryChecker::check_step_of_the_dead(const CallRecord& record) {
  const Life* caller = life(record.caller);
  if (caller && caller->ended && record.invoked > *caller->ended) say("P3: " + name(record.caller) + " called after its end");
  if (caller && record.invoked < caller->born) say("P3: " + name(record.caller) + " called before its start");
}

// SIGUSR1 is sent by kill only.
void HistoryChecker::check_handler_runs() {
  std::map<Pid, std::uint64_t> ran, at_most, at_least;
  for (const Delivery& delivery : h_.deliveries)
    if (delivery.signal == Signal::usr1) ++ran[delivery.pid];
    else check_group_delivery(delivery);
  for (const CallRecord& record : h_.calls) {
    const auto* kill = std::get_if<Kill>(&record.call);
    if (!kill || kill->signal != Signal::usr1) continue;
    at_most[kill->pid] += !refused(record);
    const Life* target = life(kill->pid);
    if (target && record.returned && record.result.good() && (!target->ended || *target->ended > *record.returned)) ++at_least[kill->pid];
  }
  for (const auto& [pid, process] : h_.lives) {
    if (ran[pid] > at_most[pid])
      say("P3: " + name(pid) + " ran its handler " + std::to_string(ran[pid]) + " times for " + std::to_string(at_most[pid]) + " kills");
    if (!process.ever_stopped && ran[pid] < at_least[pid])
      say("P3: " + name(pid) + " ran its handler " + std::to_string(ran[pid]) + " times for " + std::to_string(at_least[pid]) +
          " kills that were ok");
  }
}

}   // namespace ssi::world
