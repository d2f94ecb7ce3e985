// Who is a member, and what a node may do that is none: vproc_switch as the host of the membership protocol.
#include "tests/unit/vproc/image.hpp"

namespace ssi::test {
namespace {

std::vector<std::uint32_t> members(const Image& image, std::uint32_t at) {
  std::vector<std::uint32_t> out;
  for (const auto& member : image.view(at).members) out.push_back(member.node.value);
  return out;
}

using Nodes = std::vector<std::uint32_t>;

TEST(Views, WithoutTheBlockNobodyWatchesAnybody) {
  Rig rig{3};
  EXPECT_FALSE(rig.node(0).membership());
  EXPECT_TRUE(rig.world.timers().empty());
}

TEST(Views, ACrashedNodeIsLeftOutAndComesBackAsANewMember) {
  Image image{4};
  image.run(1000);
  image.crash(2);
  image.run(1000);
  for (std::uint32_t id : {0U, 1U, 3U}) EXPECT_EQ(members(image, id), (Nodes{0, 1, 3})) << id;
  image.restart(2);
  image.run(1000);
  for (std::uint32_t id = 0; id < 4; ++id) {
    EXPECT_EQ(members(image, id), (Nodes{0, 1, 2, 3})) << id;
    EXPECT_EQ(image.view(id).find(NodeId{2})->incarnation, Incarnation{2});
    EXPECT_EQ(image.view(id).find(NodeId{2})->stage, membership::Stage::up);
  }
  const Pid parent = image.spawn(image.world.init(0), 0);
  EXPECT_EQ(image.where(image.spawn(parent, 2)), NodeId{2});
}

// The larger side goes on; on the smaller one nothing is served, not even what would need nobody else.
TEST(Views, TheSmallerSideOfACutServesNothingAndStartsAnewWhenItHears) {
  Image image{5};
  const Pid here = image.spawn(image.world.init(0), 0), there = image.spawn(image.world.init(3), 3);
  image.run(1000);
  image.cut({0, 1});
  image.run(1000);
  const CallId held = image.begin(here, Fork{});
  image.run(5000);
  EXPECT_FALSE(image.world.trace(held).result);
  EXPECT_TRUE(image.call(there, Fork{}).result->good());
  EXPECT_EQ(members(image, 3), (Nodes{2, 3, 4}));
  image.cut({});
  image.run(1000);
  EXPECT_FALSE(image.up(0));   // each has asked for a new start
  EXPECT_FALSE(image.up(1));
  EXPECT_FALSE(image.world.trace(held).result);
  image.restart(0);
  image.restart(1);
  image.run(1000);
  EXPECT_EQ(members(image, 3), (Nodes{0, 1, 2, 3, 4}));
}

TEST(Views, AnEvenCutStopsBothSidesUntilItHeals) {
  Image image{4};
  const Pid a = image.spawn(image.world.init(0), 0), b = image.spawn(image.world.init(3), 3);
  image.run(1000);
  image.cut({0, 1});
  image.run(1000);
  const CallId first = image.begin(a, Fork{}), second = image.begin(b, Fork{});
  image.run(3000);
  EXPECT_FALSE(image.world.trace(first).result);
  EXPECT_FALSE(image.world.trace(second).result);
  image.cut({});
  image.run(4000);
  EXPECT_TRUE(image.world.trace(first).result && image.world.trace(first).result->good());
  // Who is heard of last may be left out of the first view that can be agreed on again.
  EXPECT_TRUE(!image.up(3) || (image.world.trace(second).result && image.world.trace(second).result->good()));
}

// What it was asked before it stood still it does not do, and what its programs ask is not done either.
TEST(Views, ANodeThatStoodStillNeitherServesNorAnswersAfterItWasLeftOut) {
  Image image{3};
  const Pid parent = image.spawn(image.world.init(0), 0), child = image.spawn(parent, 2);
  image.run(1000);
  image.pause(2);
  const CallId kill = image.begin(parent, Kill{child, Signal::usr1});
  image.run(1000);
  EXPECT_EQ(members(image, 0), (Nodes{0, 1}));
  EXPECT_EQ(image.world.trace(kill).result->error, Errno::ehostdown);
  const CallId own = image.begin(child, Fork{});   // before it has heard anything
  EXPECT_FALSE(image.world.trace(own).result);
  EXPECT_FALSE(image.node(2).membership()->may_serve(image.world.now()));
  image.resume(2);
  image.run(200);
  EXPECT_FALSE(image.up(2));
  EXPECT_FALSE(image.world.trace(own).result);
}

}   // namespace
}   // namespace ssi::test
