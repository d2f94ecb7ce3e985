// What a run does: settings of scenarios/*.json, checked and complete.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/faults.hpp"
#include "models/config/fields.hpp"
#include "models/config/membership.hpp"
#include "models/config/platform.hpp"

namespace ssi::config {

struct StrategyChoice {
  std::string name, label;   // label is unique within a scenario
  Values params;
};

struct WorkloadChoice {
  std::string name;
  std::vector<std::uint32_t> nodes;   // where its first programs start, ascending as given
  Duration start;
  bool restart = false;   // its first programs start again on a node that does
  Values params;
};

struct Expect {
  std::string metric;                            // a path inside a run, see INTERFACE: "calls.spawn.remote.p99"
  std::string strategy;                          // label; empty: every run
  std::optional<std::string> min, max, equals;   // as written: "2ms", 0, "1.5"
};

struct Scenario {
  std::string name, description;
  std::uint64_t seed = 1;
  std::uint32_t replicates = 1;
  Duration duration, warmup;
  std::vector<std::string> fidelities;
  Platform platform;
  std::vector<StrategyChoice> strategies;
  std::vector<WorkloadChoice> workloads;
  Membership membership;
  std::vector<Fault> faults;
  std::vector<Expect> expect;
};

// The keys that stand alone: name, description, seed, replicates, duration, warmup. The lists are sim/load's.
std::span<const Bound<Scenario>> scenario_fields();
std::span<const Bound<WorkloadChoice>> workload_fields();   // start
const Field& fidelity_field();                              // a choice_set

}   // namespace ssi::config
