// Faults in both fidelities, dates by hand: retransmission after 10 ms, 20 ms, ...; a circuit breaks after 100 ms of silence. A PING of
// 100 bytes takes 10,080 ns on an unloaded star.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <algorithm>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

using config::Fault;
using Lines = std::vector<std::string>;

Duration ms(std::int64_t n) { return milliseconds(n); }

// Node `from` sends PING n to the other one at `at`.
struct Planned {
  std::uint32_t from;
  Duration at;
};

// Two nodes that send what was planned, and say what they hear.
std::unique_ptr<Strategy> talker(NodeId self, const std::vector<Planned>& plan, std::uint32_t life) {
  return std::make_unique<Scripted>([self, plan, life](Instant now, const Event& event, Effects& out) {
    const std::string me = life == 1 ? fmt::format("{}", self.value) : fmt::format("{} in life {}", self.value, life);
    if (std::holds_alternative<BootEvent>(event)) {
      if (life > 1) say(now, me + " boots");
      for (std::uint32_t i = 0; i < plan.size(); ++i)
        if (plan[i].from == self.value && Instant{} + plan[i].at >= now) out.set_timer({i + 1}, 1, plan[i].at - (now - Instant{}));
    } else if (const auto* timer = std::get_if<TimerEvent>(&event)) {
      out.send({1 - self.value}, {1}, PingPong{Ping{static_cast<std::uint32_t>(timer->key.value), 100}});
      if (plan[timer->key.value - 1].at != now - Instant{}) say(now, fmt::format("{} is late", me));
    } else if (const auto* message = std::get_if<MessageEvent>(&event)) {
      say(now, fmt::format("{} gets {}", me, std::get<Ping>(message->message->body.get<PingPong>()).number));
    } else if (const auto* broken = std::get_if<CircuitBroken>(&event)) {
      say(now, fmt::format("{} has no circuit {} with {}", me, broken->epoch, broken->peer.value));
    }
  });
}

class FaultsOnTwo : public testing::TestWithParam<const char*> {
 protected:
  Rig rig(std::vector<Fault> faults, std::vector<Planned> plan) const {
    Rig made = idle_rig(star(2));
    made.fidelity = GetParam();
    made.platform.nic.retransmit = ms(10);
    made.platform.nic.circuit_timeout = ms(100);
    made.faults = std::move(faults);
    made.machine = [plan](NodeId self) { return talker(self, plan, 1); };
    made.reboot = [plan](NodeId self, Incarnation life, const std::shared_ptr<const Durable>&) { return talker(self, plan, life.value); };
    return made;
  }
  Lines hears(std::vector<Fault> faults, std::vector<Planned> plan) const {
    const Rig made = rig(std::move(faults), std::move(plan));
    const Lines all = run(made);
    EXPECT_EQ(run(made), all) << "the same run twice";
    Lines lines = body(all);
    EXPECT_EQ(lines.empty() ? "" : lines.back().substr(lines.back().find(' ')), " end 0");
    if (!lines.empty()) lines.pop_back();
    return lines;
  }
};

Fault cut(Duration at, Duration lasts, bool one_way = false) {
  return {.kind = "link_down", .at = at, .lasts = lasts, .node = 0, .peer = 1, .one_way = one_way, .kinds = {}, .groups = {}};
}
Fault node(std::string kind, std::uint32_t struck, Duration at, Duration lasts) {
  return {.kind = std::move(kind), .at = at, .lasts = lasts, .node = struck, .kinds = {}, .groups = {}};
}

// 1 is tried at 30, 40 and 60; 2 at 45 and 55, and waits for its turn.
TEST_P(FaultsOnTwo, AShortCutCostsRetransmissionAndLosesNothing) {
  EXPECT_EQ(hears({cut(ms(20), ms(30))}, {{0, ms(30)}, {0, ms(45)}, {0, ms(70)}}),
            (Lines{"60010080 1 gets 1", "60010080 1 gets 2", "70010080 1 gets 3"}));
}

// The last byte would have arrived 80 ns after the cut has begun.
TEST_P(FaultsOnTwo, WhatIsOnTheWireWhenThePathIsCutIsLostAndSentAgain) {
  EXPECT_EQ(hears({cut({20'010'000}, ms(1))}, {{0, ms(20)}}), (Lines{"30020160 1 gets 1"}));
}

TEST_P(FaultsOnTwo, ALongCutBreaksTheCircuitAndBothEndsAreTold) {
  EXPECT_EQ(
      hears({cut(ms(20), ms(150))}, {{0, ms(10)}, {0, ms(30)}, {1, ms(110)}, {1, ms(180)}}),
      (Lines{"10010080 1 gets 1", "120000000 0 has no circuit 1 with 1", "120000000 1 has no circuit 1 with 0", "180010080 0 gets 4"}));
}

// Nothing is acknowledged either, so what arrives the other way does not save the circuit.
TEST_P(FaultsOnTwo, AOneWayCutLetsTheOtherWayThroughUntilTheCircuitBreaks) {
  EXPECT_EQ(hears({cut(ms(20), ms(200), true)}, {{0, ms(10)}, {0, ms(30)}, {1, ms(40)}, {1, ms(230)}}),
            (Lines{"10010080 1 gets 1", "40010080 0 gets 3", "120000000 0 has no circuit 1 with 1", "120000000 1 has no circuit 1 with 0",
                   "230010080 0 gets 4"}));
}

// Each cut is shorter than the timeout, all of them together are not.
TEST_P(FaultsOnTwo, AFlappingPathKeepsItsCircuit) {
  std::vector<Fault> flaps;
  for (int i = 0; i < 4; ++i) flaps.push_back(cut(ms(20 + 40 * i), ms(30)));
  EXPECT_EQ(hears(flaps, {{0, ms(10)}, {0, ms(190)}}), (Lines{"10010080 1 gets 1", "190010080 1 gets 2"}));
}

// A message of a circuit that was not used before the cut: from its own first try on.
TEST_P(FaultsOnTwo, AMessageThatNeverGetsThroughBreaksItsCircuit) {
  EXPECT_EQ(hears({cut(ms(20), {})}, {{0, ms(30)}}), (Lines{"130000000 0 has no circuit 1 with 1", "230000000 1 has no circuit 1 with 0"}));
}

// A timer that was due during the pause is late; messages wait for the node.
TEST_P(FaultsOnTwo, APausedNodeGoesOnWhereItStood) {
  EXPECT_EQ(hears({node("pause", 1, ms(20), ms(40))}, {{0, ms(30)}, {1, ms(35)}}),
            (Lines{"60000000 1 is late", "60010080 1 gets 1", "60010080 0 gets 2"}));
}

// It comes back not knowing, and learns with its first message.
TEST_P(FaultsOnTwo, ANodeThatStoodStillTooLongIsTalkedToNoMore) {
  EXPECT_EQ(
      hears({node("pause", 1, ms(20), ms(180))}, {{0, ms(10)}, {1, ms(210)}, {1, ms(220)}}),
      (Lines{"10010080 1 gets 1", "120000000 0 has no circuit 1 with 1", "210010080 1 has no circuit 1 with 0", "220010080 0 gets 3"}));
}

// What was sent to the old incarnation is refused by the new one.
TEST_P(FaultsOnTwo, ARestartedNodeKnowsNothingOfItsOldCircuits) {
  EXPECT_EQ(hears({node("crash", 1, ms(20), ms(30))}, {{0, ms(10)}, {0, ms(30)}, {0, ms(70)}, {1, ms(80)}}),
            (Lines{"10010080 1 gets 1", "50000000 1 in life 2 boots", "60010080 0 has no circuit 1 with 1", "70010080 1 in life 2 gets 3",
                   "80010080 0 gets 4"}));
}

// Before the first message of the new circuit, whose class is served first.
TEST_P(FaultsOnTwo, TheNewCircuitTellsTheOldOnesOtherEnd) {
  EXPECT_EQ(hears({node("crash", 1, ms(20), ms(10))}, {{0, ms(10)}, {1, ms(40)}}),
            (Lines{"10010080 1 gets 1", "30000000 1 in life 2 boots", "40010080 0 has no circuit 1 with 1", "40010080 0 gets 2"}));
}

TEST_P(FaultsOnTwo, ADeadNodeIsSilentAndItsPeersAreToldOnce) {
  EXPECT_EQ(hears({node("crash", 1, ms(20), {})}, {{0, ms(10)}, {0, ms(90)}, {1, ms(30)}}),
            (Lines{"10010080 1 gets 1", "120000000 0 has no circuit 1 with 1"}));
}

TEST_P(FaultsOnTwo, AMessageOfADeadNodeIsNotDelivered) {
  EXPECT_EQ(hears({node("crash", 1, {20'005'000}, {})}, {{1, ms(20)}}), (Lines{"120005000 0 has no circuit 1 with 1"}));
}

TEST_P(FaultsOnTwo, ABadPathAddsLatencyAndQueuesForItsBandwidth) {
  Fault bad = cut(ms(20), ms(50));
  bad.kind = "link_degrade";
  bad.latency = microseconds(300);
  bad.bandwidth = 1'000'000;   // 100 bytes take 800 us
  EXPECT_EQ(hears({bad}, {{0, ms(30)}, {0, {30'001'000}}, {1, ms(40)}, {0, ms(80)}}),
            (Lines{"31110080 1 gets 1", "31910080 1 gets 2", "41110080 0 gets 3", "80010080 1 gets 4"}));
}

TEST_P(FaultsOnTwo, LostMessagesArriveInOrderAndOnce) {
  Fault bad = cut({}, {});
  bad.kind = "link_degrade";
  bad.loss = 0.3;
  std::vector<Planned> plan;
  for (int i = 0; i < 40; ++i) plan.push_back({0, ms(5 * i)});
  const Lines lines = hears({bad}, plan);
  ASSERT_EQ(lines.size(), 40U) << fmt::format("{}", fmt::join(lines, "\n"));
  std::size_t late = 0;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(lines[static_cast<std::size_t>(i)].substr(lines[static_cast<std::size_t>(i)].find(' ')), fmt::format(" 1 gets {}", i + 1));
    late += std::stoll(lines[static_cast<std::size_t>(i)]) != 5'000'000 * i + 10'080;
  }
  EXPECT_GT(late, 8U) << "12 of 40 are lost on average, and hold up others";
}

INSTANTIATE_TEST_SUITE_P(Fidelity, FaultsOnTwo, testing::Values("flow", "queue"));

// Programs that compute and sleep on node 0.
class FaultsOnPrograms : public testing::TestWithParam<const char*> {
 protected:
  Lines run_it(std::vector<Fault> faults) const {
    Rig rig = idle_rig(star(2));
    rig.fidelity = GetParam();
    rig.faults = std::move(faults);
    rig.machine = [](NodeId) { return std::make_unique<Scripted>([](Instant, const Event&, Effects&) {}); };
    rig.starts = {0};
    rig.program = [](std::uint32_t, workload::Self& self) -> workload::Program {
      return [](workload::Self& me) -> workload::Program {
        co_await Call(Compute{milliseconds(10)});
        say(me.now, "computed");
        co_await Call(Sleep{me.now + milliseconds(5)});
        say(me.now, "awake");
      }(self);
    };
    return body(run(rig));
  }
};

TEST_P(FaultsOnPrograms, ASlowNodeComputesSlowly) {
  Fault slow = node("slow_node", 0, ms(4), ms(8));
  slow.factor = 4;
  EXPECT_EQ(run_it({slow}), (Lines{"16000000 computed", "21000000 awake", "21000000 end 0"})) << "4 + 8 / 4 done when it ends, 4 left";
}

TEST_P(FaultsOnPrograms, APauseStopsComputationsAndDelaysWhoSleeps) {
  EXPECT_EQ(run_it({node("pause", 0, ms(4), ms(3))}), (Lines{"13000000 computed", "18000000 awake", "18000000 end 0"}));
  EXPECT_EQ(run_it({node("pause", 0, ms(12), ms(7))}), (Lines{"10000000 computed", "19000000 awake", "19000000 end 0"}));
}

TEST_P(FaultsOnPrograms, ACrashEndsThem) {
  EXPECT_EQ(run_it({node("crash", 0, ms(4), {})}), (Lines{"4000000 end 0"}));
  EXPECT_EQ(run_it({node("crash", 0, ms(12), ms(1))}), (Lines{"10000000 computed", "13000000 end 0"}));
}

INSTANTIATE_TEST_SUITE_P(Fidelity, FaultsOnPrograms, testing::Values("flow", "queue"));

}   // namespace
}   // namespace ssi::sim::test
