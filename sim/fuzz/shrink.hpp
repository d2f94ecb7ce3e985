// Makes a failing plan small while it fails in the same way: fewer ops and faults (delta debugging: Zeller and Hildebrandt, IEEE TSE 28,
// 2002), fewer nodes, settings at their defaults, smaller values. Since each op waits for a time of its own, what is left keeps its order.
#pragma once
#include <functional>

#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {

struct Shrinker {
  std::function<Verdict(const Plan&)> run;
  std::function<bool()> stop{};   // give up and keep what is there
  std::uint32_t most_runs = 4000;
  std::uint32_t runs = 0;   // so far

  // `found` gets the verdict of the plan that is returned.
  Plan shrink(Plan plan, Verdict& found);
};

// The same kind of failure with the same words, whatever the numbers in them.
bool same_failure(const Verdict& a, const Verdict& b);

}   // namespace ssi::fuzz
