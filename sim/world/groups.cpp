#include "sim/world/groups.hpp"

#include <algorithm>

namespace ssi::world {

Groups::Groups(const History& history) {
  for (const CallRecord& record : history.calls) {
    if (record.returned && !record.result.good()) continue;
    const Step until = record.returned.value_or(kNever);
    if (const auto* set = std::get_if<SetGroup>(&record.call)) {
      const Pid pid = set->pid == kNoPid ? record.caller : set->pid;
      changes_.push_back({pid, set->group == kNoPid ? pid : set->group, record.invoked, until, record.returned.has_value()});
    }
    if (std::holds_alternative<SetSession>(record.call))
      changes_.push_back({record.caller, record.caller, record.invoked, until, record.returned.has_value()});
  }
}

// Since then nothing can have taken it out of the group.
bool Groups::undisturbed(Pid pid, Pid group, Step since, Step to) const {
  return std::none_of(changes_.begin(), changes_.end(), [&](const Change& change) {
    return change.pid == pid && change.to != group && change.from <= to && change.until >= since;
  });
}

// The first instant after `since` at which it was surely elsewhere.
Step Groups::left_by(Pid pid, Pid group, Step since) const {
  Step out = kNever;
  for (const Change& change : changes_)
    if (change.pid == pid && change.to != group && change.sure && change.from >= since) out = std::min(out, change.until);
  return out;
}

bool Groups::sure_member(const Life& process, Pid group, Step from, Step to) const {
  if (process.born > from || (process.ended && *process.ended <= to)) return false;
  if (process.group == group && undisturbed(process.pid, group, process.born, to)) return true;
  return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
    return change.pid == process.pid && change.to == group && change.sure && change.until <= from &&
           undisturbed(process.pid, group, change.from, to);
  });
}

bool Groups::maybe_member(const Life& process, Pid group, Step from, Step to) const {
  if (process.begun > to || (process.ended && *process.ended < from)) return false;
  if (process.group == group && left_by(process.pid, group, process.begun) >= from) return true;
  return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
    return change.pid == process.pid && change.to == group && change.from <= to &&
           left_by(process.pid, group, change.sure ? change.until : kNever) >= from;
  });
}

}   // namespace ssi::world
