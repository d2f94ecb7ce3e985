// P2: where processes are, as lists and migrations tell.
#include <algorithm>

#include "sim/world/history_checker.hpp"

namespace ssi::world {

void HistoryChecker::check_list(const CallRecord& record) {
  if (!record.returned || !record.result.processes()) return;
  std::map<Pid, NodeId> living;
  const Step since = last_quiet(record.invoked);
  for (const ProcessInfo& info : *record.result.processes()) {
    if (info.zombie) continue;
    const Life* shown = life(info.pid);
    if (shown && shown->lost && *shown->ended < record.invoked && !disturbed(record.invoked, *record.returned))
      say("P2: a list shows " + name(info.pid) + ", which was lost with its node" + at(record.invoked, *record.returned));
    if (!living.emplace(info.pid, info.node).second)
      say("P2: a list shows " + name(info.pid) + " living twice" + at(record.invoked, *record.returned));
  }
  for (const auto& [pid, process] : h_.lives) {
    if (process.born > record.invoked || (process.ended && *process.ended <= *record.returned)) continue;
    if (process.moves_in(record.invoked, *record.returned) > 0 || disturbed(record.invoked, *record.returned)) continue;
    const auto found = living.find(pid);
    const bool settled = process.moves_in(since, *record.returned) == 0;   // the node that it left may still show it too
    if (found == living.end() || (settled && found->second != process.node_at(record.invoked)))
      say("P2: a list does not show " + name(pid) + " where it lives" + at(record.invoked, *record.returned));
  }
}

Step HistoryChecker::last_quiet(Step before) const {
  const auto later = std::upper_bound(h_.quiet.begin(), h_.quiet.end(), before);
  return later == h_.quiet.begin() ? 0 : *std::prev(later);
}

void HistoryChecker::check_migrate(const CallRecord& record, const Migrate& migrate) {
  const Pid pid = migrate.pid == kNoPid ? record.caller : migrate.pid;
  const Life* target = life(pid);
  if (!record.returned || !target) return;
  const std::string what = "P2: migrate of " + name(pid) + at(record.invoked, *record.returned);
  const bool lived = target->born <= record.invoked && (!target->ended || *target->ended > *record.returned);
  if (record.result.error == Errno::esrch && lived) say(what + " is ESRCH, but it lived all the time");
  const bool can_move = std::any_of(h_.lives.begin(), h_.lives.end(), [](const auto& entry) { return !entry.second.stays.empty(); });
  const bool arrived = std::any_of(target->stays.begin(), target->stays.end(), [&](const Stay& stay) {
    return stay.node == migrate.node && stay.arrived && *stay.arrived >= *record.answered && *stay.arrived <= *record.returned;
  });
  if (can_move && pid == record.caller && record.result.good() && target->node_at(*record.answered) != migrate.node && !arrived)
    say(what + " is ok, but it is elsewhere");
}

}   // namespace ssi::world
