// What survives the end of a node, and what each survivor is told: statuses, origins, groups, orphans, requests under way.
#include "tests/unit/vproc/image.hpp"

namespace ssi::test {
namespace {

constexpr std::int32_t kKilled = 128 + 9;

// The messages of the recovery itself.
class Recovery final : public ImageWatcher {
 public:
  using ImageWatcher::ImageWatcher;
  void sent(const Message& message) override {
    const auto& name = message.body.type().name;
    if (name == "REREGISTER" || name == "REREGISTERED" || name == "LOST" || name == "WELCOME") ++count[std::string(name)];
  }
  std::map<std::string, int> count;
};

class NodeDown : public testing::Test {
 protected:
  Image image{4};
  Pid start(std::uint32_t node) { return image.spawn(image.world.init(node), node); }
  const Result& result(CallId call) {
    static const Result none = Result::fail(Errno::enosys);
    const auto& trace = image.world.trace(call);
    EXPECT_TRUE(trace.result) << "no answer";
    return trace.result ? *trace.result : none;
  }
  void expect_nothing_left(std::initializer_list<std::uint32_t> nodes) {
    for (std::uint32_t id : nodes) {
      EXPECT_TRUE(image.node(id).origins().all().empty()) << id;
      EXPECT_TRUE(image.node(id).stubs().empty()) << id;
      EXPECT_TRUE(image.node(id).pending().all().empty()) << id;
      EXPECT_TRUE(image.node(id).parents_elsewhere().empty()) << id;
      EXPECT_TRUE(image.node(id).children_elsewhere().empty()) << id;
      EXPECT_TRUE(image.node(id).recoveries().all().empty()) << id;
    }
  }
};

TEST_F(NodeDown, AWaitEndsAsIfTheChildHadBeenKilled) {
  const Pid parent = start(0), child = image.spawn(parent, 2);
  const CallId wait = image.begin(parent, Wait{child, false});
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(result(wait).pid, child);
  EXPECT_EQ(result(wait).status, kKilled);
  EXPECT_EQ(image.call(parent, Kill{child, Signal::none}).result->error, Errno::esrch);
  expect_nothing_left({0, 1, 3});
}

TEST_F(NodeDown, WhatHadMovedAwayBeforeLives) {
  const Pid parent = start(0), child = image.spawn(parent, 2);
  image.call(child, Migrate{kNoPid, NodeId{3}});
  EXPECT_EQ(image.where(child), NodeId{3});
  image.crash(2);
  image.run(1000);
  EXPECT_TRUE(image.call(parent, Kill{child, Signal::none}).result->good());
  image.call(child, Exit{5});
  EXPECT_EQ(image.call(parent, Wait{child, false}).result->status, 5);
  expect_nothing_left({0, 1, 3});
}

TEST_F(NodeDown, ARequestToTheDeadNodeAndOneThatAnotherPassedOnToItFail) {
  const Pid parent = start(0), child = image.spawn(parent, 2), other = start(1);
  image.pause(2);
  const CallId direct = image.begin(parent, Kill{child, Signal::usr1}), forwarded = image.begin(other, Kill{child, Signal::usr1});
  image.run(100);
  EXPECT_FALSE(image.world.trace(forwarded).result);
  image.crash(2);
  image.run(1000);
  for (CallId call : {direct, forwarded}) {
    EXPECT_EQ(result(call).error, Errno::ehostdown);
    EXPECT_EQ(result(call).certainty, Certainty::info);
  }
}

TEST_F(NodeDown, APidWhoseOriginDiedIsFoundThroughTheSurrogateAndNeverDenied) {
  const Pid parent = start(0), child = image.spawn(parent, 2), other = start(3);
  image.crash(0);
  image.run(340);   // not yet known to be dead
  const CallId early = image.begin(other, Kill{child, Signal::none});
  image.run(1000);
  EXPECT_TRUE(result(early).good() || result(early).error == Errno::ehostdown);
  EXPECT_EQ(image.node(3).home_of(child), NodeId{1});
  EXPECT_TRUE(image.call(other, Kill{child, Signal::none}).result->good());
  image.call(child, Migrate{kNoPid, NodeId{3}});
  EXPECT_TRUE(image.call(start(1), Kill{child, Signal::none}).result->good());
  image.call(child, Exit{0});   // its parent is dead: init has it
  EXPECT_EQ(image.call(other, Kill{child, Signal::none}).result->error, Errno::esrch);
  image.run(100);
  EXPECT_TRUE(image.node(1).origins().all().empty());
  EXPECT_TRUE(image.node(2).stubs().empty());
}

TEST_F(NodeDown, NothingIsDeniedBeforeTheLastSurvivorHasTold) {
  const Pid parent = start(0), child = image.spawn(parent, 2), other = start(3);
  image.crash(0);
  image.cut({2});   // its view and what it tells come late
  image.run(240);
  image.cut({});
  for (int ms = 0; ms < 600; ms += 10) {
    image.run(10);
    const CallId kill = image.begin(other, Kill{child, Signal::none});
    image.run(0);
    const auto& answer = image.world.trace(kill).result;
    EXPECT_FALSE(answer && answer->error == Errno::esrch) << ms;
  }
  EXPECT_TRUE(image.call(other, Kill{child, Signal::none}).result->good());
}

TEST_F(NodeDown, AGroupThatWasLedThereIsSignalledByItsNewHolder) {
  const Pid leader = start(0);
  ASSERT_TRUE(image.call(leader, SetGroup{leader, leader}).result->good());
  const Pid a = image.spawn(leader, 1), b = image.spawn(leader, 2), c = image.spawn(leader, 3);
  const Pid outside = start(2);
  image.crash(0);
  image.run(1000);
  for (Pid member : {a, b, c}) EXPECT_EQ(image.node(image.where(member).value).processes().find(member)->group, leader);
  EXPECT_TRUE(image.call(outside, KillGroup{leader, Signal::term}).result->good());
  for (std::uint32_t id : {1U, 2U, 3U}) EXPECT_TRUE(image.node(id).processes().members(leader).empty()) << id;
  EXPECT_EQ(image.call(outside, KillGroup{leader, Signal::term}).result->error, Errno::esrch);
  image.run(100);
  for (std::uint32_t id : {1U, 2U, 3U}) EXPECT_TRUE(image.node(id).groups_led().all().empty()) << id;
}

TEST_F(NodeDown, AProcessOnItsWayToTheDeadNodeIsLostAndItsParentIsTold) {
  const Pid parent = start(0), child = image.spawn(parent, 1), grandchild = image.spawn(child, 3);
  image.pause(2);
  image.begin(child, Migrate{kNoPid, NodeId{2}});
  image.run(50);
  const CallId wait = image.begin(parent, Wait{child, false});
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(result(wait).status, kKilled);
  EXPECT_EQ(image.node(3).processes().find(grandchild)->parent, image.world.init(3));
  image.call(grandchild, Exit{0});
  image.run(100);
  expect_nothing_left({0, 1, 3});
}

TEST_F(NodeDown, ANoticeOfExitThatWasPassedOnToTheDeadNodeDoesNotHangAnybody) {
  const Pid root = start(0), parent = image.spawn(root, 1), child = image.spawn(parent, 3);
  image.call(parent, Migrate{kNoPid, NodeId{2}});
  image.pause(2);
  image.begin(child, Exit{1});
  image.run(50);
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(image.call(root, Wait{parent, false}).result->status, kKilled);
  expect_nothing_left({0, 1, 3});
}

// Each other survivor tells the surrogate, and is told: 2 (N - 2) messages.
TEST_F(NodeDown, TheRecoveryTakesTwoMessagesForEachOtherSurvivor) {
  const Pid parent = start(0);
  image.spawn(parent, 2);
  Recovery messages(image.world);
  image.world.watch(&messages);
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(messages.count, (std::map<std::string, int>{{"REREGISTER", 2}, {"REREGISTERED", 2}}));
  image.world.watch(nullptr);
}

// A majority of three is left: the next in the ring puts both together.
TEST_F(NodeDown, TheSurrogateDiesToo) {
  const Pid parent = start(0), child = image.spawn(parent, 2), another = image.spawn(start(1), 3), other = start(3);
  image.crash(0);
  image.run(1000);
  image.crash(1);
  image.run(1000);
  EXPECT_EQ(image.node(3).home_of(child), NodeId{2});
  EXPECT_EQ(image.node(3).home_of(another), NodeId{2});
  EXPECT_TRUE(image.call(other, Kill{child, Signal::none}).result->good());
  EXPECT_TRUE(image.call(child, Kill{another, Signal::none}).result->good());
}

TEST_F(NodeDown, ANodeThatComesBackIsNewAndItsOldPidsStayWithTheSurrogate) {
  const Pid parent = start(0), child = image.spawn(parent, 2), other = start(3);
  image.crash(0);
  image.run(1000);
  image.restart(0);
  image.run(1000);
  ASSERT_EQ(image.view(0).find(NodeId{0})->stage, membership::Stage::up);
  EXPECT_EQ(image.node(0).home_of(child), NodeId{1});
  const Pid again = start(0);
  EXPECT_NE(again, parent);
  EXPECT_TRUE(image.call(again, Kill{child, Signal::none}).result->good());
  EXPECT_TRUE(image.call(other, Kill{again, Signal::none}).result->good());
  EXPECT_EQ(image.call(other, Kill{parent, Signal::none}).result->error, Errno::esrch);
}

TEST_F(NodeDown, SpawningOnADeadNodeFailsAtOnce) {
  const Pid parent = start(0);
  image.crash(2);
  image.run(1000);
  const auto& trace = image.call(parent, spawn_on(2));
  EXPECT_EQ(trace.result->error, Errno::ehostdown);
  EXPECT_EQ(trace.result->certainty, Certainty::fail);
  EXPECT_TRUE(image.call(parent, List{}).result->good());
}

}   // namespace
}   // namespace ssi::test
