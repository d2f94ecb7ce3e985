#include "sim/report/regression_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/text.hpp"

namespace ssi::report {
namespace {

constexpr std::size_t kMostRows = 40;   // of one verdict, in text for people; --format json has all
constexpr std::array kShown{Verdict::worse, Verdict::missing, Verdict::better, Verdict::fresh, Verdict::changed};

struct Row {
  const RunRegression* run;
  const Figure* figure;
};

std::string name_of(const RunRegression& run) { return fmt::format("{}, {}, seed {}", run.label, run.fidelity, run.seed); }

// The largest changes first.
std::vector<Row> rows_of(const Regression& regression, Verdict verdict) {
  std::vector<Row> out;
  for (const RunRegression& run : regression.runs)
    for (const Figure& figure : run.figures)
      if (figure.verdict == verdict) out.push_back({&run, &figure});
  std::stable_sort(out.begin(), out.end(),
                   [](const Row& a, const Row& b) { return std::abs(a.figure->change_percent) > std::abs(b.figure->change_percent); });
  return out;
}

std::string value_text(const std::string& text, Quantity quantity) {
  if (text.empty()) return "-";
  const Json value = Json::parse(text);
  if (!value.is_number()) return shortened(text, 24);
  if (quantity == Quantity::time) return human_time(value.get<double>());
  return text;   // counts and bytes as they are: a difference of one must show
}

std::string change_text(const Figure& figure) {
  if (figure.change_percent == 0) return "";
  return std::isinf(figure.change_percent) ? "from 0" : fmt::format("{:+.3g} %", figure.change_percent);
}

std::string counts_text(const Regression& regression) {
  std::string out;
  for (Verdict verdict : kShown) out += fmt::format("{} {}, ", regression.count(verdict), name_of(verdict));
  return out + fmt::format("{} the same", regression.count(Verdict::same));
}

std::vector<std::string> cells(const Row& row, const std::string& first) {
  const Figure& figure = *row.figure;
  return {first,
          name_of(*row.run),
          figure.metric,
          value_text(figure.before, figure.quantity),
          value_text(figure.after, figure.quantity),
          change_text(figure),
          figure.tolerated_percent > 0 ? fmt::format("{:g} %", figure.tolerated_percent) : ""};
}

std::string host_text(const HostFigure& figure) {
  return fmt::format("{}, {}: {} x {:.3f} ({:.3f} to {:.3f}, {} runs): {}", figure.label, figure.fidelity, figure.figure,
                     figure.ratio.ratio, figure.ratio.low, figure.ratio.high, figure.ratio.pairs, name_of(figure.verdict));
}

std::string markdown_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|<>`*_", at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string markdown_rows(const Regression& regression, Verdict verdict) {
  const std::vector<Row> rows = rows_of(regression, verdict);
  std::string out =
      "| verdict | run | figure | baseline | result | change | tolerated |\n| --- | --- | --- | ---: | ---: | ---: | ---: |\n";
  for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i) {
    for (const std::string& cell : cells(rows[i], std::string(name_of(verdict)))) out += "| " + markdown_cell(cell) + " ";
    out += "|\n";
  }
  if (rows.size() > kMostRows) out += fmt::format("\n... and {} more\n", rows.size() - kMostRows);
  return out;
}

std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return out;
}

std::string junit_case(const Figure& figure, const std::string& class_name) {
  const std::string head = fmt::format("  <testcase classname=\"{}\" name=\"{}\"", xml(class_name), xml(figure.metric));
  if (!fails(figure.verdict)) return head + "/>\n";
  return head + fmt::format("><failure message=\"{}: {} -&gt; {} {}, tolerated {:g} %\"/></testcase>\n", name_of(figure.verdict),
                            xml(value_text(figure.before, figure.quantity)), xml(value_text(figure.after, figure.quantity)),
                            xml(change_text(figure)), figure.tolerated_percent);
}

std::string junit_suite(const std::string& name, std::size_t tests, std::size_t failures, const std::string& cases) {
  return fmt::format(" <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{} </testsuite>\n", xml(name), tests, failures, cases);
}

Json json_of(const std::string& text) { return text.empty() ? Json(nullptr) : Json::parse(text); }

Json figure_json(const RunRegression& run, const Figure& figure) {
  const bool number = figure.change_percent != 0 && std::isfinite(figure.change_percent);
  return {{"label", run.label},
          {"fidelity", run.fidelity},
          {"seed", run.seed},
          {"metric", figure.metric},
          {"verdict", name_of(figure.verdict)},
          {"baseline", json_of(figure.before)},
          {"result", json_of(figure.after)},
          {"change_percent", number ? Json(figure.change_percent) : Json(nullptr)},
          {"tolerated_percent", figure.tolerated_percent}};
}

}   // namespace

bool Compared::ok() const {
  const bool host_worse = std::any_of(host.begin(), host.end(), [](const HostFigure& f) { return f.verdict == HostVerdict::worse; });
  return simulated.ok() && !(host_gates && host_worse);
}

std::string regression_table(const Compared& compared) {
  const Regression& regression = compared.simulated;
  std::string out = fmt::format("{}: {}\n", regression.scenario, compared.ok() ? "not worse" : "worse");
  for (const std::string& note : regression.notes) out += "note: " + note + "\n";
  Columns table({"verdict", "run", "figure", "baseline", "result", "change", "tolerated"}, 3, false);
  std::string more;
  bool any = false;
  for (Verdict verdict : kShown) {
    const std::vector<Row> rows = rows_of(regression, verdict);
    for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i) table.add(cells(rows[i], std::string(name_of(verdict))));
    if (rows.size() > kMostRows) more += fmt::format("... and {} more {}\n", rows.size() - kMostRows, name_of(verdict));
    any = any || !rows.empty();
  }
  if (any) out += "\n" + table.text() + more;
  out += "\nsimulated figures: " + counts_text(regression) + "\n";
  for (const HostFigure& figure : compared.host) out += "host: " + host_text(figure) + "\n";
  return out;
}

std::string regression_markdown(const Compared& compared) {
  const Regression& regression = compared.simulated;
  std::string out = fmt::format("### {} {}: {}\n\n{}\n", compared.ok() ? "\u2705" : "\u274c", markdown_cell(regression.scenario),
                                compared.ok() ? "not worse" : "worse", counts_text(regression));
  for (const std::string& note : regression.notes) out += "\n> " + markdown_cell(note) + "\n";
  for (Verdict verdict : kShown) {
    if (regression.count(verdict) == 0) continue;
    const std::string rows = markdown_rows(regression, verdict);
    if (fails(verdict)) out += "\n" + rows;
    else out += fmt::format("\n<details><summary>{} {}</summary>\n\n{}\n</details>\n", regression.count(verdict), name_of(verdict), rows);
  }
  for (const HostFigure& figure : compared.host) out += "\n- host: " + markdown_cell(host_text(figure));
  return out + (compared.host.empty() ? "" : "\n");
}

std::string regression_json(const Compared& compared) {
  const Regression& regression = compared.simulated;
  Json document{{"schema_version", 1}, {"scenario", regression.scenario}, {"ok", compared.ok()}, {"notes", regression.notes}};
  for (Verdict verdict : kShown) document["counts"][std::string(name_of(verdict))] = regression.count(verdict);
  document["counts"]["same"] = regression.count(Verdict::same);
  document["differences"] = Json::array();
  for (Verdict verdict : kShown)
    for (const Row& row : rows_of(regression, verdict)) document["differences"].push_back(figure_json(*row.run, *row.figure));
  document["host"] = Json::array();
  for (const HostFigure& figure : compared.host)
    document["host"].push_back({{"label", figure.label},
                                {"fidelity", figure.fidelity},
                                {"figure", figure.figure},
                                {"ratio", figure.ratio.ratio},
                                {"low", figure.ratio.low},
                                {"high", figure.ratio.high},
                                {"pairs", figure.ratio.pairs},
                                {"verdict", name_of(figure.verdict)}});
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string regression_junit(const Compared& compared) {
  const Regression& regression = compared.simulated;
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ssisim compare\">\n";
  for (const RunRegression& run : regression.runs) {
    const std::string name = fmt::format("{}: {}", regression.scenario, name_of(run));
    std::string cases;
    std::size_t failures = 0;
    for (const Figure& figure : run.figures) {
      cases += junit_case(figure, name);
      failures += fails(figure.verdict) ? 1 : 0;
    }
    out += junit_suite(name, run.figures.size(), failures, cases);
  }
  std::string cases;
  std::size_t failures = 0;
  for (const HostFigure& figure : compared.host) {
    const bool bad = compared.host_gates && figure.verdict == HostVerdict::worse;
    cases += fmt::format("  <testcase classname=\"host\" name=\"{}, {}: {}\">{}</testcase>\n", xml(figure.label), xml(figure.fidelity),
                         figure.figure, bad ? "<failure message=\"" + xml(host_text(figure)) + "\"/>" : "");
    failures += bad ? 1 : 0;
  }
  if (!compared.host.empty()) out += junit_suite("host", compared.host.size(), failures, cases);
  return out + "</testsuites>\n";
}

}   // namespace ssi::report
