// Birth, death, wait, orphans, groups and sessions of one kernel.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/base/check.hpp"
#include "tests/unit/native/table.hpp"

namespace ssi::native {
namespace {

class Lifecycle : public ::testing::Test, protected Table {
 protected:
  void TearDown() override { processes.check_invariants(); }
};

TEST_F(Lifecycle, InitIsThereFromTheStart) {
  const Process* init = processes.find(processes.init());
  ASSERT_NE(init, nullptr);
  EXPECT_EQ(init->pid, init_of(kHere, kBoot));
  EXPECT_EQ(init->parent, kNoPid);
  EXPECT_EQ(init->group, init->pid);
  EXPECT_EQ(init->session, init->pid);
  EXPECT_EQ(orders(), "");
  EXPECT_THROW(exit(processes.init()), CheckFailed);
}

TEST_F(Lifecycle, AChildInheritsGroupSessionAndProgram) {
  const Pid parent = spawn();
  processes.set_session(parent);
  const Pid child = processes.allocate();
  processes.create(child, processes.heritage(parent, true), {1, 2, {3, 4}}, out);
  EXPECT_EQ(processes.find(child)->parent, parent);
  EXPECT_EQ(processes.find(child)->group, parent);
  EXPECT_EQ(processes.find(child)->session, parent);
  EXPECT_EQ(out.programs.back().kind, ProgramOrder::Kind::start);
  EXPECT_EQ(out.programs.back().pid, child);
  EXPECT_EQ(out.programs.back().program.arguments[1], 4U);
  EXPECT_TRUE(processes.find(parent)->children.contains(child));
}

TEST_F(Lifecycle, ExecResetsHandlersAndKeepsWhatIsIgnored) {
  const Pid parent = spawn();
  handle(parent, Signal::usr1);
  handle(parent, Signal::usr2, Disposition::ignore);
  const auto of = [&](Pid pid, Signal signal) { return processes.find(pid)->dispositions[static_cast<std::size_t>(signal)]; };
  const Pid forked = fork(parent), spawned = spawn(parent);
  EXPECT_EQ(of(forked, Signal::usr1), Disposition::handler);
  EXPECT_EQ(of(spawned, Signal::usr1), Disposition::standard);
  EXPECT_EQ(of(forked, Signal::usr2), Disposition::ignore);
  EXPECT_EQ(of(spawned, Signal::usr2), Disposition::ignore);
}

TEST_F(Lifecycle, PidsAreNeverUsedTwice) {
  const Pid first = spawn();
  exit(first);
  EXPECT_NE(spawn(), first);
  const Pid living = spawn();
  EXPECT_THROW(processes.create(living, processes.heritage(processes.init(), true), {}, out), CheckFailed);
}

TEST_F(Lifecycle, AnExitLeavesAZombieUntilItIsWaitedFor) {
  const Pid parent = spawn(), child = spawn(parent);
  orders();
  const Departure gone = exit(child, 3);
  EXPECT_EQ(orders(), "end 3");
  EXPECT_TRUE(gone.parent_here);
  EXPECT_EQ(gone.pid, child);
  EXPECT_EQ(gone.status, 3);
  EXPECT_FALSE(alive(child));
  EXPECT_TRUE(processes.is_zombie(child));
  processes.check_invariants();
  EXPECT_EQ(text_of(answer(wait(parent))), "3=3");
  EXPECT_FALSE(processes.is_zombie(child));
  EXPECT_EQ(text_of(answer(wait(parent))), "ECHILD");
}

TEST_F(Lifecycle, AWaiterIsAnsweredAtTheExit) {
  const Pid parent = spawn();
  spawn(parent);
  const Pid second = spawn(parent);
  const CallId call = wait(parent);
  EXPECT_EQ(text_of(answer(call)), "no answer");
  EXPECT_TRUE(processes.find(parent)->blocked.has_value());
  exit(second, 7);
  EXPECT_EQ(text_of(answer(call)), "4=7");
  EXPECT_FALSE(processes.find(parent)->blocked.has_value());
  EXPECT_FALSE(processes.is_zombie(second));
}

TEST_F(Lifecycle, WaitForOneChildPassesOverTheOthers) {
  const Pid parent = spawn(), first = spawn(parent), second = spawn(parent);
  const CallId call = wait(parent, second);
  exit(first, 1);
  EXPECT_EQ(text_of(answer(call)), "no answer");
  exit(second, 2);
  EXPECT_EQ(text_of(answer(call)), "4=2");
  EXPECT_EQ(text_of(answer(wait(parent, second))), "ECHILD");
  EXPECT_EQ(text_of(answer(wait(parent, first))), "3=1");
}

TEST_F(Lifecycle, WaitAnyTakesTheLowestPid) {
  const Pid parent = spawn(), first = spawn(parent), second = spawn(parent);
  exit(second, 2);
  exit(first, 1);
  EXPECT_EQ(text_of(answer(wait(parent))), "3=1");
  EXPECT_EQ(text_of(answer(wait(parent))), "4=2");
}

TEST_F(Lifecycle, WaitErrorsAndNoHang) {
  const Pid parent = spawn(), stranger = spawn();
  EXPECT_EQ(text_of(answer(wait(parent))), "ECHILD");
  EXPECT_EQ(text_of(answer(wait(parent, stranger))), "ECHILD");
  EXPECT_EQ(text_of(answer(wait(parent, kNoPid, true))), "ECHILD");
  const Pid child = spawn(parent);
  EXPECT_EQ(text_of(answer(wait(parent, kNoPid, true))), "ok");
  EXPECT_EQ(text_of(answer(wait(parent, child, true))), "ok");
  exit(child, 9);
  EXPECT_EQ(text_of(answer(wait(parent, child, true))), "4=9");
}

TEST_F(Lifecycle, InitReapsAtOnce) {
  const Pid child = spawn();
  EXPECT_TRUE(exit(child).parent_here);
  EXPECT_FALSE(processes.is_zombie(child));
  EXPECT_TRUE(processes.find(processes.init())->children.empty());
}

TEST_F(Lifecycle, OrphansHereGoToInitAndZombiesAreForgotten) {
  const Pid parent = spawn(), living = spawn(parent), zombie = spawn(parent);
  exit(zombie);
  const Departure gone = exit(parent);
  EXPECT_TRUE(gone.orphans.empty());
  EXPECT_EQ(processes.find(living)->parent, processes.init());
  EXPECT_TRUE(processes.find(processes.init())->children.contains(living));
  EXPECT_FALSE(processes.is_zombie(zombie));
  exit(living);
  EXPECT_FALSE(processes.is_zombie(living));
}

TEST_F(Lifecycle, ADeadWaiterGetsNoAnswer) {
  const Pid parent = spawn(), child = spawn(parent);
  const CallId call = wait(parent);
  exit(parent);
  exit(child);
  EXPECT_EQ(text_of(answer(call)), "no answer");
}

// ---- what is on other nodes is told to the caller

TEST_F(Lifecycle, LivingChildrenElsewhereAreReturnedAsOrphans) {
  const Pid parent = spawn(), near = spawn(parent), far = child_elsewhere(parent, 7), dead = child_elsewhere(parent, 8);
  EXPECT_TRUE(processes.child_exited(parent, dead, 0, out));
  const Departure gone = exit(parent);
  EXPECT_EQ(gone.orphans, std::vector<Pid>{far});
  EXPECT_EQ(processes.find(near)->parent, processes.init());
}

TEST_F(Lifecycle, AChildElsewhereIsWaitedForLikeAnyOther) {
  const Pid parent = spawn(), far = child_elsewhere(parent, 7);
  EXPECT_FALSE(alive(far));
  const CallId call = wait(parent, far);
  EXPECT_TRUE(processes.child_exited(parent, far, 5, out));
  EXPECT_EQ(text_of(answer(call)), "7=5");
  EXPECT_FALSE(processes.child_exited(elsewhere(9), far, 5, out));
  EXPECT_THROW(processes.child_exited(parent, far, 5, out), CheckFailed);
}

TEST_F(Lifecycle, AnExitWhoseParentIsElsewhereLeavesNothingHere) {
  const Pid child = child_of_elsewhere(3);
  const Departure gone = exit(child, 4);
  EXPECT_FALSE(gone.parent_here);
  EXPECT_EQ(gone.parent, elsewhere(3));
  EXPECT_FALSE(processes.is_zombie(child));
}

TEST_F(Lifecycle, PidsOfOthersThatEndHereAreReported) {
  const Pid parent = spawn(), own = spawn(parent), waited = child_elsewhere(parent, 7), forgotten = child_elsewhere(parent, 8);
  const Pid adopted = child_elsewhere(processes.init(), 9);
  exit(own);
  wait(parent, own);
  processes.child_exited(parent, waited, 0, out);
  EXPECT_EQ(processes.take_reaped(), std::vector<Pid>{});
  wait(parent, waited);
  processes.child_exited(processes.init(), adopted, 0, out);
  EXPECT_EQ(processes.take_reaped(), (std::vector<Pid>{waited, adopted}));
  processes.child_exited(parent, forgotten, 0, out);
  exit(parent);
  EXPECT_EQ(processes.take_reaped(), std::vector<Pid>{forgotten});
  EXPECT_EQ(processes.take_reaped(), std::vector<Pid>{});
}

TEST_F(Lifecycle, AnOrphanOfAParentElsewhereCanBeAdopted) {
  const Pid child = child_of_elsewhere(3);
  processes.reparent(child, processes.init());
  processes.check_invariants();
  EXPECT_TRUE(exit(child).parent_here);
  const Pid parent = spawn(), own = spawn(parent);
  EXPECT_THROW(processes.reparent(own, processes.init()), CheckFailed);
}

TEST_F(Lifecycle, TheLastOfAGroupHereIsNoticed) {
  const Pid leader = spawn();
  processes.set_group(leader, kNoPid, kNoPid);
  const Pid member = spawn(leader);
  EXPECT_FALSE(exit(leader).last_of_group_here);
  EXPECT_EQ(processes.members(leader), std::vector<Pid>{member});
  const Departure gone = exit(member);
  EXPECT_TRUE(gone.last_of_group_here);
  EXPECT_EQ(gone.group, leader);
  EXPECT_TRUE(processes.members(leader).empty());
}

// ---- groups and sessions

TEST_F(Lifecycle, SetGroupAsSetpgidDoes) {
  const Pid parent = spawn(), child = spawn(parent), sibling = spawn(parent), stranger = spawn();
  EXPECT_EQ(processes.set_group(parent, child, kNoPid), Errno::none);
  EXPECT_EQ(processes.members(child), std::vector<Pid>{child});
  EXPECT_EQ(processes.set_group(parent, sibling, child), Errno::none);
  EXPECT_EQ(processes.members(child), (std::vector<Pid>{child, sibling}));
  EXPECT_EQ(processes.set_group(parent, stranger, kNoPid), Errno::esrch);   // neither the caller nor its child
  EXPECT_EQ(processes.set_group(child, parent, kNoPid), Errno::esrch);
  EXPECT_EQ(processes.set_group(parent, elsewhere(4), kNoPid), Errno::esrch);
  EXPECT_EQ(processes.set_group(sibling, kNoPid, kNoPid), Errno::none);   // of its own, by itself
  EXPECT_EQ(processes.find(sibling)->group, sibling);
}

TEST_F(Lifecycle, SessionsBoundGroups) {
  const Pid leader = spawn(), other = spawn(), child = spawn(leader);
  EXPECT_EQ(processes.set_session(leader), Errno::none);
  EXPECT_EQ(processes.find(leader)->session, leader);
  EXPECT_EQ(processes.find(leader)->group, leader);
  EXPECT_EQ(processes.set_session(leader), Errno::eperm);                // leads a group
  EXPECT_EQ(processes.set_group(leader, kNoPid, other), Errno::eperm);   // a session leader keeps its group
  EXPECT_EQ(processes.set_group(leader, child, leader), Errno::eperm);   // the child is of the old session
  EXPECT_EQ(processes.set_group(other, kNoPid, leader), Errno::eperm);   // a group of another session
  const Pid inside = spawn(leader);
  EXPECT_EQ(processes.set_group(leader, inside, kNoPid), Errno::none);
  EXPECT_EQ(processes.set_session(inside), Errno::eperm);
  EXPECT_EQ(processes.set_group(inside, kNoPid, leader), Errno::none);
  EXPECT_EQ(processes.set_session(inside), Errno::none);
}

TEST_F(Lifecycle, ListShowsTheLivingAndTheZombies) {
  const Pid parent = spawn(), zombie = spawn(parent);
  exit(zombie);
  const Pid init = processes.init();
  const std::vector<ProcessInfo> expected{
      {init, kNoPid, init, kHere, false}, {parent, init, init, kHere, false}, {zombie, parent, kNoPid, kHere, true}};
  EXPECT_EQ(processes.list(), expected);
}

TEST_F(Lifecycle, HashAndTextFollowTheState) {
  const auto hash = [this] {
    StateHash out_hash;
    processes.hash_into(out_hash);
    return out_hash.value();
  };
  std::vector<std::uint64_t> seen{hash()};
  const auto changed = [&] {
    seen.push_back(hash());
    return std::count(seen.begin(), seen.end(), seen.back()) == 1;
  };
  const Pid parent = spawn(), child = spawn(parent);
  EXPECT_TRUE(changed());
  processes.set_session(child);
  EXPECT_TRUE(changed());
  handle(child, Signal::usr1);
  EXPECT_TRUE(changed());
  signal(child, Signal::stop);
  EXPECT_TRUE(changed());
  signal(child, Signal::usr1);
  EXPECT_TRUE(changed());
  wait(parent);
  EXPECT_TRUE(changed());
  EXPECT_NE(processes.describe().find("2.1:3 parent 2.1:2 group 2.1:3 session 2.1:3 stopped pending SIGUSR1"), std::string::npos)
      << processes.describe();
  EXPECT_NE(processes.describe().find("waiting for any (call 1) child 2.1:3"), std::string::npos);
  signal(child, Signal::kill);
  EXPECT_TRUE(changed());
}

}   // namespace
}   // namespace ssi::native
