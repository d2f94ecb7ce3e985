// Every state that a small cluster can reach: breadth first over hashed canonical states, invariants in each, and from each
// a way to rest (AG EF quiescent: neither deadlock nor livelock). Unlimited loads, stores and evictions of one page, one
// access of a thread at a time. Finds the shortest way to what is wrong (VERIFICATION 2c).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

struct Bounds {
  std::uint32_t clients = 2;   // nodes that access the page
  std::uint32_t threads = 1;   // accesses that a client may have under way
  bool home_apart = false;     // its home is a further node that does not
  bool fifo = false;
  bool evictions = true;
  std::size_t states = 2'000'000;   // gives up beyond
};

struct Explored {
  std::size_t states = 0, transitions = 0, depth = 0;
  bool complete = false;
  std::string wrong;                 // empty: nothing
  std::vector<std::string> trace;    // the shortest way to it
  std::vector<std::uint64_t> rows;   // of the design's tables
};

Explored explore(const Design& design, const Bounds& bounds);

}   // namespace ssi::test
