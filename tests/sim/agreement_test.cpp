// flow against queue on the same platform: unloaded to the nanosecond, whatever the size, the topology and the switches.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

constexpr std::array<std::uint64_t, 7> kSizes{1, 64, 100, 1500, 8192, 8193, 1'000'000};

// One message of each size, a millisecond apart, from node 0 to the last node.
std::vector<std::string> one_at_a_time(config::Platform platform, const char* fidelity) {
  Rig rig = idle_rig(std::move(platform));
  rig.fidelity = fidelity;
  const NodeId last{rig.platform.nodes - 1};
  rig.machine = [last](NodeId self) {
    return std::make_unique<Scripted>([self, last](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event) && self.value == 0)
        for (std::size_t i = 0; i < kSizes.size(); ++i) out.set_timer({i}, 0, milliseconds(static_cast<std::int64_t>(i) + 1));
      if (const auto* timer = std::get_if<TimerEvent>(&event))
        out.send(last, {0}, PingPong{Ping{static_cast<std::uint32_t>(timer->key.value), kSizes[timer->key.value]}});
      if (const auto* message = std::get_if<MessageEvent>(&event))
        say(now, fmt::format("{} bytes", std::get<Ping>(message->message->body.get<PingPong>()).size));
    });
  };
  return run(rig);
}

struct Net {
  const char* topology;
  const char* shape;
  std::uint32_t nodes;
  const char* switching;
};

class Agreement : public testing::TestWithParam<Net> {};

TEST_P(Agreement, UnloadedToTheNanosecond) {
  config::Platform platform = star(GetParam().nodes);
  platform.interconnect.topology = GetParam().topology;
  platform.interconnect.shape = GetParam().shape;
  platform.interconnect.switching = GetParam().switching;
  const auto flow = one_at_a_time(platform, "flow");
  EXPECT_EQ(flow, one_at_a_time(platform, "queue"));
  EXPECT_EQ(flow.size(), kSizes.size() + 2) << "all arrived";
}

INSTANTIATE_TEST_SUITE_P(Fidelity, Agreement,
                         testing::Values(Net{"star", "", 4, "cut_through"}, Net{"star", "", 4, "store_and_forward"},
                                         Net{"bus", "", 4, "cut_through"}, Net{"torus", "4x3", 12, "cut_through"},
                                         Net{"torus", "4x3", 12, "store_and_forward"}, Net{"fat_tree", "2;2,3;1,2;1,1", 6, "cut_through"},
                                         Net{"fat_tree", "2;2,3;1,2;1,1", 6, "store_and_forward"},
                                         Net{"dragonfly", "2,1;1,1;2,1;2", 8, "cut_through"},
                                         Net{"dragonfly", "2,1;1,1;2,1;2", 8, "store_and_forward"}));

}   // namespace
}   // namespace ssi::sim::test
