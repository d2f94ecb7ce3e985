// Nodes that synchronise one after the other, and what each step costs: messages on its critical path, and in all.
#pragma once
#include <gtest/gtest.h>

#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {

// Node 0 manages lock 0 and barrier 0, and is the home, or first holder, of page 0.
class Synchronised {
 public:
  Synchronised(const Design& design, std::uint32_t nodes)
      : design_(design),
        cluster_(design_, {.nodes = nodes, .page_bytes = 4096, .homes = {coherence::Homes::Kind::interleaved, nodes, {}}}) {}

  Cost lock(std::uint32_t node) { return settle(cluster_.lock({node}, coherence::LockId{0})); }
  std::uint64_t unlock(std::uint32_t node) {   // messages
    const std::uint64_t before = cluster_.sent({0});
    cluster_.unlock({node}, coherence::LockId{0});
    cluster_.deliver_all();
    return cluster_.sent({0}) - before;
  }
  // Asks, and is given the lock when its holder lets go of it: messages that this takes.
  std::uint64_t lock_after(std::uint32_t holder, std::uint32_t node) {
    const coherence::Ticket asked = cluster_.lock({node}, coherence::LockId{0});
    cluster_.deliver_all();
    EXPECT_TRUE(cluster_.take_finished().empty()) << "two hold it";
    cluster_.unlock({holder}, coherence::LockId{0});
    cluster_.deliver_all();
    EXPECT_EQ(cluster_.take_finished().size(), 1U);
    return cluster_.sent(asked);
  }
  Cost store(std::uint32_t node, std::uint64_t page, std::uint32_t word = 0) {
    return settle(cluster_.begin({node}, test::store({page}, ++values_, word * kWordBytes)));
  }
  Cost load(std::uint32_t node, std::uint64_t page) { return settle(cluster_.begin({node}, test::load({page}))); }
  std::uint64_t barrier() {   // messages
    std::vector<coherence::Ticket> tickets;
    for (std::uint32_t n = 0; n < cluster_.nodes(); ++n) tickets.push_back(cluster_.barrier({n}, coherence::LockId{0}));
    cluster_.deliver_all();
    std::uint64_t sum = 0;
    for (const auto ticket : tickets) sum += cluster_.sent(ticket);
    EXPECT_EQ(cluster_.take_finished().size(), tickets.size());
    return sum;
  }
  std::uint64_t word(std::uint32_t node, std::uint64_t page, std::uint32_t word) const {
    return cluster_.machine({node}).copy({page})->word(word * kWordBytes);
  }
  std::uint64_t bytes() const { return cluster_.bytes(); }
  std::uint64_t latest() const { return values_; }
  const release::Node& node(std::uint32_t n) const { return dynamic_cast<const release::Node&>(cluster_.machine({n})); }
  const lrc::Pages& pages(std::uint32_t n) const { return dynamic_cast<const lrc::Lrc&>(cluster_.machine({n})).pages(); }

 private:
  Cost settle(coherence::Ticket ticket) {
    cluster_.deliver_all();
    Cost cost{~0U, cluster_.sent(ticket)};
    for (const Finished& f : cluster_.take_finished())
      if (f.ticket == ticket) cost.path = f.path;
    return cost;
  }
  Design design_;
  Cluster cluster_;
  std::uint64_t values_ = 0;
};

inline Design hlrc_plain() { return hlrc_designs().front(); }
inline Design lrc_plain() { return lrc_designs().front(); }

}   // namespace ssi::test
