// Faults of a plan, by the number of events that it has without any.
#pragma once
#include "models/strategy/registry.hpp"
#include "sim/fuzz/plan.hpp"

namespace ssi::fuzz {

// One to `most` of them (a crash and the restart after it count as one), at events drawn uniformly. A pure function of the plan's seed.
void draw_faults(Plan& plan, const StrategyEntry& strategy, std::uint64_t events, std::uint32_t most);

// Calls that a plan has about, so that each of its events can be tried; and how many events that may be.
inline constexpr std::uint32_t kSmokeCalls = 25;
inline constexpr std::uint64_t kSmokeEvents = 500;
// One plan for each node and event of this one: that node crashes there, before it and after it.
std::vector<Plan> every_crash(const Plan& plan, const StrategyEntry& strategy, std::uint64_t events);

}   // namespace ssi::fuzz
