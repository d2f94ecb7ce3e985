// What a parent sees of a program elsewhere, through the client process that stands for it.
#include "tests/unit/scale_out/rig.hpp"

namespace ssi::test {
namespace {

void deliver(ScaleOutRig& rig, int messages) {
  for (int i = 0; i < messages; ++i) rig.world.deliver(rig.world.deliverable().front());
}

TEST(Services, AProgramElsewhereHasAPidOfItsOwnThatNobodyElseSees) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1), program = rig.program();
  EXPECT_EQ(client.origin(), NodeId{0});
  EXPECT_EQ(program.origin(), NodeId{1});
  EXPECT_EQ(rig.call(0, parent, Kill{program, Signal::none}).result->error, Errno::esrch);
  const auto list = rig.call(0, parent, List{}).result->processes();
  for (const ProcessInfo& process : *list) EXPECT_EQ(process.node, NodeId{0});
  EXPECT_EQ(list->size(), 3U);   // init, the parent, the client
}

TEST(Services, WhatCannotBeDoneByNamingAHostIsRefused) {
  ScaleOutRig rig(2);
  const Pid pid = rig.start(0);
  const Placement there{Placement::Kind::node, NodeId{1}};
  EXPECT_EQ(rig.call(0, pid, Exec{{}, there}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(0, pid, Migrate{kNoPid, NodeId{1}}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(0, pid, Rfork{{}, {NodeId{0}, NodeId{1}}}).result->error, Errno::enosys);
  EXPECT_EQ(rig.call(0, pid, Spawn{{}, {Placement::Kind::node, NodeId{2}}}).result->error, Errno::einval);
  EXPECT_TRUE(rig.call(0, pid, Rfork{{}, {NodeId{0}}}).result->good());
}

TEST(Services, WithoutAPlaceAProgramGoesToTheNextHostOrStays) {
  ScaleOutRig rotates(3), stays(3, param("least_loaded", std::string("here")));
  const Spawn anywhere{{}, {Placement::Kind::least_loaded, {}}};
  const Pid parent = rotates.start(1), other = stays.start(1);
  for (std::uint32_t expected : {1U, 2U, 0U, 1U}) {
    rotates.call(1, parent, anywhere);
    EXPECT_EQ(rotates.program().origin(), NodeId{expected});
    stays.call(1, other, anywhere);
    EXPECT_EQ(stays.program().origin(), NodeId{1});
  }
}

TEST(Services, ASignalDuringLoginEndsTheClientAndNothingStarts) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0);
  const CallId spawn = rig.ask(0, parent, ScaleOutRig::spawn_on(1));
  const Pid client = rig.world.trace(spawn).result->pid;
  deliver(rig, 2);
  rig.call(0, parent, Kill{client, Signal::term});
  EXPECT_EQ(rig.program(), parent);   // the last that was started
  EXPECT_TRUE(rig.node(1).services().empty() && rig.node(0).services().empty());
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, status_of(Signal::term));
}

TEST(Services, SignalsThatAreCaughtGoToTheProgramAndItsChildrenOnce) {
  ScaleOutRig rig(2, param("forwards", std::string("all")));
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1), program = rig.program();
  rig.call(1, program, SetAction{Signal::usr1, Disposition::handler});
  const Pid child = rig.call(1, program, Fork{}).result->pid;
  rig.call(0, parent, Kill{client, Signal::usr1});
  const std::vector<std::pair<Pid, Signal>> both{{program, Signal::usr1}, {child, Signal::usr1}};
  EXPECT_EQ(rig.handled, both);   // and none of the client process, in which no program runs
}

TEST(Services, WhatIsNotCaughtEndsTheClientAndTheProgramIsHungUp) {
  for (const bool hangs_up : {true, false}) {
    ScaleOutRig rig(2, param("hang_up", std::string(hangs_up ? "hup" : "nothing")));
    const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1), program = rig.program();
    rig.call(0, parent, Kill{client, Signal::usr1});
    EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, status_of(Signal::usr1));
    EXPECT_EQ(rig.lives(1, program), !hangs_up);
    if (hangs_up) continue;
    EXPECT_EQ(messages(rig.call(1, program, Exit{3})), (Messages{0, 0}));   // nobody wants its status
    EXPECT_TRUE(rig.node(1).services().empty());
  }
}

TEST(Services, AnIgnoredSignalIsNotPassedOn) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0);
  rig.call(0, parent, SetAction{Signal::interrupt, Disposition::ignore});
  const Pid client = rig.start_at(0, parent, 1), program = rig.program();
  EXPECT_EQ(messages(rig.call(0, parent, Kill{client, Signal::interrupt})), (Messages{0, 0}));
  EXPECT_TRUE(rig.lives(1, program) && rig.lives(0, client));
}

TEST(Services, AStoppedClientTellsTheStatusWhenItGoesOn) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1), program = rig.program();
  rig.call(0, parent, Kill{client, Signal::stop});
  rig.call(1, program, Exit{9});
  EXPECT_EQ(rig.call(0, parent, Wait{client, true}).result->pid, kNoPid);
  rig.call(0, parent, Kill{client, Signal::cont});
  EXPECT_EQ(rig.call(0, parent, Wait{client, true}).result->status, 9);
  EXPECT_TRUE(rig.node(0).services().empty());
}

TEST(Services, AKilledSessionLeavesTheProgramAloneAndTheClientWithoutAStatus) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), other = rig.start(1);
  rig.start_at(0, parent, 1);
  const Pid program = rig.program();
  rig.call(1, other, Kill{rig.session(1), Signal::kill});
  EXPECT_TRUE(rig.lives(1, program));
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, rexec::kNoStatus);
  EXPECT_EQ(messages(rig.call(1, program, Exit{3})), (Messages{0, 0}));
}

TEST(Services, ALostHostEndsItsClientsAndHangsUpItsPrograms) {
  ScaleOutRig rig(3);
  const Pid parent = rig.start(0);
  rig.start_at(0, parent, 1);
  const Pid lost = rig.program();
  const Pid kept = rig.start_at(0, parent, 2);
  rig.world.break_circuit(NodeId{0}, NodeId{1});
  EXPECT_FALSE(rig.lives(1, lost));
  EXPECT_TRUE(rig.lives(2, rig.program()));
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, rexec::kNoStatus);
  EXPECT_TRUE(rig.lives(0, kept));
}

// It is asked for again where nobody has been lost; the client process, and so the parent, sees nothing of it.
TEST(Services, AProgramWhoseHostIsLostIsStartedAgainOnTheNext) {
  ScaleOutRig rig(3, {{"retries", std::int64_t{1}}});
  const Pid parent = rig.start(0);
  const Pid client = rig.start_at(0, parent, 1);
  rig.world.break_circuit(NodeId{0}, NodeId{1});
  rig.world.deliver_all();
  const Pid again = rig.program();
  EXPECT_TRUE(rig.lives(2, again) && rig.lives(0, client));
  const Spawn anywhere{{}, {Placement::Kind::least_loaded, {}}};
  for (int i = 0; i < 6; ++i) {
    rig.call(0, parent, anywhere);
    EXPECT_FALSE(rig.lives(1, rig.program())) << "a host that was lost is left out";
  }
  rig.world.break_circuit(NodeId{0}, NodeId{2});
  const CallTrace& wait = rig.call(0, parent, Wait{client});
  EXPECT_EQ(wait.result->status, rexec::kNoStatus) << "once is enough";
}

// EXITED and HANG_UP, or EXITED and SIGNAL, under way at once.
TEST(Services, AnEndOnBothSidesAtOnceIsOneEnd) {
  for (const Signal signal : {Signal::kill, Signal::term}) {
    ScaleOutRig rig(2);
    const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1);
    const CallId exit = rig.ask(1, rig.program(), Exit{4});
    rig.call(0, parent, Kill{client, signal});
    EXPECT_TRUE(rig.world.trace(exit).result->good());
    const CallTrace& wait = rig.call(0, parent, Wait{});
    EXPECT_EQ(wait.result->status, signal == Signal::kill ? status_of(signal) : 4);
    EXPECT_EQ(rig.call(0, parent, Wait{}).result->error, Errno::echild);
    EXPECT_TRUE(rig.node(0).services().empty() && rig.node(1).services().empty());
  }
}

TEST(Services, WorkIsChargedAtBothEnds) {
  config::Values params{{"login_rounds", std::int64_t{2}}, {"login_client", std::int64_t{1000}}, {"login_server", std::int64_t{8000}}};
  ScaleOutRig rig(2, params);
  const Pid parent = rig.start(0);
  rig.ask(0, parent, ScaleOutRig::spawn_on(1));
  std::map<std::int64_t, int> charged;
  while (!rig.world.quiet()) {
    deliver(rig, 1);
    ++charged[rig.world.last_effects().kernel_work.ns];
  }
  EXPECT_EQ(charged, (std::map<std::int64_t, int>{{0, 1}, {500, 2}, {4000, 2}}));   // START: no cost in this world
}

}   // namespace
}   // namespace ssi::test
