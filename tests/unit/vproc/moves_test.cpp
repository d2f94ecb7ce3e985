// Migration and exec on another node: how many messages by case, and what goes along. Who coincides with whom is in the names:
// source, destination, origin of the pid, holder of the group's list, parent.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

Migrate move_to(std::uint32_t node) { return {kNoPid, NodeId{node}}; }
Migrate order(Pid pid, std::uint32_t node) { return {pid, NodeId{node}}; }
Exec exec_on(std::uint32_t node) { return {{}, {Placement::Kind::node, NodeId{node}}}; }

// A process of node 0's group that runs elsewhere, and one more that keeps its node and the destination listed.
struct Away {
  explicit Away(Rig& rig, std::uint32_t at) : parent(rig.start(0)), pid(rig.spawn(parent, at)) {}
  Pid parent, pid;
};

TEST(MigrateCount, HereIsFree) {
  Rig rig(2);
  EXPECT_EQ(count(rig.call(rig.start(0), move_to(0))), (Count{0, 0}));
}

TEST(MigrateCount, NoSuchNodeAndInit) {
  Rig rig(2);
  const Pid pid = rig.start(0);
  EXPECT_EQ(rig.call(pid, move_to(2)).result->error, Errno::einval);
  EXPECT_EQ(rig.call(pid, order(rig.world.init(1), 0)).result->error, Errno::eperm);
  EXPECT_EQ(rig.call(pid, order(Pid::make(NodeId{7}, Incarnation{1}, 9), 0)).result->error, Errno::esrch);
}

TEST(MigrateCount, SourceIsOriginAndHolder) {
  Rig rig(2);
  const Pid pid = rig.start(0);
  EXPECT_EQ(count(rig.call(pid, move_to(1))), (Count{1, 2}));   // MIGRATE, MIGRATED
  EXPECT_EQ(rig.where(pid), NodeId{1});
}

TEST(MigrateCount, DestinationIsOriginAndHolder) {
  Rig rig(2);
  const Away away(rig, 1);
  rig.spawn(away.parent, 1);
  EXPECT_EQ(count(rig.call(away.pid, move_to(0))), (Count{1, 2}));
}

TEST(MigrateCount, TheLastMemberLeavesTheNode) {
  Rig rig(2);
  const Away away(rig, 1);
  EXPECT_EQ(count(rig.call(away.pid, move_to(0))), (Count{1, 3}));   // LEAVE
}

TEST(MigrateCount, OriginIsAThirdNode) {
  Rig rig(3);
  const Away away(rig, 1);
  rig.spawn(away.parent, 1);
  rig.spawn(away.parent, 2);
  EXPECT_EQ(count(rig.call(away.pid, move_to(2))), (Count{1, 4}));   // LOCATION, LOCATED
  EXPECT_TRUE(rig.node(1).stubs().empty());
}

TEST(MigrateCount, TheDestinationHasToJoinTheGroupFirst) {
  Rig rig(3);
  const Away away(rig, 1);
  rig.spawn(away.parent, 1);
  EXPECT_EQ(count(rig.call(away.pid, move_to(2))), (Count{3, 6}));   // JOIN, JOINED
}

TEST(MigrateCount, RefusalLeavesItWhereItWas) {
  Rig rig(2, param("accept_max", std::int64_t{1}));
  const Pid pid = rig.start(0);
  const auto& trace = rig.call(pid, move_to(1));
  EXPECT_EQ(trace.result->error, Errno::eagain);
  EXPECT_EQ(count(trace), (Count{2, 2}));
  EXPECT_EQ(rig.where(pid), NodeId{0});
  EXPECT_TRUE(rig.call(pid, KillGroup{kNoPid, Signal::none}).result->good());
}

TEST(OrderCount, TargetHereAndElsewhere) {
  Rig rig(3);
  const Pid caller = rig.start(0), here = rig.start(0), there = rig.start(2);
  EXPECT_EQ(count(rig.call(caller, order(here, 1))), (Count{0, 2}));    // taken here; MIGRATE, MIGRATED
  EXPECT_EQ(count(rig.call(caller, order(there, 2))), (Count{2, 2}));   // it is there already
  EXPECT_EQ(count(rig.call(caller, order(there, 1))), (Count{2, 4}));
  EXPECT_EQ(rig.where(here), NodeId{1});
  EXPECT_EQ(rig.where(there), NodeId{1});
}

TEST(OrderCount, OriginPassesItOn) {
  Rig rig(3);
  const Away away(rig, 1);
  rig.spawn(away.parent, 1);
  const Pid caller = rig.start(2);
  EXPECT_EQ(count(rig.call(caller, order(away.pid, 0))), (Count{3, 5}));
  EXPECT_EQ(rig.where(away.pid), NodeId{0});
  EXPECT_EQ(rig.call(caller, order(Pid::make(NodeId{0}, Incarnation{1}, 99), 0)).result->error, Errno::esrch);
}

TEST(ExecElsewhereCount, AsAMove) {
  Rig rig(3);
  const Pid pid = rig.start(0);
  EXPECT_EQ(count(rig.call(pid, exec_on(1))), (Count{1, 2}));
  EXPECT_EQ(rig.where(pid), NodeId{1});
  const Pid mate = rig.spawn(pid, 1);
  EXPECT_EQ(count(rig.call(pid, exec_on(2))), (Count{3, 6}));
  EXPECT_TRUE(rig.call(mate, Kill{pid, Signal::none}).result->good());
}

TEST(ExecElsewhereCount, RefusedItIsTheOldProgramAgain) {
  Rig rig(2, param("accept_max", std::int64_t{1}));
  const Pid pid = rig.start(0);
  rig.call(pid, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_EQ(rig.call(pid, exec_on(1)).result->error, Errno::eagain);
  EXPECT_EQ(rig.node(0).processes().find(pid)->dispositions[10], Disposition::handler);
}

TEST(ExecElsewhere, HandlersAreResetAndIgnoredSignalsStayIgnored) {
  Rig rig(2);
  const Pid pid = rig.start(0);
  rig.call(pid, SetAction{Signal::usr1, Disposition::handler});
  rig.call(pid, SetAction{Signal::usr2, Disposition::ignore});
  rig.call(pid, exec_on(1));
  const auto& dispositions = rig.node(1).processes().find(pid)->dispositions;
  EXPECT_EQ(dispositions[10], Disposition::standard);
  EXPECT_EQ(dispositions[12], Disposition::ignore);
}

// ---- what other calls cost after a move

TEST(KillCount, OfAProcessThatHasMoved) {
  Rig rig(4);
  const Away away(rig, 1);
  const Pid caller = rig.start(3);
  rig.call(caller, Kill{away.pid, Signal::none});
  rig.call(away.pid, move_to(2));
  EXPECT_EQ(count(rig.call(caller, Kill{away.pid, Signal::none})), (Count{5, 5}));   // stale: NOT_HERE, then by the origin
  EXPECT_EQ(count(rig.call(caller, Kill{away.pid, Signal::none})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(away.parent, Kill{away.pid, Signal::none})), (Count{2, 2}));   // at the origin, which was told
}

TEST(ExitCount, OfAProcessThatHasMovedFromItsOrigin) {
  Rig rig(3);
  const Pid parent = rig.start(0), child = rig.fork(parent), mate = rig.spawn(parent, 1);
  rig.call(child, move_to(1));
  EXPECT_EQ(count(rig.call(child, Exit{4})), (Count{0, 2}));   // EXIT_NOTICE, EXIT_ACK
  EXPECT_EQ(rig.call(parent, Wait{child, false}).result->status, 4);
  EXPECT_EQ(rig.where(mate), NodeId{1});
}

TEST(ExitCount, TheNoticeFindsAParentThatHasMoved) {
  Rig rig(4);
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1), mate = rig.spawn(parent, 1);
  rig.call(parent, move_to(2));
  EXPECT_EQ(count(rig.call(child, Exit{4})), (Count{0, 5}));   // notice passed on; EXIT_ACK; LOCATION, LOCATED: the status lies elsewhere
  EXPECT_EQ(count(rig.call(parent, Wait{child, false})), (Count{0, 1}));   // GONE
  EXPECT_EQ(rig.where(mate), NodeId{1});
  EXPECT_TRUE(rig.node(0).origins().find(child) == nullptr);
}

TEST(ExitCount, AStatusMovesWithItsParent) {
  Rig rig(3);
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1), caller = rig.start(2);
  rig.call(child, Exit{5});
  rig.call(parent, move_to(2));
  EXPECT_TRUE(rig.call(caller, Kill{child, Signal::term}).result->good());   // a zombie
  EXPECT_EQ(rig.call(parent, Wait{}).result->status, 5);
  EXPECT_EQ(rig.call(caller, Kill{child, Signal::term}).result->error, Errno::esrch);
}

TEST(KillGroupCount, FollowsWhoMoves) {
  Rig rig(3);
  const Pid leader = rig.start(0), member = rig.fork(leader);
  rig.call(leader, SetGroup{});
  rig.call(leader, SetGroup{member, leader});
  rig.call(member, move_to(1));
  EXPECT_EQ(count(rig.call(leader, KillGroup{leader, Signal::none})), (Count{2, 2}));
}

// ---- what goes along

TEST(Migrate, WhoWaitsIsAnsweredWhereItIs) {
  Rig rig(3);
  const Pid parent = rig.start(0), child = rig.spawn(parent, 1), other = rig.start(0);
  const CallId wait = rig.world.call(NodeId{0}, parent, Wait{});
  rig.world.deliver_all();
  rig.call(other, order(parent, 2));
  ASSERT_EQ(rig.where(parent), NodeId{2});
  rig.call(child, Exit{6});
  ASSERT_TRUE(rig.world.trace(wait).result);
  EXPECT_EQ(rig.world.trace(wait).result->status, 6);
}

TEST(Migrate, AnOrderWaitsUntilTheCallUnderWayIsOver) {
  Rig rig(3, {{"cover", std::vector<std::string>{"process", "channel"}}});
  const Pid reader = rig.start(0), other = rig.start(0);
  rig.call(reader, Pipe{});
  const CallId read = rig.world.call(NodeId{0}, reader, Receive{0, 8});
  rig.call(other, order(reader, 1));
  EXPECT_EQ(rig.where(reader), NodeId{0});
  rig.call(other, Kill{reader, Signal::none});
  rig.world.call(NodeId{0}, other, SetAction{Signal::usr1, Disposition::handler});
  EXPECT_FALSE(rig.world.trace(read).result);
}

TEST(Migrate, StoppedItStaysStopped) {
  Rig rig(2);
  const Pid pid = rig.start(0), other = rig.start(0);
  rig.call(other, Kill{pid, Signal::stop});
  rig.call(pid, SetAction{Signal::usr1, Disposition::handler});
  rig.call(other, Kill{pid, Signal::usr1});
  rig.call(other, order(pid, 1));
  const auto* process = rig.node(1).processes().find(pid);
  ASSERT_NE(process, nullptr);
  EXPECT_TRUE(process->stopped);
  EXPECT_TRUE(process->pending.contains(Signal::usr1));
}

TEST(Migrate, TwoProcessesSwapNodes) {
  Rig rig(2);
  const Pid a = rig.start(0), b = rig.start(1);
  rig.world.call(NodeId{0}, a, move_to(1));
  rig.world.call(NodeId{1}, b, move_to(0));
  rig.world.deliver_all();
  EXPECT_EQ(rig.where(a), NodeId{1});
  EXPECT_EQ(rig.where(b), NodeId{0});
  EXPECT_TRUE(rig.call(a, Kill{b, Signal::none}).result->good());
}

TEST(Migrate, DirtyPagesAreBytesOnTheWire) {
  struct Bytes final : Watcher {
    void sent(const Message& message) override {
      if (message.body.type().name == "MIGRATE") of_migrate = message.header.bytes;
    }
    std::uint64_t of_migrate = 0;
  };
  const auto bytes_with = [](std::uint64_t dirty, Call call) {
    World world("vproc_switch", {.nodes = 2, .memory = {1 << 20, dirty}});
    Bytes bytes;
    world.watch(&bytes);
    const CallId start = world.call(NodeId{0}, world.init(0), Spawn{});
    world.call(NodeId{0}, world.trace(start).result->pid, std::move(call));
    world.deliver_all();
    return bytes.of_migrate;
  };
  const std::uint64_t least = bytes_with(0, move_to(1));
  EXPECT_GT(least, 8192U);
  EXPECT_EQ(bytes_with(700'000, move_to(1)), least + 700'000);
  EXPECT_EQ(bytes_with(700'000, exec_on(1)), bytes_with(0, exec_on(1)));   // the old image stays behind
}

}   // namespace
}   // namespace ssi::test
