// One run in this process: builds the SimGrid engine, the nodes and the programs, and runs to the end.
// Once per process only: SimGrid does not reset its clock.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/config/scenario.hpp"
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/record/recorder.hpp"

namespace ssi::sim {

// A workload that is in no registry, in place of the scenario's.
struct OwnLoad {
  std::function<std::unique_ptr<workload::Workload>(const workload::WorkloadSetup&)> make;
  std::vector<std::uint32_t> starts;   // nodes
};

struct RunPlan {
  const config::Scenario& scenario;
  const StrategyEntry& strategy;
  const config::Values& params;   // of the strategy
  std::uint64_t seed = 1;
  std::string fidelity = "flow";
  std::vector<std::string> simgrid_arguments;                       // --cfg=..., --log=...
  const std::atomic<int>* interrupt = nullptr;                      // a signal number once the user wants the run to end
  std::function<void(Instant now, std::uint64_t calls)> progress;   // called now and then; may be empty
  std::optional<OwnLoad> own_load{};
};

enum class Ending : std::uint8_t { finished, interrupted, no_progress, invariant_broken, bug };

constexpr std::string_view name_of(Ending ending) {
  switch (ending) {
    case Ending::finished: return "finished";
    case Ending::interrupted: return "interrupted";
    case Ending::no_progress: return "no_progress";
    case Ending::invariant_broken: return "invariant_broken";
    case Ending::bug: return "bug";
  }
  return "";
}

struct RunOutcome {
  Ending ending = Ending::finished;
  Instant end;
  std::string message;   // for all but finished: time, node, event, state dump
};

RunOutcome run_once(const RunPlan& plan, record::Recorder& recorder);

// The platform can be built with these --cfg and --log: problems in an XML file (path, routes) are returned as text. Creates
// an Engine, so it is called in a child process.
std::string check_platform(const config::Platform& platform, const std::vector<std::string>& simgrid_arguments = {});

}   // namespace ssi::sim
