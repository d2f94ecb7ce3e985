// fork_storm: every first program starts `count` processes that compute a fixed time and exit. What does starting and
// waiting cost, and what does the design make of the placement? Unit of work: a process that came back.
#include "models/workload/jobs.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings : Demand {
  std::int64_t count{};
  Duration compute;
  std::uint32_t retries{};
};

const std::array kFields{
    Bound<Settings>{{"count", Kind::integer, std::int64_t{200}, 1, 1e9, {}, "processes of each first program"}, &Settings::count},
    Bound<Settings>{{"compute", Kind::duration, std::int64_t{100'000}, 0, 1e13, {}, "CPU time of a process"}, &Settings::compute},
    jobs_field<Settings>("processes alive at once, for each first program"),
    placement_field<Settings>(kJobPlacements, "where a process starts"),
    arrival_field<Settings>(),
    rate_field<Settings>(),
    retries_field<Settings>(),
};

std::unique_ptr<Workload> make_fork_storm(const WorkloadSetup& setup, const config::Values& params) {
  const auto settings = config::bind<Settings>(kFields, params);
  const auto compute = [time = settings.compute](Stream&) { return time; };
  return std::make_unique<Jobs>(setup, JobsPlan{settings, static_cast<std::uint64_t>(settings.count), {}, compute, settings.retries});
}

}   // namespace

WorkloadEntry fork_storm_entry() {
  return {"fork_storm", "start many short processes and wait for them", "process", config::plain<Settings>(kFields), make_fork_storm};
}

}   // namespace ssi::workload
