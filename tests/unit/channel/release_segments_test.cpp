// Segments under release consistency: mutexes and barriers are the protocol's, and bring what others have written.
#include "models/parts/cluster_segments.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

class ReleaseRig : public Rig {
 public:
  ReleaseRig(std::uint32_t nodes, const std::string& protocol, bool robust = false)
      : Rig(nodes,
            {{"cover", std::vector<std::string>{"process", "segment"}}, {"segment_protocol", protocol}, {"robust_mutexes", robust}}) {}
  Pid attach(std::uint32_t node) {
    const Pid pid = start(node);
    id = static_cast<std::uint64_t>(call(pid, SegmentGet{1, 4096}).result->value);
    EXPECT_TRUE(call(pid, Attach{id}).result->good());
    return pid;
  }
  std::uint64_t add(Pid pid) {   // under mutex 9; what was there before
    EXPECT_TRUE(call(pid, Mutex{9, true}).result->good());
    const auto before = static_cast<std::uint64_t>(call(pid, Load{id, 16}).result->value);
    EXPECT_TRUE(call(pid, Store{id, 16, before + 1, {}}).result->good());
    EXPECT_TRUE(call(pid, Mutex{9, false}).result->good());
    return before;
  }
  std::uint64_t id = 0;
};

class ReleaseSegments : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Protocols, ReleaseSegments, ::testing::Values("hlrc", "lrc"));

TEST_P(ReleaseSegments, AMutexPassesWritesOnBetweenProcessesOfAllNodes) {
  ReleaseRig rig(3, GetParam());
  std::vector<Pid> all;
  for (const std::uint32_t node : {0U, 1U, 2U, 1U}) all.push_back(rig.attach(node));
  for (std::uint64_t i = 0; i < 12; ++i) EXPECT_EQ(rig.add(all[i % 4]), i);
}

TEST_P(ReleaseSegments, WhatWouldOrderNothingIsRefused) {
  ReleaseRig rig(2, GetParam());
  const Pid one = rig.attach(1);
  EXPECT_EQ(rig.call(one, Atomic{rig.id, 0, Atomic::Kind::add, 1, 0}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(one, Up{1}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(one, Down{1}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(one, Mutex{9, false}).result->error, Errno::eperm);
  rig.call(one, Mutex{9, true});
  EXPECT_EQ(rig.call(one, Mutex{9, true}).result->error, Errno::edeadlk);
  EXPECT_EQ(rig.call(one, Barrier{5, 0}).result->error, Errno::einval);
}

TEST_P(ReleaseSegments, WhoWaitsForAMutexGetsItWithWhatWasWritten) {
  ReleaseRig rig(3, GetParam());
  const Pid one = rig.attach(1), two = rig.attach(2);
  rig.call(one, Mutex{9, true});
  rig.call(one, Store{rig.id, 0, 5, {}});
  const CallId waits = rig.world.call(NodeId{2}, two, Mutex{9, true});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(waits).result);
  rig.call(one, Mutex{9, false});
  EXPECT_TRUE(rig.world.trace(waits).result);
  EXPECT_EQ(rig.call(two, Load{rig.id, 0}).result->value, 5);
}

TEST_P(ReleaseSegments, ABarrierIsOfSoManyThreadsWhereverTheyAre) {
  ReleaseRig rig(3, GetParam());
  const Pid zero = rig.attach(0), one = rig.attach(1), other = rig.attach(1);
  rig.call(one, Store{rig.id, 0, 1, {}});
  rig.call(other, Store{rig.id, 8, 2, {}});
  const CallId first = rig.world.call(NodeId{1}, one, Barrier{5, 3}), second = rig.world.call(NodeId{1}, other, Barrier{5, 3});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(first).result || rig.world.trace(second).result);
  EXPECT_TRUE(rig.call(zero, Barrier{5, 3}).result->good());
  EXPECT_TRUE(rig.world.trace(first).result && rig.world.trace(second).result);
  EXPECT_EQ(rig.call(zero, Load{rig.id, 0}).result->value, 1);
  EXPECT_EQ(rig.call(zero, Load{rig.id, 8}).result->value, 2);
}

TEST_P(ReleaseSegments, ADeadHoldersMutexIsStalledOrRobust) {
  for (const bool robust : {false, true}) {
    ReleaseRig rig(3, GetParam(), robust);
    const Pid one = rig.attach(1), two = rig.attach(2);
    rig.call(one, Mutex{9, true});
    const CallId waits = rig.world.call(NodeId{2}, two, Mutex{9, true});
    rig.world.deliver_all();
    rig.call(one, Exit{0});
    EXPECT_EQ(rig.world.trace(waits).result.has_value(), robust);
  }
}

}   // namespace
}   // namespace ssi::test
