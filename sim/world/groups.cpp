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
  const bool born_in_it = process.group == group || process.group == kNoPid;   // kNoPid: it is not known
  if (born_in_it && left_by(process.pid, group, process.begun) >= from) return true;
  return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
    return change.pid == process.pid && change.to == group && change.from <= to &&
           left_by(process.pid, group, change.sure ? change.until : kNever) >= from;
  });
}

std::optional<Pid> Groups::sure_group(const Life& process, Step from, Step to) const {
  const Change* last = nullptr;
  for (const Change& change : changes_) {
    if (change.pid != process.pid || change.from > to) continue;
    if (change.until >= from || !change.sure) return std::nullopt;
    if (last == nullptr || change.until > last->until) last = &change;
  }
  if (last == nullptr) return process.group == kNoPid ? std::nullopt : std::optional(process.group);
  for (const Change& change : changes_)   // two at the same time: nobody knows which was first
    if (change.pid == process.pid && change.from <= to && change.until >= last->from && change.to != last->to) return std::nullopt;
  return last->to;
}

void learn_birth_groups(History& history) {
  const Groups groups(history);
  std::vector<Life*> by_birth;
  for (auto& [pid, life] : history.lives) by_birth.push_back(&life);
  std::sort(by_birth.begin(), by_birth.end(),
            [](const Life* a, const Life* b) { return std::pair(a->born, a->pid) < std::pair(b->born, b->pid); });
  for (Life* life : by_birth) {
    const auto parent = history.lives.find(life->parent);
    if (parent == history.lives.end()) life->group = life->parent;   // an init leads a group of its own
    else life->group = groups.sure_group(parent->second, life->begun, life->born).value_or(kNoPid);
  }
}

}   // namespace ssi::world
