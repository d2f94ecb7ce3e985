// Which part of a run its traces keep. What begins in [from, to) on one of `nodes` and for one of `calls` is kept.
#pragma once
#include <algorithm>
#include <bitset>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "sim/record/stats.hpp"

namespace ssi::record {

struct TraceFilter {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> nodes;   // ranges, both ends kept; empty: all
  std::bitset<kCalls> calls;                                    // none set: all, and what was done for no call
  Instant from{}, to{INT64_MAX};

  bool keeps(Instant at) const { return at >= from && at < to; }
  bool keeps(NodeId node) const {
    return nodes.empty() || std::any_of(nodes.begin(), nodes.end(),
                                        [node](const auto& range) { return node.value >= range.first && node.value <= range.second; });
  }
  bool keeps_kind(std::size_t kind) const { return calls.none() || (kind < kCalls && calls.test(kind)); }
  bool keeps(Instant at, NodeId node) const { return keeps(at) && keeps(node); }
  bool keeps(Instant at, NodeId node, std::size_t kind) const { return keeps(at) && keeps(node) && keeps_kind(kind); }
};

}   // namespace ssi::record
