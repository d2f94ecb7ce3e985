// The scenario's expectations: checked before a run (does the metric exist, has the limit its unit) and after it.
#pragma once
#include <string>
#include <vector>

#include "models/config/scenario.hpp"
#include "sim/report/json.hpp"

namespace ssi::report {

struct ExpectProblem {
  std::size_t index{};          // in the scenario's list
  std::string key;              // "metric", "max", ...
  std::string text;             // what is wrong
  std::string unknown_metric;   // not empty: the name to find a neighbour for among metric_names()
};
// All that is wrong with the expectations themselves: the user's mistakes.
std::vector<ExpectProblem> check_expectations(const config::Scenario& scenario);

// Adds "expect" to each run that reached its end, and returns how many were missed. A run without a value (a percentile
// of remote calls, say, where none was remote) passes only if the expectation named no strategy and another run has a value.
std::size_t evaluate_expectations(const config::Scenario& scenario, std::vector<Json>& runs);

}   // namespace ssi::report
