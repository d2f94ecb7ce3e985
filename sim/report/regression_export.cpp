// A result as other tools' files of benchmarks (see regression_text.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/report/regression_text.hpp"

namespace ssi::report {
namespace {

// Names without blanks: Google Benchmark's tools split at them.
std::string row_name(const Regression& regression, const RunRegression& run, const Figure& figure) {
  std::string name = fmt::format("{}/{}/{}/{}", regression.scenario, run.label, run.fidelity, figure.metric);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

bool is_number(const std::string& text) { return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')); }

template <class Use>
void for_each_figure(const Regression& regression, Use use) {
  for (const RunRegression& run : regression.runs)
    for (const Figure& figure : run.figures)
      if (figure.better == Better::less && is_number(figure.after))
        use(row_name(regression, run, figure), figure, Json::parse(figure.after).get<double>());
}

}   // namespace

std::string google_benchmark(const Regression& regression) {
  std::map<std::string, int> repetitions;
  for_each_figure(regression, [&](const std::string& name, const Figure&, double) { ++repetitions[name]; });
  std::map<std::string, int> index;
  Json rows = Json::array();
  for_each_figure(regression, [&](const std::string& name, const Figure& figure, double value) {
    if (figure.quantity != Quantity::time) return;
    rows.push_back({{"name", name},
                    {"run_name", name},
                    {"run_type", "iteration"},
                    {"repetitions", repetitions[name]},
                    {"repetition_index", index[name]++},
                    {"threads", 1},
                    {"iterations", 1},
                    {"real_time", value},
                    {"cpu_time", value},
                    {"time_unit", "ns"}});
  });
  const Json context{{"executable", "ssisim"}, {"num_cpus", 1}, {"library_build_type", "release"}, {"caches", Json::array()}};
  return Json{{"context", context}, {"benchmarks", rows}}.dump(1) + "\n";
}

std::string custom_smaller_is_better(const Regression& regression) {
  struct Sum {
    std::string name;
    Quantity quantity{};
    double sum = 0, low = 0, high = 0;
    int count = 0;
  };
  std::vector<Sum> sums;
  std::map<std::string, std::size_t> places;
  for_each_figure(regression, [&](const std::string& name, const Figure& figure, double value) {
    const auto [place, fresh] = places.emplace(name, sums.size());
    if (fresh) sums.push_back({.name = name, .quantity = figure.quantity, .low = value, .high = value});
    Sum& sum = sums[place->second];
    sum.sum += value;
    sum.low = std::min(sum.low, value);
    sum.high = std::max(sum.high, value);
    ++sum.count;
  });
  Json rows = Json::array();
  for (const Sum& sum : sums)
    rows.push_back({{"name", sum.name},
                    {"unit", sum.quantity == Quantity::time    ? "ns"
                             : sum.quantity == Quantity::bytes ? "B"
                                                               : "1"},
                    {"value", sum.sum / sum.count},
                    {"range", fmt::format("{:.9g} to {:.9g}", sum.low, sum.high)},
                    {"extra", fmt::format("{} seeds", sum.count)}});
  return rows.dump(1) + "\n";
}

}   // namespace ssi::report
