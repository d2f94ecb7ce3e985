#include "sim/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "sim/record/stats.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/metrics.hpp"
#include "sim/report/text.hpp"

namespace ssi::report {
namespace {

constexpr std::size_t kLabelWidth = 24;
constexpr const char* kNone = "-";

// The runs of one fidelity, and what they are compared with: `smp` where the scenario has it, else the first.
struct Section {
  std::string fidelity, base;
  std::vector<Json> runs;
  std::vector<std::string> labels;
};

std::vector<Section> sections_of(const Json& document) {
  std::vector<Section> out;
  for (const Json& run : document.at("runs")) {
    if (out.empty() || out.back().fidelity != run.at("fidelity")) {
      const auto same = std::find_if(out.begin(), out.end(), [&](const Section& s) { return s.fidelity == run.at("fidelity"); });
      if (same == out.end()) out.push_back({run.at("fidelity"), {}, {}, {}});
      else std::rotate(same, same + 1, out.end());
    }
    Section& section = out.back();
    const std::string label = run.at("label");
    if (std::find(section.labels.begin(), section.labels.end(), label) == section.labels.end()) section.labels.push_back(label);
    if (section.base.empty() && run.at("strategy") == "smp") section.base = label;
    section.runs.push_back(run);
  }
  for (Section& section : out)
    if (section.base.empty()) section.base = section.labels.front();
  return out;
}

std::vector<double> values(const Section& section, const std::string& label, const std::string& metric) {
  std::vector<double> out;
  for (const Json& run : section.runs)
    if (run.at("label") == label)
      if (const Json value = metric_value(run, metric); !value.is_null()) out.push_back(value.get<double>());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<double> median(const std::vector<double>& sorted) {
  if (sorted.empty()) return std::nullopt;
  return sorted[(sorted.size() - 1) / 2];
}

double sum(const std::vector<double>& all) {
  double out = 0;
  for (double value : all) out += value;
  return out;
}

template <class Text>
std::string cell(const std::optional<double>& value, Text text) {
  return value ? text(*value) : kNone;
}

std::string errors_text(const Section& section, const std::string& label, const std::string& place_path) {
  std::string out;
  for (std::size_t i = 1; i < record::kErrors; ++i) {
    const std::string name(name_of(static_cast<Errno>(i)));
    const double count = sum(values(section, label, fmt::format("{}.errors.{}", place_path, name)));
    if (count > 0) out += fmt::format("{}{} {:.0f}", out.empty() ? "" : ", ", name, count);
  }
  return out;
}

std::string ratio_text(const std::optional<Ratio>& ratio) { return ratio ? human_number(ratio->ratio) : kNone; }

// One line of the calls' table; empty: no such call of that label there. `service`: without the time it was blocked.
std::vector<std::string> call_row(const Section& section, const std::string& label, const std::string& call, const std::string& place,
                                  bool service) {
  const std::string path = "calls." + call + "." + place;
  const std::string prefix = service ? ".service_" : ".";
  const double count = sum(values(section, label, path + ".count"));
  const std::string errors = errors_text(section, label, path);
  if (count == 0 && errors.empty()) return {};
  if (service && sum(values(section, label, path + ".where.blocked")) == 0) return {};
  const auto ratio =
      compare(section.runs, section.fidelity, label, section.base, path + prefix + "p50", "calls." + call + ".all" + prefix + "p50");
  return {call + (service ? "*" : ""),
          place,
          shortened(label, kLabelWidth),
          fmt::format("{:.0f}", count),
          cell(median(values(section, label, path + prefix + "p50")), human_time),
          cell(median(values(section, label, path + prefix + "p99")), human_time),
          cell(median(values(section, label, path + ".messages_per_call")), human_number),
          ratio_text(ratio),
          service ? "" : errors};
}

std::string calls_table(const Section& section) {
  Columns columns({"call", "served", "strategy", "count", "p50", "p99", "msg/call", "p50 vs " + shortened(section.base, 12), "errors"}, 3,
                  true);
  bool any_service = false;
  for (std::string_view call : kCallNames)
    for (bool service : {false, true})
      for (const char* place : {"local", "remote"})
        for (const std::string& label : section.labels) {
          auto row = call_row(section, label, std::string(call), place, service);
          if (row.empty()) continue;
          any_service |= service;
          columns.add(std::move(row));
        }
  return columns.text() + (any_service ? "* without the time in which the call waited for another process\n" : "");
}

std::string interval(const std::optional<Ratio>& ratio) {
  if (!ratio) return kNone;
  if (ratio->pairs == 1) return human_number(ratio->ratio);
  return fmt::format("{} ({} to {})", human_number(ratio->ratio), human_number(ratio->low), human_number(ratio->high));
}

std::string work_table(const Section& section) {
  const std::string unit = section.runs.front().at("work").at("unit");
  Columns columns({"work: " + shortened(unit, kLabelWidth), "done", "per second", "makespan", "messages", "bytes",
                   "slow-down vs " + shortened(section.base, 12)},
                  1, true);
  for (const std::string& label : section.labels) {
    const auto slow_down = compare(section.runs, section.fidelity, section.base, label, "work.per_second");
    columns.add({shortened(label, kLabelWidth), fmt::format("{:.0f}", sum(values(section, label, "work.done"))),
                 cell(median(values(section, label, "work.per_second")), human_number),
                 cell(median(values(section, label, "work.makespan")), human_time),
                 cell(median(values(section, label, "messages.count")), [](double count) { return fmt::format("{:.0f}", count); }),
                 cell(median(values(section, label, "messages.bytes")), human_bytes), interval(slow_down)});
  }
  return columns.text();
}

// What kept pages coherent, where anything did. `most`: the table of most faults.
std::string coherence_table(const Section& section) {
  Columns columns({"coherence", "faults", "invalidations", "transfers", "fault/work", "most faults in"}, 1, true);
  bool any = false;
  for (const std::string& label : section.labels) {
    const double faults = sum(values(section, label, "coherence.faults"));
    if (faults == 0) continue;
    any = true;
    std::map<std::string, double> tables;
    for (const Json& run : section.runs)
      if (run.at("label") == label)
        for (const auto& [name, count] : run.at("coherence").at("faults_by_table").items()) tables[name] += count.get<double>();
    const auto most = std::max_element(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const double work = sum(values(section, label, "work.done"));
    columns.add({shortened(label, kLabelWidth), fmt::format("{:.0f}", faults),
                 fmt::format("{:.0f}", sum(values(section, label, "coherence.invalidations"))),
                 fmt::format("{:.0f}", sum(values(section, label, "coherence.transfers"))), work > 0 ? human_number(faults / work) : kNone,
                 fmt::format("{} {:.0f} %", most->first, 100 * most->second / faults)});
  }
  return any ? "\n" + columns.text() : "";
}

std::string quantity(const std::string& metric, double value) {
  switch (find_metric(metric)->quantity) {
    case Quantity::time: return human_time(value);
    case Quantity::bytes: return human_bytes(value);
    case Quantity::number: break;
  }
  return fmt::format("{:.10g}", value);
}

// One line for each run that misses an expectation, and a sum.
std::string expect_lines(const Json& document) {
  std::string lines;
  std::size_t kept = 0;
  std::size_t missed = 0;
  for (const Json& run : document.at("runs"))
    for (const Json& expect : run.at("expect")) {
      if (expect.at("ok").get<bool>()) {
        ++kept;
        continue;
      }
      const std::string metric = expect.at("metric");
      const Json& value = expect.at("value");
      ++missed;
      lines += fmt::format("expect missed: {} is {}, {} {} ({}, seed {})\n", metric,
                           value.is_null() ? "not measured" : quantity(metric, value.get<double>()), expect.at("bound").get<std::string>(),
                           quantity(metric, expect.at("limit").get<double>()), run.at("label").get<std::string>(),
                           run.at("seed").get<std::uint64_t>());
    }
  if (kept + missed > 0) lines += fmt::format("expect: {} kept, {} missed\n", kept, missed);
  return lines;
}

std::string title(const Json& document, const Section& section) {
  std::uint64_t first = UINT64_MAX;
  std::uint64_t last = 0;
  for (const Json& run : section.runs) {
    first = std::min(first, run.at("seed").get<std::uint64_t>());
    last = std::max(last, run.at("seed").get<std::uint64_t>());
  }
  const Json& scenario = document.at("scenario");
  const std::string seeds = first == last ? fmt::format("seed {}", first) : fmt::format("seeds {} to {}", first, last);
  return fmt::format("{}: {}, {}{}\n", scenario.value("name", "scenario"), section.fidelity, seeds,
                     document.at("complete").get<bool>() ? "" : " (not complete)");
}

}   // namespace

std::string table(const Json& document) {
  std::string out;
  for (const Section& section : sections_of(document)) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}\n{}\n{}{}", title(document, section), calls_table(section), work_table(section), coherence_table(section));
  }
  const std::string expectations = expect_lines(document);
  if (!expectations.empty()) out += fmt::format("\n{}", expectations);
  return out;
}

}   // namespace ssi::report
