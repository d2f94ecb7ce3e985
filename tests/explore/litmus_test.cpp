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

TEST(Litmus, ReleaseConsistencyWithoutSynchronisation) {
  const Design hlrc = hlrc_designs().front();
  for (const Litmus& litmus : litmus_tests()) {
    const Litmus program = litmus.final_values ? with_barrier(litmus) : litmus;
    const auto threads = static_cast<std::uint32_t>(litmus.threads.size());
    Outcomes seen;
    std::size_t states = 0;
    for (const Homes homes :
         {Homes{Homes::Kind::single, threads, {0}}, Homes{Homes::Kind::single, threads, {1}}, Homes{Homes::Kind::interleaved, threads, {}}})
      for (const std::uint32_t evictions : {0U, 2U}) {
        const LitmusRun run =
            run_litmus(hlrc, program, {.homes = homes, .warm = evictions > 0, .evictions = evictions, .fifo = threads > 2});
        EXPECT_EQ(run.wrong, "") << litmus.name << ", " << run.states << " states";
        seen.insert(run.outcomes.begin(), run.outcomes.end());
        states += run.states;
      }
    EXPECT_EQ(text_of(seen), text_of(release_outcomes(litmus))) << litmus.name;
    std::printf("hlrc %-5s %8zu states, %zu outcomes\n", litmus.name.c_str(), states, seen.size());
  }
}

TEST(Litmus, ReleaseConsistencyWithALockIsOneMemory) {
  const Design hlrc = hlrc_designs().front();
  for (const Litmus& litmus : litmus_tests()) {
    if (litmus.threads.size() > 2) continue;   // IRIW with locks takes too long
    const Litmus program = with_lock(litmus.final_values ? with_barrier(litmus) : litmus);
    for (const bool one_page : {false, true})
      for (const bool warm : {false, true}) {
        const LitmusRun run = run_litmus(hlrc, program, {.one_page = one_page, .homes = {Homes::Kind::interleaved, 2, {}}, .warm = warm});
        EXPECT_EQ(run.wrong, "") << program.name << ", " << run.states << " states";
        EXPECT_EQ(text_of(run.outcomes), text_of(sequential_outcomes(litmus))) << program.name;
      }
  }
}

}   // namespace
}   // namespace ssi::test
