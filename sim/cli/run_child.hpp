// One run, inside its child process: from settings to the frames that the parent merges.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/config/scenario.hpp"
#include "sim/cli/children.hpp"
#include "sim/record/trace_filter.hpp"

namespace ssi::cli {

struct RunSpec {
  const config::StrategyChoice* strategy{};
  std::string fidelity;
  std::uint64_t seed{};
  bool same_as(const RunSpec& other) const { return strategy == other.strategy && fidelity == other.fidelity && seed == other.seed; }
};
std::string name_of(const RunSpec& run);   // "vproc_switch, flow, seed 3"

struct RunFiles {
  std::string ops, trace, paje, events;   // empty: not written
  record::TraceFilter filter;             // of ops and trace
};

inline constexpr char kProgressFrame = 'P';   // RunProgress
inline constexpr char kSummaryFrame = 'S';    // RunSummary
inline constexpr char kRunFrame = 'R';        // JSON text of the run
inline constexpr char kReasonFrame = 'M';     // why the run ended early
inline constexpr char kFileFrame = 'F';       // a file that could not be written: the user's disk

struct RunProgress {
  std::int64_t now_ns;
  std::uint64_t calls;
};
struct RunSummary {
  std::uint64_t fingerprint, events;
  std::uint8_t ending;   // sim::Ending
};

// `second`: the repetition of --repeat-check, whose heap is shaken first.
void live_through(const config::Scenario& scenario, const RunSpec& run, const RunFiles& files,
                  const std::vector<std::string>& simgrid_arguments, bool second, ChildPipe& pipe);

}   // namespace ssi::cli
