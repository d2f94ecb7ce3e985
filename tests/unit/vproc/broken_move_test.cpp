// A circuit that breaks in the middle of a move (P6): the process is on one of the two nodes.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

class BrokenMove : public testing::Test {
 protected:
  Rig rig{3};
  Pid parent = rig.start(0), pid = rig.spawn(parent, 1), mate = rig.spawn(parent, 1), other = rig.spawn(parent, 2);
  CallId call = rig.world.call(NodeId{1}, pid, Migrate{kNoPid, NodeId{2}});

  void deliver(std::uint32_t from, std::uint32_t to) {
    for (Channel channel : rig.world.deliverable())
      if (channel.from.value == from && channel.to.value == to) return rig.world.deliver(channel);
    FAIL() << "nothing from " << from << " to " << to;
  }
  void expect_alive_at(std::uint32_t node) {
    rig.world.deliver_all();
    EXPECT_EQ(rig.where(pid), NodeId{node});
    EXPECT_TRUE(rig.call(parent, Kill{pid, Signal::none}).result->good());
    rig.call(pid, Exit{3});
    EXPECT_EQ(rig.call(parent, Wait{pid, false}).result->status, 3);
    for (std::uint32_t id = 0; id < 3; ++id) {
      EXPECT_TRUE(rig.node(id).pending().all().empty()) << id;
      EXPECT_TRUE(rig.node(id).stubs().empty()) << id;
    }
  }
};

TEST_F(BrokenMove, MigrateIsLost) {
  rig.world.freeze(0);
  rig.world.break_circuit(NodeId{1}, NodeId{2});
  rig.world.deliver_all();
  EXPECT_EQ(rig.world.trace(call).result->certainty, Certainty::info);
  expect_alive_at(1);
}

TEST_F(BrokenMove, MigratedIsLost) {
  rig.world.freeze(0);
  deliver(1, 2);
  rig.world.break_circuit(NodeId{1}, NodeId{2});
  EXPECT_TRUE(rig.world.trace(call).result->good());
  expect_alive_at(2);
}

TEST_F(BrokenMove, AndTheQuestionIsLostToo) {
  rig.world.freeze(0);
  deliver(1, 2);
  for (int i = 0; i < 3; ++i) rig.world.break_circuit(NodeId{1}, NodeId{2});
  expect_alive_at(2);
}

TEST_F(BrokenMove, ItHasMovedOnMeanwhile) {
  rig.world.freeze(0);
  deliver(1, 2);
  rig.world.call(NodeId{2}, pid, Migrate{kNoPid, NodeId{0}});
  rig.world.freeze(0);
  deliver(2, 0);
  rig.world.break_circuit(NodeId{1}, NodeId{2});
  expect_alive_at(0);
}

TEST_F(BrokenMove, BeforeItStandsStill) {
  rig.world.break_circuit(NodeId{1}, NodeId{2});
  rig.world.freeze(0);
  expect_alive_at(2);
}

}   // namespace
}   // namespace ssi::test
