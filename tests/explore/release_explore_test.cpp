// Every state of small programs under lazy release consistency (its clocks grow for ever, so programs end): critical sections of two
// nodes on one page, numbers of states as goldens. Each load must return what the section before it wrote.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/litmus.hpp"

namespace ssi::test {
namespace {

using Kind = LitmusStep::Kind;

constexpr std::uint64_t kRounds = 2;

// Thread t's section r: what another section wrote last is read, and 10 t + r is written. `meet`: a barrier between the rounds.
Litmus sections(bool meet) {
  Litmus program{.name = meet ? "sections and a barrier" : "sections", .threads = {{}, {}}, .words = 1};
  for (std::uint64_t t = 0; t < 2; ++t)
    for (std::uint64_t r = 1; r <= kRounds; ++r) {
      auto& steps = program.threads[t];
      steps.push_back({.kind = Kind::lock});
      steps.push_back({.kind = Kind::load});
      steps.push_back({.kind = Kind::store, .value = 10 * t + r});
      steps.push_back({.kind = Kind::unlock});
      if (meet && r < kRounds) steps.push_back({.kind = Kind::barrier, .lock = {1}});
    }
  return program;
}

// All orders of whole sections.
void order_sections(bool meet, std::array<std::uint64_t, 2> done, std::uint64_t word, std::array<Outcome, 2> loaded, Outcomes& all) {
  if (done[0] == kRounds && done[1] == kRounds) {
    loaded[0].insert(loaded[0].end(), loaded[1].begin(), loaded[1].end());
    all.insert(loaded[0]);
    return;
  }
  for (std::size_t t = 0; t < 2; ++t) {
    const bool waits = meet && done[t] > done[1 - t];
    if (done[t] == kRounds || waits) continue;
    auto next = done;
    auto seen = loaded;
    seen[t].push_back(word);
    ++next[t];
    order_sections(meet, next, 10 * t + next[t], seen, all);
  }
}

std::vector<Design> release_designs() {
  std::vector<Design> all = hlrc_designs();
  for (Design& design : lrc_designs()) all.push_back(std::move(design));
  return all;
}

// States by design: without and with a barrier, each with messages in order and in any order, the page's home at node 0 and at node 1.
const std::map<std::string, std::array<std::size_t, 8>> kGoldens{
    {"hlrc", {279, 279, 273, 273, 257, 217, 241, 242}},
    {"lrc", {233, 233, 231, 231, 214, 211, 208, 202}},
    {"lrc, collects always", {233, 233, 231, 231, 203, 200, 203, 197}},
};

TEST(ExploreRelease, EveryOrderOfSectionsIsThatOfOneMemory) {
  for (const Design& design : release_designs()) {
    std::size_t place = 0;
    std::string found;
    for (const bool meet : {false, true}) {
      const Litmus program = sections(meet);
      Outcomes right;
      order_sections(meet, {}, 0, {}, right);
      for (const bool fifo : {true, false})
        for (const std::uint32_t home : {0U, 1U}) {
          const LitmusRun run = run_litmus(design, program, {.homes = {coherence::Homes::Kind::single, 2, {home}}, .fifo = fifo});
          EXPECT_EQ(run.wrong, "") << design.name << ", " << program.name;
          EXPECT_EQ(text_of(run.outcomes), text_of(right)) << design.name << ", " << program.name;
          EXPECT_EQ(run.states, kGoldens.at(design.name)[place++]) << design.name << ", " << program.name << ", home " << home;
          found += std::to_string(run.states) + ", ";
        }
    }
    std::printf("{\"%s\", {%s}},\n", design.name.c_str(), found.c_str());
  }
}

}   // namespace
}   // namespace ssi::test
