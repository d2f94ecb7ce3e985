#include "tests/fuzz/targets.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/load/load.hpp"
#include "sim/load/units.hpp"
#include "sim/report/expect.hpp"
#include "sim/report/limit.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::fuzz {
namespace {

// A file in memory, which the readers open by its name as they would any other.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("ssisim-fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("no file in memory");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

constexpr std::string_view kAround = R"({
  "name": "around", "duration": "10s", "platform": {"file": "replaced.json"},
  "strategies": ["smp"], "workloads": [{"name": "fork_storm", "params": {"count": 1, "jobs": 1}}]
})";

bool readable(const std::string& line) {
  return std::none_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string wrong_with(const load::Problem& problem) {
  const std::string line = load::to_string(problem);
  if (problem.file.empty()) return "a problem of no file: " + line;
  if ((problem.line > 0) != (problem.column > 0)) return "half a position: " + line;
  if (!problem.pointer.empty() && problem.pointer[0] != '/') return "not a pointer: " + line;
  if (!problem.text.ends_with(')')) return "no remedy: " + line;
  if (!readable(line)) return "control characters";
  return nlohmann::json(line).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore).empty() ? "empty" : "";
}

std::string wrong_with(const load::Loaded& loaded) {
  for (const load::Problem& problem : loaded.problems)
    if (std::string wrong = wrong_with(problem); !wrong.empty()) return wrong;
  if (loaded.problems.empty() == loaded.echo.empty()) return "neither settings nor problems, or both";
  if (loaded.echo.empty()) return "";
  if (loaded.expect_places.size() != loaded.scenario.expect.size()) return "expectations without a place";
  report::check_expectations(loaded.scenario);
  if (!loaded.scenario.platform.xml_file.empty()) return "";   // its echo names a file that is not beside it
  const MemoryFile echo(loaded.echo);
  const load::Loaded again = load::load_scenario(echo.name(), {});
  if (!again.problems.empty()) return "the echo has a problem: " + load::to_string(again.problems[0]);
  return again.echo == loaded.echo ? "" : "the echo echoes something else";
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

std::string wrong_with_quantity(std::string_view text) {
  for (const auto kind : {config::Kind::duration, config::Kind::bytes, config::Kind::bandwidth}) {
    const load::Quantity read = load::parse_quantity(kind, text);
    if (!read.trouble.empty()) continue;
    const load::Quantity again = load::parse_quantity(kind, load::canonical(kind, read.value));
    if (!again.trouble.empty() || again.value != read.value) return "a quantity whose canonical form is another";
  }
  return "";
}

}   // namespace

std::string try_scenario(std::string_view bytes) {
  const MemoryFile file(bytes);
  return wrong_with(load::load_scenario(file.name(), {}));
}

std::string try_platform(std::string_view bytes) {
  const MemoryFile scenario(kAround);
  const MemoryFile platform(bytes);
  load::Overrides overrides;
  overrides.platform_file = platform.name();
  return wrong_with(load::load_scenario(scenario.name(), overrides));
}

std::string try_results(std::string_view bytes) {
  const std::string_view metric = take_line(bytes);
  const std::string_view limit = take_line(bytes);
  const report::MetricInfo* info = report::find_metric(metric);
  if (std::string wrong = wrong_with_quantity(limit); !wrong.empty()) return wrong;
  config::Scenario scenario;
  scenario.expect.push_back({.metric = std::string(metric), .max = std::string(limit)});
  const bool good = !metric.empty() && report::check_expectations(scenario).empty();   // no name: the loader refuses it
  if (good && info == nullptr) return "an expectation of no metric";
  const auto run = nlohmann::json::parse(bytes, nullptr, false);
  if (run.is_discarded()) return "";
  const report::Json value = report::metric_value(report::Json(run), metric);
  if (!value.is_null() && !value.is_number()) return "a metric that is no number";
  if (!good || !run.is_object()) return "";
  std::vector<report::Json> runs{report::Json(run)};
  runs[0]["ending"] = "finished";
  const std::size_t missed = report::evaluate_expectations(scenario, runs);
  const report::Json& verdict = runs[0]["expect"].at(0);
  if (!verdict.at("limit").is_number()) return "a limit that is no number";
  return verdict.at("ok").get<bool>() == (missed == 0) ? "" : "missed and kept";
}

}   // namespace ssi::fuzz
