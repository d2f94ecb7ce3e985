// A directory that skips a single invalidation, and three checkers that each find it alone: one writer or many readers over the cluster,
// the value of every copy, and the history that threads have seen. `tests/cli` plays POSIX behaviours over the same machine.
#include <gtest/gtest.h>

#include "models/base/check.hpp"
#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/random_memory.hpp"
#include "tests/flawed/skips_invalidation.hpp"

namespace ssi::test {
namespace {

constexpr std::uint64_t kSeeds = 25;

void check_nothing(std::span<const coherence::Machine* const>, PageId, const coherence::Homes&) {}

// D1, knowing no protocol.
void check_rights(std::span<const coherence::Machine* const> all, PageId page, const coherence::Homes&) {
  std::size_t readers = 0, writers = 0;
  for (const coherence::Machine* machine : all) {
    readers += machine->right(page) == coherence::Right::read;
    writers += machine->right(page) == coherence::Right::write;
  }
  SSI_INVARIANT(writers == 0 || writers + readers == 1, "D1: " + std::to_string(writers) + " writers beside " + std::to_string(readers) +
                                                            " readers of page " + std::to_string(page.value));
}

// Node 1's first invalidation, or none at all.
Design one_skipped(bool skips, bool data_value, decltype(&check_rights) check) {
  return {.name = "directory",
          .make =
              [=](const coherence::Place& place) {
                auto sound = std::make_unique<directory::Directory>(place, directory::Settings{});
                return std::make_unique<flawed::SkipsInvalidation>(std::move(sound), skips && place.self == NodeId{1} ? 1U : 0U);
              },
          .check = check,
          .data_value = data_value};
}

// In how many of the seeds `text` is what is found first.
std::uint64_t found(const Design& design, const std::string& text) {
  std::uint64_t seeds = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) seeds += run_randomly(design, seed).wrong.find(text) != std::string::npos;
  return seeds;
}

TEST(SkippedInvalidation, LeavesAReaderBesideAWriter) { EXPECT_GT(found(one_skipped(true, false, check_rights), "D1: 1 writer"), 0U); }

TEST(SkippedInvalidation, LeavesACopyWithAnOldValue) { EXPECT_GT(found(one_skipped(true, true, check_nothing), "D2: node 1 reads"), 0U); }

TEST(SkippedInvalidation, ShowsInWhatThreadsHaveSeen) {
  const Design design = one_skipped(true, false, check_nothing);
  EXPECT_GT(found(design, "a load returned a value that was overwritten before it began") + found(design, "cycle:"), 0U);
}

TEST(SkippedInvalidation, IsTheOnlyThingThatIsFound) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) EXPECT_EQ(run_randomly(one_skipped(false, true, check_rights), seed).wrong, "");
}

}   // namespace
}   // namespace ssi::test
