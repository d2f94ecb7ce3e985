#include "sim/cli/run_child.hpp"

#include <fmt/format.h>

#include <chrono>

#include "models/base/check.hpp"
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/cli/heap_shaker.hpp"
#include "sim/cli/help.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/paje.hpp"
#include "sim/cluster/run.hpp"
#include "sim/report/run_json.hpp"

namespace ssi::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenReports{250};

template <class T>
std::string_view bytes_of_value(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

bool one_machine(const StrategyEntry& strategy) { return strategy.image == Image::one_machine; }

std::uint32_t cores_of_a_node(const config::Platform& platform, const StrategyEntry& strategy) {
  return platform.cores * (one_machine(strategy) ? platform.nodes : 1);
}

record::Recorder::Options recorder_options(const config::Scenario& scenario, const RunSpec& run, const StrategyEntry& strategy,
                                           const RunFiles& files) {
  return {.warmup_until = Instant{} + scenario.warmup,
          .ops_path = files.ops,
          .trace_path = files.trace,
          .filter = files.filter,
          .trace_metadata = {{"scenario", scenario.name},
                             {"strategy", run.strategy->label},
                             {"fidelity", run.fidelity},
                             {"seed", std::to_string(run.seed)},
                             {"ssisim", program_version()}},
          .events_path = files.events,
          .nodes = one_machine(strategy) ? 1 : scenario.platform.nodes,
          .cores = cores_of_a_node(scenario.platform, strategy),
          .duration = scenario.duration};
}

// Only in a star has each node exactly one link, to itself.
std::int64_t own_link_bps(const config::Platform& platform, const StrategyEntry& strategy) {
  const bool star = platform.xml_file.empty() && platform.interconnect.topology == "star";
  return star && !one_machine(strategy) ? platform.interconnect.bandwidth_bps : 0;
}

report::RunFacts facts_of(const config::Scenario& scenario, const RunSpec& run, const StrategyEntry& strategy,
                          const sim::RunOutcome& outcome) {
  const config::Platform& platform = scenario.platform;
  const Coverage covered = strategy.coverage_with(run.strategy->params);
  report::RunFacts facts{
      .strategy = run.strategy->name,
      .label = run.strategy->label,
      .fidelity = run.fidelity,
      .seed = run.seed,
      .ending = std::string(sim::name_of(outcome.ending)),
      .message = outcome.message,
      .workloads = {},
      .dispatch_sites = strategy.dispatch_sites,
      .coverage = {std::string(covered.process), std::string(covered.file), std::string(covered.channel), std::string(covered.segment)},
      .cores_per_node = cores_of_a_node(platform, strategy),
      .link_bps = own_link_bps(platform, strategy)};
  for (const config::WorkloadChoice& choice : scenario.workloads)
    facts.workloads.push_back({choice.name, std::string(workload::find_workload(choice.name)->unit), choice.start});
  return facts;
}

// Tells the parent how far the run is, a few times a second of real time. Calls come often, so it looks at the clock itself.
std::function<void(Instant, std::uint64_t)> reporter(ChildPipe& pipe) {
  using Clock = std::chrono::steady_clock;
  return [&pipe, last = Clock::now()](Instant now, std::uint64_t calls) mutable {
    if (Clock::now() - last < kBetweenReports) return;
    last = Clock::now();
    pipe.send(kProgressFrame, bytes_of_value(RunProgress{now.ns, calls}));
  };
}

}   // namespace

std::string name_of(const RunSpec& run) { return fmt::format("{}, {}, seed {}", run.strategy->label, run.fidelity, run.seed); }

void live_through(const config::Scenario& scenario, const RunSpec& run, const RunFiles& files,
                  const std::vector<std::string>& simgrid_arguments, bool second, ChildPipe& pipe) {
  const auto shaken = second ? shake_heap(run.seed) : decltype(shake_heap(0))();
  const StrategyEntry* strategy = find_strategy(run.strategy->name);
  SSI_CHECK(strategy != nullptr, "an unknown strategy passed the reader");
  record::Recorder recorder(recorder_options(scenario, run, *strategy, files));
  const sim::RunOutcome outcome = sim::run_once({.scenario = scenario,
                                                 .strategy = *strategy,
                                                 .params = run.strategy->params,
                                                 .seed = run.seed,
                                                 .fidelity = run.fidelity,
                                                 .simgrid_arguments = with_paje(simgrid_arguments, files.paje),
                                                 .interrupt = &interrupted(),
                                                 .progress = reporter(pipe)},
                                                recorder);
  if (!recorder.error().empty()) pipe.send(kFileFrame, recorder.error());
  if (const std::string problem = close_paje(files.paje); !problem.empty()) pipe.send(kFileFrame, problem);
  if (!outcome.message.empty()) pipe.send(kReasonFrame, outcome.message);
  pipe.send(kSummaryFrame,
            bytes_of_value(RunSummary{recorder.fingerprint(), recorder.events(), static_cast<std::uint8_t>(outcome.ending)}));
  pipe.send(kRunFrame, report::run_json(facts_of(scenario, run, *strategy, outcome), recorder));
}

}   // namespace ssi::cli
