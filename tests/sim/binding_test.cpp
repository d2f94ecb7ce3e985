// The binding of machines to simulated time: dates, order, local delivery, priority, cores, in both fidelities; and flow under every
// context factory of SimGrid.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

using Lines = std::vector<std::string>;

class Binding : public testing::TestWithParam<const char*> {
 protected:
  Lines run_it(Rig rig) const {
    rig.fidelity = GetParam();
    return body(run(rig));
  }
};

// Kill{n}: node 0 sends PING number n of the size that is the pid's value to node 1, which answers; the answer completes the call.
Rig pinger(std::vector<std::pair<std::uint32_t, std::uint64_t>> pings, config::NodeCosts costs = {}) {
  Rig rig{.platform = star(2), .machine = {}, .program = {}, .starts = {0}, .simgrid_arguments = {}};
  rig.platform.costs = costs;
  rig.machine = [](NodeId self) {
    return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
      if (const auto* call = std::get_if<CallEvent>(&event)) {
        out.work(nanoseconds(700), Work::dispatch);
        out.send({1}, {call->id.value}, PingPong{Ping{7, std::get<Kill>(*call->call).pid.value}});
      } else if (const auto* message = std::get_if<MessageEvent>(&event)) {
        const PingPong& body = message->message->body.get<PingPong>();
        if (std::holds_alternative<Ping>(body)) {
          say(now, fmt::format("ping at {}", self.value));
          out.work(nanoseconds(1500));
          out.send(message->message->header.from, message->message->header.txn, PingPong{Pong{7, message->message->header.txn.value}});
        } else {
          out.work(nanoseconds(2000));
          out.complete({std::get<Pong>(body).call}, Result::ok(), {1});
        }
      }
    });
  };
  rig.program = [pings](std::uint32_t, workload::Self& self) -> workload::Program {
    return [](std::vector<std::pair<std::uint32_t, std::uint64_t>> list, workload::Self& me) -> workload::Program {
      for (const auto& [number, size] : list) {
        const Instant asked = me.now;
        co_await Call(Kill{{size}, Signal::none});
        say(me.now, fmt::format("answer {} after {}", number, (me.now - asked).ns));
      }
    }(pings, self);
  };
  return rig;
}

TEST_P(Binding, OneRemoteCallTakesWhatThePlatformSays) {
  const config::NodeCosts costs{.syscall = nanoseconds(100),
                                .message_send = nanoseconds(3000),
                                .message_receive = nanoseconds(5000),
                                .copy_per_kib = nanoseconds(1024)};   // 1 ns a byte
  const Lines lines = run_it(pinger({{1, 148}}, costs));
  // By hand, in the order of the effects. Call: syscall 100 + dispatch 700 + send 3000 + copy of 148 - 48 bytes 100 = 3900.
  // Wire: 2 links x 5000 + 148 B / 1.25 B/ns 118.4 = 10118.4. Request: receive 5000 + copy 100 + handler 1500 + send 3000 + copy of
  // 100 - 48 bytes 52 = 9652. Wire: 10000 + 100 / 1.25 = 10080. Reply: receive 5000 + copy 52 + handler 2000 = 7052.
  const double by_hand = 3900 + 10118.4 + 9652 + 10080 + 7052;
  ASSERT_EQ(lines.size(), 3U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[0], "14118 ping at 1") << "launch syscall 100 + 3900 + 10118.4";
  EXPECT_EQ(lines[1], fmt::format("{:.0f} answer 1 after {:.0f}", 100 + by_hand, by_hand));
}

TEST_P(Binding, ShortMessagesTakeAFrameOnTheWire) {
  const Lines lines = run_it(pinger({{1, 1}}));
  // 10000 + 64 / 1.25 one way and 10000 + 100 / 1.25 back; handlers 700, 1500, 2000.
  EXPECT_EQ(lines.at(1), fmt::format("{0:.0f} answer 1 after {0:.0f}", 10051.2 + 10080 + 700 + 1500 + 2000));
}

// Node 0 sends all pings of `sizes` at once at its boot; with `raised`, the last one overtakes as a raised message would.
Rig burst(std::vector<std::uint64_t> sizes, NodeId to = {1}) {
  Rig rig = idle_rig(star(2));
  rig.machine = [sizes, to](NodeId self) {
    return std::make_unique<Scripted>([self, sizes, to](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint32_t i = 0; i < sizes.size(); ++i) out.send(to, {i}, PingPong{Ping{i, sizes[i]}});
      if (const auto* message = std::get_if<MessageEvent>(&event))
        say(now, fmt::format("{}", std::get<Ping>(message->message->body.get<PingPong>()).number));
    });
  };
  return rig;
}

TEST_P(Binding, ASmallMessageDoesNotOvertakeABigOneOfItsClass) {
  const Lines lines = run_it(burst({12'500'000, 64}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].substr(lines[0].find(' ') + 1), "0") << "the big one first";
  EXPECT_EQ(lines[1].substr(lines[1].find(' ') + 1), "1");
  EXPECT_EQ(lines[0].substr(0, lines[0].find(' ')), lines[1].substr(0, lines[1].find(' '))) << "released together";
}

TEST_P(Binding, AMessageToTheOwnNodeNeedsNoNetwork) {
  const Lines lines = run_it(burst({1'000'000'000}, {0}));
  EXPECT_EQ(lines.at(0), "0 0");
}

// Two nodes flood node 0 (one core); each message takes 1000 ns there. A raised one (sent while serving) is served first.
TEST_P(Binding, RaisedMessagesAreServedBeforeTheRest) {
  Rig rig = burst({});
  rig.platform.cores = 1;
  rig.machine = [](NodeId self) {
    return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0) {
        out.send({0}, {0}, PingPong{Ping{0, 64}});
        for (std::uint32_t i = 10; i < 13; ++i) out.send({0}, {0}, PingPong{Ping{i, 64}});
      }
      if (const auto* message = std::get_if<MessageEvent>(&event)) {
        const std::uint32_t number = std::get<Ping>(message->message->body.get<PingPong>()).number;
        say(now, fmt::format("serves {}", number));
        out.work(nanoseconds(1000));
        if (number == 0) out.send({0}, {0}, PingPong{Ping{1, 64}}, {.before_work = true});   // raised: sent by a server
      }
    });
  };
  const Lines lines = run_it(rig);
  const Lines expected{"0 serves 0", "1000 serves 1", "2000 serves 10", "3000 serves 11", "4000 serves 12"};
  ASSERT_GE(lines.size(), expected.size());
  EXPECT_EQ(Lines(lines.begin(), lines.begin() + 5), expected);
}

TEST_P(Binding, EightCoresServeEightAtOnceAndTheNinthWaits) {
  Rig rig = burst({});
  rig.machine = [](NodeId self) {
    return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint32_t i = 0; i < 9; ++i) out.send({0}, {0}, PingPong{Ping{i, 64}});
      if (const auto* message = std::get_if<MessageEvent>(&event)) {
        say(now, fmt::format("serves {}", std::get<Ping>(message->message->body.get<PingPong>()).number));
        out.work(nanoseconds(1000));
      }
    });
  };
  const Lines lines = run_it(rig);
  ASSERT_GE(lines.size(), 9U);
  EXPECT_EQ(lines[7], "0 serves 7");
  EXPECT_EQ(lines[8], "1000 serves 8");
}

TEST_P(Binding, TimersOfOneDateFireInTheOrderTheyWereSet) {
  Rig rig = burst({});
  rig.machine = [](NodeId self) {
    return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint64_t i = 0; i < 6; ++i) out.set_timer({i}, i, nanoseconds(i % 2 == 0 ? 3000 : 3001));
      if (const auto* timer = std::get_if<TimerEvent>(&event)) say(now, fmt::format("timer {}", timer->key.value));
    });
  };
  const Lines lines = run_it(rig);
  const Lines expected{"3000 timer 0", "3000 timer 2", "3000 timer 4", "3001 timer 1", "3001 timer 3", "3001 timer 5"};
  ASSERT_GE(lines.size(), expected.size());
  EXPECT_EQ(Lines(lines.begin(), lines.begin() + 6), expected) << "a nanosecond apart is told apart";
}

TEST_P(Binding, KernelWorkGoesBeforePrograms) {
  Rig rig = pinger({});
  rig.platform.cores = 1;
  rig.starts = {1, 0};   // node 1 computes while node 0 pings it
  rig.program = [](std::uint32_t program, workload::Self& self) -> workload::Program {
    return [](std::uint32_t number, workload::Self& me) -> workload::Program {
      if (number == 1) {
        co_await Call(Compute{microseconds(100)});
        say(me.now, "computed");
      } else {
        const Instant asked = me.now;
        co_await Call(Kill{{64}, Signal::none});
        say(me.now, fmt::format("answer after {}", (me.now - asked).ns));
      }
    }(program, self);
  };
  const Lines lines = run_it(rig);
  ASSERT_EQ(lines.size(), 4U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[1], fmt::format("{0:.0f} answer after {0:.0f}", 10051.2 + 10080 + 700 + 1500 + 2000)) << "as on an idle node";
  EXPECT_EQ(lines[2], "101500 computed") << "the program lost the core for 1500 ns";
}

TEST_P(Binding, ARunThatNothingCanContinueIsNoProgress) {
  Rig rig = pinger({{1, 64}});
  rig.machine = [](NodeId) { return std::make_unique<Scripted>([](Instant, const Event&, Effects&) {}); };
  EXPECT_EQ(run_it(rig).back(), fmt::format("0 end {}", static_cast<int>(Ending::no_progress)));
}

TEST_P(Binding, AFailedCheckOnAnActorEndsTheRunAndIsReported) {
  Rig rig = pinger({{1, 64}});
  rig.machine = [](NodeId) {
    return std::make_unique<Scripted>(
        [](Instant, const Event& event, Effects&) { SSI_CHECK(std::holds_alternative<BootEvent>(event), "broken machine"); });
  };
  const Lines lines = run_it(rig);
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(lines[0].find("broken machine"), std::string::npos) << lines[0];
}

INSTANTIATE_TEST_SUITE_P(Fidelity, Binding, testing::Values("flow", "queue"));

class Factories : public testing::TestWithParam<const char*> {};

TEST_P(Factories, GiveTheSameRun) {
  auto rig = [](std::vector<std::string> arguments) {
    Rig made = pinger({{1, 64}, {2, 100'000}, {3, 148}}, {.syscall = nanoseconds(100), .message_send = nanoseconds(3000)});
    made.starts = {0, 0, 0};
    made.simgrid_arguments = std::move(arguments);
    return made;
  };
  EXPECT_EQ(run(rig({std::string("--cfg=contexts/factory:") + GetParam()})), run(rig({})));
}

INSTANTIATE_TEST_SUITE_P(Flow, Factories, testing::Values("raw", "boost", "ucontext", "thread"));

}   // namespace
}   // namespace ssi::sim::test
