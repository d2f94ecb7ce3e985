// perf.json: what the runs cost on this host. Never part of results.json, since it differs from machine to machine.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace ssi::report {

struct RunCost {
  std::string label, fidelity;
  std::uint64_t seed{};
  double wall_seconds{}, cpu_seconds{};
  std::int64_t peak_memory_bytes{};
  std::uint64_t events{};   // delivered
};

std::string perf_json(double wall_seconds, const std::vector<RunCost>& runs);

}   // namespace ssi::report
