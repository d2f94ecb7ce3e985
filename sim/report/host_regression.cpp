#include "sim/report/host_regression.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace ssi::report {
namespace {

constexpr std::size_t kLeastRuns = 3;
constexpr std::array<std::string_view, 2> kFigures{"cpu_seconds_per_event", "peak_memory_bytes"};

double value_of(const Json& run, std::string_view figure) {
  if (figure == "peak_memory_bytes") return run.at("peak_memory_bytes").get<double>();
  const auto events = run.at("events").get<double>();
  return events > 0 ? run.at("cpu_seconds").get<double>() / events : 0;
}

bool same_kind(const Json& a, const Json& b) { return a.at("label") == b.at("label") && a.at("fidelity") == b.at("fidelity"); }

HostVerdict verdict_of(const Ratio& ratio, double threshold_percent) {
  const double limit = 1 + threshold_percent / 100;
  if (ratio.pairs < kLeastRuns) return HostVerdict::undecided;
  if (ratio.low > limit) return HostVerdict::worse;
  if (ratio.high < 1 / limit) return HostVerdict::better;
  return ratio.high <= limit && ratio.low >= 1 / limit ? HostVerdict::same : HostVerdict::undecided;
}

std::vector<double> ratios_of(const Json& before, const Json& after, const Json& like, std::string_view figure) {
  std::vector<double> out;
  for (const Json& old_run : before.at("runs"))
    for (const Json& new_run : after.at("runs")) {
      if (!same_kind(old_run, like) || !same_kind(new_run, like) || old_run.at("seed") != new_run.at("seed")) continue;
      const double was = value_of(old_run, figure);
      const double is = value_of(new_run, figure);
      if (was > 0 && is > 0) out.push_back(is / was);
    }
  return out;
}

std::vector<HostFigure> compared(const Json& before, const Json& after, double threshold_percent) {
  std::vector<HostFigure> out;
  std::vector<Json> seen;
  for (const Json& run : before.at("runs")) {
    if (std::any_of(seen.begin(), seen.end(), [&run](const Json& other) { return same_kind(run, other); })) continue;
    seen.push_back(run);
    for (std::string_view figure : kFigures) {
      const std::vector<double> ratios = ratios_of(before, after, run, figure);
      if (ratios.empty()) continue;
      const Ratio ratio = geometric_mean(ratios);
      out.push_back({run.at("label"), run.at("fidelity"), figure, ratio, verdict_of(ratio, threshold_percent)});
    }
  }
  return out;
}

}   // namespace

std::string_view name_of(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::same: return "same";
    case HostVerdict::better: return "better";
    case HostVerdict::worse: return "worse";
    case HostVerdict::undecided: return "undecided";
  }
  return "";
}

std::vector<HostFigure> compare_hosts(const std::string& baseline, const std::string& result, double threshold_percent) {
  try {
    return compared(Json::parse(baseline), Json::parse(result), threshold_percent);
  } catch (const nlohmann::json::exception& wrong) { throw NoResult(std::string("no perf.json of ssisim: ") + wrong.what()); }
}

}   // namespace ssi::report
