// How many messages each call costs, by case: on the critical path and in total, acknowledgements included. Who coincides
// with whom is in the name of each test: parent, origin of the pid, executing node, holder of the group's list.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

TEST(SpawnCount, HereIsFree) {
  Rig rig(3);
  const Pid parent = rig.start(0);
  EXPECT_EQ(count(rig.call(parent, spawn_on(0))), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(parent, Fork{})), (Count{0, 0}));
}

TEST(SpawnCount, HolderIsParentsNode) {
  for (const char* pid_from : {"parent", "execution"}) {
    Rig rig(3, param("pid_from", std::string(pid_from)));
    EXPECT_EQ(count(rig.call(rig.start(0), spawn_on(1))), (Count{2, 2})) << pid_from;
  }
}

TEST(SpawnCount, HolderIsExecutingNode) {
  Rig rig(3);
  const Pid on_1 = rig.spawn(rig.start(0), 1);
  EXPECT_EQ(count(rig.call(on_1, spawn_on(0))), (Count{2, 2}));
}

TEST(SpawnCount, HolderIsAThirdNode) {
  Rig rig(3);
  const Pid on_1 = rig.spawn(rig.start(0), 1);
  EXPECT_EQ(count(rig.call(on_1, spawn_on(2))), (Count{4, 4}));   // JOIN and JOINED between
  EXPECT_EQ(count(rig.call(on_1, spawn_on(2))), (Count{2, 2}));   // a member already
}

TEST(SpawnCount, RefusalCostsTheSame) {
  Rig rig(2, param("accept_max", std::int64_t{1}));
  const auto& trace = rig.call(rig.start(0), spawn_on(1));
  EXPECT_EQ(trace.result->error, Errno::eagain);
  EXPECT_EQ(count(trace), (Count{2, 2}));
}

TEST(SpawnCount, NoSuchNode) {
  Rig rig(2);
  const auto& trace = rig.call(rig.start(0), spawn_on(2));
  EXPECT_EQ(trace.result->error, Errno::einval);
  EXPECT_EQ(count(trace), (Count{0, 0}));
}

TEST(RforkCount, EachOtherNodeTwo) {
  for (const char* pid_from : {"parent", "execution"}) {
    Rig rig(4, param("pid_from", std::string(pid_from)));
    const Pid parent = rig.start(0);
    EXPECT_EQ(count(rig.call(parent, Rfork{{}, {NodeId{0}}})), (Count{0, 0}));
    const auto& trace = rig.call(parent, Rfork{{}, {NodeId{2}, NodeId{0}, NodeId{1}, NodeId{2}}});
    EXPECT_EQ(count(trace), (Count{2, 6})) << pid_from;
    ASSERT_NE(trace.result->processes(), nullptr);
    const std::vector<std::uint32_t> nodes{2, 0, 1, 2};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const ProcessInfo& child = trace.result->processes()->at(i);
      EXPECT_EQ(rig.where(child.pid), NodeId{nodes[i]});
      EXPECT_EQ(child.node, NodeId{nodes[i]});
      EXPECT_EQ(child.parent, parent);
    }
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(rig.call(parent, KillGroup{kNoPid, Signal::none}).result->good());
  }
}

TEST(RforkCount, HolderIsAThirdNode) {
  Rig rig(4);
  const Pid on_1 = rig.spawn(rig.start(0), 1);
  EXPECT_EQ(count(rig.call(on_1, Rfork{{}, {NodeId{2}, NodeId{3}}})), (Count{4, 8}));
}

TEST(RforkCount, InheritsHandlersAndFailsOnlyIfNoChildCouldBeMade) {
  Rig rig(3, param("accept_max", std::int64_t{2}));
  const Pid parent = rig.start(0);
  rig.call(parent, SetAction{Signal::usr1, Disposition::handler});
  const auto first = rig.call(parent, Rfork{{}, {NodeId{1}, NodeId{1}, NodeId{2}}}).result->processes();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->at(1).pid, kNoPid);   // node 1 was full
  EXPECT_EQ(rig.node(1).processes().find(first->at(0).pid)->dispositions[10], Disposition::handler);
  EXPECT_EQ(rig.call(parent, Rfork{{}, {NodeId{1}, NodeId{2}}}).result->error, Errno::eagain);
  EXPECT_EQ(rig.call(parent, Rfork{{}, {}}).result->error, Errno::einval);
  EXPECT_EQ(rig.call(parent, Rfork{{}, {NodeId{0}, NodeId{3}}}).result->error, Errno::einval);
  EXPECT_EQ(rig.node(0).processes().all().size(), 2U);   // nothing of it happened
}

TEST(ExecCount, HereIsFree) {
  Rig rig(2);
  EXPECT_EQ(count(rig.call(rig.start(0), Exec{})), (Count{0, 0}));
}

TEST(KillCount, TargetHere) {
  Rig rig(2);
  const Pid caller = rig.start(0);
  EXPECT_EQ(count(rig.call(caller, Kill{rig.fork(caller), Signal::none})), (Count{0, 0}));
}

TEST(KillCount, TargetAtItsOrigin) {
  Rig rig(2);
  const Pid target = rig.start(1);
  EXPECT_EQ(count(rig.call(rig.start(0), Kill{target, Signal::term})), (Count{2, 2}));
}

TEST(KillCount, CallerAtTheOrigin) {
  Rig rig(2);
  const Pid parent = rig.start(0), target = rig.spawn(parent, 1);
  EXPECT_EQ(count(rig.call(rig.start(0), Kill{target, Signal::none})), (Count{2, 2}));
}

TEST(KillCount, OriginForwardsThenTheCacheKnows) {
  Rig rig(3);
  const Pid target = rig.spawn(rig.start(0), 1), caller = rig.start(2);
  EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{3, 3}));
  EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{2, 2}));
}

TEST(KillCount, WithoutACacheTheOriginIsAskedAlways) {
  Rig rig(3, param("location_cache", std::int64_t{0}));
  const Pid target = rig.spawn(rig.start(0), 1), caller = rig.start(2);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{3, 3}));
}

TEST(KillCount, OriginRedirects) {
  Rig rig(3, param("origin", std::string("redirect")));
  const Pid target = rig.spawn(rig.start(0), 1), caller = rig.start(2);
  EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{4, 4}));
  EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{2, 2}));
}

TEST(KillCount, StaleCacheOfAZombieAndOfAReapedProcess) {
  Rig rig(3);
  const Pid parent = rig.start(0), target = rig.spawn(parent, 1), caller = rig.start(2);
  rig.call(caller, Kill{target, Signal::none});
  rig.call(target, Exit{0});
  const auto& zombie = rig.call(caller, Kill{target, Signal::none});
  EXPECT_TRUE(zombie.result->good());
  EXPECT_EQ(count(zombie), (Count{4, 4}));
  EXPECT_EQ(count(rig.call(caller, Kill{target, Signal::none})), (Count{2, 2}));   // its status lies at its origin

  const Pid second = rig.spawn(parent, 1);
  rig.call(caller, Kill{second, Signal::none});
  rig.call(second, Exit{0});
  rig.call(parent, Wait{target, false});
  rig.call(parent, Wait{second, false});
  const auto& gone = rig.call(caller, Kill{second, Signal::none});
  EXPECT_EQ(gone.result->error, Errno::esrch);
  EXPECT_EQ(count(gone), (Count{4, 4}));
}

TEST(KillCount, ZombieWhoseOriginIsTheNodeItRanOn) {
  Rig rig(3, param("pid_from", std::string("execution")));
  const Pid target = rig.spawn(rig.start(0), 1), caller = rig.start(2);
  EXPECT_EQ(target.origin(), NodeId{1});
  rig.call(target, Exit{0});
  const auto& trace = rig.call(caller, Kill{target, Signal::none});
  EXPECT_TRUE(trace.result->good());
  EXPECT_EQ(count(trace), (Count{3, 3}));   // the origin passes it on to where the status lies
}

TEST(KillCount, NeverAllocated) {
  Rig rig(2);
  const Pid caller = rig.start(0);
  EXPECT_EQ(count(rig.call(caller, Kill{Pid::make(NodeId{1}, Incarnation{1}, 77), Signal::term})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(caller, Kill{Pid::make(NodeId{0}, Incarnation{1}, 77), Signal::term})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(caller, Kill{Pid::make(NodeId{9}, Incarnation{1}, 77), Signal::term})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(caller, Kill{kNoPid, Signal::term})), (Count{0, 0}));
}

TEST(ExitCount, StatusAndAcknowledgement) {
  Rig rig(2);
  const Pid parent = rig.start(0), stays = rig.spawn(parent, 1), leaves = rig.spawn(parent, 1);
  EXPECT_EQ(count(rig.call(rig.fork(parent), Exit{0})), (Count{0, 0}));
  const CallTrace& first = rig.call(leaves, Exit{0});
  EXPECT_EQ(count(first), (Count{0, 2}));                      // EXIT_NOTICE, EXIT_ACK
  EXPECT_EQ(count(rig.call(stays, Exit{0})), (Count{0, 3}));   // the group's last member there: LEAVE
  EXPECT_EQ(count(rig.call(parent, Wait{})), (Count{0, 0}));
}

TEST(ExitCount, OriginElsewhereIsToldWhenTheStatusIsTaken) {
  Rig rig(2, param("pid_from", std::string("execution")));
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1);
  rig.call(child, Exit{3});
  const auto& wait = rig.call(parent, Wait{});
  EXPECT_EQ(wait.result->status, 3);
  EXPECT_EQ(count(wait), (Count{0, 1}));   // GONE, off the path
}

TEST(ExitCount, OrphansAreToldAndTheirOriginWhenTheyEnd) {
  Rig rig(3);
  const Pid parent = rig.start(0), first = rig.spawn(parent, 1), second = rig.spawn(parent, 2);
  EXPECT_EQ(count(rig.call(parent, Exit{0})), (Count{0, 2}));   // REPARENT each
  EXPECT_EQ(count(rig.call(first, Exit{0})), (Count{0, 2}));    // LEAVE, GONE
  EXPECT_EQ(count(rig.call(second, Exit{0})), (Count{0, 2}));
}

TEST(KillGroupCount, MembersHereOnly) {
  Rig rig(3);
  const Pid leader = rig.start(0);
  rig.call(leader, SetGroup{});
  EXPECT_EQ(count(rig.call(leader, KillGroup{leader, Signal::none})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(leader, KillGroup{kNoPid, Signal::none})), (Count{0, 0}));   // its own group
}

TEST(KillGroupCount, FromTheHolderAndFromElsewhere) {
  Rig rig(4);
  const Pid leader = rig.start(0), other = rig.start(3);
  rig.call(leader, SetGroup{});
  const Pid member = rig.spawn(leader, 1);
  rig.spawn(leader, 2);
  EXPECT_EQ(count(rig.call(leader, KillGroup{leader, Signal::none})), (Count{2, 4}));
  EXPECT_EQ(count(rig.call(other, KillGroup{leader, Signal::none})), (Count{4, 6}));
  EXPECT_EQ(count(rig.call(member, KillGroup{leader, Signal::none})), (Count{4, 6}));
}

TEST(SetGroupCount, ByHolder) {
  Rig rig(3);
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1), mate = rig.spawn(parent, 1);
  EXPECT_EQ(count(rig.call(parent, SetGroup{})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(child, SetGroup{})), (Count{2, 2}));              // its holder is its origin, node 0
  EXPECT_EQ(count(rig.call(mate, SetGroup{mate, child})), (Count{2, 3}));    // the last of the old group leaves the node
  EXPECT_EQ(count(rig.call(parent, SetGroup{mate, mate})), (Count{4, 4}));   // to the child's node, and from there to the holder
  EXPECT_EQ(count(rig.call(rig.fork(child), SetSession{})), (Count{0, 0}));
}

TEST(SetGroupCount, OfAChildAtItsOrigin) {
  Rig rig(2, param("pid_from", std::string("execution")));
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1);
  EXPECT_EQ(count(rig.call(parent, SetGroup{child, child})), (Count{2, 3}));   // SETPGID, LEAVE of the old group, SETPGID_DONE
}

TEST(ListCount, AsksEveryNodeAtOnce) {
  for (std::uint32_t nodes : {1U, 2U, 5U}) {
    Rig rig(nodes);
    EXPECT_EQ(count(rig.call(rig.start(0), List{})), (Count{nodes == 1 ? 0 : 2U, 2 * (nodes - 1)}));
  }
}

TEST(ServedBy, IsTheNodeThatDidIt) {
  Rig rig(3);
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1), caller = rig.start(2);
  EXPECT_EQ(rig.call(parent, spawn_on(2)).served, NodeId{2});
  EXPECT_EQ(rig.call(caller, Kill{child, Signal::none}).served, NodeId{1});
  EXPECT_EQ(rig.call(parent, Kill{parent, Signal::none}).served, NodeId{0});
  EXPECT_EQ(rig.call(child, Exit{1}).served, NodeId{1});
  EXPECT_EQ(rig.call(parent, Wait{child, false}).served, NodeId{0});
}

}   // namespace
}   // namespace ssi::test
