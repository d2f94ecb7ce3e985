// One random run of coherence machines: threads that access few pages at random, messages delivered at random, evictions;
// invariants after every event; then everything comes to rest, and the history is checked. The seed draws all of it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/explore/world/cluster.hpp"
#include "tests/explore/world/history.hpp"

namespace ssi::test {

struct RandomMemory {
  std::string wrong;   // empty: nothing
  std::vector<std::uint64_t> rows;
  std::uint64_t accesses = 0;
};

RandomMemory run_randomly(const Design& design, std::uint64_t seed, std::uint32_t accesses = 300);

}   // namespace ssi::test
