#include "sim/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "models/port/calls.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::report {
namespace {

constexpr double kConfidence = 0.95;

double rounded(double value) { return std::strtod(fmt::format("{:.9g}", value).c_str(), nullptr); }

std::vector<std::string> compared_metrics() {
  std::vector<std::string> out;
  for (std::string_view call : kCallNames)
    for (const char* figure : {"mean", "p50", "p99"}) out.push_back(fmt::format("calls.{}.{}", call, figure));
  for (const char* name : {"messages.per_call", "work.per_second", "work.makespan"}) out.emplace_back(name);
  return out;
}

bool is_run(const Json& run, const std::string& fidelity, const std::string& label) {
  return run.at("fidelity") == fidelity && run.at("label") == label && run.at("ending") == "finished";
}

const Json* partner(const std::vector<Json>& runs, const Json& run, const std::string& label) {
  for (const Json& other : runs)
    if (is_run(other, run.at("fidelity"), label) && other.at("seed") == run.at("seed")) return &other;
  return nullptr;
}

double positive(const Json& value) { return value.is_null() ? 0.0 : std::max(value.get<double>(), 0.0); }

void add_comparisons(Json& out, const std::vector<Json>& runs, const std::string& fidelity, const std::string& label,
                     const std::string& against) {
  for (const std::string& metric : compared_metrics()) {
    const auto found = compare(runs, fidelity, label, against, metric);
    if (!found) continue;
    out.push_back({{"metric", metric},
                   {"strategy", label},
                   {"against", against},
                   {"fidelity", fidelity},
                   {"ratio", found->ratio},
                   {"low", found->low},
                   {"high", found->high},
                   {"pairs", found->pairs},
                   {"confidence", found->pairs > 1 ? Json(kConfidence) : Json(nullptr)}});
  }
}

}   // namespace

double student_t95(std::size_t degrees_of_freedom) {
  // Abramowitz & Stegun, table 26.10, 0.975 column; beyond it their expansion 26.7.5 around the normal quantile.
  constexpr std::array kTable{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
                              2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees_of_freedom == 0) return 0;
  if (degrees_of_freedom <= kTable.size()) return kTable[degrees_of_freedom - 1];
  constexpr double x = 1.959964;
  const auto n = static_cast<double>(degrees_of_freedom);
  return x + (x * x * x + x) / (4 * n) + (5 * std::pow(x, 5) + 16 * x * x * x + 3 * x) / (96 * n * n);
}

Ratio geometric_mean(const std::vector<double>& ratios) {
  const auto n = static_cast<double>(ratios.size());
  double sum = 0;
  for (double ratio : ratios) sum += std::log(ratio);
  const double mean = sum / n;
  if (ratios.size() == 1) return {rounded(ratios[0]), rounded(ratios[0]), rounded(ratios[0]), 1};
  double squares = 0;
  for (double ratio : ratios) squares += (std::log(ratio) - mean) * (std::log(ratio) - mean);
  const double half = student_t95(ratios.size() - 1) * std::sqrt(squares / (n - 1) / n);
  return {rounded(std::exp(mean)), rounded(std::exp(mean - half)), rounded(std::exp(mean + half)), ratios.size()};
}

std::optional<Ratio> compare(const std::vector<Json>& runs, const std::string& fidelity, const std::string& label,
                             const std::string& against, std::string_view metric, std::string_view metric_of_against) {
  std::vector<double> ratios;
  for (const Json& run : runs) {
    if (!is_run(run, fidelity, label)) continue;
    const Json* other = partner(runs, run, against);
    if (other == nullptr) continue;
    const double above = positive(metric_value(run, metric));
    const double below = positive(metric_value(*other, metric_of_against.empty() ? metric : metric_of_against));
    if (above > 0 && below > 0) ratios.push_back(above / below);
  }
  if (ratios.empty()) return std::nullopt;
  return geometric_mean(ratios);
}

Json comparison_json(const std::vector<Json>& runs) {
  Json out = Json::array();
  std::vector<std::pair<std::string, std::string>> seen;   // fidelity and label, in the order of the runs
  for (const Json& run : runs) {
    std::pair<std::string, std::string> key(run.at("fidelity"), run.at("label"));
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
    const auto first = std::find_if(seen.begin(), seen.end(), [&](const auto& other) { return other.first == key.first; });
    if (first != seen.end()) add_comparisons(out, runs, key.first, key.second, first->second);
    seen.push_back(std::move(key));
  }
  return out;
}

}   // namespace ssi::report
