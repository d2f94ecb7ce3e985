// Version vectors (Parker et al., IEEE TSE 1983): how often a file was changed at each storage site. One that has all changes of another
// and more is newer; two that each have a change that the other lacks are in conflict.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi::locus {

enum class Order : std::uint8_t { same, older, newer, conflict };

class VersionVector {
 public:
  void bump(NodeId site);
  std::uint32_t count(NodeId site) const;                          // of changes there
  Order compare(const VersionVector& other) const;                 // of this one to the other, component by component
  void include(const VersionVector& other);                        // the least that is not older than either
  bool has_all_of(const VersionVector& other) const;               // same or newer
  std::uint64_t bytes() const { return 2 + 8 * counts_.size(); }   // on the wire
  std::uint64_t changes() const;                                   // in all; for text only, it orders nothing
  friend bool operator==(const VersionVector&, const VersionVector&) = default;
  void hash_into(StateHash& hash) const;

 private:
  std::vector<std::pair<NodeId, std::uint32_t>> counts_;   // ascending, none of them 0
};

}   // namespace ssi::locus
