#include "models/strategy/dsm_first/layout.hpp"

#include <set>

#include "models/base/check.hpp"

namespace ssi::dsm_first {

std::uint32_t words_of(Table table) {
  switch (table) {
    case Table::kernel: return 8;
    case Table::allocator: return 4;
    case Table::run_queue: return 16;
    case Table::lock_queue: return 2;
    case Table::pid_hash: return 1;
    case Table::process: return 32;
    case Table::background: return 1;
    case Table::descriptors: return 128;
    case Table::open_file: return 16;
    case Table::inode: return 32;
    case Table::name: return 32;
    case Table::channel: return 32;
    case Table::segment: return 16;
    case Table::attachment: return 4;
    case Table::semaphore: return 16;
    case Table::page_cache:
    case Table::channel_data:
    case Table::segment_data: return 1;
  }
  SSI_CHECK(false, "no such table");
}

// What a processor spins on is its own by design (Mellor-Crummey and Scott, TOCS 1991); of other objects, if they lie so.
bool Layout::by_node(Table table) const {
  if (table == Table::lock_queue) return true;
  return placement_ == Packing::first_touch && table != Table::kernel && table != Table::pid_hash;
}

Layout::Layout(std::uint32_t nodes, std::uint32_t page_bytes, Packing placement)
    : nodes_(nodes), page_bytes_(page_bytes), placement_(placement) {
  for (std::uint32_t node = 0; node < nodes; ++node) stand_ins_.push_back(NodeId{node});
}

// No node stands in for two others, so that moved pages stay apart.
void Layout::consist_of(const std::vector<NodeId>& members) {
  SSI_CHECK(2 * members.size() > nodes_, "an image of less than half of the nodes");
  whole_ = members.size() == nodes_;
  first_ = members.front();
  const std::set<NodeId> in(members.begin(), members.end());
  auto next = in.begin();
  for (std::uint32_t node = 0; node < nodes_; ++node) stand_ins_[node] = in.contains(NodeId{node}) ? NodeId{node} : *next++;
}

// Homes are interleaved: a page's number modulo the nodes is its home.
PageId Layout::moved(std::uint64_t page) const {
  const NodeId home{static_cast<std::uint32_t>(page % nodes_)};
  if (has(home)) return {page};
  const std::uint64_t above = kMoved - kMoved % nodes_ + nodes_;
  return {above + page - home.value + stands_in_for(home).value};
}

Word Layout::at(Table table, Object object, std::uint32_t word) const {
  const std::uint64_t index = object - 1;
  const std::uint32_t bytes = words_of(table) * kWordBytes;
  const std::uint64_t on_page = placement_ == Packing::one_per_page && table != Table::lock_queue ? 1 : page_bytes_ / bytes;
  const std::uint64_t base_page = base(table);
  if (!by_node(table))
    return {placed(base_page + index / on_page), static_cast<std::uint32_t>(index % on_page) * bytes + word * kWordBytes};
  // Homes are interleaved: the page after it has the next home, so each node's pages are `nodes` apart.
  const std::uint64_t node = index % nodes_, local = index / nodes_;
  const std::uint64_t turn = (node + nodes_ - base_page % nodes_) % nodes_;
  return {placed(base_page + local / on_page * nodes_ + turn), static_cast<std::uint32_t>(local % on_page) * bytes + word * kWordBytes};
}

Object Layout::allocator(Table table, NodeId node) const {
  const std::uint64_t of = by_node(table) ? node.value : 0;
  return static_cast<std::uint64_t>(table) * nodes_ + of + 1;
}

Object Layout::allocator_of(Table table, Object object) const { return allocator(table, node_of(object)); }

Object Layout::fresh(Table table, NodeId node, std::uint64_t index) const {
  const bool first_touch = placement_ == Packing::first_touch;
  if (table == Table::process) index += first_touch ? 1 : nodes_;   // each node's init has its place
  return first_touch ? index * nodes_ + node.value + 1 : index + 1;
}

}   // namespace ssi::dsm_first
