// Tables of what a fault costs: what happened before, who asks, and the messages of each design over 2 to 16 nodes.
#pragma once
#include <vector>

#include "tests/explore/world/counted.hpp"

namespace ssi::test {

// Node 0 is the page's home (manager, first owner), q asks, o owns, all others share. S is how many those are: n - 3, or 0.
enum class Role : std::uint8_t { home, q, o, sharers };
struct Turn {
  enum class Kind : std::uint8_t { read, write, evict } kind;
  Role role;
};
constexpr Turn reads(Role role) { return {Turn::Kind::read, role}; }
constexpr Turn writes(Role role) { return {Turn::Kind::write, role}; }
constexpr Turn evicts(Role role) { return {Turn::Kind::evict, role}; }

// Messages on the path and in all: with S sharers `some`, and `each` for every one of them; `none` without any.
struct Formula {
  Cost none, some, each;
  Cost with(std::uint64_t s) const { return s == 0 ? none : Cost{some.path + s * each.path, some.total + s * each.total}; }
};
constexpr Formula always(std::uint64_t path, std::uint64_t total) { return {{path, total}, {path, total}, {0, 0}}; }

struct CountCase {
  const char* what;
  std::vector<Turn> before;
  Turn counted;
  std::vector<Formula> costs;   // of each design of the table
};

// `each_home`: once for every page of a round, so that each node is the home of one, and roles turn with it.
void expect_counts(const std::vector<Design>& designs, const std::vector<CountCase>& cases, bool each_home = false);

}   // namespace ssi::test
