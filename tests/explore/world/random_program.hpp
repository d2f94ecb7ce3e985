// A random race-free program on machines of release consistency: words that a lock protects, words that change hands at barriers,
// packed on few pages; messages in random order, evictions. One thread on each node, at the end of which all nodes read all
// words; or two, and then locks only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

struct RandomProgram {
  std::string wrong;   // empty: nothing
  std::vector<std::uint64_t> rows;
  std::uint64_t accesses = 0;
};

RandomProgram run_program(const Design& design, std::uint64_t seed);

}   // namespace ssi::test
