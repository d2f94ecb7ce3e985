// Speed and memory of the simulator itself, from two perf.json. They are noisy, so runs of several seeds count together: a figure is
// worse only when the whole 95 % interval of its ratio, paired by seed, is worse by more than the threshold.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/comparison.hpp"
#include "sim/report/regression.hpp"

namespace ssi::report {

enum class HostVerdict : std::uint8_t { same, better, worse, undecided };   // undecided: fewer than three runs, or too noisy
std::string_view name_of(HostVerdict verdict);

struct HostFigure {
  std::string label, fidelity;
  std::string_view figure;   // "cpu_seconds_per_event", "peak_memory_bytes": less is better
  Ratio ratio;               // result / baseline
  HostVerdict verdict = HostVerdict::undecided;
};

// Texts of two perf.json. Runs that only one of them has are left out: compare_results tells of them. Throws NoResult.
std::vector<HostFigure> compare_hosts(const std::string& baseline, const std::string& result, double threshold_percent);

}   // namespace ssi::report
