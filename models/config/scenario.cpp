#include "models/config/scenario.hpp"

#include <array>

namespace ssi::config {
namespace {

using S = Scenario;
using W = WorkloadChoice;

constexpr double kLongest = 100.0 * 86'400 * 1e9;          // 100 days: up to there `flow` is exact to a nanosecond
constexpr double kLargestSeed = 9'007'199'254'740'991.0;   // 2^53 - 1: every JSON tool reads it exactly

const std::array kScenario{
    Bound<S>{{"name", Kind::text, std::monostate{}, 0, 0, {}, "name of the scenario; its results go to results/<name>"}, &S::name},
    Bound<S>{{"description", Kind::text, std::string_view{}, 0, 0, {}, "one sentence: the question this scenario answers"},
             &S::description},
    Bound<S>{{"seed", Kind::integer, std::int64_t{1}, 0, kLargestSeed, {}, "seed of the first replicate; the next ones follow"}, &S::seed},
    Bound<S>{{"replicates", Kind::integer, std::int64_t{1}, 1, 10'000, {}, "runs of each strategy, with seeds seed, seed+1, ..."},
             &S::replicates},
    Bound<S>{
        {"duration", Kind::duration, std::monostate{}, 1, kLongest, {}, "simulated time; a run ends earlier when every program has ended"},
        &S::duration},
    Bound<S>{{"warmup", Kind::duration, std::int64_t{0}, 0, kLongest, {}, "time at the start that is left out of the statistics"},
             &S::warmup},
};

const std::array kWorkload{
    Bound<W>{{"start", Kind::duration, std::int64_t{0}, 0, kLongest, {}, "when its first programs start"}, &W::start},
    Bound<W>{{"restart",
              Kind::boolean,
              false,
              0,
              0,
              {},
              "its first programs start again on each node that does, as from an init script, and go on with what none has begun"},
             &W::restart},
};

constexpr std::array<std::string_view, 2> kFidelities{"flow", "queue"};
constexpr Field kFidelity{
    "fidelity", Kind::choice_set, std::string_view{"queue"}, 0, 0, kFidelities, "how time passes on network and cores"};

}   // namespace

std::span<const Bound<Scenario>> scenario_fields() { return kScenario; }
std::span<const Bound<WorkloadChoice>> workload_fields() { return kWorkload; }
const Field& fidelity_field() { return kFidelity; }

}   // namespace ssi::config
