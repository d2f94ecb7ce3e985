// From a seed to a plan: a pure function. Each draws a subset of calls with wildly different weights, sizes small enough for conflicts,
// settings of the strategy, and its own pace (swarm testing: Groce et al., ISSTA 2012).
#pragma once
#include "models/strategy/registry.hpp"
#include "sim/fuzz/plan.hpp"

namespace ssi::fuzz {

struct Wishes {
  config::Values params;     // that are not drawn
  std::uint32_t calls = 0;   // about; 0: drawn
  bool faults = true;
};
Plan draw_plan(const StrategyEntry& strategy, std::uint64_t seed, const Wishes& wishes = {});

}   // namespace ssi::fuzz
