// Plans: drawn, run, made small. What `ssisim fuzz` does with each.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/fuzz/draw_plan.hpp"
#include "sim/fuzz/shrink.hpp"

namespace ssi::test {
namespace {

using namespace fuzz;
using Kind = Verdict::Kind;

std::uint64_t fuzz_seeds() {
  const char* wanted = std::getenv("SSISIM_RANDOM_SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 40;
}

class EveryStrategy : public ::testing::TestWithParam<std::string> {
 protected:
  const StrategyEntry& entry() const { return *find_strategy(GetParam()); }
};

TEST_P(EveryStrategy, KeepsWhatItPromisesUnderRandomPlans) {
  for (std::uint64_t seed = 1; seed <= fuzz_seeds(); ++seed) {
    const Verdict verdict = run_plan(draw_plan(entry(), seed));
    ASSERT_EQ(verdict.kind, Kind::good) << "seed " << seed << ": " << verdict.problems.front();
  }
}

TEST_P(EveryStrategy, APlanIsAPureFunctionOfItsSeedAndItsRunOfThePlan) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Plan one = draw_plan(entry(), seed);
    const Plan other = draw_plan(entry(), seed);
    EXPECT_EQ(one.ops, other.ops);
    EXPECT_EQ(one.params, other.params);
    EXPECT_EQ(run_plan(one).trace_hash, run_plan(other).trace_hash);
    EXPECT_NE(run_plan(one).trace_hash, run_plan(draw_plan(entry(), seed + 1)).trace_hash);
  }
}

std::vector<std::string> names_of_strategies() {
  std::vector<std::string> names;
  for (const StrategyEntry& entry : strategies()) names.emplace_back(entry.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Fuzz, EveryStrategy, ::testing::ValuesIn(names_of_strategies()), [](const auto& test) { return test.param; });

// A world that loses every second message of one kind: found, made small, and the small plan fails in the same way.
TEST(Fuzz, ALossIsFoundAndShrinksToAFewCalls) {
  const auto lossy = [](std::string_view name) {
    return [name](const Plan& plan) {
      std::uint64_t met = 0;
      return run_plan(plan,
                      {.copies = [&](const Message& message) { return message.body.type().name == name && ++met % 2 == 0 ? 0U : 1U; }});
    };
  };
  for (std::string_view name : {"EXIT_NOTICE", "CREATED", "KILLED", "GROUP_SIGNAL"}) {
    Shrinker shrinker{.run = lossy(name), .most_runs = 600};
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 400 && !found; ++seed) {
      const Plan plan = draw_plan(*find_strategy("vproc_switch"), seed, {.calls = 80});
      Verdict verdict = shrinker.run(plan);
      if (verdict.kind == Kind::good) continue;
      found = true;
      const Plan small = shrinker.shrink(plan, verdict);
      EXPECT_LE(small.ops.size(), 12U) << name;   // of 80
      EXPECT_NE(verdict.kind, Kind::good);
      EXPECT_TRUE(same_failure(shrinker.run(small), verdict));
    }
    EXPECT_TRUE(found) << "nobody noticed that " << name << " is lost";
  }
}

}   // namespace
}   // namespace ssi::test
