// The calls of one kernel: answers, what each costs, and who gets no answer.
#include "models/native/kernel.hpp"

#include <gtest/gtest.h>

#include "models/base/check.hpp"
#include "models/config/platform.hpp"
#include "tests/unit/native/table.hpp"

namespace ssi::native {
namespace {

// Each cost a decimal digit of its own, so that a sum shows what it is made of.
constexpr Costs kCosts{Duration{1}, Duration{10}, Duration{100}, Duration{1'000}, Duration{10'000}, Duration{100'000}, Duration{1'000'000}};

class KernelTest : public ::testing::Test {
 protected:
  void TearDown() override { kernel.check_invariants(); }

  std::optional<Result> ask(Pid caller, const Call& call) {
    const CallId id{++calls};
    out.begin(id, false);
    kernel.on_event({}, CallEvent{id, caller, &call}, out);
    for (const auto& completion : out.completions) {
      EXPECT_EQ(completion.served, kHere);
      if (completion.call == id) return completion.result;
    }
    return std::nullopt;
  }
  Pid spawn(Pid caller) { return ask(caller, Spawn{})->pid; }
  std::int64_t work() const { return out.kernel_work.ns; }
  // The answer to an earlier call among those of the last.
  std::string woken(std::uint64_t call) const {
    for (const auto& completion : out.completions)
      if (completion.call == CallId{call}) return text_of(completion.result);
    return "no answer";
  }

  Kernel kernel{kHere, kBoot, kCosts};
  Pid init = init_of(kHere, kBoot);
  Effects out;
  std::uint64_t calls = 0;
};

TEST_F(KernelTest, SpawnForksAndExecutesAndForkForks) {
  const auto spawned = ask(init, Spawn{{1, 2, {}}, {}});
  EXPECT_EQ(text_of(spawned), "2=0");
  EXPECT_EQ(work(), 11);
  ASSERT_EQ(out.programs.size(), 1U);
  EXPECT_EQ(out.programs[0].program.program, 2U);
  ask(spawned->pid, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_EQ(work(), 0);
  const auto forked = ask(spawned->pid, Fork{});
  EXPECT_EQ(text_of(forked), "3=0");
  EXPECT_EQ(work(), 1);
  EXPECT_EQ(kernel.processes().find(forked->pid)->dispositions[10], Disposition::handler);
}

TEST_F(KernelTest, RforkForksAsOftenAsItNamesNodes) {
  const Pid parent = spawn(init);
  ask(parent, SetAction{Signal::usr1, Disposition::handler});
  const auto forked = ask(parent, Rfork{{1, 3, {}}, {NodeId{0}, NodeId{2}}});
  EXPECT_EQ(work(), 2);
  ASSERT_NE(forked->processes(), nullptr);
  ASSERT_EQ(forked->processes()->size(), 2U);
  for (const ProcessInfo& child : *forked->processes()) {
    EXPECT_EQ(child.parent, parent);
    EXPECT_EQ(kernel.processes().find(child.pid)->dispositions[10], Disposition::handler);
  }
  EXPECT_EQ(text_of(ask(parent, Rfork{})), "EINVAL");
}

TEST_F(KernelTest, ExecKeepsThePidAndResetsHandlers) {
  const Pid pid = spawn(init);
  ask(pid, SetAction{Signal::usr1, Disposition::handler});
  ask(pid, SetAction{Signal::hup, Disposition::ignore});
  EXPECT_EQ(text_of(ask(pid, Exec{{1, 9, {}}, {}})), "ok");   // counted; nobody sees it
  EXPECT_EQ(work(), 10);
  ASSERT_EQ(out.programs.size(), 1U);
  EXPECT_EQ(out.programs[0].kind, ProgramOrder::Kind::exec);
  EXPECT_EQ(out.programs[0].program.program, 9U);
  const Process& process = *kernel.processes().find(pid);
  EXPECT_EQ(process.program.program, 9U);
  EXPECT_EQ(process.dispositions[10], Disposition::standard);
  EXPECT_EQ(process.dispositions[1], Disposition::ignore);
}

TEST_F(KernelTest, MigrateHasNowhereToGo) {
  const Pid pid = spawn(init);
  EXPECT_EQ(text_of(ask(pid, Migrate{kNoPid, NodeId{3}})), "ok");
  EXPECT_EQ(text_of(ask(init, Migrate{pid, NodeId{3}})), "ok");
  EXPECT_EQ(text_of(ask(init, Migrate{Pid{77}, NodeId{3}})), "ESRCH");
  EXPECT_TRUE(out.programs.empty());
}

TEST_F(KernelTest, ExitIsAnsweredAndThenTheProgramEnds) {
  const Pid pid = spawn(init);
  EXPECT_EQ(text_of(ask(pid, Exit{3})), "ok");
  EXPECT_EQ(work(), 100);
  ASSERT_EQ(out.programs.size(), 1U);
  EXPECT_EQ(out.programs[0].kind, ProgramOrder::Kind::end);
}

TEST_F(KernelTest, WaitBlocksAndTheExitPaysForTheWakeup) {
  const Pid parent = spawn(init), child = spawn(parent);
  EXPECT_EQ(text_of(ask(parent, Wait{})), "no answer");
  const auto call = calls;
  EXPECT_EQ(work(), 1'000);
  ask(child, Exit{4});
  EXPECT_EQ(woken(call), "3=4");
  EXPECT_EQ(work(), 1'000'100);
  EXPECT_EQ(text_of(ask(parent, Wait{})), "ECHILD");
  EXPECT_EQ(work(), 1'000);
}

TEST_F(KernelTest, KillSignalsAndADeathCostsItsExit) {
  const Pid killer = spawn(init), parent = spawn(init), child = spawn(parent);
  EXPECT_EQ(text_of(ask(killer, Kill{child, Signal::none})), "ok");
  EXPECT_EQ(work(), 0);
  ask(child, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_EQ(text_of(ask(killer, Kill{child, Signal::usr1})), "ok");
  EXPECT_EQ(work(), 10'000);
  EXPECT_EQ(text_of(ask(killer, Kill{child, Signal::term})), "ok");
  EXPECT_EQ(work(), 10'100);
  EXPECT_EQ(text_of(ask(killer, Kill{child, Signal::term})), "ok");   // a zombie exists
  EXPECT_EQ(work(), 0);
  EXPECT_EQ(text_of(ask(parent, Wait{child})), "4=143");
  EXPECT_EQ(text_of(ask(killer, Kill{child, Signal::term})), "ESRCH");
  EXPECT_EQ(text_of(ask(killer, Kill{elsewhere(2), Signal::none})), "ESRCH");
  EXPECT_EQ(text_of(ask(killer, Kill{kNoPid, Signal::none})), "ESRCH");
}

TEST_F(KernelTest, AHandlerWakesAPause) {
  const Pid killer = spawn(init), sleeper = spawn(init);
  ask(sleeper, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_EQ(text_of(ask(sleeper, Pause{})), "no answer");
  const auto call = calls;
  EXPECT_EQ(text_of(ask(killer, Kill{sleeper, Signal::usr1})), "ok");
  EXPECT_EQ(woken(call), "EINTR");
  EXPECT_EQ(work(), 1'010'000);
}

TEST_F(KernelTest, WhoKillsItselfGetsNoAnswer) {
  const Pid pid = spawn(init);
  EXPECT_EQ(text_of(ask(pid, Kill{pid, Signal::kill})), "no answer");
  EXPECT_EQ(work(), 10'100);
  EXPECT_EQ(text_of(ask(pid, List{})), "no answer");   // a call that was queued when its caller died
  EXPECT_EQ(work(), 0);
  EXPECT_TRUE(out.programs.empty());
}

TEST_F(KernelTest, KillGroupSignalsEachMember) {
  const Pid leader = spawn(init);
  ask(leader, SetGroup{});
  const Pid first = spawn(leader), second = spawn(leader), outside = spawn(init);
  ask(first, SetAction{Signal::term, Disposition::handler});
  EXPECT_EQ(text_of(ask(outside, KillGroup{leader, Signal::none})), "ok");
  EXPECT_EQ(work(), 0);
  EXPECT_EQ(text_of(ask(outside, KillGroup{leader, Signal::term})), "ok");
  EXPECT_EQ(work(), 30'200);   // three signalled, two of them die
  EXPECT_EQ(kernel.processes().members(leader), std::vector<Pid>{first});
  EXPECT_EQ(kernel.processes().find(second), nullptr);
  EXPECT_EQ(text_of(ask(first, KillGroup{kNoPid, Signal::kill})), "no answer");   // 0: the caller's own group
  EXPECT_EQ(text_of(ask(outside, KillGroup{leader, Signal::term})), "ESRCH");
}

TEST_F(KernelTest, ListPaysForEachLine) {
  const Pid parent = spawn(init);
  ask(spawn(parent), Exit{});
  const auto result = ask(parent, List{});
  ASSERT_TRUE(result && result->processes());
  EXPECT_EQ(*result->processes(), kernel.processes().list());
  EXPECT_EQ(result->processes()->size(), 3U);
  EXPECT_EQ(work(), 300'000);
}

TEST_F(KernelTest, GroupsOfOneKernelMustExist) {
  const Pid pid = spawn(init), leader = spawn(init);
  EXPECT_EQ(text_of(ask(pid, SetGroup{kNoPid, Pid::make(kHere, kBoot, 99)})), "EPERM");
  EXPECT_EQ(text_of(ask(leader, SetGroup{kNoPid, leader})), "ok");
  EXPECT_EQ(text_of(ask(pid, SetGroup{pid, leader})), "ok");
  EXPECT_EQ(text_of(ask(pid, SetSession{})), "ok");
  EXPECT_EQ(text_of(ask(pid, SetSession{})), "EPERM");
  EXPECT_EQ(text_of(ask(pid, SetAction{Signal::kill, Disposition::ignore})), "EINVAL");
}

TEST_F(KernelTest, WhatTheHostServesIsOurBugHere) {
  EXPECT_THROW(ask(init, Compute{}), CheckFailed);
  EXPECT_THROW(ask(init, Sleep{}), CheckFailed);
}

TEST_F(KernelTest, CostsAreThePlatforms) {
  config::NodeCosts costs{};
  costs.fork = Duration{1};
  costs.exec = Duration{2};
  costs.exit = Duration{3};
  costs.wait = Duration{4};
  costs.signal = Duration{5};
  costs.list_per_process = Duration{6};
  costs.wakeup = Duration{7};
  const Costs of = Costs::of(costs);
  const std::vector<std::int64_t> all{of.fork.ns, of.exec.ns, of.exit.ns, of.wait.ns, of.signal.ns, of.list_per_process.ns, of.wakeup.ns};
  EXPECT_EQ(all, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
}

}   // namespace
}   // namespace ssi::native
