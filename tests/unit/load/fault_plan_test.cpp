// What a scenario's random faults come to: a pure function of the seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/config/faults.hpp"

namespace ssi::test {
namespace {

using config::Fault;

std::vector<Fault> planned(const Fault& fault, std::uint64_t seed) {
  return config::fault_plan({fault}, RandomRoot(seed), 16, milliseconds(60'000));
}

Fault crashes(std::uint32_t count) {
  return {.kind = "random", .at = milliseconds(8'000), .lasts = milliseconds(4'000), .count = count, .kinds = {"crash"}, .groups = {}};
}

TEST(FaultPlan, SoManyInAllAtAnyMomentOfAnyNode) {
  std::set<std::uint32_t> nodes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<Fault> one = planned(crashes(1), seed);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_TRUE(one[0].kind == "crash" && one[0].lasts.ns == 0 && one[0].at >= milliseconds(8'000) && one[0].at < milliseconds(12'000));
    nodes.insert(one[0].node);
  }
  EXPECT_EQ(nodes.size(), 16U);
  EXPECT_EQ(planned(crashes(5), 1).size(), 5U);
}

TEST(FaultPlan, TheRateIsThatOfEachNode) {
  const Fault often{
      .kind = "random", .lasts = {}, .between = milliseconds(6'000), .mean_for = milliseconds(1), .kinds = {"crash"}, .groups = {}};
  std::size_t sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) sum += planned(often, seed).size();
  EXPECT_NEAR(static_cast<double>(sum), 20 * 16 * 10, 4 * 57) << "four standard deviations of a Poisson process";
}

}   // namespace
}   // namespace ssi::test
