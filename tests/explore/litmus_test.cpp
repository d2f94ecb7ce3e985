// Litmus tests of every protocol: exactly the outcomes that its model allows, each of them seen.
#include <gtest/gtest.h>

#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/litmus.hpp"

namespace ssi::test {
namespace {

using coherence::Homes;

TEST(Litmus, ModelsForbidWhatTheyShould) {
  const Outcome forbidden[] = {{0, 0}, {1, 0}, {1, 1}, {1, 0, 1, 0}, {1, 0}, {1, 1}};
  std::size_t i = 0;
  for (const Litmus& litmus : litmus_tests()) EXPECT_FALSE(sequential_outcomes(litmus).contains(forbidden[i++])) << litmus.name;
}

// Unsynchronised programs of two words under release consistency: everything but reading the future and forgetting what was read.
Outcomes release_outcomes(const Litmus& litmus) {
  Outcomes all;
  if (litmus.final_values) return {{1, 1}, {1, 2}, {2, 1}, {2, 2}};
  std::size_t count = 0;
  for (const auto& thread : litmus.threads)
    for (const LitmusStep& step : thread) count += step.kind == LitmusStep::Kind::load;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << count; ++bits) {
    Outcome outcome;
    for (std::size_t i = 0; i < count; ++i) outcome.push_back(bits >> i & 1);
    all.insert(outcome);
  }
  if (litmus.name == "LB") all.erase({1, 1});     // a load ends before the store that follows it
  if (litmus.name == "CoRR") all.erase({1, 0});   // a home's page never gets older
  return all;
}

TEST(Litmus, DirectoriesAndIviesAllowExactlyWhatOneMemoryDoes) {
  std::vector<Design> designs = directory_designs();
  for (Design& design : ivy_designs()) designs.push_back(std::move(design));
  for (Design& design : ivy_central_designs()) designs.push_back(std::move(design));
  for (const Design& design : designs) {
    std::size_t states = 0;
    for (const Litmus& litmus : litmus_tests()) {
      const auto threads = static_cast<std::uint32_t>(litmus.threads.size());
      for (const bool one_page : {false, true})
        for (const bool warm : {false, true}) {
          if (threads > 2 && (one_page || warm)) continue;   // IRIW has many states
          const LitmusLayout layout{
              .one_page = one_page, .homes = {Homes::Kind::interleaved, threads, {}}, .warm = warm, .fifo = threads > 2};
          const LitmusRun run = run_litmus(design, litmus, layout);
          EXPECT_EQ(run.wrong, "") << design.name << ", " << litmus.name << ", " << run.states << " states";
          EXPECT_EQ(text_of(run.outcomes), text_of(sequential_outcomes(litmus))) << design.name << ", " << litmus.name;
          states += run.states;
        }
    }
    std::printf("%-32s %8zu states\n", design.name.c_str(), states);
  }
}

// A bug that skips an invalidation shows as an outcome that one memory does not have. (A third way to find it: the explorer and
// the random world are the others.)
TEST(Litmus, FindsAnInvalidationThatDoesNothing) {
  directory::CacheRules cache = directory::kCacheRules;
  cache.alter(directory::CacheState::shared, directory::CacheEvent::invalidate) = {
      Verdict::go, directory::CacheState::shared, {directory::CacheAct::acknowledge}, 1};
  Design design = directory_design("canary", {}, {&cache, directory::tables_for({}).home});
  design.data_value = false;
  design.check = [](auto, PageId, const Homes&) {};
  for (const Litmus& litmus : litmus_tests()) {
    if (litmus.name != "SB" && litmus.name != "MP") continue;
    const LitmusRun run = run_litmus(design, litmus, {.homes = {Homes::Kind::interleaved, 2, {}}, .warm = true});
    EXPECT_NE(text_of(run.outcomes) + run.wrong, text_of(sequential_outcomes(litmus))) << litmus.name;
  }
}

struct Looked {
  Outcomes outcomes;
  std::size_t states = 0;
};
void look(const Design& design, const Litmus& program, LitmusLayout layout, Looked& seen) {
  const LitmusRun run = run_litmus(design, program, layout);
  EXPECT_EQ(run.wrong, "") << design.name << ", " << program.name << ", " << run.states << " states";
  seen.outcomes.insert(run.outcomes.begin(), run.outcomes.end());
  seen.states += run.states;
}

// Where the pages' homes are: all at one of the first two nodes, or one at each.
std::vector<Homes> placements(std::uint32_t threads) {
  return {{Homes::Kind::single, threads, {0}}, {Homes::Kind::single, threads, {1}}, {Homes::Kind::interleaved, threads, {}}};
}

TEST(Litmus, ReleaseConsistencyWithoutSynchronisation) {
  const Design hlrc = hlrc_designs().front();
  for (const Litmus& litmus : litmus_tests()) {
    const Litmus program = litmus.final_values ? with_barrier(litmus) : litmus;
    const auto threads = static_cast<std::uint32_t>(litmus.threads.size());
    Looked seen;
    for (const Homes homes : placements(threads))
      for (const std::uint32_t evictions : {0U, 2U})
        look(hlrc, program, {.homes = homes, .warm = evictions > 0, .evictions = evictions, .fifo = threads > 2}, seen);
    EXPECT_EQ(text_of(seen.outcomes), text_of(release_outcomes(litmus))) << litmus.name;
    std::printf("hlrc %-5s %8zu states, %zu outcomes\n", litmus.name.c_str(), seen.states, seen.outcomes.size());
  }
}

// Nothing is evicted, so who has a copy keeps it: it takes copies of some words only to see the others' order.
TEST(Litmus, ReleaseConsistencyWithoutHomesOrSynchronisation) {
  const Design lrc = lrc_designs().front();
  for (const Litmus& litmus : litmus_tests()) {
    const Litmus program = litmus.final_values ? with_barrier(litmus) : litmus;
    const auto threads = static_cast<std::uint32_t>(litmus.threads.size());
    Looked seen;
    for (const Homes homes : placements(threads))
      for (std::uint64_t cold = 0; cold < std::uint64_t{1} << (threads * litmus.words); ++cold) {
        if (threads > 2 && (cold & 0xf) != 0) continue;   // IRIW: of those who read
        look(lrc, program, {.homes = homes, .warm = true, .cold = cold, .fifo = threads > 2}, seen);
      }
    Outcomes right = release_outcomes(litmus);
    if (litmus.name == "CoRR") right.erase({0, 1});   // a copy changes when its node synchronises, else never
    EXPECT_EQ(text_of(seen.outcomes), text_of(right)) << litmus.name;
    std::printf("lrc %-5s %8zu states, %zu outcomes\n", litmus.name.c_str(), seen.states, seen.outcomes.size());
  }
}

TEST(Litmus, ReleaseConsistencyWithoutHomesShowsANewValueToWhoTakesTheLockInBetween) {
  using Kind = LitmusStep::Kind;
  const Litmus program{.name = "CoRR, a lock in between",
                       .threads = {{{.kind = Kind::lock}, {.kind = Kind::store, .value = 1}, {.kind = Kind::unlock}},
                                   {{.kind = Kind::load}, {.kind = Kind::lock}, {.kind = Kind::unlock}, {.kind = Kind::load}}},
                       .words = 1};
  Looked seen;
  for (const Homes homes : placements(2)) look(lrc_designs().front(), program, {.homes = homes, .warm = true}, seen);
  EXPECT_EQ(text_of(seen.outcomes), "(0,0) (0,1)") << "a copy was there before";
  for (const Homes homes : placements(2)) look(lrc_designs().front(), program, {.homes = homes}, seen);
  EXPECT_EQ(text_of(seen.outcomes), "(0,0) (0,1) (1,1)");
}

TEST(Litmus, ReleaseConsistencyWithALockIsOneMemory) {
  for (const Design& design : {hlrc_designs().front(), lrc_designs().front()})
    for (const Litmus& litmus : litmus_tests()) {
      if (litmus.threads.size() > 2) continue;   // IRIW with locks takes too long
      const Litmus program = with_lock(litmus.final_values ? with_barrier(litmus) : litmus);
      for (const bool one_page : {false, true})
        for (const bool warm : {false, true}) {
          Looked seen;
          look(design, program, {.one_page = one_page, .homes = {Homes::Kind::interleaved, 2, {}}, .warm = warm}, seen);
          EXPECT_EQ(text_of(seen.outcomes), text_of(sequential_outcomes(litmus))) << design.name << ", " << program.name;
        }
    }
}

}   // namespace
}   // namespace ssi::test
