// fork_storm and make against the fake kernel: which calls they make, when, and that they end whatever is answered.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "runs.hpp"

namespace ssi::test {
namespace {

// Job by job: where it was to be placed.
std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> places(const FakeKernel& kernel) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> out;
  for (const auto& [asked, spawn] : kernel.calls<Spawn>())
    out[{spawn.program.arguments[0], spawn.program.arguments[1]}] = spawn.placement.node.value;
  return out;
}

std::multiset<std::int64_t> compute_times(const FakeKernel& kernel) {
  std::multiset<std::int64_t> out;
  for (const auto& [asked, compute] : kernel.calls<Compute>()) out.insert(compute.cpu.ns);
  return out;
}

TEST(Registry, EveryEntryRunsToItsEndWithItsDefaults) {
  ASSERT_FALSE(workload::workloads().empty());
  for (const auto& entry : workload::workloads()) {
    EXPECT_EQ(workload::find_workload(entry.name), &entry);
    EXPECT_FALSE(entry.help.empty());
    EXPECT_FALSE(entry.unit.empty());
    const FakeKernel kernel = run(entry.name, {});
    EXPECT_EQ(kernel.alive, 0u) << entry.name;
    EXPECT_GE(kernel.done.size(), 7u) << entry.name;
  }
  EXPECT_EQ(workload::find_workload("fork_strom"), nullptr);
}

TEST(Registry, WhatAFieldNeedsIsAFieldOfTheSameTable) {
  for (const auto& entry : workload::workloads())
    for (const config::Field& field : entry.params) {
      if (field.needs.key.empty()) continue;
      const auto needed =
          std::find_if(entry.params.begin(), entry.params.end(), [&](const auto& other) { return other.key == field.needs.key; });
      ASSERT_NE(needed, entry.params.end()) << entry.name << '.' << field.key;
      EXPECT_NE(std::find(needed->choices.begin(), needed->choices.end(), field.needs.value), needed->choices.end()) << field.key;
    }
}

TEST(ForkStorm, KeepsAtMostJobsProcessesAliveAndWaitsForEach) {
  const FakeKernel kernel = run("fork_storm", {{"count", whole(10)}, {"jobs", whole(3)}, {"compute", whole(5'000'000)}});
  EXPECT_EQ(kernel.calls<Spawn>().size(), 40u);
  EXPECT_EQ(kernel.calls<Wait>().size(), 40u);
  EXPECT_EQ(kernel.done.size(), 40u);
  EXPECT_EQ(kernel.most_alive, 4u + 4u * 3u);
  EXPECT_EQ(kernel.alive, 0u);
}

TEST(ForkStorm, MeasuresFromTheStartOfTheSpawn) {
  const FakeKernel kernel = run("fork_storm", {{"count", whole(1)}, {"compute", whole(1'000'000)}});
  ASSERT_EQ(kernel.done.size(), 4u);
  const auto spawns = kernel.calls<Spawn>();
  for (const auto& done : kernel.done) {
    EXPECT_EQ(done.intended, spawns[0].first.at);
    EXPECT_EQ(done.at - done.intended, microseconds(5 + 1'000 + 1));   // first step, compute, wait
  }
}

TEST(ForkStorm, RoundRobinBeginsAtHomeAndVisitsEveryNode) {
  const auto where = places(run("fork_storm", {{"count", whole(8)}, {"placement", text("round_robin")}}));
  ASSERT_EQ(where.size(), 32u);
  for (const auto& [key, node] : where) EXPECT_EQ(node, (key.first + key.second) % 4);
}

TEST(ForkStorm, LeavesLeastLoadedToTheDesign) {
  for (const auto& [asked, spawn] : run("fork_storm", {{"count", whole(4)}, {"placement", text("least_loaded")}}).calls<Spawn>())
    EXPECT_EQ(spawn.placement.kind, Placement::Kind::least_loaded);
}

TEST(ForkStorm, AnswersWithAWrongStatusAreABug) {
  FakeKernel::Options off_by_one;
  off_by_one.status = [](std::int32_t status) { return status + 1; };
  EXPECT_THROW(run("fork_storm", {{"count", whole(1)}}, off_by_one), CheckFailed);
}

TEST(ForkStorm, AKilledJobIsNotDone) {
  FakeKernel::Options killed;
  killed.status = [](std::int32_t) { return status_of(Signal::kill); };
  for (const char* arrival : {"closed", "open"}) {
    const FakeKernel kernel = run("fork_storm", {{"count", whole(5)}, {"arrival", text(arrival)}}, killed);
    EXPECT_EQ(kernel.alive, 0u);
    EXPECT_TRUE(kernel.done.empty());
  }
}

TEST(ForkStorm, WhatCannotBeSpawnedIsNotDoneAndNothingHangs) {
  for (const char* arrival : {"closed", "open"}) {
    const Values params{{"count", whole(40)}, {"placement", text("round_robin")}, {"arrival", text(arrival)}};
    const FakeKernel kernel = run("fork_storm", params, kRemoteFails);
    EXPECT_EQ(kernel.alive, 0u);
    EXPECT_EQ(kernel.calls<Spawn>().size(), 160u);
    EXPECT_EQ(kernel.done.size(), 40u);
  }
}

TEST(ForkStorm, OpenLoopEndsWhenNoHelperCanBeForked) {
  const FakeKernel kernel = run("fork_storm", {{"arrival", text("open")}}, {.fork_works = false});
  EXPECT_EQ(kernel.alive, 0u);
  EXPECT_TRUE(kernel.done.empty());
}

TEST(OpenLoop, BeginsEachJobAtItsIntendedInstantWhileAHelperIsFree) {
  const FakeKernel kernel = run("fork_storm", {{"count", whole(100)}, {"arrival", text("open")}, {"rate", 1000.0}, {"jobs", whole(64)}});
  std::multiset<std::int64_t> begun, intended;
  for (const auto& [asked, spawn] : kernel.calls<Spawn>()) begun.insert(asked.at.ns);
  for (const auto& done : kernel.done) intended.insert(done.intended.ns);
  EXPECT_EQ(begun, intended);
  EXPECT_EQ(intended.size(), 400u);
}

// The trap of coordinated omission: answers a hundred times slower must neither move nor thin out the arrivals.
TEST(OpenLoop, SlowAnswersChangeNoIntendedInstant) {
  const Values params{{"count", whole(100)}, {"arrival", text("open")}, {"rate", 1000.0}, {"jobs", whole(2)}};
  const FakeKernel fast = run("fork_storm", params);
  const FakeKernel slow = run("fork_storm", params, {.spawn_takes = milliseconds(30)});
  std::multiset<std::int64_t> at_fast, at_slow;
  for (const auto& done : fast.done) at_fast.insert(done.intended.ns);
  for (const auto& done : slow.done) at_slow.insert(done.intended.ns);
  EXPECT_EQ(at_slow.size(), 400u);
  EXPECT_EQ(at_fast, at_slow);
  // 2 helpers serve 67 of 1000 arrivals a second: the last of 100 waits for about 1.4 s, and that is what is reported.
  Duration worst{};
  for (const auto& done : slow.done) worst = std::max(worst, done.at - done.intended);
  EXPECT_GT(worst, milliseconds(1'200));
}

TEST(OpenLoop, ArrivesAtTheRateAskedFor) {
  const FakeKernel kernel = run("fork_storm", {{"count", whole(2'000)}, {"arrival", text("open")}, {"rate", 500.0}, {"jobs", whole(64)}});
  Instant first = kernel.done.front().intended, last = first;
  for (const auto& done : kernel.done) {
    first = std::min(first, done.intended);
    last = std::max(last, done.intended);
  }
  EXPECT_NEAR(static_cast<double>((last - first).ns) * 1e-9, 4.0, 0.4);   // 2000 / 500 s; 4.5 standard deviations
}

TEST(Demand, IsTheSameWhateverTheAnswers) {
  for (const char* arrival : {"closed", "open"}) {
    const Values params{{"files", whole(50)}, {"placement", text("random")}, {"arrival", text(arrival)}};
    const FakeKernel fast = run("make", params);
    const FakeKernel slow = run("make", params, {.spawn_takes = milliseconds(3)});
    EXPECT_EQ(compute_times(fast), compute_times(slow));
    EXPECT_EQ(places(fast), places(slow));
    EXPECT_EQ(places(fast), places(run("make", params, kRemoteFails)));
    EXPECT_NE(compute_times(fast), compute_times(run("make", params, {}, 2)));
    EXPECT_NE(places(fast), places(run("make", params, {}, 2)));
  }
}

TEST(Demand, FirstProgramsDrawApart) {
  const auto where = places(run("fork_storm", {{"count", whole(64)}, {"placement", text("random")}}));
  std::array<std::vector<std::uint32_t>, 4> sequence;
  std::array<int, 4> hits{};
  for (const auto& [key, node] : where) {
    sequence[key.first].push_back(node);
    ++hits[node];
  }
  EXPECT_NE(sequence[0], sequence[1]);
  for (const int hit : hits) EXPECT_NEAR(hit, 64, 35);   // 5 standard deviations of binomial(256, 1/4)
}

TEST(Make, LinksOnceAfterTheLastFile) {
  const FakeKernel kernel =
      run("make",
          {{"files", whole(20)}, {"jobs", whole(4)}, {"sizes", text("fixed")}, {"compute", whole(1'000'000)}, {"link", whole(7'000'000)}});
  EXPECT_EQ(kernel.done.size(), 80u);
  Instant last_file{};
  for (const auto& done : kernel.done) last_file = std::max(last_file, done.at);
  int links = 0;
  for (const auto& [asked, compute] : kernel.calls<Compute>()) {
    if (compute.cpu == milliseconds(1)) continue;
    EXPECT_EQ(compute.cpu, milliseconds(7));
    EXPECT_GE(asked.at, last_file);
    ++links;
  }
  EXPECT_EQ(links, 4);
}

TEST(Make, CompileTimesHaveTheMeanAskedFor) {
  const FakeKernel kernel = run("make", {{"files", whole(2'000)}, {"compute", whole(1'000'000)}, {"link", whole(0)}, {"sigma", 0.5}});
  double sum = 0;
  for (const std::int64_t ns : compute_times(kernel)) sum += static_cast<double>(ns);
  EXPECT_NEAR(sum / 8'000, 1e6, 0.03e6);   // standard error: 0.53 / sqrt(8000) = 0.6 %
}

}   // namespace
}   // namespace ssi::test
