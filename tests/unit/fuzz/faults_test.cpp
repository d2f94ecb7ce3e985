// Faults in plans: what a crash takes away and what it must not, who is told, and where faults are drawn.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "sim/fuzz/draw_faults.hpp"
#include "sim/fuzz/draw_plan.hpp"
#include "sim/fuzz/plan_run.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {
namespace {

using namespace fuzz;
using Kind = Verdict::Kind;

Plan plan_of(std::string strategy, std::vector<Op> ops, std::vector<Fault> faults) {
  Plan plan{.strategy = std::move(strategy), .nodes = 2};
  for (const config::Field& field : find_strategy(plan.strategy)->params) plan.params.emplace_back(field.key, config::default_of(field));
  plan.ops = std::move(ops);
  plan.faults = std::move(faults);
  return plan;
}

// A program on each of two nodes, each with five calls.
Plan two_programs(std::vector<Fault> faults) {
  std::vector<Op> ops{{.id = 1, .call = "spawn", .node = 0}, {.id = 2, .call = "spawn", .node = 1}};
  for (std::uint32_t id = 3; id < 13; ++id) ops.push_back({.id = id, .by = 1 + id % 2, .call = "setpgid"});
  return plan_of("isolated", std::move(ops), std::move(faults));
}

TEST(Crash, TakesItsOwnProgramsAndNobodyElses) {
  const Verdict whole = run_plan(two_programs({}));
  EXPECT_EQ(whole.done.size(), 10U);
  EXPECT_EQ(whole.crashes, 0U);
  for (std::uint64_t at = 1; at <= whole.events; at += 5) {
    const Verdict verdict = run_plan(two_programs({{.at = at, .kind = "crash", .node = 1}}));
    EXPECT_EQ(verdict.kind, Kind::good) << verdict.problems.front();
    EXPECT_EQ(verdict.crashes, 1U);
    const auto of_first = std::count_if(verdict.done.begin(), verdict.done.end(), [](std::uint32_t id) { return id % 2 == 0; });
    EXPECT_EQ(of_first, 5) << "node 0's program makes all its calls, node 1 crashing at event " << at;
    if (at < 10) { EXPECT_LT(verdict.done.size(), 10U); }
  }
}

TEST(Crash, ANodeThatStartsAgainIsAnotherIncarnationWithoutPrograms) {
  const Verdict verdict = run_plan(two_programs({{.at = 4, .kind = "crash", .node = 1}, {.at = 9, .kind = "restart", .node = 1}}));
  EXPECT_EQ(verdict.kind, Kind::good) << verdict.problems.front();
  EXPECT_LT(verdict.done.size(), 10U);

  world::World world("isolated", {.nodes = 2});
  const Pid before = world.init(1);
  world.crash(NodeId{1});
  EXPECT_FALSE(world.is_up(NodeId{1}));
  world.restart(NodeId{1});
  EXPECT_NE(world.init(1), before);
  const CallId call = world.call(NodeId{1}, world.init(1), Kill{before, Signal::none});
  EXPECT_EQ(world.trace(call).result->error, Errno::esrch);
}

// A call under way to a node that crashes ends when the caller's node is told, and not before.
TEST(Crash, APeerLearnsOfItWhenItIsTold) {
  world::World world("vproc_switch", {.nodes = 3});
  const NodeId zero{0}, one{1};
  const CallId kill = world.call(zero, world.init(0), Kill{world.init(1), Signal::none});
  const auto under_way = [&] {
    const auto channels = world.deliverable();
    return std::count_if(channels.begin(), channels.end(), [&](const world::Channel& channel) { return channel.to == one; });
  };
  EXPECT_GT(under_way(), 0);
  world.crash(one);
  EXPECT_EQ(under_way(), 0) << "what was under way to it is lost";
  EXPECT_FALSE(world.trace(kill).result);
  const CallId later = world.call(zero, world.init(0), Kill{Pid::make(one, {1}, 77), Signal::none});
  EXPECT_EQ(under_way(), 0) << "and so is what is sent to it";
  ASSERT_TRUE(world.breaking().contains({zero, one}));
  world.tell_broken({zero, one});
  ASSERT_TRUE(world.trace(kill).result && world.trace(later).result);
  EXPECT_EQ(world.trace(kill).result->error, Errno::ehostdown);
  EXPECT_FALSE(world.breaking().contains({zero, one}));
  EXPECT_TRUE(world.breaking().contains({NodeId{2}, one})) << "node 2 has still to be told";
}

// The judge: a caller that nobody tells of its peer's end waits for ever.
TEST(Crash, ACallerThatIsNeverToldIsFound) {
  Plan plan = plan_of("vproc_switch", {{.id = 1, .call = "spawn", .node = 0}, {.id = 2, .by = 1, .call = "list"}}, {});
  plan.order = {.seed = 1, .call = 1, .answer = 1, .message = 1000};
  bool found = false;
  for (std::uint64_t at = 1; at <= 12; ++at) {
    plan.faults = {{.at = at, .kind = "crash", .node = 1}};
    EXPECT_NE(run_plan(plan).kind, Kind::no_progress) << "crash at event " << at;
    found |= run_plan(plan, {.deaf = true}).kind == Kind::no_progress;
  }
  EXPECT_TRUE(found);
}

TEST(Faults, AreDrawnUniformlyOverTheEventsOfAPlan) {
  constexpr std::uint64_t kEvents = 1000;
  std::array<std::uint32_t, 4> quarters{};
  std::uint32_t crashes = 0, restarts = 0, breaks = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Plan plan = draw_plan(*find_strategy("vproc_switch"), seed, {.calls = 1});
    draw_faults(plan, *find_strategy("vproc_switch"), kEvents, 1);
    ASSERT_FALSE(plan.faults.empty());
    const Fault& fault = plan.faults.front();
    ASSERT_GE(fault.at, 1U);
    ASSERT_LE(fault.at, kEvents);
    ASSERT_LT(fault.node, plan.nodes);
    ++quarters.at((fault.at - 1) / (kEvents / 4));
    for (const Fault& one : plan.faults) {
      crashes += one.kind == "crash";
      restarts += one.kind == "restart";
      breaks += one.kind == "circuit_break";
    }
  }
  for (std::uint32_t quarter : quarters) EXPECT_NEAR(quarter, 250, 60) << "four standard deviations";
  EXPECT_GT(crashes, restarts);
  EXPECT_GT(restarts, breaks);
  EXPECT_GT(breaks, 0U);
}

TEST(Faults, EveryCrashIsEachNodeAtEachEventBeforeAndAfter) {
  const Plan plan = two_programs({});
  const std::vector<Plan> all = every_crash(plan, *find_strategy("isolated"), 7);
  EXPECT_EQ(all.size(), 2U * 7U * 2U);
  EXPECT_EQ(every_crash(plan, *find_strategy("smp"), 7).size(), 7U * 2U) << "one machine";
}

class FaultsOf : public ::testing::TestWithParam<std::string> {};

// Who is made for crashes keeps what it promises to those who survive; of the others the run says so.
TEST_P(FaultsOf, RandomPlansAreSurvivedOrBeyondTheDesign) {
  const StrategyEntry& entry = *find_strategy(GetParam());
  std::uint64_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= (entry.survives_crashes ? 40U : 4U); ++seed) {
    Plan plan = draw_plan(entry, seed, {.calls = 60});
    draw_faults(plan, entry, run_plan(plan).events, 3);
    const Verdict verdict = run_plan(plan);
    crashes += verdict.crashes;
    EXPECT_EQ(verdict.beyond_design, verdict.crashes > 0 && !entry.survives_crashes);
    if (entry.survives_crashes) { ASSERT_EQ(verdict.kind, Kind::good) << "seed " << seed << ": " << verdict.problems.front(); }
    EXPECT_EQ(run_plan(plan).trace_hash, verdict.trace_hash);
  }
  EXPECT_GT(crashes, 0U);
}

std::vector<std::string> all_strategies() {
  std::vector<std::string> names;
  for (const StrategyEntry& entry : strategies()) names.emplace_back(entry.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Fuzz, FaultsOf, ::testing::ValuesIn(all_strategies()), [](const auto& test) { return test.param; });

}   // namespace
}   // namespace ssi::test
