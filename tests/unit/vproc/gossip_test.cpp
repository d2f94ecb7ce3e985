#include "models/protocol/gossip/gossip.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

using gossip::Gossip;

constexpr TimerKey kKey{1};

Gossip node_of(std::uint32_t self, std::uint32_t nodes) {
  return {NodeId{self}, nodes, {milliseconds(10), milliseconds(100)}, kKey, RandomRoot(5).stream("gossip", self)};
}

TEST(Gossip, TellsTwoDifferentOthersEachPeriod) {
  Gossip node = node_of(2, 5);
  Effects out;
  node.start(out);
  ASSERT_EQ(out.timers.size(), 1U);
  EXPECT_TRUE(out.timers[0].background);
  EXPECT_LT(out.timers[0].after, milliseconds(10));
  std::set<NodeId> told;
  for (int round = 0; round < 100; ++round) {
    const std::uint64_t generation = out.timers.at(0).generation;
    out.begin(kNoCall, false);
    node.on_timer({kKey, generation}, 3, out);
    ASSERT_EQ(out.sends.size(), 2U);
    EXPECT_NE(out.sends[0].to, out.sends[1].to);
    for (const auto& send : out.sends) {
      EXPECT_NE(send.to, NodeId{2});
      EXPECT_LT(send.to, NodeId{5});
      EXPECT_EQ(send.cause, kNoCall);
      told.insert(send.to);
    }
  }
  EXPECT_EQ(told.size(), 4U);
}

TEST(Gossip, OneOtherNodeIsToldOnce) {
  Gossip node = node_of(0, 2);
  Effects out;
  node.start(out);
  const std::uint64_t generation = out.timers.at(0).generation;
  out.begin(kNoCall, false);
  node.on_timer({kKey, generation}, 3, out);
  EXPECT_EQ(out.sends.size(), 1U);
  out.begin(kNoCall, false);
  node.on_timer({kKey, generation}, 3, out);   // late: replaced meanwhile
  EXPECT_TRUE(out.sends.empty());
  EXPECT_TRUE(out.timers.empty());
}

TEST(Gossip, AloneItIsSilent) {
  Gossip node = node_of(0, 1);
  Effects out;
  node.start(out);
  EXPECT_TRUE(out.timers.empty());
  EXPECT_EQ(node.choose({}, 9), NodeId{0});
}

TEST(Gossip, ChoosesTheLeastKnownLoadWithTiesByNodeId) {
  Gossip node = node_of(1, 4);
  EXPECT_EQ(node.choose({}, 5), NodeId{1});   // nothing is known
  node.on_message({}, NodeId{2}, {4});
  node.on_message({}, NodeId{3}, {4});
  EXPECT_EQ(node.choose({}, 5), NodeId{2});
  EXPECT_EQ(node.choose({}, 4), NodeId{1});
  node.on_message({}, NodeId{0}, {4});
  EXPECT_EQ(node.choose({}, 4), NodeId{0});
}

TEST(Gossip, CountsOwnPlacementsUntilNewsArrive) {
  Gossip node = node_of(0, 3);
  node.on_message({}, NodeId{1}, {0});
  node.on_message({}, NodeId{2}, {1});
  node.placed(NodeId{1});
  EXPECT_EQ(node.choose({}, 5), NodeId{1});
  node.placed(NodeId{1});
  EXPECT_EQ(node.choose({}, 5), NodeId{2});
  node.on_message({}, NodeId{1}, {0});
  EXPECT_EQ(node.choose({}, 5), NodeId{1});
}

TEST(Gossip, OldNewsAreNotBelieved) {
  Gossip node = node_of(0, 2);
  node.on_message(Instant{0}, NodeId{1}, {0});
  EXPECT_EQ(node.choose(Instant{} + milliseconds(100), 5), NodeId{1});
  EXPECT_EQ(node.choose(Instant{} + milliseconds(101), 5), NodeId{0});
}

TEST(GossipInTheSwitch, StartsOnDemandAndSpreads) {
  Rig rig(3);
  EXPECT_TRUE(rig.world.timers().empty());
  const Pid caller = rig.start(0);
  rig.fork(caller);
  const auto& first = rig.call(caller, Spawn{{}, {Placement::Kind::least_loaded, {}}});
  EXPECT_EQ(first.served, NodeId{0});   // nothing is known yet
  ASSERT_EQ(rig.world.timers().size(), 1U);
  rig.world.fire(0);
  rig.world.deliver_all();
  ASSERT_EQ(rig.world.timers().size(), 3U);   // who was told has begun too
  while (rig.world.timers().size() > 0 && rig.world.timers()[0].node == NodeId{0}) rig.world.fire(0);
  for (int i = 0; i < 6; ++i) rig.world.fire(0);
  rig.world.deliver_all();
  EXPECT_EQ(rig.call(caller, Spawn{{}, {Placement::Kind::least_loaded, {}}}).served, NodeId{1});
  EXPECT_EQ(rig.call(caller, Spawn{{}, {Placement::Kind::least_loaded, {}}}).served, NodeId{2});   // its own placement counts
}

TEST(GossipInTheSwitch, AlwaysStartsAtBoot) {
  Rig rig(3, param("gossip", std::string("always")));
  EXPECT_EQ(rig.world.timers().size(), 3U);
}

TEST(GossipInTheSwitch, LoadIsWhoCanRun) {
  Rig rig(1);
  EXPECT_EQ(rig.node(0).load(), 0U);
  const Pid caller = rig.start(0), child = rig.fork(caller);
  EXPECT_EQ(rig.node(0).load(), 2U);
  rig.call(caller, Kill{child, Signal::stop});
  EXPECT_EQ(rig.node(0).load(), 1U);
}

}   // namespace
}   // namespace ssi::test
