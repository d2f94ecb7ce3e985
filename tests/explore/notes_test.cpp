// What coherence machines note for results is what they do: pages sent, faults, transitions.
#include <gtest/gtest.h>

#include "models/base/random.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

using Kind = PageNote::Kind;

std::vector<Design> noting_designs() {
  std::vector<Design> all;
  for (const auto& some : {directory_designs(), ivy_designs(), ivy_central_designs(), hlrc_designs(), lrc_designs()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

// One access after the other, each under a lock where the protocol has locks.
void perform_alone(Cluster& cluster, NodeId node, const coherence::Access& access) {
  const bool release = cluster.machine(node).ordering() == coherence::Ordering::release;
  if (release) cluster.lock(node, {1});
  if (release) cluster.deliver_all();
  cluster.begin(node, access);
  cluster.deliver_all();
  if (release) cluster.unlock(node, {1});
  cluster.deliver_all();
}

TEST(PageNotes, CountEveryPageThatIsSentAndNoOther) {
  for (const Design& design : noting_designs()) {
    Cluster cluster(design, {.nodes = 4, .page_bytes = 4096, .homes = {.nodes = 4}});
    Stream draws = RandomRoot(7).stream("pages");
    for (std::uint64_t i = 1; i <= 200; ++i) {
      const NodeId node{static_cast<std::uint32_t>(draws.below(4))};
      const PageId page{1 + draws.below(5)};
      const bool writes = draws.below(3) == 0;
      perform_alone(cluster, node, writes ? store(page, i) : load(page));
    }
    EXPECT_GT(cluster.pages_sent(), 10U) << design.name;
    EXPECT_EQ(cluster.noted(Kind::transfer), cluster.pages_sent()) << design.name;
    EXPECT_GT(cluster.noted(Kind::invalidation), 10U) << design.name;
    EXPECT_GT(cluster.noted(Kind::fault), 10U) << design.name;
  }
}

// A read of a page at its home, and its loss to a writer: what each node does is in the notes, by the names of the table.
TEST(PageNotes, NameTransitionsAsTheTableDoes) {
  directory::Settings settings;
  settings.exclusive = false;
  const Design design = directory_design("msi", settings);
  std::map<std::string, std::uint64_t> noted;
  Cluster cluster(design, {.nodes = 3, .homes = {coherence::Homes::Kind::single, 3, {0}}, .transitions = &noted});
  perform_alone(cluster, {1}, load({1}));
  perform_alone(cluster, {2}, store({1}, 5));
  const std::map<std::string, std::uint64_t> right{{"invalid+load", 1},  {"uncached+get_read", 1}, {"reading+data", 1},
                                                   {"invalid+store", 1}, {"shared+get_write", 1},  {"shared+invalidate", 1},
                                                   {"writing+whole", 1}};
  noted.erase("settling+confirm");   // an option
  EXPECT_EQ(noted, right);
  EXPECT_EQ(cluster.noted(Kind::fault), 2U);
  EXPECT_EQ(cluster.noted(Kind::invalidation), 1U);
}

// What is here is no fault and leads nowhere.
TEST(PageNotes, AreNoneOfAHit) {
  for (const Design& design : noting_designs()) {
    Cluster cluster(design, {.nodes = 2, .homes = {coherence::Homes::Kind::single, 2, {0}}});
    perform_alone(cluster, {1}, store({1}, 5));
    const std::uint64_t faults = cluster.noted(Kind::fault);
    cluster.begin({1}, load({1}));
    EXPECT_EQ(cluster.noted(Kind::fault), faults) << design.name;
  }
}

}   // namespace
}   // namespace ssi::test
