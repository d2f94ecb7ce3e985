// One run's record as JSON, as INTERFACE section 5 names it. Only keys whose mechanism exists in this version.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/base/time.hpp"
#include "sim/record/recorder.hpp"

namespace ssi::report {

// What a record does not know of its run.
struct RunFacts {
  std::string strategy, label, fidelity;
  std::uint64_t seed{};
  std::string ending;    // "finished", "interrupted", "no_progress", "invariant_broken", "bug"
  std::string message;   // why, for all but the first
  struct Workload {
    std::string name, unit;
    Duration start;
  };
  std::vector<Workload> workloads;   // in the scenario's order
  std::uint32_t dispatch_sites{};
  std::array<std::string, 4> coverage;   // process, file, channel, segment
  std::uint32_t cores_per_node{};        // of a kernel of this design
  std::int64_t link_bps{};               // of each node's only link, each way; 0: no network, or no such link
};

// JSON text of one run, without `expect`. The same record gives the same bytes.
std::string run_json(const RunFacts& facts, const record::Recorder& recorder);

}   // namespace ssi::report
