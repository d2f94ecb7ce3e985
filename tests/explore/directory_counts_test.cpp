// Messages that a fault costs, on the path and in all, as the published designs say: PROTOCOLS 2.0, 2.8, 2.16. Over 2 to 16
// nodes; who coincides with whom is said in each case. q asks, h is the home (node 0), o owns, S share besides q.
#include <gtest/gtest.h>

#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

Design directory_of(bool exclusive, bool confirmed, bool relayed) {
  directory::Settings settings;
  settings.exclusive = exclusive;
  settings.confirmed = confirmed;
  if (relayed) settings.forwarding = directory::Settings::Forwarding::relayed;
  return directory_design("counted", settings);
}

TEST(DirectoryCounts, ReadOfMemoryOrSharedIsTwo) {
  for (std::uint32_t n = 2; n <= 16; ++n)
    for (const bool relayed : {false, true}) {
      Counted msi(directory_of(false, true, relayed), n);
      EXPECT_EQ(msi.read(0), (Cost{0, 0})) << "q = h";
      for (std::uint32_t q = 1; q < n; ++q) EXPECT_EQ(msi.read(q), (Cost{2, 2})) << n;
      EXPECT_EQ(msi.read(1), (Cost{0, 0})) << "a hit";
    }
}

TEST(DirectoryCounts, ReadOfAnOwnedPage) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Counted cut(directory_of(true, true, false), n), relayed(directory_of(true, true, true), n);
    EXPECT_EQ(cut.write(2), (Cost{2, 2}));
    EXPECT_EQ(cut.read(1), (Cost{3, 4})) << "GET_READ, FORWARD, DATA; WRITE_BACK";
    relayed.write(2);
    EXPECT_EQ(relayed.read(1), (Cost{4, 4})) << "by way of the home";
    Counted at_home(directory_of(true, true, false), n);
    at_home.write(0);
    EXPECT_EQ(at_home.read(1), (Cost{2, 2})) << "o = h";
    at_home.write(1);
    EXPECT_EQ(at_home.read(0), (Cost{2, 2})) << "q = h";
  }
}

TEST(DirectoryCounts, WriteOfASharedPage) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    const std::uint64_t s = n - 2;
    Counted confirmed(directory_of(false, true, false), n), plain(directory_of(false, false, false), n),
        relayed(directory_of(false, true, true), n);
    for (Counted* c : {&confirmed, &plain, &relayed}) c->all_read(2, n);
    EXPECT_EQ(confirmed.write(1), (Cost{3, 3 + 2 * s})) << "a blocking home";
    EXPECT_EQ(plain.write(1), (Cost{3, 2 + 2 * s})) << "a home that does not wait";
    EXPECT_EQ(relayed.write(1), (Cost{4, 2 + 2 * s})) << "the home collects";
    Counted upgrade(directory_of(false, true, false), n);
    upgrade.all_read(1, n);
    EXPECT_EQ(upgrade.write(1), (Cost{3, 3 + 2 * s})) << "q shares too";
    Counted alone(directory_of(false, true, false), n);
    alone.read(1);
    EXPECT_EQ(alone.write(1), (Cost{2, 2})) << "S = 0";
    Counted at_home(directory_of(false, true, false), n);
    at_home.all_read(1, n);
    EXPECT_EQ(at_home.write(0), (Cost{2, 2 * (s + 1)})) << "q = h";
  }
}

TEST(DirectoryCounts, WriteOfAnOwnedPage) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Counted confirmed(directory_of(true, true, false), n), plain(directory_of(true, false, false), n),
        relayed(directory_of(true, true, true), n);
    for (Counted* c : {&confirmed, &plain, &relayed}) c->write(2);
    EXPECT_EQ(confirmed.write(1), (Cost{3, 4}));
    EXPECT_EQ(plain.write(1), (Cost{3, 3}));
    EXPECT_EQ(relayed.write(1), (Cost{4, 4}));
    EXPECT_EQ(confirmed.write(1), (Cost{0, 0}));
  }
}

TEST(DirectoryCounts, SerialInvalidationsAreOneAfterTheOther) {
  directory::Settings settings;
  settings.exclusive = false;
  settings.forwarding = directory::Settings::Forwarding::relayed;
  settings.invalidations = directory::Settings::Invalidations::serial;
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Counted serial(directory_design("serial", settings), n);
    serial.all_read(2, n);
    const std::uint64_t s = n - 2;
    EXPECT_EQ(serial.write(1), (Cost{2 + 2 * s, 2 + 2 * s}));
  }
}

TEST(DirectoryCounts, AGrantCarriesNoPage) {
  Counted granted(directory_of(false, true, false), 3);
  granted.all_read(1, 3);
  const std::uint64_t before = granted.bytes();
  granted.write(1);
  EXPECT_LT(granted.bytes() - before, 4096U);
}

TEST(DirectoryOptions, ALimitedCacheSendsTheLeastRecentlyUsedHome) {
  directory::Settings settings;
  settings.cache_pages = 2;
  const Design design = directory_design("small", settings);
  Cluster cluster(design, {.nodes = 2, .homes = {coherence::Homes::Kind::single, 2, {0}}});
  for (const std::uint64_t page : {1, 2, 1, 3}) {
    cluster.begin({1}, store({page}, page));
    cluster.deliver_all();
  }
  EXPECT_EQ(cluster.machine({1}).right({1}), coherence::Right::write);
  EXPECT_EQ(cluster.machine({1}).right({2}), coherence::Right::none) << "used least recently";
  EXPECT_EQ(cluster.noted(coherence::Outcome::Note::Kind::eviction), 1U);
  cluster.begin({0}, load({2}));
  cluster.deliver_all();
  EXPECT_EQ(cluster.take_finished().back().answer.value, 2U) << "its last copy went home";
}

TEST(DirectoryOptions, PrefetchAsksAheadOnAStride) {
  directory::Settings settings;
  settings.prefetch = 3;
  const Design design = directory_design("ahead", settings);
  Cluster cluster(design, {.nodes = 2, .homes = {coherence::Homes::Kind::single, 2, {0}}});
  for (const std::uint64_t page : {10, 12, 14}) {
    cluster.begin({1}, load({page}));
    cluster.deliver_all();
  }
  for (const std::uint64_t page : {16, 18, 20}) EXPECT_NE(cluster.machine({1}).right({page}), coherence::Right::none) << page;
  EXPECT_EQ(cluster.machine({1}).right({22}), coherence::Right::none);
}

TEST(DirectoryOptions, HoldKeepsAPageForItsTime) {
  directory::Settings settings;
  settings.hold = milliseconds(5);
  const Design design = directory_design("hold", settings);
  Cluster cluster(design, {.nodes = 3, .homes = {coherence::Homes::Kind::single, 3, {0}}});
  cluster.begin({1}, store(kPage, 1));
  cluster.deliver_all();
  cluster.begin({2}, store(kPage, 2));
  while (!cluster.flights().empty()) cluster.deliver(0);
  EXPECT_EQ(cluster.machine({1}).right(kPage), coherence::Right::write) << "not yet";
  ASSERT_EQ(cluster.timers().size(), 1U);
  cluster.pass(milliseconds(5));
  cluster.fire(0);
  cluster.deliver_all();
  EXPECT_EQ(cluster.machine({2}).right(kPage), coherence::Right::write);
}

}   // namespace
}   // namespace ssi::test
