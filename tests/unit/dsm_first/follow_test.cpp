// Move the thread or move the page: who touches a page of a segment that is not here ends where the parameter on_fault says, with the
// right value.
#include <gtest/gtest.h>

#include <string_view>

#include "models/strategy/dsm_first/dsm_first.hpp"
#include "tests/unit/dsm_first/duel.hpp"

namespace ssi::test {
namespace {

constexpr std::uint64_t kPage = 4096;

// A process on node 1 has written a word of each page of a segment: `page` + 1. One on node 2 reads or writes them.
struct Pair {
  explicit Pair(config::Values params) : side("dsm_first", {.nodes = 3, .params = std::move(params)}) {
    for (const std::uint32_t node : {1U, 2U}) side.issue(side.world().init(0), Spawn{{}, {Placement::Kind::node, NodeId{node}}});
    for (const auto& [pid, process] : side.processes()) (process.node == NodeId{1} ? writer : reader) = pid;
    for (const Pid pid : {writer, reader}) {
      segment = value_of(side.issue(pid, SegmentGet{7, 12 * kPage}));
      side.issue(pid, Attach{segment});
    }
    for (std::uint64_t page = 0; page < 12; ++page) side.issue(writer, Store{segment, page * kPage, page + 1, {}});
  }
  std::uint64_t value_of(CallId call) { return static_cast<std::uint64_t>(side.world().trace(call).result->value); }
  std::uint64_t load(std::uint64_t page) { return value_of(side.issue(reader, Load{segment, page * kPage})); }
  NodeId home_of(std::uint64_t page) {
    const auto& layout = side.world().as<dsm_first::DsmFirst>(NodeId{0}).machine().layout;
    return NodeId{static_cast<std::uint32_t>(layout.data(dsm_first::Table::segment_data, segment, page).value % 3)};
  }
  NodeId node_of(Pid pid) const { return side.processes().at(pid).node; }
  std::uint64_t moves() const { return side.messages("PROCESSOR_MOVES"); }

  Side side;
  Pid writer, reader;
  std::uint64_t segment = 0;
};

TEST(DsmFirstOnFault, ThePageMoves) {
  Pair pair({});
  for (std::uint64_t page = 0; page < 12; ++page) EXPECT_EQ(pair.load(page), page + 1);
  EXPECT_EQ(pair.node_of(pair.reader), NodeId{2});
  EXPECT_EQ(pair.moves(), 0U);
}

// No page ever moves: whoever touches it goes to its first owner, which is its home or the central manager.
TEST(DsmFirstOnFault, TheThreadMovesToThePage) {
  for (const char* protocol : {"directory", "ivy_dynamic", "ivy_fixed", "ivy_improved", "ivy_central"}) {
    const bool central = std::string_view(protocol) == "ivy_improved" || std::string_view(protocol) == "ivy_central";
    Pair pair({{"protocol", std::string(protocol)}, {"on_fault", std::string("thread")}});
    for (const std::uint64_t page : {0U, 1U, 1U, 2U, 5U, 3U, 0U, 11U}) {
      const NodeId before = pair.node_of(pair.reader), there = central ? NodeId{0} : pair.home_of(page);
      const std::uint64_t moves = pair.moves();
      EXPECT_EQ(pair.load(page), page + 1) << protocol;
      EXPECT_EQ(pair.node_of(pair.reader), there) << protocol << ", page " << page;
      EXPECT_EQ(pair.moves(), moves + (before == there ? 0 : 1)) << protocol << ", page " << page;
    }
  }
}

TEST(DsmFirstOnFault, AnAccessIsMadeOnceWhereTheThreadIs) {
  Pair pair({{"on_fault", std::string("thread")}});
  const CallId added = pair.side.issue(pair.reader, Atomic{pair.segment, 5 * kPage, Atomic::Kind::add, 10, 0});
  EXPECT_EQ(pair.value_of(added), 6U);
  EXPECT_EQ(pair.side.world().trace(added).served, pair.home_of(5));
  EXPECT_EQ(pair.load(5), 16U);
}

// Ski rental: four pages of each other node do not pay for the writer's move, so it gets them all; the fifth of its pages pays for the
// reader's.
TEST(DsmFirstOnFault, ByCostTheThreadMovesOnceItWouldHavePaid) {
  for (const char* protocol : {"directory", "ivy_dynamic", "ivy_fixed"}) {
    Pair pair({{"protocol", std::string(protocol)}, {"on_fault", std::string("cost")}, {"thread_cost", std::int64_t{5}}});
    EXPECT_EQ(pair.node_of(pair.writer), NodeId{1}) << protocol;
    for (std::uint64_t page = 0; page < 4; ++page) EXPECT_EQ(pair.load(page), page + 1);
    EXPECT_EQ(pair.node_of(pair.reader), NodeId{2}) << protocol;
    EXPECT_EQ(pair.moves(), 0U) << protocol;
    for (std::uint64_t page = 4; page < 12; ++page) EXPECT_EQ(pair.load(page), page + 1);
    EXPECT_EQ(pair.node_of(pair.reader), NodeId{1}) << protocol;
    EXPECT_EQ(pair.moves(), 1U) << protocol;
    EXPECT_EQ(pair.node_of(pair.writer), NodeId{1}) << protocol;
  }
}

// The registers' bytes are on the wire.
TEST(DsmFirstOnFault, ItsContextIsCarried) {
  std::vector<std::uint64_t> bytes;
  for (const std::int64_t context : {0, 6144}) {
    Pair pair({{"protocol", std::string("ivy_central")}, {"on_fault", std::string("thread")}, {"context", context}});
    pair.load(0);
    EXPECT_GT(pair.moves(), 0U);
    bytes.push_back(pair.side.bytes("PROCESSOR_MOVES") / pair.moves());
  }
  EXPECT_EQ(bytes[1] - bytes[0], 6144U);
}

// Killed on the way or there, after any number of steps: it is dead, nothing of it is left, and some of these calls have no answer.
TEST(DsmFirstOnFault, WhoIsKilledMeanwhileIsDead) {
  std::size_t unanswered = 0;
  for (std::size_t steps = 0;; ++steps) {
    ASSERT_LT(steps, 500U) << "it never ends";
    Pair pair({{"on_fault", std::string("thread")}});
    World& world = pair.side.world();
    const CallId load = world.next_call();
    pair.side.expect(load, pair.reader);
    world.call(load, NodeId{2}, pair.reader, Load{pair.segment, 0, 8});
    for (std::size_t i = 0; i < steps && !world.quiet(); ++i) {
      if (!world.freezing().empty()) world.freeze(0);
      else world.deliver(world.deliverable().front());
    }
    const bool over = world.quiet();
    pair.side.issue(world.init(0), Kill{pair.reader, Signal::kill});
    EXPECT_FALSE(pair.side.processes().contains(pair.reader)) << steps;
    if (!world.trace(load).result) ++unanswered;
    if (over) break;
  }
  EXPECT_GT(unanswered, 3U);
}

}   // namespace
}   // namespace ssi::test
