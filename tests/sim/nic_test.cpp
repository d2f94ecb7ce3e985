// The network card and the receive path by hand: rate, buffer and retransmission, coalescing, polling, limits of service, wake-up.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

constexpr std::int64_t kWire = 10'080;   // ns: two links of 5 us, 100 bytes at 10 Gb/s

struct Traffic {
  std::uint32_t messages = 3;
  Duration apart{};            // between two messages of a sender
  Duration service{};          // kernel work of each message
  std::uint32_t senders = 1;   // nodes 1, 2, ...
};

// Messages to node 0, the first of each sender at 1 ms; when the handler of each began.
std::vector<std::string> served(config::Platform platform, const char* fidelity, const Traffic& traffic) {
  Rig rig = idle_rig(std::move(platform));
  rig.fidelity = fidelity;
  rig.machine = [traffic](NodeId self) {
    return std::make_unique<Scripted>([self, traffic](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value >= 1 && self.value <= traffic.senders)
        for (std::uint32_t i = 0; i < traffic.messages; ++i)
          out.set_timer({i}, 0, milliseconds(1) + traffic.apart * static_cast<std::int64_t>(i));
      if (const auto* timer = std::get_if<TimerEvent>(&event))
        out.send({0}, {0}, PingPong{Pong{self.value * 10 + static_cast<std::uint32_t>(timer->key.value), 0}});
      if (const auto* message = std::get_if<MessageEvent>(&event)) {
        say(now, fmt::format("{}", std::get<Pong>(message->message->body.get<PingPong>()).number));
        if (traffic.service.ns > 0) out.work(traffic.service);
      }
    });
  };
  auto lines = body(run(rig));
  if (!lines.empty()) lines.pop_back();   // the end of the run
  return lines;
}

config::Platform with(config::Nic nic, std::uint32_t cores = 8) {
  config::Platform platform = star(4, cores);
  if (nic.notify.empty()) nic.notify = "interrupt";
  platform.nic = nic;
  return platform;
}

std::string at(std::int64_t ns, int number) { return fmt::format("{} {}", 1'000'000 + ns, number); }
using Lines = std::vector<std::string>;

class NicTest : public testing::TestWithParam<const char*> {};

TEST_P(NicTest, SendsAndTakesNoFasterThanItsRate) {
  const auto lines = served(with({.message_rate = 100'000}), GetParam(), {});   // 10 us a message
  EXPECT_EQ(lines, (Lines{at(kWire, 10), at(10'000 + kWire, 11), at(20'000 + kWire, 12)}));
}

TEST_P(NicTest, AFullBufferDropsAndTheMessageIsSentAgainLater) {
  // One core, 50 us a message. The buffer holds one: the second waits in it, the third is lost, and what is lost comes again after 1 ms.
  const auto lines =
      served(with({.buffer = 1, .retransmit = milliseconds(1)}, 1), GetParam(), {.apart = microseconds(1), .service = microseconds(50)});
  EXPECT_EQ(lines, (Lines{at(kWire, 10), at(kWire + 50'000, 11), at(1'002'000 + 2 * kWire, 12)}));
}

TEST_P(NicTest, InterruptsAreCoalescedByNumberAndByDelay) {
  const config::Nic nic{.coalesce = 2, .coalesce_delay = microseconds(100)};
  const auto lines = served(with(nic), GetParam(), {.apart = microseconds(10)});
  EXPECT_EQ(lines, (Lines{at(10'000 + kWire, 10), at(10'000 + kWire, 11), at(120'000 + kWire, 12)}));
}

TEST_P(NicTest, APollingKernelLearnsOfMessagesWhenItLooks) {
  const auto lines = served(with({.notify = "poll", .poll_interval = microseconds(25)}), GetParam(), {.apart = microseconds(10)});
  EXPECT_EQ(lines, (Lines{at(25'000, 10), at(25'000, 11), at(50'000, 12)}));
}

TEST_P(NicTest, AReceiveQueueServesOneMessageAtATime) {
  // Two senders, two messages each, which share the link for a while: to the microsecond.
  const Traffic two{.messages = 2, .service = microseconds(50), .senders = 2};
  const auto last_us = [&two](config::Nic nic) { return served(with(nic), GetParam(), two).back().substr(0, 4); };
  EXPECT_EQ(last_us({}), "1010") << "without a limit: as soon as it has arrived";
  EXPECT_EQ(last_us({.receive_queues = 1}), "1160");
  EXPECT_EQ(last_us({.receive_queues = 2}), "1060") << "a queue for each sender";
}

TEST_P(NicTest, ServerThreadsLimitWhatIsServedAtOnce) {
  const Traffic three{.messages = 3, .apart = microseconds(1), .service = microseconds(50)};
  const auto lines = served(with({.server_threads = 2}), GetParam(), three);
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.back(), at(kWire + 50'000, 12));
}

TEST_P(NicTest, ASleepingServerWakesFirst) {
  const auto lines = served(with({.wakeup = microseconds(30)}), GetParam(), {.messages = 2, .apart = microseconds(10)});
  EXPECT_EQ(lines, (Lines{at(kWire + 30'000, 10), at(kWire + 30'000, 11)}));
}

INSTANTIATE_TEST_SUITE_P(Fidelity, NicTest, testing::Values("flow", "queue"));

// Kernel locks: two calls that change one object, on the cores of one or of two sockets.
class LockTest : public testing::TestWithParam<const char*> {};

// Three handlers, by number, begin after 1 ms on node 0 and each send a message, which says when it came.
Lines three_handlers(config::Platform platform, const std::string& fidelity, std::function<void(std::uint64_t, Effects&)> handler) {
  Rig rig = idle_rig(std::move(platform));
  rig.fidelity = fidelity;
  rig.machine = [handler](NodeId self) {
    return std::make_unique<Scripted>([self, handler](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint64_t i = 0; i < 3; ++i) out.set_timer({i}, 0, milliseconds(1));
      if (const auto* timer = std::get_if<TimerEvent>(&event)) {
        handler(timer->key.value, out);
        out.send({1}, {0}, PingPong{Pong{0, 0}});
      }
      if (std::holds_alternative<MessageEvent>(event)) say(now, "sent");
    });
  };
  Lines lines = body(run(rig));
  lines.pop_back();
  return lines;
}

config::Platform with_locks(std::uint32_t sockets) {
  config::Platform platform = star(2, 4);
  platform.sockets = sockets;
  platform.costs.lock_hold = microseconds(10);
  platform.costs.near_line = Duration{100};
  platform.costs.far_line = Duration{300};
  return platform;
}

TEST_P(LockTest, ThoseThatChangeOneObjectWaitAndPayForItsCacheLine) {
  const auto changes_it = [](std::uint64_t, Effects& out) {
    out.lock(7);
    out.work(microseconds(20));
  };
  // On cores of one socket: 0, then 10 us + 100 ns, then 20 us + 200 ns of waiting, and 20 us of work each.
  EXPECT_EQ(three_handlers(with_locks(1), GetParam(), changes_it), (Lines{"1030080 sent", "1040180 sent", "1050280 sent"}));
  // Two cores a socket: the line goes to the third core, of the other socket, for 300 ns.
  EXPECT_EQ(three_handlers(with_locks(2), GetParam(), changes_it), (Lines{"1030080 sent", "1040180 sent", "1050480 sent"}));
}

TEST_P(LockTest, AShootdownIsPaidOnceAndForEachCore) {
  config::Platform platform = star(2, 4);
  platform.costs.shootdown = microseconds(2);
  platform.costs.shootdown_per_core = Duration{200};
  const auto lines = three_handlers(platform, GetParam(), [](std::uint64_t number, Effects& out) { out.shootdown(5 * number); });
  EXPECT_EQ(lines, (Lines{"1010080 sent", "1013080 sent", "1014080 sent"})) << "none; 2 us + 5 x 200 ns; 2 us + 10 x 200 ns";
}

INSTANTIATE_TEST_SUITE_P(Fidelity, LockTest, testing::Values("flow", "queue"));

// One-sided operations on a word of node 1, which never runs its handler for them.
class VerbTest : public testing::TestWithParam<const char*> {};

class WithMemory final : public Scripted, public RegisteredMemory {
 public:
  using Scripted::Scripted;
  RegisteredMemory* registered_memory() override { return this; }
  std::optional<Bytes> read(std::uint64_t region, std::uint64_t, std::uint64_t count) const override {
    if (region != 1) return std::nullopt;
    return std::make_shared<const std::vector<std::byte>>(count, static_cast<std::byte>(word_));
  }
  bool write(std::uint64_t, std::uint64_t, const Bytes& data) override {
    word_ = static_cast<std::uint64_t>(data->front());
    return true;
  }
  std::optional<std::uint64_t> compare_and_swap(std::uint64_t, std::uint64_t, std::uint64_t expected, std::uint64_t desired) override {
    const std::uint64_t before = word_;
    if (before == expected) word_ = desired;
    return before;
  }

 private:
  std::uint64_t word_ = 5;
};

TEST_P(VerbTest, ReadWriteAndSwapWithoutTheOtherNodesCpu) {
  config::Platform platform = star(2);
  platform.interconnect.verbs = "rdma";
  platform.interconnect.min_frame = 0;
  Rig rig = idle_rig(platform);
  rig.fidelity = GetParam();
  rig.machine = [](NodeId self) {
    return std::make_unique<WithMemory>([self](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint64_t i = 0; i < 5; ++i) out.set_timer({i}, 0, milliseconds(static_cast<std::int64_t>(i) + 1));
      if (const auto* timer = std::get_if<TimerEvent>(&event)) {
        const std::uint64_t step = timer->key.value;
        const auto nine = std::make_shared<const std::vector<std::byte>>(1000, std::byte{9});
        Verb verb{.to = {1}, .token = step, .region = 1, .count = 4096, .data = {}};
        if (step == 1) verb = {.kind = Verb::Kind::compare_and_swap, .to = {1}, .token = step, .data = {}, .expected = 5, .desired = 6};
        if (step == 2) verb = {.kind = Verb::Kind::write, .to = {1}, .token = step, .data = nine};
        if (step == 4) verb.region = 2;
        out.verb(verb);
      }
      if (const auto* done = std::get_if<VerbDone>(&event)) {
        const int first = done->data ? static_cast<int>(done->data->front()) : -1;
        say(now, fmt::format("{} {} {} {}", done->token, done->failed ? "failed" : "ok", first, done->word));
      }
      EXPECT_FALSE(std::holds_alternative<MessageEvent>(event));
    });
  };
  auto lines = body(run(rig));
  lines.pop_back();
  // 20 us of latency; 8 bits take 0.8 ns: read 42 there and 30 + 4096 back, swap 58 and 38, write 1042 and 30.
  EXPECT_EQ(lines, (Lines{"1023334 0 ok 5 0", "2020077 1 ok -1 5", "3020858 2 ok -1 0", "4023334 3 ok 9 0", "5020058 4 failed -1 0"}));
}

INSTANTIATE_TEST_SUITE_P(Fidelity, VerbTest, testing::Values("flow", "queue"));

}   // namespace
}   // namespace ssi::sim::test
