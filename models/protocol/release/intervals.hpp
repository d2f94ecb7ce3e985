// Intervals and write notices: what a node has written between two synchronisations, and what it knows of the others'.
// Keleher, Cox, Zwaenepoel, "Lazy Release Consistency for Software Distributed Shared Memory" (ISCA 1992), section 3.
// Invariant: every record up to the clock that is above the floor is here.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "models/port/clock.hpp"
#include "models/port/digest.hpp"
#include "models/port/page.hpp"

namespace ssi::release {

// One interval of one node: a write notice for each page.
struct Interval {
  NodeId node;
  std::uint32_t number = 0;
  Clock clock;   // of the node when it ended: what happened before it
  std::vector<PageId> pages;
  std::uint64_t bytes() const { return 8 + clock.bytes() + 8 * pages.size(); }
};
using Record = std::shared_ptr<const Interval>;
using Records = std::vector<Record>;
inline std::uint64_t bytes_of_records(const Records& records) {
  std::uint64_t sum = 4;
  for (const Record& record : records) sum += record->bytes();
  return sum;
}

class Intervals {
 public:
  explicit Intervals(NodeId self) : self_(self) {}

  Record end(std::vector<PageId> pages);       // of this node's own interval; pages not empty
  bool learn(const Record& record);            // false: known already
  Records missing(const Clock& clock) const;   // above it and above the floor
  void forget(const Clock& floor);             // all nodes know everything up to it

  const Clock& known() const { return clock_; }
  const Clock& floor() const { return floor_; }
  std::uint32_t own() const { return clock_.of(self_); }
  std::size_t size() const { return records_.size(); }
  void hash_into(Digest& digest) const;

 private:
  NodeId self_;
  Clock clock_, floor_;
  std::map<std::pair<NodeId, std::uint32_t>, Record> records_;
};

void hash_clock(const Clock& clock, Digest& digest);
void hash_records(const Records& records, Digest& digest);

}   // namespace ssi::release
