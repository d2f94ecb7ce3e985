// Where the objects of the kernel lie in the shared memory: a table for each kind of object, an object has some words, and the
// parameter `placement` says how objects share pages. A page's number is its table and its place in it, so a page tells its table.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/base/ids.hpp"
#include "models/port/page.hpp"

namespace ssi::dsm_first {

enum class Table : std::uint8_t {
  kernel,   // words that are there once: the task list, counters of the whole image
  allocator,
  run_queue,
  lock_queue,   // what processors spin on (MCS)
  pid_hash,
  process,
  background,   // what a kernel writes without being asked: clocks, reference counts
  descriptors,
  open_file,
  inode,
  name,
  page_cache,
  channel,
  channel_data,
  segment,
  segment_data,
  attachment,   // of a process to a segment
  semaphore
};
inline constexpr std::array<std::string_view, 18> kTableNames{
    "kernel", "allocator", "run_queue",  "lock_queue", "pid_hash",     "process", "background",   "descriptors", "open_file",
    "inode",  "name",      "page_cache", "channel",    "channel_data", "segment", "segment_data", "attachment",  "semaphore"};
inline constexpr std::size_t kTables = kTableNames.size();

// An object of a table, numbered from 1. 0: none.
using Object = std::uint64_t;
inline constexpr Object kNone = 0;

struct Word {
  PageId page;
  std::uint32_t offset = 0;   // bytes
  Word operator+(std::uint32_t words) const { return {page, offset + words * kWordBytes}; }
};

enum class Packing : std::uint8_t { packed, one_per_page, first_touch };   // first_touch: packed, but by the node that allocates it

class Layout {
 public:
  static constexpr unsigned kTableShift = 41;      // a page's number stays below 2^47: coherence machines make timers of it
  static constexpr unsigned kDataPages = 18;       // bits: pages of one file, segment or channel
  static constexpr std::uint32_t kBuckets = 256;   // of each hash

  Layout(std::uint32_t nodes, std::uint32_t page_bytes, Packing placement);

  Word at(Table table, Object object, std::uint32_t word = 0) const;
  // Page `page` (from 0) of the data of an object: of a file, a segment, a channel.
  PageId data(Table table, Object object, std::uint64_t page) const { return placed(base(table) + (object << kDataPages) + page); }

  // The image is these nodes only (ascending, more than half of all): pages whose home would be another have the home of the node that
  // stands in for it.
  void consist_of(const std::vector<NodeId>& members);
  bool has(NodeId node) const { return node.value < nodes_ && stand_ins_[node.value] == node; }
  NodeId stands_in_for(NodeId node) const { return stand_ins_[node.value]; }
  NodeId first_node() const { return first_; }   // its init adopts

  // Objects of a node: its run queue; the i-th of its lock queue.
  static Object of_node(NodeId node) { return node.value + 1; }
  Object queue_node(NodeId node, std::uint64_t index) const { return index * nodes_ + node.value + 1; }

  // The allocator that a node takes objects of a table from, the allocator that an object goes back to, and its objects in order.
  Object allocator(Table table, NodeId node) const;
  Object allocator_of(Table table, Object object) const;
  Object fresh(Table table, NodeId node, std::uint64_t index) const;   // index from 0

  static Table table_of(PageId page) { return static_cast<Table>((page.value & (kMoved - 1)) >> kTableShift); }
  std::uint32_t page_bytes() const { return page_bytes_; }
  std::uint32_t nodes() const { return nodes_; }
  Packing placement() const { return placement_; }

 private:
  static constexpr std::uint64_t kMoved = std::uint64_t{1} << 46;   // above all pages: those of nodes that have a stand-in
  PageId placed(std::uint64_t page) const { return whole_ ? PageId{page} : moved(page); }
  PageId moved(std::uint64_t page) const;
  static constexpr std::uint64_t base(Table table) { return static_cast<std::uint64_t>(table) << kTableShift; }
  bool by_node(Table table) const;
  NodeId node_of(Object object) const { return {static_cast<std::uint32_t>((object - 1) % nodes_)}; }

  std::uint32_t nodes_, page_bytes_;
  Packing placement_;
  bool whole_ = true;   // nobody is missing
  NodeId first_{};
  std::vector<NodeId> stand_ins_;   // by node; a member stands for itself
};

std::uint32_t words_of(Table table);   // of one object

}   // namespace ssi::dsm_first
