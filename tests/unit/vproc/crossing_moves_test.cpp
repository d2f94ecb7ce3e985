// Moves whose answers are late while others come: what the one settles the other must not miss.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

class CrossingMoves : public testing::Test {
 protected:
  void deliver(std::uint32_t from, std::uint32_t to, std::string_view what) {
    for (const auto& [channel, queue] : rig.world.channels())
      if (channel.from.value == from && channel.to.value == to && !queue.empty() && queue.front().message.body.type().name == what)
        return rig.world.deliver(channel);
    ADD_FAILURE() << "no " << what << " is next from " << from << " to " << to;
  }
  void move(Pid pid, std::uint32_t to) {
    rig.world.call(rig.where(pid), pid, Migrate{kNoPid, NodeId{to}});
    rig.world.freeze(0);
  }

  Rig rig{4};
};

// The status settles its process's own move away from there, with which the node's last tie to the group ends. (Seed 3510.)
TEST_F(CrossingMoves, AParentBringsAStatusToTheNodeThatItsProcessLeft) {
  const Pid leader = rig.start(0), parent = rig.spawn(leader, 3), child = rig.spawn(parent, 1);
  move(child, 2);
  deliver(1, 2, "MIGRATE");
  deliver(2, 0, "JOIN");
  deliver(0, 2, "JOINED");   // it goes on there; node 1 has not heard of it
  rig.world.call(NodeId{2}, child, Exit{5});
  deliver(2, 3, "EXIT_NOTICE");
  move(parent, 1);
  deliver(3, 1, "MIGRATE");
  rig.world.deliver_all();
  EXPECT_EQ(rig.where(parent), NodeId{1});
  EXPECT_TRUE(rig.call(leader, KillGroup{kNoPid, Signal::none}).result->good());
  EXPECT_EQ(rig.call(parent, Wait{child, false}).result->status, 5);
}

}   // namespace
}   // namespace ssi::test
