// Signals to groups of Locus against processes that enter a group and move, in orders that only a world can choose.
#include "tests/unit/locus/rig.hpp"

namespace ssi::test {
namespace {

// Site 2 has not heard yet that the signal is over when somebody arrives there who has made the group since.
TEST(LocusGroups, ASignalThatIsOverIsNotForWhoEntersItsGroupLaterAndMoves) {
  LocusRig rig(3);
  const Pid leader = rig.start(0), other = rig.start(0), asker = rig.start(1);
  rig.call(leader, SetAction{Signal::usr1, Disposition::handler});
  const CallId kill = rig.world.call(NodeId{1}, asker, KillGroup{leader, Signal::usr1});
  while (!rig.world.trace(kill).result) rig.world.deliver(rig.world.deliverable().front());
  EXPECT_EQ(rig.world.trace(kill).result->error, Errno::esrch);   // there is no such group

  const auto deliver_others = [&] {
    for (bool any = true; any;) {
      any = !rig.world.freezing().empty();
      while (!rig.world.freezing().empty()) rig.world.freeze(0);
      for (const Channel& channel : rig.world.deliverable()) {
        const bool is_over = channel.from == NodeId{1} && channel.to == NodeId{2};
        if (is_over || !rig.world.can_deliver(channel)) continue;
        rig.world.deliver(channel);
        any = true;
      }
    }
  };
  deliver_others();
  const CallId made = rig.world.call(NodeId{0}, leader, SetSession{});
  const CallId pause = rig.world.call(NodeId{0}, leader, Pause{});
  rig.world.call(NodeId{0}, other, Migrate{leader, NodeId{2}});
  deliver_others();
  EXPECT_TRUE(rig.world.trace(made).result->good());
  EXPECT_EQ(rig.where(leader), NodeId{2});
  EXPECT_FALSE(rig.world.quiet());
  EXPECT_FALSE(rig.world.trace(pause).result) << "it has got the signal";
}

}   // namespace
}   // namespace ssi::test
