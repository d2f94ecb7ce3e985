#include "sim/report/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/report/limit.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::report {
namespace {

using Bound = std::pair<const char*, const std::optional<std::string>*>;

std::array<Bound, 3> bounds(const config::Expect& expect) {
  return {Bound{"min", &expect.min}, Bound{"max", &expect.max}, Bound{"equals", &expect.equals}};
}

bool concerns(const config::Expect& expect, const Json& run) {
  return run.at("ending") == "finished" && (expect.strategy.empty() || run.at("label") == expect.strategy);
}

bool holds(std::string_view bound, double value, double limit) {
  if (bound == "min") return value >= limit;
  if (bound == "max") return value <= limit;
  return value == limit;
}

// As written in the scenario: a whole number stays one.
Json number(double value) {
  constexpr double kBeyond = 9e18;   // which no integer holds
  const bool whole = std::abs(value) < kBeyond && value == static_cast<double>(static_cast<std::int64_t>(value));
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json verdict(const config::Expect& expect, const Bound& bound, const Json& value, bool passes_without_value) {
  const double limit = parse_limit(**bound.second, find_metric(expect.metric)->quantity).value;
  const bool ok = value.is_null() ? passes_without_value : holds(bound.first, value.get<double>(), limit);
  return {{"metric", expect.metric}, {"value", value}, {"bound", bound.first}, {"limit", number(limit)}, {"ok", ok}};
}

}   // namespace

std::vector<ExpectProblem> check_expectations(const config::Scenario& scenario) {
  std::vector<ExpectProblem> problems;
  for (std::size_t i = 0; i < scenario.expect.size(); ++i) {
    const config::Expect& expect = scenario.expect[i];
    if (expect.metric.empty()) continue;   // whoever read the scenario has said so
    const MetricInfo* info = find_metric(expect.metric);
    if (info == nullptr) {
      problems.push_back({i, "metric", fmt::format("no metric \"{}\"", expect.metric), expect.metric});
      continue;
    }
    for (const auto& [name, limit] : bounds(expect)) {
      if (!*limit) continue;
      if (std::string problem = parse_limit(**limit, info->quantity).problem; !problem.empty()) problems.push_back({i, name, problem, ""});
    }
  }
  return problems;
}

std::size_t evaluate_expectations(const config::Scenario& scenario, std::vector<Json>& runs) {
  std::size_t missed = 0;
  for (Json& run : runs) run["expect"] = Json::array();
  for (const config::Expect& expect : scenario.expect) {
    const bool some_value = std::any_of(
        runs.begin(), runs.end(), [&](const Json& run) { return concerns(expect, run) && !metric_value(run, expect.metric).is_null(); });
    for (Json& run : runs) {
      if (!concerns(expect, run)) continue;
      for (const Bound& bound : bounds(expect)) {
        if (!*bound.second) continue;
        run["expect"].push_back(verdict(expect, bound, metric_value(run, expect.metric), expect.strategy.empty() && some_value));
        if (!run["expect"].back()["ok"].get<bool>()) ++missed;
      }
    }
  }
  return missed;
}

}   // namespace ssi::report
