// The disk by hand, in both fidelities: 100 MB/s at the medium, 1 ms of access, 1 GB/s into a cache of 64 KiB.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

using Kind = DiskRequest::Kind;

config::Platform with_disk(std::uint64_t cache) {
  config::Platform platform = star(2);
  platform.disk = {.read_bps = 800'000'000,
                   .write_bps = 800'000'000,
                   .access = milliseconds(1),
                   .cache = cache,
                   .interface_bps = 8'000'000'000,
                   .queue_depth = 1};
  return platform;
}

struct Ask {
  std::int64_t at_ms;
  DiskRequest request;
};

// Asks node 0's disk; a line with the time at which each request was done.
std::vector<std::string> asked(const config::Platform& platform, const char* fidelity, const std::vector<Ask>& asks) {
  Rig rig = idle_rig(platform);
  rig.fidelity = fidelity;
  rig.machine = [asks](NodeId self) {
    return std::make_unique<Scripted>([self, asks](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::size_t i = 0; i < asks.size(); ++i) out.set_timer({i}, 0, milliseconds(asks[i].at_ms));
      if (const auto* timer = std::get_if<TimerEvent>(&event)) {
        DiskRequest request = asks[timer->key.value].request;
        request.token = timer->key.value;
        out.disk(request);
      }
      if (const auto* done = std::get_if<DiskDone>(&event)) say(now, fmt::format("{} done", done->token));
    });
  };
  auto lines = body(run(rig));
  if (!lines.empty()) lines.pop_back();   // the end of the run
  return lines;
}

class DiskTest : public testing::TestWithParam<const char*> {};

TEST_P(DiskTest, AReadNeedsAccessUnlessItGoesOnWhereTheLastEnded) {
  const auto lines = asked(with_disk(0), GetParam(),
                           {{1, {.kind = Kind::read, .block = 100, .bytes = 8192}},    // 1 ms + 81,920 ns
                            {10, {.kind = Kind::read, .block = 102, .bytes = 8192}},   // goes on
                            {20, {.kind = Kind::read, .block = 102, .bytes = 100}}});
  EXPECT_EQ(lines, (std::vector<std::string>{"2081920 0 done", "10081920 1 done", "21001000 2 done"}));
}

TEST_P(DiskTest, WithoutCacheAWriteIsDurableWhenItIsDone) {
  const auto lines = asked(with_disk(0), GetParam(), {{1, {.kind = Kind::write, .block = 7, .bytes = 4096}}, {5, {.kind = Kind::flush}}});
  EXPECT_EQ(lines, (std::vector<std::string>{"2040960 0 done", "5000000 1 done"}));
}

TEST_P(DiskTest, AWriteIsDoneInTheCacheAndAFlushWhenItIsOnTheMedium) {
  const auto lines =
      asked(with_disk(65536), GetParam(), {{1, {.kind = Kind::write, .block = 7, .bytes = 4096}}, {1, {.kind = Kind::flush}}});
  EXPECT_EQ(lines, (std::vector<std::string>{"1004096 0 done", "2045056 1 done"}));   // 4,096 ns; then 1 ms + 40,960 ns
}

TEST_P(DiskTest, AFullCacheMakesAWriteWait) {
  const auto lines = asked(with_disk(65536), GetParam(),
                           {{1, {.kind = Kind::write, .block = 7, .bytes = 65536}},      // in at 1.065536, durable 1 ms + 655,360 ns later
                            {2, {.kind = Kind::write, .block = 23, .bytes = 65536}}});   // goes on where that ended: no access
  EXPECT_EQ(lines, (std::vector<std::string>{"1065536 0 done", "2786432 1 done"}));      // 1.065536 + 1.65536 + 0.065536 ms
}

INSTANTIATE_TEST_SUITE_P(Fidelity, DiskTest, testing::Values("flow", "queue"));

TEST(QueueDisk, ServesFirstComeFirstServedAsManyAtOnceAsItsDepth) {
  config::Platform platform = with_disk(0);
  const std::vector<Ask> asks{{1, {.kind = Kind::read, .block = 10, .bytes = 100'000}},
                              {1, {.kind = Kind::read, .block = 500, .bytes = 100'000}},
                              {1, {.kind = Kind::read, .block = 900, .bytes = 100'000}}};
  EXPECT_EQ(asked(platform, "queue", asks), (std::vector<std::string>{"3000000 0 done", "5000000 1 done", "7000000 2 done"}));
  platform.disk.queue_depth = 2;
  EXPECT_EQ(asked(platform, "queue", asks), (std::vector<std::string>{"3000000 0 done", "3000000 1 done", "5000000 2 done"}));
}

}   // namespace
}   // namespace ssi::sim::test
