// Memory with a limit, by hand, in both fidelities: pages of 4 KiB; a fault takes 2 us of the kernel, a page that makes room 1 us, a
// program's wake-up 3 us, a disk request 5 us, a verb 1 us. A computation of 8 us on one page touches it when it ends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

using Lines = std::vector<std::string>;

config::Platform with_memory(std::uint64_t pages, const char* paging) {
  config::Platform platform = star(2);
  platform.costs.disk_request = microseconds(5);
  platform.costs.wakeup = microseconds(3);
  platform.costs.verb = microseconds(1);
  platform.disk = {.read_bps = 800'000'000,
                   .write_bps = 800'000'000,
                   .access = milliseconds(1),
                   .cache = 0,
                   .interface_bps = 8'000'000'000,
                   .queue_depth = 1};
  platform.memory = {.capacity = pages * 4096,
                     .page = 4096,
                     .paging = paging,
                     .reclaim = "lru",
                     .batch = 1,
                     .slab = 2 * 4096,
                     .fault = microseconds(2),
                     .give_up = microseconds(1)};
  return platform;
}

struct Round {
  Duration at;
  std::uint64_t pages;
  std::uint16_t read_share = 1000;
};
using Script = std::vector<Round>;   // of one program on node 0

workload::Program play(Script rounds, std::uint32_t number, workload::Self& me) {
  for (const Round& round : rounds) {
    co_await Call(Sleep{Instant{} + round.at});
    co_await Call(Compute{.cpu = microseconds(8), .footprint = round.pages * 4096, .read_share = round.read_share});
    say(me.now, fmt::format("{} computed", number));
  }
  co_await Call(Sleep{Instant{} + milliseconds(20)});   // it keeps its pages
}

class Paging : public testing::TestWithParam<const char*> {
 protected:
  Lines played(const config::Platform& platform, const std::vector<Script>& scripts) const {
    Rig rig = idle_rig(platform);
    rig.fidelity = GetParam();
    rig.machine = [](NodeId) { return std::make_unique<Scripted>([](Instant, const Event&, Effects&) {}); };
    rig.starts.assign(scripts.size(), 0);
    rig.program = [scripts, next = 0U](std::uint32_t, workload::Self& self) mutable -> workload::Program {
      const std::uint32_t number = next++;
      return play(scripts[number], number, self);
    };
    return run(rig);
  }
};

// B's page, which nobody has touched before, takes A's, which A has written: 100 + 8 us, 2 + 1 + 5 us of the kernel, 1 ms + 40,960 ns at
// the disk. A's comes back at 2 ms + 8 us in the place of B's, which is clean: 2 + 1 + 5 us, the disk, 3 us.
TEST_P(Paging, OneFaultToTheDiskAndOneFromIt) {
  const Lines lines = body(played(with_memory(1, "disk"), {{{{}, 1, 0}, {milliseconds(2), 1}}, {{microseconds(100), 1}}}));
  EXPECT_EQ(lines, (Lines{"8000 0 computed", "1156960 1 computed", "3059960 0 computed", "20000000 end 0"}));
}

// B waits for a slab (108 + 3 us; 64 bytes in 51.2 ns and 10 us there, and back), then for A's page to be there: 1 us, 4,138 bytes in
// 3,310.4 ns, and the answer. C, which has read its two pages, gives one up for A's: 2,008 + 2 + 1 + 1 us, there, 4,126 bytes back, 3 us.
TEST_P(Paging, OneFaultToAnotherNodesMemoryByVerbsAndOneFromIt) {
  config::Platform platform = with_memory(4, "remote");
  platform.interconnect.verbs = "rdma";
  const Lines lines = body(played(platform, {{{{}, 1, 0}, {milliseconds(2), 1}}, {{microseconds(100), 1}}, {{microseconds(20), 3}}}));
  EXPECT_EQ(lines, (Lines{"8000 0 computed", "28000 2 computed", "155464 1 computed", "2038352 0 computed", "20000000 end 0"}));
}

// The same by messages: 4,160 bytes in 3,328 ns; 64 bytes; 64 bytes; 4,144 bytes in 3,315.2 ns.
TEST_P(Paging, OneFaultToAnotherNodesMemoryByMessagesAndOneFromIt) {
  const Lines lines =
      body(played(with_memory(4, "remote"), {{{{}, 1, 0}, {milliseconds(2), 1}}, {{microseconds(100), 1}}, {{microseconds(20), 3}}}));
  EXPECT_EQ(lines, (Lines{"8000 0 computed", "28000 2 computed", "154482 1 computed", "2037366 0 computed", "20000000 end 0"}));
}

// Node 1 has one page and is asked for two: refused at 131,102.4 ns, so the page goes to the disk.
TEST_P(Paging, GoesToTheDiskWhereNoNodeHasASlab) {
  const Lines lines = body(played(with_memory(1, "remote"), {{{{}, 1, 0}, {milliseconds(2), 1}}, {{microseconds(100), 1}}}));
  EXPECT_EQ(lines, (Lines{"8000 0 computed", "1177062 1 computed", "3059960 0 computed", "20000000 end 0"}));
}

TEST_P(Paging, CostsNothingWhileAllFits) {
  const std::vector<Script> scripts{{{{}, 1, 0}, {milliseconds(2), 3}}, {{microseconds(100), 2}}};
  config::Platform unlimited = with_memory(1, "disk");
  unlimited.memory.capacity = 0;
  EXPECT_EQ(played(with_memory(5, "disk"), scripts), played(unlimited, scripts));
}

TEST_P(Paging, WhatHasNoRoomIsBroughtAgainAndAgain) {
  const Lines fits = body(played(with_memory(8, "disk"), {{{{}, 8}, {milliseconds(1), 8}}}));
  const Lines too_large = body(played(with_memory(8, "disk"), {{{{}, 32}, {milliseconds(1), 32}}}));
  EXPECT_EQ(fits.at(1), "1008000 0 computed");
  EXPECT_GT(std::stoll(too_large.at(1)), 5'000'000) << "32 touches, three in four of which miss, at the disk's 1 ms";
}

INSTANTIATE_TEST_SUITE_P(Fidelity, Paging, testing::Values("flow", "queue"));

constexpr std::uint64_t kAll = std::uint64_t{1} << 32;

WorkingSet sized(std::uint64_t pages, std::uint16_t locality, std::uint64_t room) {
  WorkingSet set;
  set.begin({.cpu = milliseconds(1), .footprint = pages * 4096, .touch_rate = 1'000'000, .read_share = 0, .locality = locality}, 4096);
  set.take_fresh(room);
  return set;
}

TEST(WorkingSet, MissesNothingUntilSomethingIsMissing) {
  Stream draws(1);
  EXPECT_EQ(sized(1000, 800, 1000).until_fault(draws, milliseconds(1000)), std::nullopt);
  EXPECT_NE(sized(1000, 800, 999).until_fault(draws, milliseconds(1000)), std::nullopt);
}

// Hot pages are kept: of 1,000 pages 200 take 800 of a thousand touches. With 600 here, half of the 800 cold ones are missing.
TEST(WorkingSet, MissesAsOftenAsTheColdOnesThatAreNotThere) {
  EXPECT_NEAR(static_cast<double>(sized(1000, 800, 600).miss_chance()) / kAll, 0.2 * 0.5, 1e-6);
  EXPECT_NEAR(static_cast<double>(sized(1000, 800, 100).miss_chance()) / kAll, 0.8 * 0.5 + 0.2, 1e-6);
  EXPECT_NEAR(static_cast<double>(sized(1000, 500, 600).miss_chance()) / kAll, 0.4, 1e-6) << "all alike";
  EXPECT_EQ(sized(1000, 800, 0).miss_chance(), kAll);
}

TEST(WorkingSet, FaultsAfterAsManyTouchesAsTheChanceSays) {
  const WorkingSet set = sized(1000, 500, 900);   // one touch in ten, one touch a microsecond
  Stream draws(7);
  double sum_ns = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) sum_ns += static_cast<double>(set.until_fault(draws, milliseconds(1000)).value().ns);
  EXPECT_NEAR(sum_ns / kDraws, 10'000, 200);
}

TEST(WorkingSet, GivesUpIdleThenColdThenHotPagesAndWritesTheDirtyOnes) {
  Stream draws(1);
  WorkingSet set = sized(100, 800, 100);
  set.touched(milliseconds(1));   // a thousand writes: all are dirty
  EXPECT_EQ(set.dirty(), 100U);
  set.begin({.cpu = milliseconds(1), .footprint = 50 * 4096, .touch_rate = 1, .locality = 800}, 4096);
  EXPECT_EQ(set.give_up(50, true, draws).dirty, 50U);
  EXPECT_EQ(set.miss_chance(), 0U) << "idle ones";
  set.give_up(20, true, draws);
  EXPECT_NEAR(static_cast<double>(set.miss_chance()) / kAll, 0.2 * 0.5, 1e-6) << "cold ones";
  EXPECT_EQ(set.give_up(100, true, draws).dirty, 30U);
  EXPECT_EQ(set.dirty(), 0U);
  set.check_invariants();
}

// Where any page may go, hot ones go too and come back: among 500 places for 1,000 pages the hot 200 end up with more than their share
// (independent references, RANDOM replacement: x here of a kind touched r times: r x' with x / (1 - x) in the ratio of the rates).
TEST(WorkingSet, AnyPageMayMakeRoom) {
  Stream draws(3);
  WorkingSet set = sized(1000, 800, 500);
  double misses = 0;
  constexpr int kFaults = 40'000, kFirst = 10'000;
  for (int i = 0; i < kFaults; ++i) {
    if (i >= kFirst) misses += static_cast<double>(set.miss_chance()) / kAll;
    set.give_up(1, false, draws);
    const auto kind = set.missing(draws);
    set.came(kind, false, draws);
  }
  // Hot: 0.8 / 200 a page, cold: 0.2 / 800; 200 h + 800 c = 500 with h / (1 - h) = 16 c / (1 - c): h = 0.913, c = 0.397.
  EXPECT_NEAR(misses / (kFaults - kFirst), 0.8 * (1 - 0.913) + 0.2 * (1 - 0.397), 0.01);
}

}   // namespace
}   // namespace ssi::sim::test
