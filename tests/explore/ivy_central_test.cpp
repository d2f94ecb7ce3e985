// IVY's basic centralized manager: every state of small ones (numbers as goldens; a change must be explained), every row reached,
// planted bugs found, messages of each case.
#include <gtest/gtest.h>

#include <map>

#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/explorer.hpp"

namespace ssi::test {
namespace {

using ivy_central::Act;
using ivy_central::kEvents;
using ivy_central::kManagerRules;
using ivy_central::kNodeRules;
using ivy_central::ManagerAct;
using ivy_central::ManagerEvent;
using ivy_central::ManagerRules;
using ivy_central::ManagerState;
using ivy_central::NodeRules;
using ivy_central::State;
using On = ivy_central::Event;

// States with 2 clients in any order, in order, with the manager on a third node, with 2 threads each; with 3 clients. 0: too many.
const std::map<std::string, std::array<std::size_t, 5>> kGoldens{
    {"ivy central", {98, 108, 339, 455, 2556}},
    {"ivy central, serial, no grant", {98, 108, 670, 455, 4842}},
    {"ivy central, hold", {126, 154, 363, 529, 0}},
};

TEST(ExploreIvyCentral, EveryStateIsGoodAndLeadsToRest) {
  std::vector<std::uint64_t> rows(NodeRules::size() + ManagerRules::size());
  const Bounds bounds[] = {
      {.clients = 2}, {.clients = 2, .fifo = true}, {.clients = 2, .home_apart = true}, {.clients = 2, .threads = 2}, {.clients = 3}};
  for (const Design& design : ivy_central_designs()) {
    const auto& golden = kGoldens.at(design.name);
    for (std::size_t i = 0; i < golden.size(); ++i) {
      if (golden[i] == 0) continue;
      const Explored e = explore(design, bounds[i]);
      std::string story;
      for (const std::string& line : e.trace) story += line + "\n";
      EXPECT_EQ(e.wrong, "") << design.name << "\n" << story;
      EXPECT_TRUE(e.complete && e.states == golden[i]) << design.name << ", " << i << ": " << e.states << " states, golden " << golden[i];
      for (std::size_t row = 0; row < e.rows.size(); ++row) rows[row] += e.rows[row];
      std::printf("%-30s %zu: %zu states\n", design.name.c_str(), i, e.states);
    }
  }
  for (std::size_t row = 0; row < NodeRules::size(); ++row)
    EXPECT_TRUE(rows[row] > 0 || kNodeRules.cell(State(row / kEvents), On(row % kEvents)).verdict == Verdict::never)
        << "node state " << row / kEvents << ", event " << row % kEvents;
  for (std::size_t row = 0; row < ManagerRules::size(); ++row)
    EXPECT_TRUE(rows[NodeRules::size() + row] > 0 ||
                kManagerRules.cell(ManagerState(row / 6), ManagerEvent(row % 6)).verdict == Verdict::never)
        << "manager state " << row / 6 << ", event " << row % 6;
}

TEST(ExploreIvyCentral, FindsPlantedBugs) {
  const auto explored = [](const char* name, auto plant) {
    NodeRules node = kNodeRules;
    ManagerRules manager = kManagerRules;
    plant(node, manager);
    const Design design = ivy_central_design(name, {}, node, manager);
    Explored e = explore(design, {.clients = 2});
    if (e.wrong.empty()) e = explore(design, {.clients = 3, .states = 60'000});
    EXPECT_NE(e.wrong, "") << name << " survived";
    std::printf("%-36s %5zu states: %.90s\n", name, e.states, e.wrong.c_str());
  };
  using enum Verdict;
  explored("acknowledges without invalidating", [](NodeRules& n, ManagerRules&) {
    n.alter(State::reader, On::invalidate) = {go, State::reader, {Act::acknowledge}, 1};
  });
  explored("an upgrade keeps its copy", [](NodeRules& n, ManagerRules&) {
    n.alter(State::upgrading, On::invalidate) = {go, State::upgrading, {Act::acknowledge}, 1};
  });
  explored("the owner is not downgraded", [](NodeRules& n, ManagerRules&) {
    n.alter(State::writer, On::forward_read) = {go, State::writer, {Act::share}, 1};
  });
  explored("the old owner keeps a copy", [](NodeRules& n, ManagerRules&) {
    n.alter(State::writer, On::forward_write) = {go, State::reader, {Act::give}, 1};
  });
  explored("no confirmation", [](NodeRules& n, ManagerRules&) {
    n.alter(State::reading, On::page_read) = {go, State::reader, {Act::install, Act::rest}, 1};
  });
  explored("a reader is not listed", [](NodeRules&, ManagerRules& m) {
    m.alter(ManagerState::free, ManagerEvent::read) = {go, ManagerState::confirming, {ManagerAct::forward}, 1};
  });
  explored("nobody is invalidated", [](NodeRules&, ManagerRules& m) {
    m.alter(ManagerState::free, ManagerEvent::write) = {go, ManagerState::confirming, {ManagerAct::forward, ManagerAct::own}, 1};
  });
  explored("one acknowledgement is enough", [](NodeRules&, ManagerRules& m) {
    m.alter(ManagerState::invalidating, ManagerEvent::ack) = {go, ManagerState::confirming, {ManagerAct::forward, ManagerAct::own}, 1};
  });
  explored("the owner does not change", [](NodeRules&, ManagerRules& m) {
    m.alter(ManagerState::free, ManagerEvent::write_only) = {go, ManagerState::confirming, {ManagerAct::forward}, 1};
  });
}

// PROTOCOLS 2.8: read 4, write 4 + 2S; here with the path too. m is node 0; S share besides q and o.
TEST(IvyCentralCounts, BasicManager) {
  for (std::uint32_t n = 4; n <= 16; ++n) {
    const std::uint64_t s = n - 3;
    Counted c(ivy_central_designs().front(), n);
    EXPECT_EQ(c.read(1), (Cost{2, 3})) << "o = m: READ, PAGE; CONFIRM";
    EXPECT_EQ(c.write(1), (Cost{2, 3})) << "o = m, S = 0";
    EXPECT_EQ(c.write(2), (Cost{3, 4})) << "S = 0";
    c.write(1);
    for (std::uint32_t q = 3; q < n; ++q) EXPECT_EQ(c.read(q), (Cost{3, 4}));
    EXPECT_EQ(c.write(2), (Cost{5, 4 + 2 * s}));
    c.all_read(3, n);
    EXPECT_EQ(c.write(2), (Cost{4, 3 + 2 * s})) << "the owner upgrades: WRITE, INVALIDATE and back, FORWARD; CONFIRM";
    c.all_read(3, n);
    EXPECT_EQ(c.write(0), (Cost{4, 2 + 2 * s})) << "q = m";
    EXPECT_EQ(c.write(0), (Cost{0, 0}));
  }
}

}   // namespace
}   // namespace ssi::test
