// Plans of `ssisim fuzz` (sim/fuzz) as JSON: read with every check, and written so that people can edit them, an op a line.
#pragma once
#include "models/strategy/registry.hpp"
#include "sim/fuzz/plan.hpp"
#include "sim/load/load.hpp"

namespace ssi::load {

struct LoadedPlan {
  fuzz::Plan plan;
  std::vector<Problem> problems;   // not empty: the plan must not be used
};
LoadedPlan load_plan(const std::string& path);   // a file, or "-" for standard input

// Parameters of a strategy from the command line, "params.KEY=VALUE" each, VALUE as JSON or plain text.
config::Values read_params_of(const StrategyEntry& strategy, const std::vector<std::string>& sets, std::vector<Problem>& problems);

// What load_plan reads back to the same.
std::string plan_text(const fuzz::Plan& plan);

}   // namespace ssi::load
