#include "sim/cli/conformance_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/base/check.hpp"
#include "models/conformance/play.hpp"
#include "models/strategy/registry.hpp"
#include "sim/cli/check_command.hpp"
#include "sim/cli/children.hpp"
#include "sim/cli/conformance_text.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/cluster/run.hpp"

namespace ssi::cli {
namespace {

using conformance::Behaviour;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

// Every choice of classes that a design with a parameter `cover` can be given, its default always among them; without one: none.
std::vector<Words> covers_of(const StrategyEntry& entry) {
  const auto cover = std::find_if(entry.params.begin(), entry.params.end(), [](const auto& field) { return field.key == "cover"; });
  if (cover == entry.params.end()) return {};
  const Words always = std::get<Words>(config::default_of(*cover));
  std::vector<Words> all{always};
  for (std::string_view choice : cover->choices) {
    if (std::find(always.begin(), always.end(), choice) != always.end()) continue;
    for (std::size_t i = 0, before = all.size(); i < before; ++i) {
      all.push_back(all[i]);
      all.back().emplace_back(choice);
    }
  }
  return all;
}

// The designs that are looked at when no scenario names them, as the scenario's list.
Json designs_of(const Words& names) {
  Json out = Json::array();
  for (const std::string& name : names) {
    const StrategyEntry* entry = find_strategy(name);
    const std::vector<Words> covers = entry != nullptr ? covers_of(*entry) : std::vector<Words>{};
    if (covers.empty()) out.push_back(name);
    for (const Words& cover : covers)
      out.push_back({{"name", name}, {"label", fmt::format("{} {}", name, fmt::join(cover, "+"))}, {"params", {{"cover", cover}}}});
  }
  return out;
}

// The workload only makes it a scenario; a behaviour runs in its place.
std::string scenario_of(Words strategy_names) {
  if (strategy_names.empty())
    for (const StrategyEntry& entry : strategies()) strategy_names.emplace_back(entry.name);
  const Json platform{{"name", "three nodes"}, {"nodes", 3}, {"cores", 2}, {"interconnect", {{"bandwidth", "10Gbps"}, {"latency", "1us"}}}};
  return Json{{"name", "conformance"},
              {"duration", "5s"},
              {"fidelity", "queue"},
              {"platform", platform},
              {"strategies", designs_of(strategy_names)},
              {"workloads", Json::array({{{"name", "fork_storm"}}})}}
      .dump();
}

// In a child: one behaviour on one design.
void play(const config::Scenario& scenario, const config::StrategyChoice& choice, const Behaviour& behaviour, const Options& options,
          ChildPipe& pipe) {
  const StrategyEntry* strategy = find_strategy(choice.name);
  SSI_CHECK(strategy != nullptr, "an unknown strategy passed the reader");
  conformance::Stage stage;
  record::Recorder recorder({.nodes = scenario.platform.nodes, .cores = scenario.platform.cores, .duration = scenario.duration});
  const auto make = [&](const workload::WorkloadSetup&) { return std::make_unique<conformance::Play>(behaviour, stage); };
  const std::vector<std::uint32_t> starts = behaviour.together ? std::vector<std::uint32_t>{0, 1} : std::vector<std::uint32_t>{0};
  const sim::RunOutcome ran = sim::run_once({.scenario = scenario,
                                             .strategy = *strategy,
                                             .params = choice.params,
                                             .seed = scenario.seed,
                                             .fidelity = scenario.fidelities.front(),
                                             .simgrid_arguments = options.simgrid_arguments,
                                             .interrupt = &interrupted(),
                                             .own_load = sim::OwnLoad{make, starts}},
                                            recorder);
  if (ran.ending == sim::Ending::bug) pipe.send('1', ran.message);
  else if (ran.ending == sim::Ending::invariant_broken) pipe.send('3', ran.message);
  else pipe.send('O', std::string(name_of(stage.outcome())) + "\n" + stage.why());
}

Finding finding_of(const Frame& frame) {
  if (frame.kind == 'O') {
    const auto end = frame.payload.find('\n');
    return {frame.payload.substr(0, end), frame.payload.substr(end + 1)};
  }
  return {"broken", frame.payload, frame.kind == '3' ? kInvariant : kBug};
}

// Of each design in turn, each behaviour.
std::vector<Design> find_all(const config::Scenario& scenario, const Options& options) {
  const auto& all = conformance::behaviours();
  std::vector<Design> designs;
  for (const auto& choice : scenario.strategies) designs.push_back({choice.name, choice.label, std::vector<Finding>(all.size())});
  const auto finding = [&](std::size_t job) -> Finding& { return designs[job / all.size()].found[job % all.size()]; };
  const auto body = [&](std::size_t job, ChildPipe& pipe) {
    play(scenario, scenario.strategies[job / all.size()], all[job % all.size()], options, pipe);
  };
  const auto ended = [&](const ChildEnd& end) {
    if (finding(end.job).outcome.empty()) finding(end.job) = {"broken", "its process " + end.how(), kBug};
  };
  run_children(designs.size() * all.size(), options.jobs, body,
               {.frame = [&](std::size_t job, const Frame& frame) { finding(job) = finding_of(frame); }, .ended = ended});
  return designs;
}

// Says what broke. 1 wins over 3.
int trouble_of(const std::vector<Design>& designs) {
  int code = kDone;
  for (const Design& design : designs)
    for (std::size_t b = 0; b < design.found.size(); ++b) {
      const Finding& one = design.found[b];
      if (one.trouble == kDone) continue;
      complain(fmt::format("conformance: {} on {}: {}", conformance::behaviours()[b].name, design.label, one.why));
      if (code != kBug) code = one.trouble;
    }
  return code;
}

void refuse_what_only_runs_have(const Options& options) {
  for (const std::string& name : options.given)
    for (std::string_view of_runs : {"out", "trace", "trace-filter", "replicates", "validate", "repeat-check", "progress"})
      if (name == of_runs) throw UserError(fmt::format("--{} has no effect on conformance; see ssisim --help", name));
}

}   // namespace

int conformance_command(const Options& given) {
  refuse_what_only_runs_have(given);
  Options options = given;
  if (options.scenario.empty()) {
    options.overrides.text = scenario_of(std::exchange(options.overrides.strategies, {}));
    options.scenario = "conformance";
  }
  const load::Loaded loaded = load_checked(options);
  if (loaded.scenario.platform.nodes < 3) throw UserError("conformance: the behaviours need a platform of three nodes at least");
  const std::vector<Design> designs = find_all(loaded.scenario, options);
  if (interrupted() != 0) return kSignal + interrupted();
  write_output(conformance_text(options.format, designs));
  return trouble_of(designs);
}

}   // namespace ssi::cli
