// What a preset sets reaches the machine, and what is given beside it wins: seen by the messages.
#include <gtest/gtest.h>

#include "tests/unit/dsm_first/duel.hpp"

namespace ssi::test {
namespace {

using std::string;

// After a process on each of four nodes has been started and has asked for a list.
struct BusySide : Side {
  explicit BusySide(config::Values params) : Side("dsm_first", {.nodes = 4, .params = std::move(params)}) {
    for (const std::uint32_t node : {0U, 1U, 2U, 3U}) issue(world().init(0), Spawn{{}, {Placement::Kind::node, NodeId{node}}});
    const std::map<Pid, Process> started = processes();
    for (const auto& [pid, process] : started) issue(pid, List{});
  }
};

TEST(DsmFirstPresets, GiantvmHasIvysMessagesAndItsFirstOwnerIsNodeZero) {
  const BusySide side({{"preset", string("giantvm")}});
  EXPECT_GT(side.messages("READ") + side.messages("WRITE"), 0U);
  EXPECT_EQ(side.messages("GET_READ") + side.messages("GET_WRITE"), 0U);
}

TEST(DsmFirstPresets, PopcornAsksTheOrigin) {
  const BusySide popcorn({{"preset", string("popcorn")}}), interleaved({});
  for (const char* type : {"GET_READ", "GET_WRITE"}) {
    EXPECT_GT(popcorn.messages(type), 0U);
    EXPECT_EQ(popcorn.receivers(type), std::set{NodeId{0}}) << type;
    EXPECT_GT(interleaved.receivers(type).size(), 1U) << type;
  }
  EXPECT_EQ(popcorn.messages("CONFIRM"), 0U);
  EXPECT_GT(interleaved.messages("CONFIRM"), 0U);
}

TEST(DsmFirstPresets, WhatIsGivenWins) {
  const BusySide side({{"protocol", string("directory")}, {"preset", string("giantvm")}});
  EXPECT_GT(side.messages("GET_READ"), 0U);
  EXPECT_EQ(side.messages("READ"), 0U);
  const BusySide homes({{"preset", string("popcorn")}, {"home_node", std::int64_t{3}}});
  EXPECT_EQ(homes.receivers("GET_READ"), std::set{NodeId{3}});
}

}   // namespace
}   // namespace ssi::test
