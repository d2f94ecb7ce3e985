// Every state of small IVYs, with the numbers of states as goldens (a change must be explained), every row of the table reached,
// and planted bugs that must be found.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/explorer.hpp"

namespace ssi::test {
namespace {

using ivy::Settings;
using ivy::Table;

std::string story(const Explored& e) {
  std::string text = e.wrong + "\n";
  for (const std::string& line : e.trace) text += line + "\n";
  return text;
}

std::vector<std::string> unreached(const std::vector<std::uint64_t>& rows) {
  std::vector<std::string> missing;
  for (std::size_t s = 0; s < ivy::kStates; ++s)
    for (std::size_t e = 0; e < ivy::kEvents; ++e)
      for (const bool moves : {false, true})
        if (ivy::rules(moves).cell(ivy::State(s), ivy::Event(e)).verdict != Verdict::never && rows[s * ivy::kEvents + e] == 0)
          missing.push_back("state " + std::to_string(s) + ", event " + std::to_string(e));
  return missing;
}

// States with 2 clients in any order, in order, with the first owner on a third node, with 2 threads each; with 3 clients. 0: too many.
// `always`: 3 clients also without SSISIM_EXPLORE_ALL.
struct Golden {
  std::size_t two, two_in_order, two_apart, two_threads, three;
  bool always;
};
const std::map<std::string, Golden> kGoldens{
    {"ivy dynamic", {106, 106, 224, 564, 16899, true}},    {"ivy dynamic, reads move", {126, 126, 304, 772, 18878, true}},
    {"ivy manager", {98, 98, 173, 510, 8197, true}},       {"ivy manager, reads move", {118, 118, 236, 718, 6640, true}},
    {"giantvm", {126, 126, 731, 772, 31256, true}},        {"ivy dynamic, relayed", {106, 106, 266, 564, 20118, true}},
    {"ivy dynamic, hold", {253, 223, 381, 1332, 0, true}}, {"ivy dynamic, no grant", {106, 106, 224, 564, 16899, true}},
};

TEST(ExploreIvy, EveryStateIsGoodAndLeadsToRest) {
  std::vector<std::uint64_t> rows;
  for (const Design& design : ivy_designs()) {
    const Golden& golden = kGoldens.at(design.name);
    std::vector<std::size_t> found;
    const auto look = [&](const Bounds& bounds, std::size_t states) {
      if (states == 0) return found.push_back(0);
      const Explored e = explore(design, bounds);
      EXPECT_EQ(e.wrong, "") << design.name << ", " << bounds.clients << " clients\n" << story(e);
      EXPECT_TRUE(e.complete && e.states == states) << design.name << ": " << e.states << " states, golden " << states;
      rows.resize(std::max(rows.size(), e.rows.size()));
      for (std::size_t i = 0; i < e.rows.size(); ++i) rows[i] += e.rows[i];
      found.push_back(e.states);
    };
    look({.clients = 2}, golden.two);
    look({.clients = 2, .fifo = true}, golden.two_in_order);
    look({.clients = 2, .home_apart = true}, golden.two_apart);
    look({.clients = 2, .threads = 2}, golden.two_threads);
    if (golden.always || std::getenv("SSISIM_EXPLORE_ALL")) look({.clients = 3, .states = 300'000}, golden.three);
    std::printf("{\"%s\", {", design.name.c_str());
    for (const std::size_t states : found) std::printf("%zu, ", states);
    std::printf("%s}},\n", golden.always ? "true" : "false");
  }
  EXPECT_EQ(unreached(rows), std::vector<std::string>{});
}

// Messages between two nodes in order, as the transport has them. That order is part of a state then.
TEST(ExploreIvy, ThreeClientsInOrder) {
  const std::map<std::string, std::size_t> goldens{{"ivy dynamic", 14262}, {"ivy dynamic, reads move", 14522}, {"ivy manager", 7873}};
  for (const Design& design : ivy_designs()) {
    const auto golden = goldens.find(design.name);
    if (golden == goldens.end()) continue;
    const Explored e = explore(design, {.clients = 3, .fifo = true, .states = 300'000});
    EXPECT_EQ(e.wrong, "") << design.name << "\n" << story(e);
    EXPECT_TRUE(e.complete && e.states == golden->second) << design.name << ": " << e.states << " states, golden " << golden->second;
    std::printf("%-24s 3 clients in order: %zu states\n", design.name.c_str(), e.states);
  }
}

struct Mutant {
  std::string name;
  ivy::State at;
  ivy::Event on;
  ivy::State next;
  Table::Acts acts;
  Verdict verdict = Verdict::go;
};

std::vector<Mutant> mutants() {
  using enum ivy::State;
  using E = ivy::Event;
  using A = ivy::Act;
  return {
      {"an owner invalidates nobody", owner, E::store, writer, {A::perform}},
      {"a new owner invalidates nobody", upgrading, E::page_write, writer, {A::take, A::install, A::rest}},
      {"one acknowledgement is enough", collecting, E::ack, writer, {A::install, A::rest}},
      {"acknowledges without invalidating", reader, E::invalidate, reader, {A::acknowledge, A::follow}},
      {"an upgrade keeps its copy", upgrading, E::invalidate, upgrading, {A::acknowledge, A::follow}},
      {"an upgrade defers the invalidation", upgrading, E::invalidate, upgrading, {}, Verdict::ignore},
      {"an invalidation before its page is forgotten", reading, E::invalidate, reading, {A::acknowledge, A::follow}},
      {"a poisoned page is kept", poisoned, E::page, reader, {A::install, A::rest}},
      {"the old owner keeps a copy", writer, E::write, reader, {A::give}},
      {"the owner is not downgraded", writer, E::read, writer, {A::share}},
      {"two owners", owner, E::write, owner, {A::give}},
      {"who waits for ownership forwards", writing, E::write, writing, {A::forward}},
      {"a request is lost", reader, E::read, reader, {}, Verdict::ignore},
  };
}

TEST(ExploreIvy, FindsPlantedBugs) {
  for (const Mutant& mutant : mutants()) {
    Table table = ivy::rules(false);
    table.alter(mutant.at, mutant.on) = {mutant.verdict, mutant.next, mutant.acts, 1};
    const Design design = ivy_design(mutant.name, {}, table);
    Explored e = explore(design, {.clients = 2});
    const bool two = !e.wrong.empty();
    if (!two) e = explore(design, {.clients = 3, .states = 60'000});
    EXPECT_NE(e.wrong, "") << mutant.name << " survived " << e.states << " states";
    std::printf("%-46s %d clients, %6zu states, %2zu steps: %.80s\n", mutant.name.c_str(), two ? 2 : 3, e.states, e.trace.size() - 1,
                e.wrong.c_str());
  }
}

}   // namespace
}   // namespace ssi::test
