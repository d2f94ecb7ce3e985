// Messages of a fault in IVY, on the path and in all, as PROTOCOLS 2.0 and 2.8 say. Over 2 to 16 nodes; q asks, m is the manager
// (node 0), o owns, S share besides q and o, f forwards.
#include <gtest/gtest.h>

#include "models/base/random.hpp"
#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

using ivy::Settings;

Design managed() {
  Settings settings;
  settings.locate = Settings::Locate::manager;
  return ivy_design("improved centralized", settings);
}
Design dynamic(bool reads_move = false, bool relayed = false, bool serial = false) {
  Settings settings;
  settings.reads_move = reads_move;
  if (relayed) settings.forwarding = Settings::Forwarding::relayed;
  if (serial) settings.invalidations = Settings::Invalidations::serial;
  return ivy_design("dynamic", settings);
}

TEST(IvyCounts, ImprovedCentralizedReadIsThree) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Counted c(managed(), n);
    EXPECT_EQ(c.read(1), (Cost{2, 2})) << "o = m";
    c.write(1);
    for (std::uint32_t q = 2; q < n; ++q) EXPECT_EQ(c.read(q), (Cost{3, 3}));
    EXPECT_EQ(c.read(0), (Cost{2, 2})) << "q = m";
    EXPECT_EQ(c.read(0), (Cost{0, 0})) << "a hit";
  }
}

TEST(IvyCounts, ImprovedCentralizedWriteIsThreeAndTwoForEachSharer) {
  for (std::uint32_t n = 4; n <= 16; ++n) {
    const std::uint64_t s = n - 3;
    Counted c(managed(), n);
    EXPECT_EQ(c.write(1), (Cost{2, 2})) << "o = m, S = 0";
    EXPECT_EQ(c.write(2), (Cost{3, 3})) << "S = 0";
    c.write(1);
    c.all_read(3, n);
    EXPECT_EQ(c.write(2), (Cost{5, 3 + 2 * s})) << "the new owner invalidates after PAGE";
    c.all_read(3, n);
    EXPECT_EQ(c.write(2), (Cost{2, 2 * s})) << "the owner upgrades";
    c.all_read(3, n);
    EXPECT_EQ(c.write(0), (Cost{4, 2 + 2 * s})) << "q = m";
  }
}

TEST(IvyCounts, FixedDistributedIsThatWithAManagerForEachPage) {
  for (std::uint32_t n = 4; n <= 16; ++n)
    for (std::uint64_t page = 0; page < n; ++page) {
      Counted c(managed(), n, {coherence::Homes::Kind::interleaved, n, {}}, PageId{page});
      const auto at = [&](std::uint64_t i) { return static_cast<std::uint32_t>((page + i) % n); };
      EXPECT_EQ(c.write(at(1)), (Cost{2, 2}));
      EXPECT_EQ(c.read(at(2)), (Cost{3, 3}));
      EXPECT_EQ(c.read(at(0)), (Cost{2, 2}));
    }
}

TEST(IvyCounts, DynamicIsTwoAndTheForwards) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Counted c(dynamic(), n);
    EXPECT_EQ(c.write(1), (Cost{2, 2})) << "f = 0, S = 0";
    EXPECT_EQ(c.read(2), (Cost{3, 3})) << "f = 1: by way of the first owner";
    EXPECT_EQ(c.read(0), (Cost{2, 2})) << "it knows the owner";
    for (std::uint32_t q = 3; q < n; ++q) EXPECT_EQ(c.read(q), (Cost{3, 3})) << "reads do not shorten the chain";
    const std::uint64_t s = n - 1;
    EXPECT_EQ(c.write(1), (Cost{2, 2 * s})) << "owner upgrade: all others read";
    EXPECT_EQ(c.write(2), (Cost{2, 2})) << "INVALIDATE has told it who owns the page";
    c.all_read(3, n);
    EXPECT_EQ(c.write(1), (Cost{n > 3 ? 4U : 2U, 2 + 2 * (s - 2)})) << "f = 0";
  }
}

TEST(IvyCounts, ReadsMayMoveOwnership) {
  for (std::uint32_t n = 4; n <= 16; ++n) {
    Counted c(dynamic(true), n);
    EXPECT_EQ(c.read(1), (Cost{2, 2}));
    EXPECT_EQ(c.read(2), (Cost{3, 3})) << "0 has given ownership to 1";
    EXPECT_EQ(c.read(3), (Cost{3, 3})) << "0 has seen that 2 owns it";
    EXPECT_EQ(c.write(3), (Cost{2, 2 * 3})) << "the last reader owns it";
  }
}

TEST(IvyCounts, RelayedIsARoundTripForEachHop) {
  for (std::uint32_t n = 5; n <= 16; ++n) {
    Counted c(dynamic(true, true, true), n);   // as GiantVM
    c.write(1);
    EXPECT_EQ(c.read(2), (Cost{4, 4})) << "f = 1: two round trips, two pages";
    for (std::uint32_t q = 3; q < n; ++q) c.read(q);
    const std::uint64_t s = n - 2;   // all but node 0 and the last reader
    EXPECT_EQ(c.write(n - 1), (Cost{2 * s, 2 * s})) << "one INVALIDATE after the other";
  }
}

// Locating takes at most n - 1 messages if faults come one at a time (Li, Hudak, section 3.2), and pointers get better: k faults
// on a page cost O(n + k log n).
TEST(IvyCounts, ChainsStayShort) {
  for (const bool moves : {false, true})
    for (std::uint32_t n = 2; n <= 16; ++n) {
      Counted c(dynamic(moves), n);
      Stream draws = RandomRoot(n).stream("chains");
      std::uint64_t sum = 0;
      const std::uint64_t faults = 500;
      for (std::uint64_t i = 0; i < faults; ++i) {
        const auto q = static_cast<std::uint32_t>(draws.below(n));
        const bool writes = moves ? draws.below(2) == 0 : true;
        const Cost cost = writes ? c.write(q) : c.read(q);
        const std::uint64_t locating = cost.path > 0 ? cost.path - 1 : 0;
        EXPECT_TRUE(moves || locating <= n - 1) << locating << " of " << n;
        sum += locating;
      }
      std::uint64_t log = 1;
      while ((1U << log) < n) ++log;
      EXPECT_TRUE(moves || sum <= 2 * (n + faults * log)) << sum << ", " << n;
    }
}

}   // namespace
}   // namespace ssi::test
