// The messages of IVY's basic centralized manager, one closed variant. README.md gives each a line. All messages of a
// transaction carry that of the request that began it.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/message.hpp"
#include "models/port/page.hpp"

namespace ssi::ivy_central {

struct Read {
  static constexpr std::string_view kName = "READ";
  PageId page;
};
struct Write {
  static constexpr std::string_view kName = "WRITE";
  PageId page;
  bool has_copy = false;
};
struct Forward {
  static constexpr std::string_view kName = "FORWARD";
  PageId page;
  NodeId requester;   // the owner itself: it may write now
  bool write = false;
  bool with_page = true;
};
struct Page {
  static constexpr std::string_view kName = "PAGE";
  PageId page;
  bool write = false;
  bool with_page = true;
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
struct Confirm {
  static constexpr std::string_view kName = "CONFIRM";
  PageId page;
};

// Bytes on the wire: the header, page 8, node 4, flags together 1, and the page if it travels.
inline std::uint64_t bytes_of(const Read&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Write&) { return kHeaderBytes + 9; }
inline std::uint64_t bytes_of(const Forward&) { return kHeaderBytes + 13; }
inline std::uint64_t bytes_of(const Page& m) { return kHeaderBytes + 9 + (m.with_page ? m.data.size() : 0); }
inline std::uint64_t bytes_of(const Invalidate&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const InvalidateAck&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Confirm&) { return kHeaderBytes + 8; }

using Message = std::variant<Read, Write, Forward, Page, Invalidate, InvalidateAck, Confirm>;

}   // namespace ssi::ivy_central
