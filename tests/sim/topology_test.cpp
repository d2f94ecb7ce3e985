// Hop latencies of each topology against a computation by hand: one ping over an unloaded network.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "models/config/shape.hpp"
#include "sim/platform/build.hpp"
#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

// When a frame of 1250 bytes (1000 ns on a 10 Gb/s link) from node 0 arrives at each other node, all links 5 us.
std::vector<std::string> arrivals(config::Platform platform, const char* fidelity = "flow") {
  Rig rig = idle_rig(std::move(platform));
  rig.fidelity = fidelity;
  const std::uint32_t nodes = rig.platform.nodes;
  rig.machine = [nodes](NodeId self) {
    return std::make_unique<Scripted>([self, nodes](Instant now, const Event& event, Effects& out) {
      // One after the other, 100 us apart, so that none meets another.
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::uint32_t to = 1; to < nodes; ++to) out.set_timer({to}, 0, microseconds(100 * to));
      if (const auto* timer = std::get_if<TimerEvent>(&event))
        out.send({static_cast<std::uint32_t>(timer->key.value)}, {0}, PingPong{Ping{0, 1250}});
      if (std::holds_alternative<MessageEvent>(event)) say(now, fmt::format("at {}", self.value));
    });
  };
  return body(run(rig));
}

config::Platform shaped(const char* topology, const char* text) {
  config::Shape shape;
  EXPECT_EQ(config::read_shape(topology, text, shape), "");
  config::Platform platform = star(static_cast<std::uint32_t>(shape.nodes));
  platform.interconnect.topology = topology;
  platform.interconnect.shape = text;
  return platform;
}

// `links[i]`: links on the route from node 0 to node i + 1.
void expect_links(const std::vector<std::string>& lines, const std::vector<int>& links) {
  ASSERT_GE(lines.size(), links.size()) << fmt::format("{}", fmt::join(lines, "\n"));
  for (std::size_t i = 0; i < links.size(); ++i)
    EXPECT_EQ(lines[i], fmt::format("{} at {}", 100'000 * (i + 1) + 5000 * static_cast<std::size_t>(links[i]) + 1000, i + 1));
}

TEST(Topology, AStarHasTwoLinksOnEveryRoute) { expect_links(arrivals(star(4)), {2, 2, 2}); }

TEST(Topology, ABusIsOneLinkForAll) {
  config::Platform platform = star(4);
  platform.interconnect.topology = "bus";
  expect_links(arrivals(platform), {1, 1, 1});
}

// 4 x 3: node = x + 4 y. Hops are the shorter way round along each dimension.
TEST(Topology, ATorusCountsHopsTheShorterWayRound) { expect_links(arrivals(shaped("torus", "4x3")), {1, 2, 1, 1, 2, 3, 2, 1, 2, 3, 2}); }

// Two levels, 2 nodes a leaf switch, 3 leaf switches, 2 spines: 2 links under one leaf switch, 4 through a spine.
TEST(Topology, AFatTreeGoesUpToTheLowestCommonSwitch) { expect_links(arrivals(shaped("fat_tree", "2;2,3;1,2;1,1")), {2, 4, 4, 4, 4}); }

// 2 groups, 1 chassis of 2 routers, 2 nodes a router. Nodes 0 and 1 share a router: 2 links. Nodes 2, 3: a green link more.
// In SimGrid's dragonfly router n of a group carries the blue link to group n: the way out of group 0 is a green link to its
// router 1, then the blue one, which ends at router 0 of group 1. Nodes 4, 5 hang there: 4 links; 6, 7 on router 1: 5.
TEST(Topology, ADragonflyTakesGreenLinksInAChassisAndBlueOnesBetweenGroups) {
  expect_links(arrivals(shaped("dragonfly", "2,1;1,1;2,1;2")), {2, 3, 3, 4, 4, 5, 5});
}

config::Platform xml() {
  config::Platform platform = star(3);
  platform.xml_file = SSISIM_SOURCE_DIR "/tests/sim/three_hosts.xml";
  return platform;
}

TEST(Topology, AnXmlPlatformBringsHostsInNaturalOrderAndItsOwnLatencies) {
  for (const char* fidelity : {"flow", "queue"}) {
    const auto lines = arrivals(xml(), fidelity);
    ASSERT_GE(lines.size(), 2U);
    EXPECT_EQ(lines[0], "106000 at 1") << "100 us + 5 us + 1000 ns on the wire";
    EXPECT_EQ(lines[1], "226000 at 2") << "200 us + 5 us + 20 us + 1000 ns";
  }
}

TEST(Topology, WorkTakesTheSameTimeOnAFasterHost) {   // costs are times, whatever the speed that the XML file gives
  Rig rig = idle_rig(xml());
  rig.machine = [](NodeId self) {
    return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event)) {
        out.work(microseconds(7));
        out.send(self, {0}, PingPong{Ping{0, 64}});
      }
      if (std::holds_alternative<MessageEvent>(event)) say(now, fmt::format("at {}", self.value));
    });
  };
  const auto lines = body(run(rig));
  ASSERT_GE(lines.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(lines[i], fmt::format("7000 at {}", i));
}

TEST(Platform, StateProfilesAreRefusedWithTheReason) {
  EXPECT_EQ(refusal_of("<host id='a' speed='1Gf'/>"), "");
  EXPECT_NE(refusal_of("<host id='a' speed='1Gf' state_file='a.fail'/>").find("state_file"), std::string::npos);
  EXPECT_NE(refusal_of("<trace_connect kind='LINK_AVAIL' trace='t' element='l'/>").find("LINK_AVAIL"), std::string::npos);
}

TEST(Shape, SaysWhatIsWrong) {
  config::Shape shape;
  EXPECT_NE(config::read_shape("torus", "4x", shape), "");
  EXPECT_NE(config::read_shape("torus", "0x4", shape), "");
  EXPECT_NE(config::read_shape("torus", "99999999999x4", shape), "");
  EXPECT_NE(config::read_shape("fat_tree", "2;4;1,2;1,2", shape), "") << "two levels need two numbers of down links";
  EXPECT_NE(config::read_shape("dragonfly", "3;4,3;5,1;2", shape), "");
  EXPECT_NE(config::read_shape("star", "4", shape), "");
  ASSERT_EQ(config::read_shape("dragonfly", "3,4;4,3;5,1;2", shape), "");
  EXPECT_EQ(shape.nodes, 120U);
}

}   // namespace
}   // namespace ssi::sim::test
