// Timers of pages, whatever their numbers: a segment's page has its segment's id in the upper half.
#include <gtest/gtest.h>

#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

constexpr PageId kFarPage{std::uint64_t{7} << 52 | 3};

// Node 2 asks for a page that node 1 has just got. True: a timer of the machine's own led on.
void expect_timer_leads_on(const Design& design) {
  Cluster cluster(design, {.nodes = 3, .homes = {coherence::Homes::Kind::single, 3, {0}}});
  cluster.begin({1}, store(kFarPage, 1));
  while (!cluster.flights().empty()) cluster.deliver(0);
  cluster.begin({2}, store(kFarPage, 2));
  while (!cluster.flights().empty()) cluster.deliver(0);
  ASSERT_EQ(cluster.timers().size(), 1U) << design.name;
  const auto timer = cluster.timers().front();
  EXPECT_TRUE(cluster.machine(timer.node).mine(timer.key)) << design.name << ": its host would not give it to it";
  EXPECT_LT(timer.key.value, std::uint64_t{1} << 48) << design.name;
  cluster.deliver_all();
  EXPECT_EQ(cluster.machine({2}).right(kFarPage), coherence::Right::write) << design.name;
}

TEST(PageTimers, TheEndOfTheHoldTimeIsHeardOfForPagesOfAnyNumber) {
  const Duration hold = milliseconds(5);
  expect_timer_leads_on(directory_design("directory", {.hold = hold}));
  expect_timer_leads_on(ivy_design("ivy", {.hold = hold}));
  expect_timer_leads_on(ivy_central_design("ivy central", {.hold = hold}, ivy_central::kNodeRules, ivy_central::kManagerRules));
}

}   // namespace
}   // namespace ssi::test
