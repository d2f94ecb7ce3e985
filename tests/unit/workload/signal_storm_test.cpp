// signal_storm against the fake kernel: whom it signals, when it begins and that everybody ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "runs.hpp"

namespace ssi::test {
namespace {

std::uint32_t home_of(Pid pid) { return pid.origin().value; }

TEST(SignalStorm, SendsToTheVictimsThatThePlacementNames) {
  const std::map<std::string, std::function<bool(std::uint32_t, std::uint32_t)>> rules{
      {"local", [](auto from, auto to) { return from == to; }},
      {"round_robin", [](auto, auto) { return true; }},
      {"random", [](auto, auto) { return true; }},
      {"random_other", [](auto from, auto to) { return from != to; }}};
  for (const auto& [placement, allowed] : rules) {
    const FakeKernel kernel = run("signal_storm", {{"count", whole(120)}, {"victims", whole(3)}, {"placement", Value(placement)}});
    std::map<std::uint32_t, int> hits;
    std::set<Pid> victims;
    for (const auto& [asked, kill] : kernel.calls<Kill>()) {
      if (kill.signal == Signal::kill) continue;
      EXPECT_EQ(kill.signal, Signal::usr1);
      EXPECT_TRUE(allowed(asked.node, home_of(kill.pid))) << placement;
      ++hits[home_of(kill.pid)];
      victims.insert(kill.pid);
    }
    EXPECT_EQ(kernel.done.size(), 480u) << placement;
    EXPECT_EQ(kernel.alive, 0u) << placement;
    EXPECT_EQ(victims.size(), 12u) << placement;
    for (const auto& [node, count] : hits)
      EXPECT_NEAR(count, 120, placement == "random" || placement == "random_other" ? 60 : 0) << placement;
  }
}

TEST(SignalStorm, SendsOnlyWhenEveryVictimIsReadyAndEndsThemLast) {
  const FakeKernel kernel = run("signal_storm", {{"count", whole(50)}, {"placement", text("random")}});
  Instant ready{}, first_sent{INT64_MAX}, last_sent{}, first_end{INT64_MAX};
  for (const auto& [asked, action] : kernel.calls<SetAction>()) ready = std::max(ready, asked.at);
  for (const auto& [asked, kill] : kernel.calls<Kill>()) {
    if (kill.signal == Signal::kill) first_end = std::min(first_end, asked.at);
    else first_sent = std::min(first_sent, asked.at), last_sent = std::max(last_sent, asked.at);
  }
  EXPECT_LT(ready, first_sent);
  EXPECT_LT(last_sent, first_end);
}

TEST(SignalStorm, EndsWhenNothingRemoteCanBeReached) {
  for (const char* arrival : {"closed", "open"}) {
    const Values params{{"count", whole(50)}, {"placement", text("random_other")}, {"arrival", text(arrival)}};
    const FakeKernel kernel = run("signal_storm", params, kRemoteFails);
    EXPECT_EQ(kernel.alive, 0u);
    EXPECT_TRUE(kernel.done.empty());
    EXPECT_TRUE(kernel.calls<Spawn>().empty());
  }
}

TEST(SignalStorm, WhoIsNotReachedIsSignalledByAProgramThere) {
  const Values params{{"count", whole(20)}, {"placement", text("random_other")}, {"unreached", text("command")}};
  const FakeKernel kernel = run("signal_storm", params, kRemoteFails);
  const auto spawns = kernel.calls<Spawn>();
  ASSERT_EQ(spawns.size(), 80u);   // each of which fails here
  for (const auto& [asked, spawn] : spawns) EXPECT_EQ(spawn.placement.node.value, home_of(Pid{spawn.program.arguments[0]}));
  EXPECT_TRUE(kernel.done.empty());
  EXPECT_EQ(kernel.alive, 0u);
}

TEST(SignalStorm, EndsWhenNothingCanBeForked) {
  const FakeKernel kernel = run("signal_storm", {{"count", whole(50)}}, {.fork_works = false});
  EXPECT_EQ(kernel.alive, 0u);
  EXPECT_TRUE(kernel.done.empty());
}

TEST(SignalStorm, SignalNoneAsksOneAfterTheOther) {
  const FakeKernel kernel = run("signal_storm", {{"count", whole(5)}, {"signal", text("none")}, {"placement", text("random_other")}});
  std::map<Pid, Instant> last;
  for (const auto& [asked, kill] : kernel.calls<Kill>()) {
    if (kill.signal == Signal::kill) continue;
    EXPECT_EQ(kill.signal, Signal::none);
    if (last.contains(asked.pid)) {
      EXPECT_EQ(asked.at - last[asked.pid], microseconds(2));   // the answer's time, no think time
    }
    last[asked.pid] = asked.at;
  }
  EXPECT_EQ(last.size(), 4u);
  EXPECT_EQ(kernel.done.size(), 20u);
}

TEST(SignalStorm, AloneItsTargetIsItself) {
  const auto workload = make("signal_storm", {{"count", whole(5)}, {"placement", text("random_other")}}, 1, {2});
  FakeKernel kernel(*workload, {});
  kernel.run({2});
  EXPECT_EQ(kernel.done.size(), 5u);
  EXPECT_EQ(kernel.alive, 0u);
}

// A node that goes down takes its programs with it: the others must not wait for them for ever.
TEST(SignalStorm, ADestroyedFirstProgramHoldsUpNobody) {
  const auto workload = make("signal_storm", {{"count", whole(5)}, {"placement", text("local")}}, 1, {0, 1});
  workload::Self doomed;
  {
    const workload::Program program = [&] {
      workload::Program first = workload->make(workload->first_program(0), doomed);
      first.resume({});
      return first;
    }();
  }
  FakeKernel kernel(*workload, {});
  kernel.run({1});
  EXPECT_EQ(kernel.done.size(), 5u);
  EXPECT_EQ(kernel.alive, 0u);
}

}   // namespace
}   // namespace ssi::test
