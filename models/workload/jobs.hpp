// Programs that start processes and wait for them: what fork_storm and make have in common. A job is one child process:
// spawned where the placement says, computes, exits with a status that its parent checks.
//
//   closed   the first program is parent of all jobs, at most `jobs` of them alive, as `make -j`
//   open     `jobs` helpers, forked by the first program, take arrivals from a Schedule; each is parent of one job at a
//            time, so a slow spawn or a long job holds up no other
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "models/workload/demand.hpp"

namespace ssi::workload {

inline constexpr std::array<std::string_view, 4> kJobPlacements{"local", "round_robin", "random", "least_loaded"};

struct JobsPlan {
  Demand demand;
  std::uint64_t count{};                      // jobs of each first program
  Duration link;                              // computed by the first program when all its jobs are done
  std::function<Duration(Stream&)> compute;   // of one job
};

class Jobs : public Workload {
 public:
  Jobs(const WorkloadSetup& setup, JobsPlan plan);
  ProgramRef first_program(std::uint32_t node) const override;
  Program make(const ProgramRef& program, Self& self) override;

 private:
  struct Running {
    std::uint64_t job;
    Instant began;
  };

  Program closed(std::uint32_t start, Self& self);
  Program open(std::uint32_t start, Self& self);
  Program helper(std::uint32_t start, Self& self);
  Program job(std::uint32_t start, std::uint64_t number);

  Spawn spawn_of(std::uint32_t start, std::uint64_t job) const;
  Placement place(std::uint32_t start, std::uint64_t job) const;
  // Ends the job whose exit was waited for. True when it did its work.
  static bool verify(const Result& waited, std::uint64_t job);

  WorkloadSetup setup_;
  JobsPlan plan_;
  RandomRoot random_;
  Starts starts_;
  std::vector<Schedule> schedules_;   // by start
};

}   // namespace ssi::workload
