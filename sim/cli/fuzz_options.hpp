// The command line of `ssisim fuzz`.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/strategy/registry.hpp"

namespace ssi::cli {

struct FuzzOptions {
  std::vector<const StrategyEntry*> strategies;
  std::vector<std::string> sets;   // "params.KEY=VALUE"
  std::uint64_t runs = 100, seed = 1;
  std::uint32_t faults = 0;   // at most, in each plan
  bool exhaustive = false;    // each node crashes at each event
  std::size_t jobs = 1;
  std::string plan;   // a file, or "-"; empty: plans are drawn
  std::string out = "results/fuzz", format = "table";
  std::string progress = "auto";
  bool help = false;
};
// Throws UserError.
FuzzOptions parse_fuzz_options(const std::vector<std::string>& words);
std::string fuzz_help();

}   // namespace ssi::cli
