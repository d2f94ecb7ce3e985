#include "sim/report/perf.hpp"

#include <nlohmann/json.hpp>

#include "sim/report/json.hpp"

namespace ssi::report {

std::string perf_json(double wall_seconds, const std::vector<RunCost>& runs) {
  Json document = Json::object();
  document["schema_version"] = 1;
  document["wall_seconds"] = wall_seconds;
  document["runs"] = Json::array();
  for (const RunCost& run : runs)
    document["runs"].push_back({{"label", run.label},
                                {"fidelity", run.fidelity},
                                {"seed", run.seed},
                                {"wall_seconds", run.wall_seconds},
                                {"cpu_seconds", run.cpu_seconds},
                                {"peak_memory_bytes", run.peak_memory_bytes},
                                {"events", run.events},
                                {"events_per_second", run.wall_seconds > 0 ? static_cast<double>(run.events) / run.wall_seconds : 0.0}});
  return document.dump(1) + "\n";
}

}   // namespace ssi::report
