// All runs of a scenario, each in a child process, and what became of each. With --repeat-check every run is made twice
// and the two are compared.
#pragma once
#include <string>
#include <vector>

#include "sim/cli/children.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/out_folder.hpp"
#include "sim/cli/run_child.hpp"
#include "sim/cluster/run.hpp"

namespace ssi::cli {

struct RunRecord {
  enum class State { not_started, died, recorded } state = State::not_started;
  std::string json;   // of a recorded run
  RunSummary summary{};
  ChildEnd end;
  std::string reason;         // why it died, or why it ended early
  std::string file_problem;   // not empty: a trace is not complete, and why
  sim::Ending ending() const { return static_cast<sim::Ending>(summary.ending); }
};

struct RunResult {
  RunSpec spec;
  RunRecord record;
  RunRecord second;         // of --repeat-check
  std::string difference;   // not empty: the two differ, and where first
  std::size_t ended = 0;    // of its one or two processes
};

// Strategies x replicates x fidelities, in the order of results.json: by fidelity, strategy, seed.
std::vector<RunSpec> runs_of(const config::Scenario& scenario);

std::vector<RunResult> run_all(const config::Scenario& scenario, const Options& options, OutFolder& out);

}   // namespace ssi::cli
