// A vector clock: for each node, how many of its intervals are known. Sparse and ordered: nodes that are not in it are at 0.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>

#include "models/base/ids.hpp"

namespace ssi {

class Clock {
 public:
  std::uint32_t of(NodeId node) const {
    const auto found = ticks_.find(node);
    return found == ticks_.end() ? 0 : found->second;
  }
  void raise(NodeId node, std::uint32_t to) {
    if (to > of(node)) ticks_[node] = to;
  }
  void merge(const Clock& other) {
    for (const auto& [node, ticks] : other.ticks_) raise(node, ticks);
  }
  bool covers(const Clock& other) const {
    return std::all_of(other.ticks_.begin(), other.ticks_.end(), [&](const auto& t) { return of(t.first) >= t.second; });
  }
  const std::map<NodeId, std::uint32_t>& ticks() const { return ticks_; }
  std::uint64_t bytes() const { return 4 + 8 * ticks_.size(); }   // on the wire
  friend bool operator==(const Clock&, const Clock&) = default;

 private:
  std::map<NodeId, std::uint32_t> ticks_;   // none is 0
};

}   // namespace ssi
