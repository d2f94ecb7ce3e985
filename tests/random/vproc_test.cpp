// The machines of `vproc_switch` under random programs, on a network that delivers in any allowed order.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/random/world/random_run.hpp"

namespace ssi::test {
namespace {

// More with SSISIM_RANDOM_SEEDS=20000; a failure prints its seed.
std::uint64_t seeds() {
  const char* wanted = std::getenv("SSISIM_RANDOM_SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 600;
}

template <std::size_t... I>
std::vector<std::string_view> names_of(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, vproc::Message>::kName...};
}
const auto kMessages = names_of(std::make_index_sequence<std::variant_size_v<vproc::Message>>());

template <class Table>
void expect_rows_reached(const Table& table, const std::vector<std::uint64_t>& hits, const char* what) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].verdict == Verdict::never) continue;
    EXPECT_GT(hits[i], 0U) << what << ": state " << static_cast<int>(table[i].at) << ", event " << static_cast<int>(table[i].on);
  }
}

TEST(VprocRandom, HoldsItsRulesAndReachesEveryMessageAndRow) {
  RunCoverage coverage;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    RandomRun run({.seed = seed});
    for (const std::string& problem : run.run(coverage)) ADD_FAILURE() << "seed " << seed << ": " << problem;
    if (HasFailure()) return;
  }
  for (auto message : kMessages)   // MIGRATE_STATUS: when a circuit has broken
    EXPECT_TRUE(message == vproc::MigrateStatus::kName || coverage.messages.contains(std::string(message))) << message << " was never sent";
  expect_rows_reached(vproc::origin_rows::kTable, coverage.origin_rows, "origin");
  expect_rows_reached(vproc::member_rows::kTable, coverage.member_rows, "membership");
  for (const char* result :
       {"spawn ok",     "spawn EAGAIN",   "fork ok",       "wait ok",      "wait ECHILD",   "wait EINTR",    "kill ok",
        "kill ESRCH",   "killpg ok",      "killpg ESRCH",  "setpgid ok",   "setpgid EPERM", "setpgid ESRCH", "setsid ok",
        "setsid EPERM", "list ok",        "pause EINTR",   "rfork ok",     "rfork EAGAIN",  "exec ok",       "exec EAGAIN",
        "migrate ok",   "migrate EAGAIN", "migrate ESRCH", "migrate EPERM"})
    EXPECT_GT(coverage.results[result], 0U) << result << " never happened";
  RecordProperty("steps", static_cast<int>(coverage.steps));
  RecordProperty("calls", static_cast<int>(coverage.calls));
}

}   // namespace
}   // namespace ssi::test
