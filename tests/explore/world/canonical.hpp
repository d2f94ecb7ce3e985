// The hash of a cluster's state up to what makes no difference: names of interchangeable nodes, numbers of transactions,
// the order of messages that may arrive in any order, and all of a page's contents but whether it is current.
#pragma once
#include <cstdint>
#include <vector>

#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

// names[n]: what node n is called.
using Names = std::vector<NodeId>;
std::vector<Names> renamings(std::uint32_t nodes, std::uint32_t first, std::uint32_t end);   // permuting [first, end)

std::uint64_t canonical_hash(const Cluster& cluster, PageId page, const std::vector<Names>& renamings);

// The same without interchangeable nodes, and with all of the contents: for programs that end.
std::uint64_t exact_hash(const Cluster& cluster);

}   // namespace ssi::test
