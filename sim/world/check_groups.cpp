// P5: process groups, and signals to all of one.
#include <algorithm>

#include "sim/world/history_checker.hpp"

namespace ssi::world {

void HistoryChecker::check_set_group(const CallRecord& record, const SetGroup& set) {
  const Pid pid = set.pid == kNoPid ? record.caller : set.pid;
  const Pid group = set.group == kNoPid ? pid : set.group;
  if (!record.returned || !record.result.good() || group == pid || h_.inits.contains(group)) return;
  const auto later = std::upper_bound(h_.quiet.begin(), h_.quiet.end(), record.invoked - 1);
  const Step since = later == h_.quiet.begin() ? 0 : *std::prev(later);   // older news have reached the group's list
  const bool somebody = std::any_of(h_.lives.begin(), h_.lives.end(), [&](const auto& entry) {
    return groups_.maybe_member(entry.second, group, since, entry.first == pid ? record.invoked - 1 : *record.returned);
  });
  if (!somebody)
    say("P5: setpgid of " + name(pid) + at(record.invoked, *record.returned) + " is ok, but nobody was in group " + name(group));
}

bool HistoryChecker::got(Pid pid, const Broadcast& broadcast, Step by) const {
  return std::any_of(h_.deliveries.begin(), h_.deliveries.end(), [&](const Delivery& delivery) {
    return delivery.pid == pid && delivery.signal == broadcast.signal && delivery.at >= broadcast.from && delivery.at <= by;
  });
}

// It got the signal, or was born of a parent that had been covered by then. Of one that was ever stopped nobody knows
// when it got what.
bool HistoryChecker::covered(const Life& process, const Broadcast& broadcast, Step by) const {
  if (process.ever_stopped || got(process.pid, broadcast, by)) return true;
  const Life* parent = life(process.parent);
  return process.begun >= broadcast.from && (!parent || covered(*parent, broadcast, process.begun));
}

// A member all the time, or born into the group meanwhile of such a one.
bool HistoryChecker::bound_to_get_it(const Life& process, const Broadcast& broadcast, Step to) const {
  if (groups_.sure_member(process, broadcast.group, broadcast.from, to)) return true;
  const Life* parent = life(process.parent);
  return parent && process.begun >= broadcast.from && process.born <= to && process.group == broadcast.group &&
         groups_.sure_member(process, broadcast.group, process.born, to) && bound_to_get_it(*parent, broadcast, process.begun);
}

void HistoryChecker::check_group_kill(const CallRecord& record, const KillGroup& kill) {
  if (!record.returned) return;
  const Life* caller = life(record.caller);
  if (kill.group == kNoPid || !caller) return;
  // Where the caller's node keeps the group's list the end is known exactly; who is a member then has got it.
  const bool exact = h_.group_kills_end_exactly && caller->node_at(record.invoked) == kill.group.origin() &&
                     caller->moves_in(record.invoked, *record.returned) == 0;
  const Broadcast broadcast{kill.group, kill.signal, record.invoked, exact ? *record.answered : *record.returned};
  const std::string what = "P5: killpg of " + name(kill.group) + at(broadcast.from, broadcast.to);
  bool maybe = h_.inits.contains(kill.group), surely = maybe;
  for (const auto& [pid, process] : h_.lives) {
    maybe |= groups_.maybe_member(process, kill.group, broadcast.from, broadcast.to);
    surely |= groups_.sure_member(process, kill.group, broadcast.from, broadcast.to);
    const bool bound =
        exact ? groups_.sure_member(process, kill.group, broadcast.to, broadcast.to) : bound_to_get_it(process, broadcast, broadcast.to);
    if (!can_be_held_to(kill.signal) || process.ever_stopped || !bound) continue;
    if (!covered(process, broadcast, broadcast.to)) say(what + " did not reach " + name(pid));
  }
  if (record.result.good() && !maybe && !child_to_come(broadcast)) say(what + " is ok, but nobody was a member");
  if (!record.result.good() && surely && !unreachable(record))
    say(what + " is " + std::string(name_of(record.result.error)) + ", but there was a member");
}

// Of a member, which was told of it: it had still to start.
bool HistoryChecker::child_to_come(const Broadcast& broadcast) const {
  return std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
    const Life* parent = life(record.caller);
    if (!std::holds_alternative<Spawn>(record.call) || !record.answered || !record.result.good() || !parent) return false;
    const Life* child = life(record.result.pid);
    return *record.answered <= broadcast.to && (!child || child->born > broadcast.to) &&
           groups_.maybe_member(*parent, broadcast.group, record.invoked, *record.answered);
  });
}

// A signal that only killpg sends: it belongs to a broadcast, and the process was, or may have been, a member.
void HistoryChecker::check_group_delivery(const Delivery& delivery) {
  const Life* process = life(delivery.pid);
  if (!process || process->ever_stopped || delivery.signal == Signal::cont || delivery.signal == Signal::chld) return;
  std::uint64_t runs = 0;
  for (const CallRecord& record : h_.calls) {
    const auto* kill = std::get_if<KillGroup>(&record.call);
    if (!kill || kill->signal != delivery.signal || record.invoked > delivery.at || end_of(record) < delivery.at) continue;
    if (refused(record)) continue;
    runs += groups_.maybe_member(*process, kill->group, record.invoked, delivery.at);
  }
  std::uint64_t ran = 0;
  for (const Delivery& other : h_.deliveries)
    ran += other.pid == delivery.pid && other.signal == delivery.signal && other.at <= delivery.at && in_one_killpg(other, delivery);
  if (runs == 0 || ran > runs)
    say("P5: " + name(delivery.pid) + " ran its handler for " + std::string(name_of(delivery.signal)) + " at " +
        std::to_string(delivery.at) + (runs == 0 ? ", but was no member of a group that got it" : " more often than it was sent"));
}

// Death by a signal that only killpg sends. Of SIGPIPE the writer dies itself.
void HistoryChecker::check_death(const Life& process, Signal signal) {
  if (process.ever_stopped || signal == Signal::usr1 || signal == Signal::kill || signal == Signal::pipe) return;
  const bool sent = std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
    const auto* kill = std::get_if<KillGroup>(&record.call);
    return kill && kill->signal == signal && record.invoked <= *process.ended && end_of(record) >= *process.ended && !refused(record) &&
           groups_.maybe_member(process, kill->group, record.invoked, *process.ended);
  });
  if (!sent) say("P5: " + name(process.pid) + " died of " + std::string(name_of(signal)) + ", but was no member of a group that got it");
}

// Both lie in the interval of one killpg of their signal.
bool HistoryChecker::in_one_killpg(const Delivery& a, const Delivery& b) const {
  return std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
    const auto* kill = std::get_if<KillGroup>(&record.call);
    return kill && kill->signal == b.signal && record.invoked <= a.at && record.invoked <= b.at && end_of(record) >= b.at;
  });
}

}   // namespace ssi::world
