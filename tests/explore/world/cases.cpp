#include "tests/explore/world/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ssi::test {
namespace {

constexpr std::uint32_t kMostNodes = 16;

bool met(const CountCase& c, Role role) {
  return c.counted.role == role || std::any_of(c.before.begin(), c.before.end(), [&](const Turn& turn) { return turn.role == role; });
}

std::uint32_t least_nodes(const CountCase& c) { return met(c, Role::sharers) || met(c, Role::o) ? 3 : 2; }

class Played {
 public:
  Played(const Design& design, std::uint32_t nodes, std::uint32_t turned)
      : nodes_(nodes), turned_(turned),
        counted_(design, nodes, {coherence::Homes::Kind::interleaved, nodes, {}}, PageId{turned}) {}

  Cost turn(const Turn& turn) {
    if (turn.role != Role::sharers) return one(turn.kind, static_cast<std::uint32_t>(turn.role));
    for (std::uint32_t n = static_cast<std::uint32_t>(Role::sharers); n < nodes_; ++n) one(turn.kind, n);
    return {};
  }

 private:
  Cost one(Turn::Kind kind, std::uint32_t role) {
    const std::uint32_t node = (role + turned_) % nodes_;
    switch (kind) {
      case Turn::Kind::read: return counted_.read(node);
      case Turn::Kind::write: return counted_.write(node);
      case Turn::Kind::evict: return counted_.evict(node);
    }
    return {};
  }
  std::uint32_t nodes_, turned_;
  Counted counted_;
};

void expect_case(const Design& design, const CountCase& c, const Formula& cost, std::uint32_t nodes, std::uint32_t turned) {
  Played played(design, nodes, turned);
  for (const Turn& turn : c.before) played.turn(turn);
  const std::uint64_t sharers = met(c, Role::sharers) ? nodes - 3 : 0;
  EXPECT_EQ(played.turn(c.counted), cost.with(sharers)) << design.name << ": " << c.what << ", " << nodes << " nodes, page " << turned;
}

}   // namespace

void expect_counts(const std::vector<Design>& designs, const std::vector<CountCase>& cases, bool each_home) {
  for (const CountCase& c : cases) {
    ASSERT_EQ(c.costs.size(), designs.size()) << c.what;
    for (std::size_t i = 0; i < designs.size(); ++i)
      for (std::uint32_t n = least_nodes(c); n <= kMostNodes; ++n)
        for (std::uint32_t page = 0; page < (each_home ? n : 1); ++page) expect_case(designs[i], c, c.costs[i], n, page);
  }
}

}   // namespace ssi::test
