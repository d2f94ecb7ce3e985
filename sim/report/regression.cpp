#include "sim/report/regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace ssi::report {
namespace {

using Key = std::tuple<std::string, std::string, std::uint64_t>;                      // label, fidelity, seed
constexpr std::array kIdentity{"strategy", "label", "fidelity", "seed", "message"};   // `message` repeats `ending` in words

Json parsed(const std::string& text, const std::string& which) {
  try {
    Json document = Json::parse(text);
    if (document.at("schema_version") != 1) throw NoResult(which + ": results of another version of ssisim (schema_version is not 1)");
    if (!document.at("complete").get<bool>()) throw NoResult(which + ": not complete; its runs were interrupted or failed");
    for (const Json& run : document.at("runs")) {
      run.at("label").get<std::string>();
      run.at("fidelity").get<std::string>();
      run.at("seed").get<std::uint64_t>();
    }
    document.at("scenario").at("name").get<std::string>();
    return document;
  } catch (const nlohmann::json::exception& wrong) {
    throw NoResult(fmt::format("{}: no results.json of ssisim: {}", which, wrong.what()));
  }
}

std::string without_unit(const std::string& key) { return key.ends_with("_ns") ? key.substr(0, key.size() - 3) : key; }

struct Leaf {
  std::string metric;
  const Json* value;
};

// Histograms and timelines are compared whole: one figure, not hundreds.
bool is_whole(const std::string& key) { return key == "histogram" || key == "timeline"; }

void collect(const Json& at, const std::string& path, std::size_t depth, std::vector<Leaf>& out) {
  const auto below = [&](const std::string& key, const Json& value) {
    const bool left_out = depth == 2 && key == "all" && path.starts_with("calls.");
    const std::string name = left_out ? path : path.empty() ? without_unit(key) : path + "." + without_unit(key);
    if (is_whole(key)) out.push_back({name, &value});
    else collect(value, name, depth + 1, out);
  };
  if (at.is_object())
    for (const auto& item : at.items()) below(item.key(), item.value());
  else if (at.is_array())
    for (std::size_t i = 0; i < at.size(); ++i) below(std::to_string(i), at[i]);
  else if (!at.is_null()) out.push_back({path, &at});
}

std::vector<Leaf> leaves_of(const Json& run) {
  std::vector<Leaf> out;
  for (const auto& item : run.items())
    if (std::find(kIdentity.begin(), kIdentity.end(), item.key()) == kIdentity.end()) {
      if (is_whole(item.key())) out.push_back({item.key(), &item.value()});
      else collect(item.value(), without_unit(item.key()), 1, out);
    }
  return out;
}

// How good a text or a yes is; nothing: neither is better.
std::optional<int> rank(const std::string& metric, const Json& value) {
  if (metric == "ending") return value == "finished" ? 1 : 0;
  if (metric.starts_with("coverage.")) return value == "full" ? 2 : value == "none" ? 0 : 1;
  if (metric.starts_with("expect.") && metric.ends_with(".ok")) return value == true ? 1 : 0;
  return std::nullopt;
}

Verdict verdict_of_texts(const std::string& metric, const Json& before, const Json& after) {
  const auto was = rank(metric, before);
  const auto is = rank(metric, after);
  if (!was || !is || *was == *is) return Verdict::changed;
  return *is > *was ? Verdict::better : Verdict::worse;
}

void judge_numbers(Figure& figure, double before, double after) {
  figure.change_percent =
      before != 0 ? 100 * (after - before) / std::abs(before) : std::copysign(std::numeric_limits<double>::infinity(), after);
  if (std::abs(figure.change_percent) <= figure.tolerated_percent) return;
  const bool grew = after > before;
  if (figure.better == Better::neither) figure.verdict = Verdict::changed;
  else figure.verdict = grew == (figure.better == Better::more) ? Verdict::better : Verdict::worse;
}

class Comparer {
 public:
  explicit Comparer(std::span<const Tolerance> tolerances) : tolerances_(tolerances) {}

  std::vector<Figure> figures(const Json& before, const Json& after) const {
    const std::vector<Leaf> old_leaves = leaves_of(before);
    const std::vector<Leaf> new_leaves = leaves_of(after);
    std::map<std::string, const Json*> found;
    for (const Leaf& leaf : new_leaves) found.emplace(leaf.metric, leaf.value);
    std::vector<Figure> out;
    for (const Leaf& leaf : old_leaves) {
      const auto other = found.find(leaf.metric);
      out.push_back(judged(leaf.metric, *leaf.value, other != found.end() ? *other->second : absent(after, leaf.metric)));
      if (other != found.end()) found.erase(other);
    }
    for (const Leaf& leaf : new_leaves)
      if (found.contains(leaf.metric)) out.push_back(judged(leaf.metric, absent(before, leaf.metric), *leaf.value));
    return out;
  }

 private:
  // A count of what never happened is 0, not missing.
  static Json absent(const Json& run, const std::string& metric) {
    return find_metric(metric) != nullptr ? metric_value(run, metric) : Json(nullptr);
  }

  double tolerated(const std::string& metric) const {
    double percent = 0;
    for (const Tolerance& tolerance : tolerances_)
      if (matches_pattern(tolerance.pattern, metric)) percent = tolerance.percent;
    return percent;
  }

  Figure judged(const std::string& metric, const Json& before, const Json& after) const {
    Figure figure{.metric = metric, .before = {}, .after = {}, .tolerated_percent = tolerated(metric)};
    if (!before.is_null()) figure.before = before.dump();
    if (!after.is_null()) figure.after = after.dump();
    if (const MetricInfo* info = find_metric(metric)) {
      figure.quantity = info->quantity;
      figure.better = info->better;
    }
    if (before == after) return figure;
    if (after.is_null()) figure.verdict = Verdict::missing;
    else if (before.is_null()) figure.verdict = Verdict::fresh;
    else if (before.is_number() && after.is_number()) judge_numbers(figure, before.get<double>(), after.get<double>());
    else figure.verdict = verdict_of_texts(metric, before, after);
    return figure;
  }

  std::span<const Tolerance> tolerances_;
};

Key key_of(const Json& run) { return {run.at("label"), run.at("fidelity"), run.at("seed")}; }

const Json* find_run(const Json& document, const Key& key) {
  for (const Json& run : document.at("runs"))
    if (key_of(run) == key) return &run;
  return nullptr;
}

RunRegression regression_of(const Key& key, std::vector<Figure> figures) {
  return {std::get<0>(key), std::get<1>(key), std::get<2>(key), std::move(figures)};
}

Figure whole_run(Verdict verdict) {
  const bool gone = verdict == Verdict::missing;
  return {.metric = "run", .before = gone ? "\"there\"" : "", .after = gone ? "" : "\"there\"", .verdict = verdict};
}

// Where two scenarios first differ, beside their words for people.
std::string first_difference(Json before, Json after) {
  for (Json* scenario : {&before, &after})
    for (const char* key : {"description", "$schema", "expect"}) scenario->erase(key);
  const Json patch = Json::diff(before, after);
  return patch.empty() ? "" : patch[0].at("path").get<std::string>();
}

}   // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skip = 0; skip <= name.size(); ++skip)
    if (matches_pattern(pattern, name.substr(skip))) return true;
  return false;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::same: return "same";
    case Verdict::better: return "better";
    case Verdict::worse: return "worse";
    case Verdict::changed: return "changed";
    case Verdict::missing: return "missing";
    case Verdict::fresh: return "new";
  }
  return "";
}

std::size_t Regression::count(Verdict verdict) const {
  std::size_t sum = 0;
  for (const RunRegression& run : runs)
    sum += static_cast<std::size_t>(
        std::count_if(run.figures.begin(), run.figures.end(), [verdict](const Figure& f) { return f.verdict == verdict; }));
  return sum;
}

Regression compare_results(const std::string& baseline, const std::string& result, std::span<const Tolerance> tolerances) {
  const Json before = parsed(baseline, "baseline");
  const Json after = parsed(result, "result");
  Regression out{.scenario = after.at("scenario").at("name"), .notes = {}, .runs = {}};
  if (const std::string place = first_difference(before.at("scenario"), after.at("scenario")); !place.empty())
    out.notes.push_back("the two are results of different scenarios; the first difference is at " + place);
  const Comparer comparer(tolerances);
  for (const Json& run : before.at("runs")) {
    const Json* other = find_run(after, key_of(run));
    out.runs.push_back(
        regression_of(key_of(run), other != nullptr ? comparer.figures(run, *other) : std::vector{whole_run(Verdict::missing)}));
  }
  for (const Json& run : after.at("runs"))
    if (find_run(before, key_of(run)) == nullptr) out.runs.push_back(regression_of(key_of(run), {whole_run(Verdict::fresh)}));
  return out;
}

}   // namespace ssi::report
