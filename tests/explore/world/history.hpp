// What threads saw of shared memory, and checkers that know nothing of protocols. A finding is a text; empty is good.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/explore/world/ledger.hpp"

namespace ssi::test {

// One access that is over; accesses of a thread stand in program order. An atomic one reads and writes.
struct Seen {
  std::uint32_t thread = 0;
  Word word;
  std::optional<std::uint64_t> read, wrote;
};
using History = std::vector<Seen>;

// Sequential consistency, given the order of writes to each word: program order, reads-from, write order and from-reads
// have no cycle (Shasha, Snir 1988; herd's sc.cat). Names the shortest cycle that it finds.
std::string check_sequential(const History& history, const Ledger& ledger);

// Per word only: the same with the program order among accesses of one word (coherence: CoRR, CoRW, CoWR, CoWW).
std::string check_coherent(const History& history, const Ledger& ledger);

}   // namespace ssi::test
