// Signals to groups of Locus against processes that enter a group and move, in orders that only a world can choose.
#include "tests/unit/locus/rig.hpp"

namespace ssi::test {
namespace {

// All but what site 1 says to site 2.
void deliver_all_but_one_to_two(LocusRig& rig) {
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
}

// Site 2 has not heard yet that the signal is over when somebody arrives there who has made the group since.
TEST(LocusGroups, ASignalThatIsOverIsNotForWhoEntersItsGroupLaterAndMoves) {
  LocusRig rig(3);
  const Pid leader = rig.start(0), other = rig.start(0), asker = rig.start(1);
  rig.call(leader, SetAction{Signal::usr1, Disposition::handler});
  const CallId kill = rig.world.call(NodeId{1}, asker, KillGroup{leader, Signal::usr1});
  while (!rig.world.trace(kill).result) rig.world.deliver(rig.world.deliverable().front());
  EXPECT_EQ(rig.world.trace(kill).result->error, Errno::esrch);   // there is no such group

  const auto deliver_others = [&] { deliver_all_but_one_to_two(rig); };
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

// It has got the signal, and its own site has heard that it is over, when it moves to one that has not.
TEST(LocusGroups, ASignalIsNotGotTwiceByWhoMovesToWhereItIsNotOver) {
  LocusRig rig(3);
  const Pid leader = rig.start(0), other = rig.start(0), asker = rig.start(1);
  rig.call(leader, SetAction{Signal::usr1, Disposition::handler});
  rig.call(leader, SetSession{});
  const CallId first = rig.world.call(NodeId{0}, leader, Pause{});
  const CallId kill = rig.world.call(NodeId{1}, asker, KillGroup{leader, Signal::usr1});
  while (!rig.world.trace(kill).result) rig.world.deliver(rig.world.deliverable().front());
  EXPECT_TRUE(rig.world.trace(kill).result->good());
  EXPECT_EQ(rig.world.trace(first).result->error, Errno::eintr);
  deliver_all_but_one_to_two(rig);
  const CallId second = rig.world.call(NodeId{0}, leader, Pause{});
  rig.world.call(NodeId{0}, other, Migrate{leader, NodeId{2}});
  deliver_all_but_one_to_two(rig);
  EXPECT_EQ(rig.where(leader), NodeId{2});
  EXPECT_FALSE(rig.world.quiet());
  EXPECT_FALSE(rig.world.trace(second).result) << "it has got the signal again";
}

}   // namespace
}   // namespace ssi::test
