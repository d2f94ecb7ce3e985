// The parts of the protocol one by one: tables, lists, hints, records; and the machine as a value.
#include "models/base/check.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

using vproc::GroupHolder;
using vproc::Locations;
using vproc::Memberships;
using vproc::OriginEvent;
using vproc::Origins;
using vproc::OriginState;

const Pid kPid = Pid::make(NodeId{0}, Incarnation{1}, 7);
const Pid kGroup = Pid::make(NodeId{3}, Incarnation{1}, 9);

TEST(Origins, FollowsAProcessFromAllocationToReaping) {
  Origins origins;
  origins.step(kPid, OriginEvent::allotted, {NodeId{2}});
  EXPECT_EQ(origins.find(kPid)->state, OriginState::starting);
  origins.step(kPid, OriginEvent::created, {NodeId{2}});
  EXPECT_EQ(origins.find(kPid)->state, OriginState::running);
  EXPECT_EQ(origins.find(kPid)->place.node, NodeId{2});
  origins.step(kPid, OriginEvent::ended, {NodeId{2}});
  EXPECT_EQ(origins.find(kPid), nullptr);
}

TEST(Origins, KeepsWhereTheStatusLies) {
  Origins origins;
  origins.step(kPid, OriginEvent::left, {NodeId{5}});
  origins.step(kPid, OriginEvent::settled, {NodeId{5}});
  EXPECT_EQ(origins.find(kPid)->state, OriginState::zombie);
  EXPECT_EQ(origins.find(kPid)->place.node, NodeId{5});
}

TEST(Origins, WhatCannotBeIsOurBug) {
  Origins origins;
  EXPECT_THROW(origins.step(kPid, OriginEvent::returned, {NodeId{2}}), CheckFailed);
  EXPECT_THROW(origins.step(kPid, OriginEvent::ended, {NodeId{2}}), CheckFailed);
}

TEST(Locations, IsBoundedAndForgetsTheOldest) {
  Locations locations(2);
  const auto pid = [](std::uint32_t sequence) { return Pid::make(NodeId{0}, Incarnation{1}, sequence); };
  locations.remember(pid(1), {NodeId{1}});
  locations.remember(pid(2), {NodeId{2}});
  locations.remember(pid(1), {NodeId{3}});
  locations.remember(pid(4), {NodeId{4}});
  EXPECT_FALSE(locations.find(pid(1)));
  EXPECT_EQ(locations.find(pid(2))->node, NodeId{2});
  locations.drop(pid(2));
  EXPECT_EQ(locations.size(), 1U);
  Locations none(0);
  none.remember(pid(1), {NodeId{1}});
  EXPECT_EQ(none.size(), 0U);
}

TEST(Locations, LaterNewsWin) {
  Locations locations(2);
  locations.remember(kPid, {NodeId{2}, 5});
  locations.remember(kPid, {NodeId{1}, 4});
  EXPECT_EQ(locations.find(kPid)->node, NodeId{2});
  locations.remember(kPid, {NodeId{3}, 6});
  EXPECT_EQ(locations.find(kPid)->node, NodeId{3});
}

TEST(Origins, LaterNewsWinAndWhatIsHomeNeedsNoRecord) {
  Origins origins;
  origins.step(kPid, OriginEvent::located, {NodeId{4}, 1});   // overtaken by its return
  EXPECT_EQ(origins.find(kPid), nullptr);
  origins.step(kPid, OriginEvent::departed, {NodeId{1}, 3});
  origins.step(kPid, OriginEvent::located, {NodeId{2}, 4});
  EXPECT_EQ(origins.find(kPid)->place.node, NodeId{2});
  origins.step(kPid, OriginEvent::returned, {});
  EXPECT_EQ(origins.find(kPid), nullptr);
}

TEST(Messages, KillIsNeverLongerThanTheSmallestFrame) {
  vproc::Kill kill{kPid, NodeId{1}, Signal::term};
  EXPECT_LE(bytes_of(kill), 64U);
  kill.route = {7, true};
  EXPECT_LE(bytes_of(kill), 64U);
}

TEST(GroupHolder, ListsANodeUntilAllItsRegistrationsAreBack) {
  GroupHolder holder;
  holder.grant(kGroup, kGroup, NodeId{1});
  holder.grant(kGroup, kGroup, NodeId{1});   // sent while the node's LEAVE is under way
  holder.give_back(kGroup, NodeId{1}, 1);
  ASSERT_NE(holder.find(kGroup), nullptr);
  holder.give_back(kGroup, NodeId{1}, 1);
  EXPECT_EQ(holder.find(kGroup), nullptr);
}

TEST(Memberships, MeetsWhoArrivesBehindABroadcast) {
  Memberships memberships;
  memberships.admitted(kGroup, {});
  EXPECT_EQ(memberships.enter(kGroup, kPid, 0), std::nullopt);
  EXPECT_EQ(memberships.signal(kGroup, {4, Signal::hup}), std::vector{kPid});
  EXPECT_TRUE(memberships.signal(kGroup, {4, Signal::hup}).empty());   // once
  const Pid behind = Pid::make(NodeId{0}, Incarnation{1}, 8), ahead = Pid::make(NodeId{0}, Incarnation{1}, 9);
  ASSERT_TRUE(memberships.enter(kGroup, behind, 3).has_value());
  EXPECT_EQ(memberships.enter(kGroup, ahead, 4), std::nullopt);   // its parent had it
}

TEST(Memberships, AcknowledgesWhenWhatWasUnderWayIsSettled) {
  Memberships memberships;
  memberships.admitted(kGroup, {});
  memberships.enter(kGroup, kPid, 0);
  memberships.begin(kGroup, TxnId{1});
  EXPECT_FALSE(memberships.acknowledge(kGroup, TxnId{100}, kNoCall, 4, true));
  memberships.begin(kGroup, TxnId{2});   // later: not waited for
  EXPECT_TRUE(memberships.settle(kGroup, TxnId{2}).empty());
  const auto due = memberships.settle(kGroup, TxnId{1});
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].txn, TxnId{100});
  memberships.leave(kGroup, kPid);
  EXPECT_EQ(memberships.emptied(kGroup), 1U);
  EXPECT_EQ(memberships.find(kGroup), nullptr);
}

TEST(Messages, WireSizesAreHeaderAndFields) {
  EXPECT_EQ(bytes_of(vproc::Kill{}), 48U + 13);
  EXPECT_EQ(bytes_of(vproc::Create{.data_bytes = 4096}), 48U + 75 + 4096);
  vproc::Listed listed{std::make_shared<const std::vector<ProcessInfo>>(3)};
  EXPECT_EQ(bytes_of(listed), 48U + 4 + 3 * 29);
}

TEST(Machine, ACloneGoesItsOwnWay) {
  Rig rig(2);
  const Pid parent = rig.start(0);
  rig.spawn(parent, 1);
  const auto hash = [](const Strategy& strategy) {
    StateHash out;
    strategy.hash_into(out);
    return out.value();
  };
  const auto clone = rig.node(0).clone();
  EXPECT_EQ(hash(*clone), hash(rig.node(0)));
  Effects out;
  const Call fork = Fork{};
  clone->on_event({}, CallEvent{CallId{99}, parent, &fork}, out);
  EXPECT_NE(hash(*clone), hash(rig.node(0)));
}

TEST(Machine, TheCallOfADeadProcessHasNoEffect) {
  Rig rig(2);
  const Pid caller = rig.start(0), child = rig.fork(caller);
  rig.call(caller, Kill{child, Signal::kill});
  const CallId late = rig.world.call(NodeId{0}, child, Spawn{{}, {Placement::Kind::node, NodeId{1}}});
  EXPECT_TRUE(rig.world.quiet());
  EXPECT_FALSE(rig.world.trace(late).result.has_value());
}

TEST(Machine, AnOldIncarnationsPidDoesNotExist) {
  Rig rig(2);
  const Pid caller = rig.start(0), target = rig.start(1);
  const Pid old = Pid::make(NodeId{1}, Incarnation{2}, target.sequence());
  EXPECT_EQ(rig.call(caller, Kill{old, Signal::none}).result->error, Errno::esrch);
}

TEST(Machine, IgnoredSignalsStayIgnoredAcrossNodesAndHandlersDoNot) {
  Rig rig(2);
  const Pid parent = rig.start(0);
  rig.call(parent, SetAction{Signal::usr1, Disposition::ignore});
  rig.call(parent, SetAction{Signal::usr2, Disposition::handler});
  const Pid child = rig.spawn(parent, 1);
  EXPECT_TRUE(rig.call(parent, Kill{child, Signal::usr1}).result->good());
  EXPECT_NE(rig.node(1).processes().find(child), nullptr);
  rig.call(parent, Kill{child, Signal::usr2});
  EXPECT_EQ(rig.node(1).processes().find(child), nullptr);
  EXPECT_EQ(rig.call(parent, Wait{}).result->status, 140);
}

// After a break nothing hangs, and the nodes go on.
TEST(Machine, EveryCallEndsWhenACircuitBreaks) {
  const std::vector<Call> calls{Spawn{{}, {Placement::Kind::node, NodeId{1}}}, Kill{Pid::make(NodeId{1}, Incarnation{1}, 2), Signal::usr1},
                                KillGroup{Pid::make(NodeId{1}, Incarnation{1}, 1), Signal::none}, List{}};
  for (const Call& call : calls) {
    Rig rig(2);
    const Pid caller = rig.start(0);
    rig.start(1);
    const CallId id = rig.world.call(NodeId{0}, caller, call);
    rig.world.break_circuit(NodeId{0}, NodeId{1});
    rig.world.deliver_all();
    ASSERT_TRUE(rig.world.trace(id).result.has_value()) << kCallNames[call.index()];
    const Certainty expected = std::holds_alternative<List>(call) ? Certainty::ok : Certainty::info;   // ps shows who can be seen
    EXPECT_EQ(rig.world.trace(id).result->certainty, expected) << kCallNames[call.index()];
    EXPECT_TRUE(rig.node(0).pending().all().empty());
    EXPECT_TRUE(rig.call(caller, Spawn{{}, {Placement::Kind::node, NodeId{1}}}).result->good());
  }
}

}   // namespace
}   // namespace ssi::test
