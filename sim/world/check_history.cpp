// The rules of history.hpp, by file: check_places (P2), check_kills (P3, P7), check_waits (P4), check_groups (P5).
#include <algorithm>

#include "sim/world/history_checker.hpp"

namespace ssi::world {

std::vector<std::string> HistoryChecker::run() {
  for (Pid pid : h_.born_again) say("P1: " + name(pid) + " was started twice");
  for (const CallRecord& record : h_.calls) {
    if (const auto* kill = std::get_if<Kill>(&record.call)) check_kill(record, *kill);
    if (const auto* kill = std::get_if<KillGroup>(&record.call)) check_group_kill(record, *kill);
    if (const auto* wait = std::get_if<Wait>(&record.call)) check_wait(record, *wait);
    if (const auto* set = std::get_if<SetGroup>(&record.call)) check_set_group(record, *set);
    if (const auto* migrate = std::get_if<Migrate>(&record.call)) check_migrate(record, *migrate);
    if (std::holds_alternative<List>(record.call)) check_list(record);
    check_step_of_the_dead(record);
  }
  check_handler_runs();
  return std::move(problems_);
}

bool HistoryChecker::disturbed(Step from, Step to) const {
  const auto first = std::lower_bound(h_.faults.begin(), h_.faults.end(), from);
  return first != h_.faults.end() && *first <= to;
}

void HistoryChecker::index(const CallRecord& record) {
  if (record.answered && record.result.good()) {
    if (std::holds_alternative<Spawn>(record.call) || std::holds_alternative<Fork>(record.call)) known_.insert(record.result.pid);
    if (std::holds_alternative<Rfork>(record.call) && record.result.processes())
      for (const ProcessInfo& child : *record.result.processes()) known_.insert(child.pid);
  }
  if (std::holds_alternative<Wait>(record.call) && record.answered && record.result.good() && record.result.pid != kNoPid)
    reaped_.emplace(record.result.pid, *record.answered);
}

std::vector<std::string> check_history(const History& history) { return HistoryChecker(history).run(); }

}   // namespace ssi::world
