// Every state of small home directories, with the numbers of states as goldens (a change must be explained), every row of the
// tables reached, and planted bugs that must be found.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/explorer.hpp"

namespace ssi::test {
namespace {

using directory::CacheRules;
using directory::HomeRules;
using directory::Settings;

std::string story(const Explored& e) {
  std::string text = e.wrong + "\n";
  for (const std::string& line : e.trace) text += line + "\n";
  return text;
}

// Adds the rows that a search has reached.
void add(const Explored& e, std::vector<std::uint64_t>& rows) {
  rows.resize(std::max(rows.size(), e.rows.size()));
  for (std::size_t i = 0; i < e.rows.size(); ++i) rows[i] += e.rows[i];
}

// Rows that some design allows, and no search has reached.
std::vector<std::string> unreached(const std::vector<std::uint64_t>& rows) {
  std::vector<std::string> missing;
  const auto look = [&](std::size_t at, const std::string& table, Verdict verdict, std::size_t state, std::size_t event) {
    if (verdict != Verdict::never && rows[at] == 0)
      missing.push_back(table + " state " + std::to_string(state) + ", event " + std::to_string(event));
  };
  for (std::size_t s = 0; s < directory::kCacheStates; ++s)
    for (std::size_t e = 0; e < directory::kCacheEvents; ++e)
      look(s * directory::kCacheEvents + e, "cache",
           directory::kCacheRules.cell(directory::CacheState(s), directory::CacheEvent(e)).verdict, s, e);
  const HomeRules home[] = {directory::home_rules({.exclusive = true, .confirmed = true}), directory::home_rules({.relayed = true})};
  for (std::size_t s = 0; s < directory::kHomeStates; ++s)
    for (std::size_t e = 0; e < directory::kHomeEvents; ++e)
      for (const HomeRules& rules : home)
        look(CacheRules::size() + s * directory::kHomeEvents + e, "home",
             rules.cell(directory::HomeState(s), directory::HomeEvent(e)).verdict, s, e);
  return missing;
}

// States with 2 clients in any order, in order, with the home on a third node, and with 2 threads each; with 3 clients. 0: too many.
// `always`: 3 clients also without SSISIM_EXPLORE_ALL.
struct Golden {
  std::size_t two, two_in_order, two_apart, two_threads, three;
  bool always;
};
const std::map<std::string, Golden> kGoldens{
    {"mesi", {387, 405, 1749, 2276, 25742, true}},
    {"msi", {311, 324, 1192, 1849, 15640, false}},
    {"mesi unconfirmed", {328, 342, 1297, 1705, 20461, true}},
    {"mesi nack", {569, 599, 3000, 3045, 38030, false}},
    {"mesi tell shared", {431, 449, 2147, 2245, 34143, false}},
    {"mesi hold", {1561, 1669, 6706, 8559, 0, false}},
    {"msi unconfirmed nack tell shared", {456, 474, 2862, 2285, 46909, true}},
    {"mesi relayed", {319, 329, 957, 1905, 18375, true}},
    {"msi relayed nack", {435, 463, 1168, 2414, 25229, false}},
    {"mesi relayed serial tell shared", {358, 368, 2361, 1896, 40631, true}},
    {"mesi no grant", {387, 405, 1749, 2276, 25742, false}},
};

TEST(ExploreDirectory, EveryStateIsGoodAndLeadsToRest) {
  std::vector<std::uint64_t> rows;
  for (const Design& design : directory_designs()) {
    const Golden& golden = kGoldens.at(design.name);
    std::vector<std::size_t> found;
    const auto look = [&](const Bounds& bounds, std::size_t states) {
      if (states == 0) return found.push_back(0);
      const Explored e = explore(design, bounds);
      EXPECT_EQ(e.wrong, "") << design.name << "\n" << story(e);
      EXPECT_TRUE(e.complete && e.states == states) << design.name << ": " << e.states << " states, golden " << states;
      add(e, rows);
      found.push_back(e.states);
    };
    look({.clients = 2}, golden.two);
    look({.clients = 2, .fifo = true}, golden.two_in_order);
    look({.clients = 2, .home_apart = true}, golden.two_apart);
    look({.clients = 2, .threads = 2}, golden.two_threads);
    if (golden.always || std::getenv("SSISIM_EXPLORE_ALL")) look({.clients = 3}, golden.three);
    std::printf("{\"%s\", {", design.name.c_str());
    for (const std::size_t states : found) std::printf("%zu, ", states);
    std::printf("%s}},\n", golden.always ? "true" : "false");
  }
  EXPECT_EQ(unreached(rows), std::vector<std::string>{});
}

// A bug as an altered row. Killed: by a search that has to fail.
struct Mutant {
  std::string name;
  Settings settings{};
  std::function<void(CacheRules&, HomeRules&)> plant;
};

std::vector<Mutant> mutants() {
  using C = directory::CacheState;
  using CE = directory::CacheEvent;
  using CA = directory::CacheAct;
  using H = directory::HomeState;
  using HE = directory::HomeEvent;
  using HA = directory::HomeAct;
  const auto cache = [](C at, CE on, C next, CacheRules::Acts acts, Verdict verdict = Verdict::go) {
    return [=](CacheRules& c, HomeRules&) { c.alter(at, on) = {verdict, next, acts, 1}; };
  };
  const auto home = [](H at, HE on, H next, HomeRules::Acts acts) {
    return [=](CacheRules&, HomeRules& h) { h.alter(at, on) = {Verdict::go, next, acts, 1}; };
  };
  Settings unconfirmed;
  unconfirmed.confirmed = false;
  return {
      {"acknowledges without invalidating", {}, cache(C::shared, CE::invalidate, C::shared, {CA::acknowledge})},
      {"an upgrade keeps its copy", {}, cache(C::upgrading, CE::invalidate, C::upgrading, {CA::acknowledge})},
      {"an upgrade defers the invalidation", {}, cache(C::upgrading, CE::invalidate, C::upgrading, {}, Verdict::stall)},
      {"an invalidation before its page is forgotten", {}, cache(C::reading, CE::invalidate, C::reading, {CA::acknowledge})},
      {"a poisoned page is kept", {}, cache(C::poisoned, CE::data, C::shared, {CA::install, CA::rest})},
      {"the old owner keeps a read copy", {}, cache(C::modified, CE::forward_write, C::shared, {CA::give})},
      {"the owner is not downgraded", {}, cache(C::modified, CE::forward_read, C::modified, {CA::share})},
      {"writes before all have acknowledged",
       {},
       cache(C::upgrading, CE::part, C::modified, {CA::keep, CA::confirm, CA::install, CA::rest})},
      {"an evicting owner ignores a forward", {}, cache(C::evicting, CE::forward_read, C::evicting, {}, Verdict::ignore)},
      {"no confirmation", {}, cache(C::upgrading, CE::whole, C::modified, {CA::keep, CA::install, CA::rest})},
      {"an exclusive copy that was written is dropped", {}, cache(C::modified, CE::evict, C::invalid, {CA::drop})},
      {"a stale acknowledgement ends an eviction", unconfirmed, cache(C::evicting, CE::put_stale, C::invalid, {CA::drop, CA::rest})},
      {"a sharer is not listed", {}, home(H::shared, HE::get_read, H::shared, {HA::send_shared})},
      {"the old owner is not listed", {}, home(H::reading_back, HE::write_back, H::shared, {HA::store, HA::list})},
      {"what is written back is dropped", {}, home(H::reading_back, HE::write_back, H::shared, {HA::list_both})},
      {"an evicted page is dropped", {}, home(H::owned, HE::put_owned, H::uncached, {HA::confirm_ack})},
      {"a stale page is accepted", {}, home(H::owned, HE::put_stale, H::uncached, {HA::store, HA::confirm_ack})},
      {"a busy home serves", {}, home(H::settling, HE::get_read, H::shared, {HA::list, HA::send_shared})},
      {"the owner does not change", {}, home(H::owned, HE::get_write, H::settling, {HA::forward})},
      {"nobody is invalidated", {}, home(H::shared, HE::get_write, H::settling, {HA::send_owned})},
  };
}

// Messages between two nodes in order, as the transport has them. That order is part of a state then.
TEST(ExploreDirectory, ThreeClientsInOrder) {
  const std::map<std::string, std::size_t> goldens{{"mesi", 27515}, {"msi", 16648}, {"mesi relayed", 20960}};
  for (const Design& design : directory_designs()) {
    const auto golden = goldens.find(design.name);
    if (golden == goldens.end()) continue;
    const Explored e = explore(design, {.clients = 3, .fifo = true});
    EXPECT_EQ(e.wrong, "") << design.name << "\n" << story(e);
    EXPECT_TRUE(e.complete && e.states == golden->second) << design.name << ": " << e.states << " states, golden " << golden->second;
    std::printf("%-16s 3 clients in order: %zu states\n", design.name.c_str(), e.states);
  }
}

TEST(ExploreDirectory, FindsPlantedBugs) {
  for (const Mutant& mutant : mutants()) {
    const directory::Tables good = directory::tables_for(mutant.settings);
    CacheRules cache = *good.cache;
    HomeRules home = *good.home;
    mutant.plant(cache, home);
    const Design design = directory_design(mutant.name, mutant.settings, {&cache, &home});
    Explored e = explore(design, {.clients = 2});
    if (e.wrong.empty()) e = explore(design, {.clients = 3, .states = 60'000});
    EXPECT_NE(e.wrong, "") << mutant.name << " survived " << e.states << " states";
    std::printf("%-50s %6zu states, %2zu steps: %.90s\n", mutant.name.c_str(), e.states, e.trace.size() - 1, e.wrong.c_str());
  }
}

}   // namespace
}   // namespace ssi::test
