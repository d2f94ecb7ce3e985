// The checker of release consistency on its own: good histories pass, known-bad ones do not.
#include "tests/explore/world/release.hpp"

#include <gtest/gtest.h>

#include "models/base/check.hpp"

namespace ssi::test {
namespace {

constexpr Word kX{{0}, 0};
constexpr coherence::LockId kA{0}, kB{1};

TEST(Release, ALockPassesWritesOn) {
  ReleaseChecker c(2);
  c.acquired(0, kA);
  c.wrote(0, kX, 1);
  c.released(0, kA);
  c.acquired(1, kA);
  EXPECT_NO_THROW(c.read(1, kX, 1));
}

TEST(Release, AStaleReadIsFound) {
  ReleaseChecker c(2);
  c.acquired(0, kA);
  c.wrote(0, kX, 1);
  c.released(0, kA);
  c.acquired(1, kA);
  EXPECT_THROW(c.read(1, kX, 0), InvariantBroken);
}

TEST(Release, AChainOfLocksPassesWritesOn) {   // mutant 51: write notices that are not transitive
  ReleaseChecker c(3);
  c.acquired(0, kA);
  c.wrote(0, kX, 1);
  c.released(0, kA);
  c.acquired(1, kA);
  c.released(1, kA);
  c.acquired(1, kB);
  c.released(1, kB);
  c.acquired(2, kB);
  EXPECT_THROW(c.read(2, kX, 0), InvariantBroken);
  EXPECT_NO_THROW(c.read(2, kX, 1));
}

TEST(Release, ARaceIsTheProgramsFault) {
  ReleaseChecker c(2);
  c.wrote(0, kX, 1);
  EXPECT_THROW(c.read(1, kX, 1), InvariantBroken);
  ReleaseChecker d(2);
  d.read(0, kX, 0);
  EXPECT_THROW(d.wrote(1, kX, 1), InvariantBroken);
}

TEST(Release, TwoHoldersAreFound) {
  ReleaseChecker c(2);
  c.acquired(0, kA);
  EXPECT_THROW(c.acquired(1, kA), InvariantBroken);
}

TEST(Release, ABarrierThatLeaksIsFound) {   // mutant 54: released with n - 1 arrivals
  ReleaseChecker c(2);
  c.arrived(0, kA);
  EXPECT_THROW(c.departed(0, kA), InvariantBroken);
  c.arrived(1, kA);
  EXPECT_NO_THROW(c.departed(0, kA));
}

TEST(Release, ABarrierPassesWritesOn) {
  ReleaseChecker c(2);
  c.wrote(0, kX, 1);
  c.arrived(0, kA);
  c.arrived(1, kA);
  c.departed(1, kA);
  EXPECT_THROW(c.read(1, kX, 0), InvariantBroken);
  EXPECT_NO_THROW(c.read(1, kX, 1));
}

}   // namespace
}   // namespace ssi::test
