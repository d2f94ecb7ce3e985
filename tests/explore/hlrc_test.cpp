// Lazy release consistency: random race-free programs, planted bugs, messages of each case.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/random_program.hpp"

namespace ssi::test {
namespace {

using coherence::LockId;
using hlrc::PageAct;
using hlrc::PageEvent;
using hlrc::PageRules;
using hlrc::PageState;

std::uint64_t seeds() {
  const char* given = std::getenv("SSISIM_RANDOM_SEEDS");
  return given ? std::strtoull(given, nullptr, 10) : 400;
}

TEST(RandomProgram, RaceFreeProgramsReadTheLatestWrite) {
  for (const Design& design : hlrc_designs()) {
    std::vector<std::uint64_t> rows;
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
      const RandomProgram run = run_program(design, seed);
      ASSERT_EQ(run.wrong, "") << design.name << ", seed " << seed;
      rows.resize(run.rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += run.rows[i];
    }
    for (std::size_t s = 0; s < hlrc::kPageStates; ++s)
      for (std::size_t e = 0; e < hlrc::kPageEvents; ++e)
        EXPECT_TRUE(rows[s * hlrc::kPageEvents + e] > 0 || hlrc::kPageRules.cell(PageState(s), PageEvent(e)).verdict == Verdict::never)
            << "page state " << s << ", event " << e;
    for (std::size_t s = 0; s < 4; ++s)
      for (std::size_t e = 0; e < 4; ++e)
        EXPECT_TRUE(rows[PageRules::size() + s * 4 + e] > 0 ||
                    hlrc::kLockRules.cell(hlrc::LockState(s), hlrc::LockEvent(e)).verdict == Verdict::never)
            << "lock state " << s << ", event " << e;
  }
}

struct Mutant {
  std::string name;
  PageState at;
  PageEvent on;
  PageState next;
  PageRules::Acts acts;
};

TEST(RandomProgram, FindsPlantedBugs) {
  const std::vector<Mutant> mutants{
      {"a write notice is ignored", PageState::clean, PageEvent::notice, PageState::clean, {}},
      {"writes are not sent home", PageState::dirty, PageEvent::end, PageState::invalid, {PageAct::drop}},
      {"an old page is taken", PageState::fetching, PageEvent::old, PageState::clean, {PageAct::install}},
      {"the home does not wait", PageState::invalid, PageEvent::load, PageState::clean, {PageAct::perform}},
      {"a store makes no twin", PageState::clean, PageEvent::store, PageState::clean, {PageAct::perform}},
  };
  for (const Mutant& mutant : mutants) {
    PageRules rules = hlrc::kPageRules;
    rules.alter(mutant.at, mutant.on) = {Verdict::go, mutant.next, mutant.acts, 1};
    const Design design = hlrc_design(mutant.name, {}, rules);
    std::string wrong;
    for (std::uint64_t seed = 1; seed <= 300 && wrong.empty(); ++seed) wrong = run_program(design, seed).wrong;
    EXPECT_NE(wrong, "") << mutant.name << " survived";
    std::printf("%-28s %.120s\n", mutant.name.c_str(), wrong.substr(0, wrong.find('\n')).c_str());
  }
}

// Node 0 manages lock 0 and is the home of page 0.
class Synchronised {
 public:
  explicit Synchronised(std::uint32_t nodes)
      : cluster_(design_, {.nodes = nodes, .page_bytes = 4096, .homes = {coherence::Homes::Kind::interleaved, nodes, {}}}) {}

  Cost lock(std::uint32_t node) { return settle(cluster_.lock({node}, LockId{0})); }
  std::uint64_t unlock(std::uint32_t node) {   // messages
    const std::uint64_t before = cluster_.sent({0});
    cluster_.unlock({node}, LockId{0});
    cluster_.deliver_all();
    return cluster_.sent({0}) - before;
  }
  Cost store(std::uint32_t node, std::uint64_t page) { return settle(cluster_.begin({node}, test::store({page}, ++values_))); }
  Cost load(std::uint32_t node, std::uint64_t page) { return settle(cluster_.begin({node}, test::load({page}))); }
  std::uint64_t barrier() {   // messages
    std::vector<coherence::Ticket> tickets;
    for (std::uint32_t n = 0; n < cluster_.nodes(); ++n) tickets.push_back(cluster_.barrier({n}, LockId{0}));
    cluster_.deliver_all();
    std::uint64_t sum = 0;
    for (const auto ticket : tickets) sum += cluster_.sent(ticket);
    EXPECT_EQ(cluster_.take_finished().size(), tickets.size());
    return sum;
  }
  std::uint64_t bytes() const { return cluster_.bytes(); }
  const hlrc::Hlrc& node(std::uint32_t n) const { return dynamic_cast<const hlrc::Hlrc&>(cluster_.machine({n})); }

 private:
  Cost settle(coherence::Ticket ticket) {
    cluster_.deliver_all();
    Cost cost{~0U, cluster_.sent(ticket)};
    for (const Finished& f : cluster_.take_finished())
      if (f.ticket == ticket) cost.path = f.path;
    return cost;
  }
  Design design_ = hlrc_designs().front();
  Cluster cluster_;
  std::uint64_t values_ = 0;
};

TEST(HlrcCounts, Locks) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Synchronised c(n);
    EXPECT_EQ(c.lock(1), (Cost{2, 2})) << "the manager was the last holder";
    EXPECT_EQ(c.unlock(1), 0U) << "nothing was written: a release sends nothing";
    EXPECT_EQ(c.lock(1), (Cost{0, 0})) << "it was the last holder itself";
    c.unlock(1);
    EXPECT_EQ(c.lock(2), (Cost{3, 3}));
    c.unlock(2);
    EXPECT_EQ(c.lock(0), (Cost{2, 2})) << "the requester is the manager";
    c.unlock(0);
    for (std::uint32_t q = 1; q < n; ++q) {
      EXPECT_EQ(c.lock(q), (q == 1 ? Cost{2, 2} : Cost{3, 3}));
      c.unlock(q);
    }
  }
}

TEST(HlrcCounts, BarriersAndFaults) {
  for (std::uint32_t n = 2; n <= 16; ++n) {
    Synchronised c(n);
    EXPECT_EQ(c.barrier(), 2U * (n - 1));
    EXPECT_EQ(c.store(0, 0), (Cost{0, 0})) << "the home needs no page";
    EXPECT_EQ(c.barrier(), 2U * (n - 1)) << "and no diff";
    for (std::uint32_t q = 1; q < n; ++q) EXPECT_EQ(c.load(q, 0), (Cost{2, 2})) << "always one round trip";
    EXPECT_EQ(c.store(1, 0), (Cost{0, 0})) << "a twin";
    EXPECT_EQ(c.store(1, 1), (Cost{0, 0})) << "its own page";
    EXPECT_EQ(c.barrier(), 2U * (n - 1) + 1) << "one FLUSH for the page of another home";
    EXPECT_EQ(c.load(0, 0), (Cost{0, 0})) << "the home has it";
    EXPECT_EQ(c.node(0).intervals().size(), 0U) << "everybody knows everything: forgotten";
  }
}

TEST(HlrcCounts, AFlushCarriesWhatChanged) {
  Synchronised c(2);
  c.store(1, 0);
  const std::uint64_t before = c.bytes();
  c.barrier();
  EXPECT_LT(c.bytes() - before, 500U);
}

// Two writers of different words of one page: neither sees a message for the other's writes, and both writes survive.
TEST(HlrcCounts, FalseSharingCostsNothingUntilTheBarrier) {
  const Design design = hlrc_designs().front();
  Cluster cluster(design, {.nodes = 3, .page_bytes = 64, .homes = {coherence::Homes::Kind::single, 3, {0}}});
  for (const std::uint32_t n : {1U, 2U}) {
    cluster.begin({n}, load(kPage));
    cluster.deliver_all();
  }
  const std::uint64_t before = cluster.bytes();
  for (std::uint64_t i = 1; i <= 10; ++i)
    for (const std::uint32_t n : {1U, 2U}) cluster.begin({n}, store(kPage, 100 * n + i, n * kWordBytes));
  EXPECT_EQ(cluster.bytes(), before);
  for (std::uint32_t n = 0; n < 3; ++n) cluster.barrier({n}, LockId{0});
  cluster.deliver_all();
  for (std::uint32_t n = 0; n < 3; ++n) {
    cluster.begin({n}, load(kPage));
    cluster.deliver_all();
    EXPECT_EQ(cluster.machine({n}).copy(kPage)->word(kWordBytes), 110U);
    EXPECT_EQ(cluster.machine({n}).copy(kPage)->word(2 * kWordBytes), 210U) << "L5: all agree on every byte";
  }
}

}   // namespace
}   // namespace ssi::test
