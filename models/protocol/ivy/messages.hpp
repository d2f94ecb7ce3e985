// The messages of IVY's managers with ownership at the nodes, one closed variant. README.md gives each a line. All messages of
// a transaction carry that of the request that began it; INVALIDATE and its acknowledgement that of the write.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/message.hpp"
#include "models/port/node_set.hpp"
#include "models/port/page.hpp"

namespace ssi::ivy {

struct Request {   // what READ and WRITE carry
  PageId page;
  NodeId requester;
  NodeId reply_to;          // relayed: who passed it on; else the requester
  std::uint32_t hops = 0;   // forwards so far
  bool has_copy = false;    // WRITE: the requester has a copy
};
struct Read : Request {
  static constexpr std::string_view kName = "READ";
};
struct Write : Request {
  static constexpr std::string_view kName = "WRITE";
};
struct Page {
  static constexpr std::string_view kName = "PAGE";
  PageId page;
  bool owner = false;      // ownership travels too
  bool with_page = true;   // false: the requester has a current copy
  NodeSet copies{};        // owner: who else has a copy
  PageData data{};
};
struct Invalidate {
  static constexpr std::string_view kName = "INVALIDATE";
  PageId page;
};
struct InvalidateAck {
  static constexpr std::string_view kName = "INVALIDATE_ACK";
  PageId page;
};

// Bytes on the wire: the header, page 8, node 4, hops and flags together 2, a set 4 and 4 for each node, the page if it travels.
inline std::uint64_t bytes_of(const Read&) { return kHeaderBytes + 18; }
inline std::uint64_t bytes_of(const Write&) { return kHeaderBytes + 18; }
inline std::uint64_t bytes_of(const Page& m) {
  return kHeaderBytes + 9 + (m.owner ? 4 + 4 * m.copies.size() : 0) + (m.with_page ? m.data.size() : 0);
}
inline std::uint64_t bytes_of(const Invalidate&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const InvalidateAck&) { return kHeaderBytes + 8; }

using Message = std::variant<Read, Write, Page, Invalidate, InvalidateAck>;

}   // namespace ssi::ivy
