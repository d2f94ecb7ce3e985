// What the cluster keeps for nodes whose memory has a limit: page frames, programs' working sets, and the requests that carry pages to the
// disk or to another node and back. Paging is the host's, below the machines: no machine sees a fault, and no machine's state is paged.
//
// Invariant of a node: resident + cached + lent + coming + leaving + free = capacity; free is below 0 only until its next event.
#pragma once
#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "models/base/random.hpp"
#include "models/config/platform.hpp"
#include "models/port/message.hpp"
#include "sim/cluster/memory.hpp"
#include "sim/cluster/pool.hpp"
#include "sim/record/stats.hpp"

namespace ssi::sim {

// Between kernels, where the platform has no verbs. A slab is asked for by messages in any case. Pages have no contents: what programs
// compute on is theirs.
namespace paging {
struct SlabAsk {
  static constexpr std::string_view kName = "SLAB_ASK";
  std::uint64_t pages;
};
struct SlabAnswer {
  static constexpr std::string_view kName = "SLAB_ANSWER";
  std::uint64_t pages;   // 0: refused
};
struct PageIn {
  static constexpr std::string_view kName = "PAGE_IN";
  std::uint32_t io;
  std::uint64_t bytes;   // that are wanted
};
struct PageInDone {
  static constexpr std::string_view kName = "PAGE_IN_DONE";
  std::uint32_t io;
  std::uint64_t bytes;
};
struct PageOut {
  static constexpr std::string_view kName = "PAGE_OUT";
  std::uint32_t io;
  std::uint64_t bytes;
};
struct PageOutDone {
  static constexpr std::string_view kName = "PAGE_OUT_DONE";
  std::uint32_t io;
};
inline constexpr std::uint64_t kRequest = kHeaderBytes + 16;   // where, how much
inline std::uint64_t bytes_of(const SlabAsk&) { return kRequest; }
inline std::uint64_t bytes_of(const SlabAnswer&) { return kRequest; }
inline std::uint64_t bytes_of(const PageIn&) { return kRequest; }
inline std::uint64_t bytes_of(const PageInDone& given) { return kHeaderBytes + given.bytes; }
inline std::uint64_t bytes_of(const PageOut& out) { return kRequest + out.bytes; }
inline std::uint64_t bytes_of(const PageOutDone&) { return kHeaderBytes; }
using Message = std::variant<SlabAsk, SlabAnswer, PageIn, PageInDone, PageOut, PageOutDone>;
}   // namespace paging

inline constexpr std::uint32_t kNone = ~std::uint32_t{0};

// A program's touch of a page that is not here, until it goes on.
struct PageFault {
  std::uint32_t program = 0;      // slot
  std::uint64_t generation = 0;   // of its computation: a later one knows nothing of this fault
  NodeId node{};
  WorkingSet::Kind kind{};
  bool fresh = false;
};
// Pages on their way.
struct PageIo {
  enum class Kind : std::uint8_t { in, out, moves } kind = Kind::in;
  NodeId node{};             // whose pages
  std::uint32_t place = 0;   // of that node
  std::uint64_t pages = 0;
  std::uint64_t unplaced = 0;      // out: of them, those that have no place to go to yet
  std::uint32_t subject = kNone;   // in: the fault; moves: the frozen program's slot
};
// What waits for a node's kernel.
struct PagingDue {
  enum class Kind : std::uint8_t { fault, io_done, room } kind = Kind::fault;
  std::uint32_t subject = kNone;
};
// What leaves, and who goes on, when the kernel work of an event is done.
struct PagingWork {
  std::vector<std::uint32_t> ios, resumed;
};

// A program's computation as paging sees it; by the program's slot.
struct Computation {
  WorkingSet set;
  Stream draws{0};
  NodeId node{};
  bool listed = false;         // its pages are that node's
  bool faults = false;         // where this stretch ends
  bool active = false;         // it computes, or waits for a page
  Duration rest{};             // of the computation, after this stretch
  Instant used{};              // last
  std::uint64_t missing = 0;   // when the stretch was begun
  std::uint64_t generation = 0;
  std::uint64_t slots = 0;   // pages of its that have a place to go to
};

struct NodePages {
  struct Place {   // where pages go: the disk, then slabs of other nodes
    NodeId lender{};
    std::uint64_t room = 0;   // pages
    std::uint64_t stored = 0;
  };
  std::int64_t free() const {
    return static_cast<std::int64_t>(capacity) - static_cast<std::int64_t>(resident + cached + lent + coming + leaving);
  }

  std::uint64_t capacity = 0;
  std::uint64_t resident = 0, cached = 0, lent = 0, coming = 0, leaving = 0;
  std::vector<Place> places;
  std::vector<std::uint32_t> programs;   // slots, in the order of their first computation here
  std::deque<std::uint32_t> waiting;     // faults without a frame
  std::deque<std::uint32_t> held;        // pages that leave, until a slab was given or refused
  bool asking = false, room_due = false;
  std::uint32_t asked = 0;   // nodes, since one gave
  Instant ask_again{};
  std::uint64_t written_to = 0, reads = 0;   // on the disk: blocks
  record::PagingStats stats;
};

struct Paging {
  Paging(const config::NodeMemory& given, std::uint32_t count, RandomRoot root);

  Computation& of(std::uint32_t program);
  std::uint64_t step() const;               // pages given up at once
  std::uint32_t whose_pages(NodeId node);   // the program whose pages make room; kNone: nobody has one here
  std::uint32_t any_place(NodeId node);     // where a page that is out may be

  config::NodeMemory settings;
  RandomRoot random;
  std::vector<NodePages> nodes;
  std::vector<Stream> draws;              // of each node
  std::deque<Computation> computations;   // by program slot
  Pool<PageFault> faults;
  Pool<PageIo> ios;
  Pool<PagingDue> dues;
  Pool<PagingWork> works;
};

}   // namespace ssi::sim
