// Lazy release consistency, with homes and without: random race-free programs, every row reached, planted bugs found.
#include <gtest/gtest.h>

#include <cstdlib>

#include "models/base/check.hpp"
#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/random_program.hpp"

namespace ssi::test {
namespace {

std::uint64_t program_seeds() {
  const char* given = std::getenv("SSISIM_RANDOM_SEEDS");
  return given ? std::strtoull(given, nullptr, 10) : 200;
}

// Rows that programs have reached.
std::vector<std::uint64_t> run_programs(const std::vector<Design>& designs) {
  std::vector<std::uint64_t> rows;
  for (const Design& design : designs)
    for (std::uint64_t seed = 1; seed <= program_seeds(); ++seed) {
      const RandomProgram run = run_program(design, seed);
      EXPECT_EQ(run.wrong, "") << design.name << ", seed " << seed;
      if (!run.wrong.empty()) break;
      rows.resize(run.rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += run.rows[i];
    }
  return rows;
}

template <class Rules, class State, class Event>
void expect_reached(const Rules& rules, std::span<const std::uint64_t> rows, std::size_t events, const char* what) {
  for (std::size_t row = 0; row < rows.size(); ++row)
    EXPECT_TRUE(rows[row] > 0 || rules.cell(State(row / events), Event(row % events)).verdict == Verdict::never)
        << what << " state " << row / events << ", event " << row % events;
}

TEST(RandomProgram, WithHomesTheLatestWriteIsRead) {
  const auto rows = run_programs(hlrc_designs());
  const std::span all(rows);
  expect_reached<hlrc::PageRules, hlrc::PageState, hlrc::PageEvent>(hlrc::kPageRules, all.first(hlrc::PageRules::size()), hlrc::kPageEvents,
                                                                    "page");
  expect_reached<release::LockRules, release::LockState, release::LockEvent>(release::kLockRules, all.subspan(hlrc::PageRules::size()), 4,
                                                                             "lock");
}

TEST(RandomProgram, WithoutHomesTheLatestWriteIsRead) {
  const auto rows = run_programs(lrc_designs());
  const std::span all(rows);
  expect_reached<lrc::PageRules, lrc::PageState, lrc::PageEvent>(lrc::kPageRules, all.first(lrc::PageRules::size()), lrc::kPageEvents,
                                                                 "page");
  expect_reached<release::LockRules, release::LockState, release::LockEvent>(release::kLockRules, all.subspan(lrc::PageRules::size()), 4,
                                                                             "lock");
}

void expect_found(const Design& design, std::uint64_t most = 400) {
  std::string wrong;
  std::uint64_t seed = 0;
  while (seed < most && wrong.empty()) wrong = run_program(design, ++seed).wrong;
  EXPECT_NE(wrong, "") << design.name << " survived";
  std::printf("%-44s seed %3llu: %.110s\n", design.name.c_str(), static_cast<unsigned long long>(seed),
              wrong.substr(0, wrong.find('\n')).c_str());
}

TEST(RandomProgram, FindsBugsPlantedInPagesWithHomes) {
  using hlrc::PageAct;
  using hlrc::PageEvent;
  using hlrc::PageState;
  const auto planted = [](const char* name, PageState at, PageEvent on, PageState next, hlrc::PageRules::Acts acts) {
    hlrc::PageRules rules = hlrc::kPageRules;
    rules.alter(at, on) = {Verdict::go, next, acts, 1};
    expect_found(hlrc_design(name, {}, rules));
  };
  planted("a write notice is ignored", PageState::clean, PageEvent::notice, PageState::clean, {});
  planted("writes are not sent home", PageState::dirty, PageEvent::end, PageState::invalid, {PageAct::drop});
  planted("an old page is taken", PageState::fetching, PageEvent::old, PageState::clean, {PageAct::install});
  planted("the home does not wait", PageState::invalid, PageEvent::load, PageState::clean, {PageAct::perform});
  planted("a store makes no twin", PageState::clean, PageEvent::store, PageState::clean, {PageAct::perform});
}

TEST(RandomProgram, FindsBugsPlantedInPagesWithoutHomes) {
  using lrc::PageAct;
  using lrc::PageEvent;
  using lrc::PageState;
  const auto planted = [](const char* name, PageState at, PageEvent on, PageState next, lrc::PageRules::Acts acts) {
    lrc::PageRules rules = lrc::kPageRules;
    rules.alter(at, on) = {Verdict::go, next, acts, 1};
    expect_found(lrc_design(name, {.collect = 200}, rules));
  };
  planted("a write notice is ignored", PageState::clean, PageEvent::notice, PageState::clean, {});
  planted("a twin is not made anew after a release", PageState::written, PageEvent::store, PageState::dirty, {PageAct::perform});
  planted("one diff is enough", PageState::fetching, PageEvent::part, PageState::clean, {PageAct::install});
  planted("no diff before others' bytes come", PageState::written, PageEvent::notice, PageState::invalid, {PageAct::forget, PageAct::drop});
  planted("a collection does not validate", PageState::invalid, PageEvent::validate, PageState::invalid, {});
  expect_found(lrc_design("diffs out of the order of happens-before", {}, lrc::kPageRules, {.applies_unordered = true}));
}

TEST(RandomProgram, FindsBugsPlantedInSynchronisation) {
  const release::Flaws flaws[] = {{.tells_own_only = true}, {.early_barrier = true}};
  const char* names[] = {"write notices are not transitive", "a barrier lets go with n - 1"};
  for (std::size_t i = 0; i < 2; ++i) {
    expect_found(hlrc_design(std::string("hlrc: ") + names[i], {}, hlrc::kPageRules, flaws[i]));
    expect_found(lrc_design(std::string("lrc: ") + names[i], {}, lrc::kPageRules, {}, flaws[i]));
  }
}

// Another thread's GRANT comes before the DEPART of a barrier: it speaks of what happened after what all know by then, and waits.
void overtake(const Design& design, bool& waited) {
  Cluster cluster(design, {.nodes = 3, .page_bytes = 64, .homes = {coherence::Homes::Kind::interleaved, 3, {}}});
  const auto deliver = [&](std::string_view name, std::uint32_t to) {
    std::size_t i = 0;
    while (i < cluster.flights().size() &&
           (cluster.flights()[i].message.body.type().name != name || cluster.flights()[i].message.header.to.value != to))
      ++i;
    ASSERT_LT(i, cluster.flights().size()) << name;
    cluster.deliver(i);
  };
  const PageId page{2};
  cluster.begin({2}, store(page, 1));
  for (std::uint32_t n = 0; n < 3; ++n) cluster.barrier({n}, {0});
  deliver("ARRIVE", 0);
  deliver("ARRIVE", 0);
  deliver("DEPART", 2);
  cluster.lock({2}, {2});
  cluster.begin({2}, store(page, 2));
  cluster.unlock({2}, {2});
  cluster.take_finished();
  const coherence::Ticket wants = cluster.lock({1}, {2});
  deliver("ACQUIRE", 2);
  deliver("GRANT", 1);
  waited = cluster.pending().contains(wants);
  deliver("DEPART", 1);
  EXPECT_FALSE(cluster.pending().contains(wants));
}

TEST(ReleaseSynchronisation, AGrantThatOvertakesADepartureWaits) {
  bool waited = false;
  overtake(hlrc_design("hlrc", {}), waited);
  EXPECT_TRUE(waited);
  overtake(lrc_design("lrc", {}), waited);
  EXPECT_TRUE(waited);
  EXPECT_THROW(overtake(hlrc_design("it does not", {}, hlrc::kPageRules, {.heeds_no_floor = true}), waited), InvariantBroken);
}

}   // namespace
}   // namespace ssi::test
