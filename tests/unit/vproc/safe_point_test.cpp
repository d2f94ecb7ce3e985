// When a process may leave its node: nothing that waits there for it is left behind, and what it holds goes along or keeps it.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

TEST(SafePoint, AnOrderWaitsForTheDiskAndForAnotherNode) {
  for (const bool covered : {false, true}) {
    Rig rig(3, {{"cover", covered ? std::vector<std::string>{"process", "file"} : std::vector<std::string>{"process"}}});
    const Pid user = rig.start(1), other = rig.start(1);
    const auto file = static_cast<std::int32_t>(rig.call(user, Open{"/f", {.write = true, .create = true}}).result->value);
    const CallId commit = rig.world.call(NodeId{1}, user, Commit{file});
    ASSERT_FALSE(rig.world.trace(commit).result);
    rig.call(other, Migrate{user, NodeId{2}});
    ASSERT_TRUE(rig.world.trace(commit).result);
    EXPECT_EQ(rig.where(user), NodeId{2});
  }
}

TEST(SafePoint, AHeldMutexGoesAlongWithItsHolder) {
  for (const bool robust : {false, true}) {
    Rig rig(3, {{"cover", std::vector<std::string>{"process", "segment"}}, {"robust_mutexes", robust}});
    const Pid holder = rig.start(1), waiter = rig.start(0);
    rig.call(holder, Mutex{7, true});
    rig.call(holder, Migrate{kNoPid, NodeId{2}});
    const CallId waits = rig.world.call(NodeId{0}, waiter, Mutex{7, true});
    rig.world.deliver_all();
    EXPECT_FALSE(rig.world.trace(waits).result);
    rig.call(holder, Exit{0});
    EXPECT_EQ(rig.world.trace(waits).result.has_value(), robust);
  }
}

TEST(SafePoint, WhoHoldsALockOfItsNodesMemoryStaysUntilItLetsGo) {
  Rig rig(2, {{"cover", std::vector<std::string>{"process", "segment"}}, {"segment_protocol", std::string("lrc")}});
  const Pid holder = rig.start(0), other = rig.start(0);
  rig.call(holder, Mutex{7, true});
  EXPECT_EQ(rig.call(holder, Migrate{kNoPid, NodeId{1}}).result->error, Errno::eagain);
  EXPECT_EQ(rig.call(holder, Exec{{}, {Placement::Kind::node, NodeId{1}}}).result->error, Errno::eagain);
  rig.call(other, Migrate{holder, NodeId{1}});
  EXPECT_EQ(rig.where(holder), NodeId{0});
  rig.call(holder, Mutex{7, false});
  EXPECT_EQ(rig.where(holder), NodeId{1});
}

}   // namespace
}   // namespace ssi::test
