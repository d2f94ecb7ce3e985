// Programs that start processes and wait for them: what fork_storm and make have in common. A job is one child process:
// spawned where the placement says, computes, exits with a status that its parent checks.
//
//   closed   the first program is parent of all jobs, at most `jobs` of them alive, as `make -j`
//   open     `jobs` helpers, forked by the first program, take arrivals from a Schedule; each is parent of one job at a
//            time, so a slow spawn or a long job holds up no other
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "models/workload/demand.hpp"

namespace ssi::workload {

inline constexpr std::array<std::string_view, 4> kJobPlacements{"local", "round_robin", "random", "least_loaded"};

template <class S>
config::Bound<S> retries_field() {
  return {{"retries",
           config::Kind::integer,
           std::int64_t{0},
           0,
           1000,
           {},
           "a process that was lost, or could not be started, is started again so many times, on the next node if its place has a number"},
          &S::retries};
}

struct JobsPlan {
  Demand demand;
  std::uint64_t count{};                      // jobs of each first program
  Duration link;                              // computed by the first program when all its jobs are done
  std::function<Duration(Stream&)> compute;   // of one job
  std::uint32_t retries{};                    // of a job that was lost or could not be started
};

class Jobs : public Workload {
 public:
  Jobs(const WorkloadSetup& setup, JobsPlan plan);
  ProgramRef first_program(std::uint32_t node) const override;
  Program make(const ProgramRef& program, Self& self) override;

 private:
  struct Attempt {
    std::uint64_t job;
    Instant began;             // the first attempt
    std::uint32_t tried = 0;   // attempts before this one
  };
  // What is to do, kept outside of the system: a first program that is started again goes on with what none has begun, and again with what
  // was under way.
  struct List {
    std::uint64_t next = 0;
    std::deque<Attempt> again;
    std::map<Pid, Attempt> running;            // closed
    std::map<std::uint64_t, Attempt> helped;   // open: by job
  };

  Program closed(std::uint32_t start, Self& self);
  Program open(std::uint32_t start, Self& self);
  Program helper(std::uint32_t start, Self& self);
  Program job(std::uint32_t start, std::uint64_t number);

  void retry(List& list, Attempt attempt) const;
  static std::optional<Attempt> take_again(List& list);
  void give_up_running(List& list) const;
  Spawn spawn_of(std::uint32_t start, const Attempt& attempt) const;
  Placement place(std::uint32_t start, const Attempt& attempt) const;
  // Ends the job whose exit was waited for. True when it did its work.
  static bool verify(const Result& waited, std::uint64_t job);

  WorkloadSetup setup_;
  JobsPlan plan_;
  RandomRoot random_;
  Starts starts_;
  std::vector<Schedule> schedules_;   // by start
  std::vector<List> lists_;           // likewise
};

}   // namespace ssi::workload
