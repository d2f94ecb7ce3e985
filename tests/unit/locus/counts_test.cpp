// How many messages each call costs, by case: on the critical path and in total. Who coincides with whom is in the name of each test:
// caller, birth site of the pid, execution site, parent.
#include "tests/unit/locus/rig.hpp"

namespace ssi::test {
namespace {

Spawn spawn_on(std::uint32_t node) { return {{}, {Placement::Kind::node, NodeId{node}}}; }
Migrate to(std::uint32_t node, Pid pid = kNoPid) { return {pid, NodeId{node}}; }

TEST(LocusForkCount, HereIsFreeAndElsewhereTwo) {
  for (const char* pid_from : {"execution", "parent"}) {
    LocusRig rig(4, param("pid_from", std::string(pid_from)));
    const Pid parent = rig.start(0);
    EXPECT_EQ(count(rig.call(parent, spawn_on(0))), (Count{0, 0}));
    EXPECT_EQ(count(rig.call(parent, Fork{})), (Count{0, 0}));
    EXPECT_EQ(count(rig.call(parent, spawn_on(1))), (Count{2, 2})) << pid_from;
    EXPECT_EQ(count(rig.call(parent, Rfork{{}, {NodeId{2}, NodeId{0}, NodeId{1}}})), (Count{2, 4})) << pid_from;
  }
}

TEST(LocusForkCount, ThePidIsOfWhoeverNamesIt) {
  LocusRig execution(3), parents(3, param("pid_from", std::string("parent")));
  EXPECT_EQ(execution.call(execution.start(0), spawn_on(1)).result->pid.origin(), NodeId{1});
  EXPECT_EQ(parents.call(parents.start(0), spawn_on(1)).result->pid.origin(), NodeId{0});
}

TEST(LocusForkCount, RefusalCostsTheSame) {
  LocusRig rig(2, param("accept_max", std::int64_t{1}));
  const auto& trace = rig.call(rig.start(0), spawn_on(1));
  EXPECT_EQ(trace.result->error, Errno::eagain);
  EXPECT_EQ(count(trace), (Count{2, 2}));
}

TEST(LocusKillCount, TargetHereOrAtItsBirthSite) {
  LocusRig rig(3);
  const Pid caller = rig.start(0), here = rig.call(caller, Fork{}).result->pid, there = rig.start(1);
  EXPECT_EQ(count(rig.call(caller, Kill{here, Signal::none})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(caller, Kill{there, Signal::none})), (Count{2, 2}));
}

TEST(LocusKillCount, CallerAtTheBirthSite) {
  LocusRig rig(3, param("pid_from", std::string("parent")));
  const Pid parent = rig.start(0), child = rig.call(parent, spawn_on(1)).result->pid;
  EXPECT_EQ(count(rig.call(parent, Kill{child, Signal::none})), (Count{2, 2}));
}

TEST(LocusKillCount, BirthSiteForwardsThenTheCallerRemembers) {
  LocusRig rig(3, param("pid_from", std::string("parent")));
  const Pid parent = rig.start(0), child = rig.call(parent, spawn_on(1)).result->pid, caller = rig.start(2);
  EXPECT_EQ(count(rig.call(caller, Kill{child, Signal::none})), (Count{3, 3}));
  EXPECT_EQ(count(rig.call(caller, Kill{child, Signal::none})), (Count{2, 2}));
  EXPECT_TRUE(rig.call(child, to(0)).result->good());
  EXPECT_EQ(count(rig.call(caller, Kill{child, Signal::none})), (Count{3, 3}));   // the old site passes it on to the birth site
}

TEST(LocusKillCount, WithoutACacheTheBirthSiteIsAskedAlways) {
  config::Values params = param("pid_from", std::string("parent"));
  params.push_back(param("location_cache", std::int64_t{0}).front());
  LocusRig rig(3, params);
  const Pid child = rig.call(rig.start(0), spawn_on(1)).result->pid, caller = rig.start(2);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(count(rig.call(caller, Kill{child, Signal::none})), (Count{3, 3}));
}

TEST(LocusExitCount, TheStatusIsOneMessageToAParentAtItsBirthSite) {
  LocusRig execution(3), parents(3, param("pid_from", std::string("parent")));
  for (LocusRig* rig : {&execution, &parents}) {
    const Pid parent = rig->start(0), child = rig->call(parent, spawn_on(1)).result->pid;
    EXPECT_EQ(rig->call(child, Exit{3}).total, 1U);
    const auto& waited = rig->call(parent, Wait{});
    EXPECT_EQ(waited.result->status, 3);
    EXPECT_EQ(count(waited), (Count{0, rig == &execution ? 1U : 0U}));   // REAPED to the birth site
    EXPECT_TRUE(rig->node(0).births().all().empty() && rig->node(1).births().all().empty());
  }
}

TEST(LocusExitCount, AParentThatHasMovedIsFoundThroughItsBirthSite) {
  LocusRig rig(4);
  const Pid parent = rig.start(0), child = rig.call(parent, spawn_on(1)).result->pid;
  rig.call(parent, to(2));
  EXPECT_EQ(rig.call(child, Exit{3}).total, 2U);
  EXPECT_EQ(rig.call(parent, Wait{}).result->status, 3);
}

TEST(LocusMoveCount, TwoIfTheBirthSiteIsAtOneEndElseThree) {
  LocusRig rig(4);
  const Pid pid = rig.start(0);
  EXPECT_EQ(count(rig.call(pid, to(0))), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(pid, to(1))), (Count{1, 2}));   // MIGRATE; MOVED
  EXPECT_EQ(count(rig.call(pid, to(2))), (Count{1, 3}));   // MIGRATE; MOVED, SETTLED
  EXPECT_EQ(count(rig.call(pid, to(0))), (Count{1, 2}));   // MIGRATE; SETTLED
  EXPECT_TRUE(rig.node(0).births().all().empty());
  EXPECT_EQ(count(rig.call(pid, Exec{{}, {Placement::Kind::node, NodeId{3}}})), (Count{1, 2}));
  EXPECT_EQ(rig.where(pid), NodeId{3});
}

TEST(LocusMoveCount, SomebodyElsesOrderTravelsAsAKill) {
  LocusRig rig(4);
  const Pid pid = rig.start(0), caller = rig.start(1);
  EXPECT_EQ(count(rig.call(caller, to(2, pid))), (Count{2, 4}));   // MOVE, MOVE_TAKEN; MIGRATE, MOVED
  EXPECT_EQ(rig.where(pid), NodeId{2});
}

TEST(LocusGroupCount, ASignalGoesToAllSitesAndIsRememberedUntilItIsOver) {
  LocusRig rig(4);
  const Pid parent = rig.start(0), child = rig.call(parent, spawn_on(1)).result->pid;
  rig.call(child, SetAction{Signal::usr1, Disposition::handler});
  rig.call(parent, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_EQ(count(rig.call(parent, KillGroup{kNoPid, Signal::usr1})), (Count{2, 9}));
  EXPECT_EQ(count(rig.call(parent, KillGroup{kNoPid, Signal::none})), (Count{2, 6}));
  for (std::uint32_t node = 0; node < 4; ++node) EXPECT_TRUE(rig.node(node).idle());
}

TEST(LocusGroupCount, AGroupOfItsOwnIsFreeAndAnothersIsAskedForIfNobodyOfItIsHere) {
  LocusRig rig(3);
  const Pid parent = rig.start(0), leader = rig.call(parent, spawn_on(1)).result->pid;
  EXPECT_EQ(count(rig.call(leader, SetGroup{})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(parent, SetGroup{kNoPid, leader})), (Count{2, 4}));
  EXPECT_EQ(count(rig.call(parent, SetGroup{leader, leader})), (Count{2, 2}));   // a child elsewhere
  EXPECT_EQ(rig.call(parent, SetGroup{kNoPid, parent}).result->error, Errno::none);
}

TEST(LocusListCount, AllSitesAreAsked) {
  LocusRig rig(4);
  EXPECT_EQ(count(rig.call(rig.start(1), List{})), (Count{2, 6}));
}

}   // namespace
}   // namespace ssi::test
