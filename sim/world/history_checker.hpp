// The checker of a history (history.hpp), shared by the files of its rules. Where a program cannot know when something took effect, the
// whole interval of its call counts.
#pragma once
#include "sim/world/groups.hpp"

namespace ssi::world {

class HistoryChecker {
 public:
  explicit HistoryChecker(const History& history) : h_(history), groups_(history) {
    for (const CallRecord& record : h_.calls) index(record);
  }
  std::vector<std::string> run();

 private:
  static std::string name(Pid pid) { return std::to_string(pid.origin().value) + ":" + std::to_string(pid.sequence()); }
  static std::string at(Step from, Step to) { return " [" + std::to_string(from) + ", " + (to == kNever ? "-" : std::to_string(to)) + "]"; }
  static Step end_of(const CallRecord& record) { return record.returned.value_or(kNever); }
  void say(std::string what) { problems_.push_back(std::move(what)); }
  const Life* life(Pid pid) const {
    const auto found = h_.lives.find(pid);
    return found == h_.lives.end() ? nullptr : &found->second;
  }
  bool disturbed(Step from, Step to) const;
  bool unreachable(const CallRecord& record) const { return record.result.error == Errno::ehostdown && disturbed(0, *record.returned); }
  // Without effect: not what may have happened.
  static bool refused(const CallRecord& record) {
    return record.returned && !record.result.good() && record.result.certainty == Certainty::fail;
  }
  void index(const CallRecord& record);
  Step last_quiet(Step before) const;

  // ---- P2
  void check_list(const CallRecord& record);
  void check_migrate(const CallRecord& record, const Migrate& migrate);

  // ---- P3, P7
  void check_path(const CallRecord& record, const Life* target, const std::string& what);
  Step earliest_reap(const Life& process) const;
  void check_kill(const CallRecord& record, const Kill& kill);
  void check_step_of_the_dead(const CallRecord& record);
  void check_handler_runs();

  // ---- P4
  void check_wait(const CallRecord& record, const Wait& wait);
  void check_status(const CallRecord& record, const Wait& wait, const std::string& what);
  void check_no_child(const CallRecord& record, const Wait& wait, const std::string& what);

  // ---- P5
  struct Broadcast {
    Pid group;
    Signal signal;
    Step from, to;
  };
  void check_set_group(const CallRecord& record, const SetGroup& set);
  bool got(Pid pid, const Broadcast& broadcast, Step by) const;
  bool covered(const Life& process, const Broadcast& broadcast, Step by) const;
  bool bound_to_get_it(const Life& process, const Broadcast& broadcast, Step to) const;
  void check_group_kill(const CallRecord& record, const KillGroup& kill);
  bool child_to_come(const Broadcast& broadcast) const;
  static bool can_be_held_to(Signal signal) { return signal != Signal::none && signal != Signal::cont && signal != Signal::stop; }
  void check_group_delivery(const Delivery& delivery);
  void check_death(const Life& process, Signal signal);
  bool in_one_killpg(const Delivery& a, const Delivery& b) const;

  const History& h_;
  Groups groups_;
  std::map<Pid, Step> reaped_;
  std::set<Pid> returned_;
  std::set<Pid> known_;   // children of which their parents were told
  std::vector<std::string> problems_;
};

}   // namespace ssi::world
