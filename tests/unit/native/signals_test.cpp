// Signals of one kernel: default actions, handlers, ignoring, stop and continue, interrupted calls, SIGCHLD, init.
#include <gtest/gtest.h>

#include "tests/unit/native/table.hpp"

namespace ssi::native {
namespace {

class Signals : public ::testing::Test, protected Table {
 protected:
  void TearDown() override { processes.check_invariants(); }
};

TEST_F(Signals, TheDefaultActionEndsAProcess) {
  for (Signal deadly : {Signal::hup, Signal::interrupt, Signal::kill, Signal::usr1, Signal::usr2, Signal::term}) {
    const Pid parent = spawn(), victim = spawn(parent);
    const auto death = signal(victim, deadly);
    ASSERT_TRUE(death.has_value()) << name_of(deadly);
    EXPECT_EQ(death->pid, victim);
    EXPECT_EQ(death->status, 128 + static_cast<int>(deadly));
    EXPECT_EQ(answer(wait(parent))->status, 128 + static_cast<int>(deadly));
  }
}

TEST_F(Signals, ByDefaultChldContAndNoneDoNothing) {
  const Pid pid = spawn();
  orders();
  for (Signal harmless : {Signal::none, Signal::chld, Signal::cont}) EXPECT_FALSE(signal(pid, harmless).has_value());
  EXPECT_TRUE(alive(pid));
  EXPECT_EQ(orders(), "");
}

TEST_F(Signals, AHandlerRunsAndTheProcessLives) {
  const Pid pid = spawn();
  handle(pid, Signal::term);
  orders();
  EXPECT_FALSE(signal(pid, Signal::term).has_value());
  EXPECT_EQ(orders(), "interrupt 2 SIGTERM");
  handle(pid, Signal::term, Disposition::standard);
  EXPECT_TRUE(signal(pid, Signal::term).has_value());
}

TEST_F(Signals, AnIgnoredSignalDoesNothing) {
  const Pid pid = spawn();
  handle(pid, Signal::term, Disposition::ignore);
  orders();
  EXPECT_FALSE(signal(pid, Signal::term).has_value());
  EXPECT_TRUE(alive(pid));
  EXPECT_EQ(orders(), "");
}

TEST_F(Signals, KillAndStopCannotBeCaughtOrIgnored) {
  const Pid pid = spawn();
  for (Signal fixed : {Signal::kill, Signal::stop, Signal::none})
    for (Disposition disposition : {Disposition::handler, Disposition::ignore, Disposition::standard})
      EXPECT_EQ(processes.set_action(pid, fixed, disposition), Errno::einval);
  EXPECT_EQ(processes.set_action(pid, Signal::usr1, Disposition::ignore), Errno::none);
  EXPECT_TRUE(signal(pid, Signal::kill).has_value());
}

TEST_F(Signals, InitIgnoresWhatItDoesNotHandle) {
  const Pid init = processes.init();
  for (Signal any : {Signal::hup, Signal::kill, Signal::term, Signal::stop, Signal::chld, Signal::cont})
    EXPECT_FALSE(signal(init, any).has_value());
  EXPECT_TRUE(alive(init));
  EXPECT_EQ(orders(), "");
  handle(init, Signal::hup);
  signal(init, Signal::hup);
  EXPECT_EQ(orders(), "interrupt 1 SIGHUP");
}

TEST_F(Signals, StopHoldsSignalsBackUntilContinue) {
  const Pid pid = spawn();
  for (Signal handled : {Signal::hup, Signal::usr1, Signal::usr2, Signal::cont}) handle(pid, handled);
  orders();
  signal(pid, Signal::stop);
  signal(pid, Signal::stop);
  EXPECT_EQ(orders(), "stop 2");
  for (Signal held : {Signal::usr2, Signal::hup, Signal::usr1, Signal::usr1}) signal(pid, held);   // the same twice is one
  EXPECT_EQ(orders(), "");
  signal(pid, Signal::cont);
  EXPECT_EQ(orders(), "resume 2, interrupt 2 SIGHUP, interrupt 2 SIGUSR1, interrupt 2 SIGUSR2, interrupt 2 SIGCONT");
  EXPECT_FALSE(processes.find(pid)->stopped);
  EXPECT_TRUE(processes.find(pid)->pending.empty());
}

TEST_F(Signals, APendingDeadlySignalActsAtContinue) {
  const Pid pid = spawn();
  handle(pid, Signal::hup);
  handle(pid, Signal::cont);
  signal(pid, Signal::stop);
  EXPECT_FALSE(signal(pid, Signal::term).has_value());
  EXPECT_FALSE(signal(pid, Signal::hup).has_value());
  orders();
  const auto death = signal(pid, Signal::cont);
  ASSERT_TRUE(death.has_value());
  EXPECT_EQ(death->status, 128 + 15);
  EXPECT_EQ(orders(), "resume 2, interrupt 2 SIGHUP, end 2");   // what comes after the deadly one is lost
}

TEST_F(Signals, KillActsOnAStoppedProcessAtOnce) {
  const Pid pid = spawn();
  signal(pid, Signal::stop);
  orders();
  EXPECT_TRUE(signal(pid, Signal::kill).has_value());
  EXPECT_EQ(orders(), "end 2");
}

TEST_F(Signals, WhatIsIgnoredIsNotHeldBack) {
  const Pid pid = spawn();
  handle(pid, Signal::usr1, Disposition::ignore);
  signal(pid, Signal::stop);
  signal(pid, Signal::usr1);
  signal(pid, Signal::chld);
  EXPECT_TRUE(processes.find(pid)->pending.empty());
  signal(pid, Signal::usr2);
  handle(pid, Signal::usr2, Disposition::ignore);   // discards what is pending
  EXPECT_TRUE(processes.find(pid)->pending.empty());
  signal(pid, Signal::cont);
  EXPECT_TRUE(alive(pid));
}

TEST_F(Signals, ContinueActsEvenWhenItIsIgnored) {
  const Pid pid = spawn();
  handle(pid, Signal::cont, Disposition::ignore);
  signal(pid, Signal::stop);
  orders();
  signal(pid, Signal::cont);
  EXPECT_EQ(orders(), "resume 2");
}

TEST_F(Signals, AHandlerEndsPauseInEintr) {
  const Pid pid = spawn();
  handle(pid, Signal::usr1);
  handle(pid, Signal::usr2, Disposition::ignore);
  const CallId call = pause(pid);
  signal(pid, Signal::usr2);
  signal(pid, Signal::chld);
  EXPECT_EQ(text_of(answer(call)), "no answer");
  signal(pid, Signal::usr1);
  EXPECT_EQ(text_of(answer(call)), "EINTR");
  EXPECT_FALSE(processes.find(pid)->blocked.has_value());
}

TEST_F(Signals, AHandlerEndsWaitInEintrAndTheChildStaysToBeWaitedFor) {
  const Pid parent = spawn(), child = spawn(parent);
  handle(parent, Signal::usr1);
  const CallId call = wait(parent);
  signal(parent, Signal::usr1);
  EXPECT_EQ(text_of(answer(call)), "EINTR");
  exit(child, 6);
  EXPECT_EQ(text_of(answer(wait(parent))), "3=6");
}

TEST_F(Signals, StopAloneDoesNotEndAPause) {
  const Pid pid = spawn();
  const CallId call = pause(pid);
  signal(pid, Signal::stop);
  signal(pid, Signal::cont);
  EXPECT_EQ(text_of(answer(call)), "no answer");
  handle(pid, Signal::cont);
  signal(pid, Signal::cont);
  EXPECT_EQ(text_of(answer(call)), "EINTR");
}

TEST_F(Signals, AStoppedWaiterIsAnsweredWhenItContinues) {
  const Pid parent = spawn(), child = spawn(parent);
  const CallId call = wait(parent);
  signal(parent, Signal::stop);
  exit(child, 2);
  EXPECT_EQ(text_of(answer(call)), "no answer");
  EXPECT_TRUE(processes.is_zombie(child));
  signal(parent, Signal::cont);
  EXPECT_EQ(text_of(answer(call)), "3=2");
}

TEST_F(Signals, APendingHandlerInterruptsAStoppedWaiterFirst) {
  const Pid parent = spawn(), child = spawn(parent);
  handle(parent, Signal::usr1);
  const CallId call = wait(parent);
  signal(parent, Signal::stop);
  signal(parent, Signal::usr1);
  exit(child, 2);
  signal(parent, Signal::cont);
  EXPECT_EQ(text_of(answer(call)), "EINTR");
  EXPECT_EQ(text_of(answer(wait(parent))), "3=2");
}

TEST_F(Signals, AChildsExitPostsChld) {
  const Pid parent = spawn(), child = spawn(parent);
  handle(parent, Signal::chld);
  const CallId call = pause(parent);
  orders();
  exit(child);
  EXPECT_EQ(orders(), "end 3, interrupt 2 SIGCHLD");
  EXPECT_EQ(text_of(answer(call)), "EINTR");
  const Pid far = child_elsewhere(parent, 7);
  processes.child_exited(parent, far, 0, out);
  EXPECT_EQ(orders(), "interrupt 2 SIGCHLD");
}

// The wait that the exit satisfies returns the child, although the handler of SIGCHLD runs too.
TEST_F(Signals, AnExitAnswersTheWaitBeforeChldInterrupts) {
  const Pid parent = spawn(), child = spawn(parent), other = spawn(parent);
  handle(parent, Signal::chld);
  const CallId any = wait(parent);
  exit(child, 1);
  EXPECT_EQ(text_of(answer(any)), "3=1");
  const Pid third = spawn(parent);
  const CallId specific = wait(parent, third);
  exit(other, 1);
  EXPECT_EQ(text_of(answer(specific)), "EINTR");
}

TEST_F(Signals, IgnoringChldLeavesNoZombies) {
  const Pid parent = spawn(), first = spawn(parent), second = spawn(parent);
  handle(parent, Signal::chld, Disposition::ignore);
  const CallId call = wait(parent);
  exit(first);
  EXPECT_FALSE(processes.is_zombie(first));
  EXPECT_EQ(text_of(answer(call)), "no answer");
  exit(second);
  EXPECT_EQ(text_of(answer(call)), "ECHILD");   // when the last child has gone
}

}   // namespace
}   // namespace ssi::native
