#include "models/protocol/locus_files/version_vector.hpp"

#include <algorithm>

namespace ssi::locus {
namespace {

using Counts = std::vector<std::pair<NodeId, std::uint32_t>>;

// Calls `meet` with each site that either of them has, ascending, and its two counts.
template <class F>
void side_by_side(const Counts& a, const Counts& b, F&& meet) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    const bool takes_left = right == b.end() || (left != a.end() && left->first <= right->first);
    const bool takes_right = left == a.end() || (right != b.end() && right->first <= left->first);
    const NodeId site = takes_left ? left->first : right->first;
    meet(site, takes_left ? left->second : 0U, takes_right ? right->second : 0U);
    if (takes_left) ++left;
    if (takes_right) ++right;
  }
}

}   // namespace

void VersionVector::bump(NodeId site) {
  const auto at = std::lower_bound(counts_.begin(), counts_.end(), std::pair(site, 0U));
  if (at != counts_.end() && at->first == site) ++at->second;
  else counts_.insert(at, {site, 1});
}

std::uint32_t VersionVector::count(NodeId site) const {
  const auto at = std::lower_bound(counts_.begin(), counts_.end(), std::pair(site, 0U));
  return at != counts_.end() && at->first == site ? at->second : 0;
}

Order VersionVector::compare(const VersionVector& other) const {
  bool more = false, less = false;
  side_by_side(counts_, other.counts_, [&](NodeId, std::uint32_t mine, std::uint32_t theirs) {
    more |= mine > theirs;
    less |= mine < theirs;
  });
  if (more && less) return Order::conflict;
  if (more) return Order::newer;
  return less ? Order::older : Order::same;
}

void VersionVector::include(const VersionVector& other) {
  Counts sum;
  side_by_side(counts_, other.counts_,
               [&](NodeId site, std::uint32_t mine, std::uint32_t theirs) { sum.emplace_back(site, std::max(mine, theirs)); });
  counts_ = std::move(sum);
}

bool VersionVector::has_all_of(const VersionVector& other) const {
  const Order order = compare(other);
  return order == Order::same || order == Order::newer;
}

std::uint64_t VersionVector::changes() const {
  std::uint64_t sum = 0;
  for (const auto& [site, count] : counts_) sum += count;
  return sum;
}

void VersionVector::hash_into(StateHash& hash) const {
  for (const auto& [site, count] : counts_) {
    hash.add(site);
    hash.add(std::uint64_t{count});
  }
}

}   // namespace ssi::locus
