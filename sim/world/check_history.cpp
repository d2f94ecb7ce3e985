// The rules of history.hpp. Where a program cannot know when something took effect, the whole interval of its call counts.
#include <algorithm>

#include "sim/world/groups.hpp"

namespace ssi::world {
namespace {

std::string name(Pid pid) { return std::to_string(pid.origin().value) + ":" + std::to_string(pid.sequence()); }
std::string at(Step from, Step to) { return " [" + std::to_string(from) + ", " + (to == kNever ? "-" : std::to_string(to)) + "]"; }

class Checker {
 public:
  explicit Checker(const History& history) : h_(history), groups_(history) {
    for (const CallRecord& record : h_.calls) index(record);
  }

  std::vector<std::string> run() {
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

 private:
  static Step end_of(const CallRecord& record) { return record.returned.value_or(kNever); }
  void say(std::string what) { problems_.push_back(std::move(what)); }
  const Life* life(Pid pid) const {
    const auto found = h_.lives.find(pid);
    return found == h_.lives.end() ? nullptr : &found->second;
  }

  bool disturbed(Step from, Step to) const {
    const auto first = std::lower_bound(h_.faults.begin(), h_.faults.end(), from);
    return first != h_.faults.end() && *first <= to;
  }
  bool unreachable(const CallRecord& record) const { return record.result.error == Errno::ehostdown && disturbed(0, *record.returned); }
  // Without effect: not what may have happened.
  static bool refused(const CallRecord& record) {
    return record.returned && !record.result.good() && record.result.certainty == Certainty::fail;
  }

  void index(const CallRecord& record) {
    if (record.answered && record.result.good()) {
      if (std::holds_alternative<Spawn>(record.call) || std::holds_alternative<Fork>(record.call)) known_.insert(record.result.pid);
      if (std::holds_alternative<Rfork>(record.call) && record.result.processes())
        for (const ProcessInfo& child : *record.result.processes()) known_.insert(child.pid);
    }
    if (std::holds_alternative<Wait>(record.call) && record.answered && record.result.good() && record.result.pid != kNoPid)
      reaped_.emplace(record.result.pid, *record.answered);
  }

  // ---- P2

  void check_list(const CallRecord& record) {
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

  Step last_quiet(Step before) const {
    const auto later = std::upper_bound(h_.quiet.begin(), h_.quiet.end(), before);
    return later == h_.quiet.begin() ? 0 : *std::prev(later);
  }

  void check_migrate(const CallRecord& record, const Migrate& migrate) {
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

  // ---- P3, P7

  // Nobody is asked twice by the same news: NOT_HERE says how old they were, and then only later ones count. So at most 2 messages by a
  // hint that is stale (KILL, NOT_HERE) and 1 to the origin; 4 for each place that the origin names (REDIRECT, KILL, NOT_HERE, KILL; passed
  // on, 3; by a stub, 1), and 1 for the answer. The places: one that was known when all was last quiet, its status's first with the parent,
  // and one for each move since, of the process or of the parent who has the status: 3 + 4 * (2 + moves) + 1.
  void check_path(const CallRecord& record, const Life* target, const std::string& what) {
    if (disturbed(0, *record.returned)) return;
    const Step quiet = last_quiet(record.invoked);
    const Life* parent = target ? life(target->parent) : nullptr;
    const std::uint32_t moves =
        (target ? target->moves_in(quiet, *record.returned) : 0) + (parent ? parent->moves_in(quiet, *record.returned) : 0);
    if (record.path > 12 + 4 * moves)
      say("P7: " + what + " took " + std::to_string(record.path) + " messages in a row, with " + std::to_string(moves) + " moves");
  }

  // When the process's pid can have become free at the earliest.
  Step earliest_reap(const Life& process) const {
    if (!process.ended) return kNever;
    if (process.lost) return *process.ended;
    Step out = kNever;
    if (const auto waited = reaped_.find(process.pid); waited != reaped_.end()) out = waited->second;
    const Life* parent = life(process.parent);
    if (h_.inits.contains(process.parent) || (parent && parent->ignores_children)) out = std::min(out, *process.ended);
    if (parent && parent->ended) out = std::min(out, std::max(*process.ended, *parent->ended));
    return out;
  }

  void check_kill(const CallRecord& record, const Kill& kill) {
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

  void check_step_of_the_dead(const CallRecord& record) {
    const Life* caller = life(record.caller);
    if (caller && caller->ended && record.invoked > *caller->ended) say("P3: " + name(record.caller) + " called after its end");
    if (caller && record.invoked < caller->born) say("P3: " + name(record.caller) + " called before its start");
  }

  // SIGUSR1 is sent by kill only.
  void check_handler_runs() {
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

  // ---- P4

  void check_wait(const CallRecord& record, const Wait& wait) {
    if (!record.answered) return;
    const std::string what = "P4: wait of " + name(record.caller) + at(record.invoked, end_of(record));
    if (record.result.good() && record.result.pid != kNoPid) check_status(record, wait, what);
    if (record.result.error == Errno::echild) check_no_child(record, wait, what);
  }

  void check_status(const CallRecord& record, const Wait& wait, const std::string& what) {
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

  void check_no_child(const CallRecord& record, const Wait& wait, const std::string& what) {
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

  // ---- P5

  void check_set_group(const CallRecord& record, const SetGroup& set) {
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

  struct Broadcast {
    Pid group;
    Signal signal;
    Step from, to;
  };

  bool got(Pid pid, const Broadcast& broadcast, Step by) const {
    return std::any_of(h_.deliveries.begin(), h_.deliveries.end(), [&](const Delivery& delivery) {
      return delivery.pid == pid && delivery.signal == broadcast.signal && delivery.at >= broadcast.from && delivery.at <= by;
    });
  }
  // It got the signal, or was born of a parent that had been covered by then. Of one that was ever stopped nobody knows
  // when it got what.
  bool covered(const Life& process, const Broadcast& broadcast, Step by) const {
    if (process.ever_stopped || got(process.pid, broadcast, by)) return true;
    const Life* parent = life(process.parent);
    return process.begun >= broadcast.from && (!parent || covered(*parent, broadcast, process.begun));
  }
  // A member all the time, or born into the group meanwhile of such a one.
  bool bound_to_get_it(const Life& process, const Broadcast& broadcast, Step to) const {
    if (groups_.sure_member(process, broadcast.group, broadcast.from, to)) return true;
    const Life* parent = life(process.parent);
    return parent && process.begun >= broadcast.from && process.born <= to && process.group == broadcast.group &&
           groups_.sure_member(process, broadcast.group, process.born, to) && bound_to_get_it(*parent, broadcast, process.begun);
  }

  void check_group_kill(const CallRecord& record, const KillGroup& kill) {
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
  bool child_to_come(const Broadcast& broadcast) const {
    return std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
      const Life* parent = life(record.caller);
      if (!std::holds_alternative<Spawn>(record.call) || !record.answered || !record.result.good() || !parent) return false;
      const Life* child = life(record.result.pid);
      return *record.answered <= broadcast.to && (!child || child->born > broadcast.to) &&
             groups_.maybe_member(*parent, broadcast.group, record.invoked, *record.answered);
    });
  }

  static bool can_be_held_to(Signal signal) { return signal != Signal::none && signal != Signal::cont && signal != Signal::stop; }

  // A signal that only killpg sends: it belongs to a broadcast, and the process was, or may have been, a member.
  void check_group_delivery(const Delivery& delivery) {
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
  void check_death(const Life& process, Signal signal) {
    if (process.ever_stopped || signal == Signal::usr1 || signal == Signal::kill || signal == Signal::pipe) return;
    const bool sent = std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
      const auto* kill = std::get_if<KillGroup>(&record.call);
      return kill && kill->signal == signal && record.invoked <= *process.ended && end_of(record) >= *process.ended && !refused(record) &&
             groups_.maybe_member(process, kill->group, record.invoked, *process.ended);
    });
    if (!sent) say("P5: " + name(process.pid) + " died of " + std::string(name_of(signal)) + ", but was no member of a group that got it");
  }

  // Both lie in the interval of one killpg of their signal.
  bool in_one_killpg(const Delivery& a, const Delivery& b) const {
    return std::any_of(h_.calls.begin(), h_.calls.end(), [&](const CallRecord& record) {
      const auto* kill = std::get_if<KillGroup>(&record.call);
      return kill && kill->signal == b.signal && record.invoked <= a.at && record.invoked <= b.at && end_of(record) >= b.at;
    });
  }

  const History& h_;
  Groups groups_;
  std::map<Pid, Step> reaped_;
  std::set<Pid> returned_;
  std::set<Pid> known_;   // children of which their parents were told
  std::vector<std::string> problems_;
};

}   // namespace

std::vector<std::string> check_history(const History& history) { return Checker(history).run(); }

}   // namespace ssi::world
