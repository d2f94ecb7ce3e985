#include "sim/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

#include "models/base/overload.hpp"
#include "models/config/fields.hpp"
#include "models/protocol/registry.hpp"
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/options.hpp"
#include "sim/load/units.hpp"
#include "sim/platform/about.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::cli {
namespace {

const char* kind_text(config::Kind kind) {
  switch (kind) {
    case config::Kind::boolean: return "true or false";
    case config::Kind::integer: return "whole number";
    case config::Kind::ratio: return "number";
    case config::Kind::text: return "text";
    case config::Kind::choice: return "one of";
    case config::Kind::duration: return "time (\"5us\")";
    case config::Kind::bytes: return "size (\"4KiB\")";
    case config::Kind::bandwidth: return "rate (\"10Gbps\")";
    case config::Kind::choice_set: return "some of";
  }
  return "";
}

std::string fields_text(const std::vector<config::Field>& fields) {
  std::string out;
  for (const config::Field& field : fields) {
    std::string kind = kind_text(field.kind);
    if (!field.choices.empty()) kind += fmt::format(" {}", fmt::join(field.choices, ", "));
    out += fmt::format("    {:<16} {}: {}\n", field.key, kind, field.meaning);
  }
  return out;
}

std::string value_text(const config::Field& field, const config::Value& value) {
  if (load::has_unit(field.kind)) return load::canonical(field.kind, std::get<std::int64_t>(value));
  return std::visit(Overload{[](const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, "+")); },
                             [](const auto& plain) { return fmt::format("{}", plain); }},
                    value);
}

std::string presets_text(const StrategyEntry& entry) {
  std::string out;
  for (const config::Preset& preset : entry.presets) {
    out += fmt::format("    preset {}: {}\n       ", preset.name, preset.help);
    for (const config::Field& field : entry.params)
      if (const config::Value* value = config::find_value(preset.values, field.key))
        out += fmt::format(" {}={}", field.key, value_text(field, *value));
    out += '\n';
  }
  return out;
}

std::string strategies_text() {
  std::string out;
  for (const StrategyEntry& entry : strategies())
    out += fmt::format("{:<16} {}\n{}{}", entry.name, entry.help, fields_text(entry.params), presets_text(entry));
  return out;
}

std::string workloads_text() {
  std::string out;
  for (const workload::WorkloadEntry& entry : workload::workloads())
    out += fmt::format("{:<16} {} (unit of work: {})\n{}", entry.name, entry.help, entry.unit, fields_text(entry.params));
  return out;
}

// Coherence protocols, for the parameters of strategies that host one.
std::string protocols_text() {
  std::string out;
  for (const protocol::ProtocolEntry& entry : protocol::protocols()) {
    const bool sequential = entry.ordering == coherence::Ordering::sequential;
    out += fmt::format("{:<16} {} ({} consistency)\n{}", entry.name, entry.help, sequential ? "sequential" : "release",
                       fields_text(protocol::options_of(entry.name)));
  }
  return out;
}

// The platform files that lie where ssisim was started.
std::string platforms_text() {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator("platforms", problem))
    if (entry.path().extension() == ".json" || entry.path().extension() == ".xml") found.push_back(entry.path().string());
  if (problem) throw UserError("platforms: " + problem.message() + " (ssisim lists the folder platforms/ below the current one)");
  std::sort(found.begin(), found.end());
  return fmt::format("{}\n", fmt::join(found, "\n"));
}

std::string metrics_text() {
  std::string out;
  for (const report::MetricInfo& info : report::metric_table()) {
    const char* unit = info.quantity == report::Quantity::time ? "time" : info.quantity == report::Quantity::bytes ? "bytes" : "number";
    out += fmt::format("{:<42} {:<7} {}\n", info.pattern, unit, info.meaning);
  }
  return out +
         "\nCALL: a call; PLACE: all, local or remote, all where it is left out; ERROR: ESRCH, ...; N, NODE: a number; TYPE: a message "
         "type\n";
}

std::string names_of_strategies() {
  std::string out;
  for (const StrategyEntry& entry : strategies()) {
    out += fmt::format("  {:<16} {}\n", entry.name, entry.help);
    if (entry.presets.empty()) continue;
    out += fmt::format("{:<18} presets:", "");
    for (const config::Preset& preset : entry.presets) out += fmt::format(" {}", preset.name);
    out += '\n';
  }
  return out;
}

}   // namespace

std::string program_version() { return SSISIM_VERSION; }

std::string version_text() { return fmt::format("ssisim {} (SimGrid {})\n", program_version(), sim::simgrid_version()); }

std::string help_text() {
  return "ssisim simulates clusters that look like one machine, and compares their designs.\n\n"
         "  ssisim --scenario FILE [options]                         run it\n"
         "  ssisim compare BASELINE RESULT                           exit 5 when RESULT is worse; see ssisim compare --help\n"
         "  ssisim conformance [--strategy NAME] [options]           which POSIX behaviours designs deliver; --format table|json|markdown\n"
         "  ssisim fuzz [--strategy NAME] [--runs N]                 random plans against what designs promise; see ssisim fuzz --help\n"
         "  ssisim list strategies|workloads|platforms|protocols|metrics   what there is\n"
         "  ssisim schema scenario|platform|results                  JSON Schema (draft-07)\n\n" +
         options_help() + "\nStrategies:\n" + names_of_strategies() +
         "\nExamples:\n"
         "  ssisim --scenario scenarios/quickstart.json\n"
         "  ssisim --scenario scenarios/quickstart.json --strategy smp --strategy vproc_switch --replicates 10\n"
         "  ssisim --scenario scenarios/quickstart.json --set platform.interconnect.latency=50us --out results/slow-net\n"
         "  ssisim --scenario scenarios/quickstart.json --trace ops --format json > results.json\n"
         "  ssisim conformance --strategy isolated --strategy vproc_switch\n\n"
         "Exit: 0 done, 1 our bug, 2 your mistake, 3 invariant broken, 4 no progress, 5 expectation missed, 130/143 interrupted.\n";
}

std::string list_text(const std::string& topic) {
  if (topic == "strategies") return strategies_text();
  if (topic == "workloads") return workloads_text();
  if (topic == "platforms") return platforms_text();
  if (topic == "protocols") return protocols_text();
  return metrics_text();
}

}   // namespace ssi::cli
