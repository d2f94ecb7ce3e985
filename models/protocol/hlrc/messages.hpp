// The messages of lazy release consistency, one closed variant. README.md gives each a line.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/message.hpp"
#include "models/port/page_diff.hpp"
#include "models/protocol/hlrc/intervals.hpp"

namespace ssi::hlrc {

struct Acquire {
  static constexpr std::string_view kName = "ACQUIRE";
  coherence::LockId lock;
  NodeId requester;
  std::shared_ptr<const Clock> clock;   // of the requester
};
struct Grant {
  static constexpr std::string_view kName = "GRANT";
  coherence::LockId lock;
  Records records;   // that the requester lacked
};
struct Arrive {
  static constexpr std::string_view kName = "ARRIVE";
  coherence::LockId barrier;
  std::shared_ptr<const Clock> clock;
  Records records;        // the sender's own since the last barrier
  bool collect = false;   // homeless: it has too many diffs
};
struct Depart {
  static constexpr std::string_view kName = "DEPART";
  coherence::LockId barrier;
  Records records;
  bool collect = false;   // homeless: everybody validates its pages, then forgets diffs
};

// Home-based.
struct Flush {
  static constexpr std::string_view kName = "FLUSH";
  PageId page;
  std::uint32_t interval = 0;   // of the sender
  std::uint32_t previous = 0;   // the sender's last one that wrote this page: it is applied first
  std::shared_ptr<const PageDiff> diff;
};
struct Fetch {
  static constexpr std::string_view kName = "FETCH";
  PageId page;
  std::shared_ptr<const Clock> needed;   // intervals that the copy has to have
};
struct Page {
  static constexpr std::string_view kName = "PAGE";
  PageId page;
  std::shared_ptr<const Clock> has;
  PageData data{};
};

inline std::uint64_t bytes_of(const Acquire& m) { return kHeaderBytes + 12 + m.clock->bytes(); }
inline std::uint64_t bytes_of(const Grant& m) { return kHeaderBytes + 8 + bytes_of_records(m.records); }
inline std::uint64_t bytes_of(const Arrive& m) { return kHeaderBytes + 9 + m.clock->bytes() + bytes_of_records(m.records); }
inline std::uint64_t bytes_of(const Depart& m) { return kHeaderBytes + 9 + bytes_of_records(m.records); }
inline std::uint64_t bytes_of(const Flush& m) { return kHeaderBytes + 16 + m.diff->bytes(); }
inline std::uint64_t bytes_of(const Fetch& m) { return kHeaderBytes + 8 + m.needed->bytes(); }
inline std::uint64_t bytes_of(const Page& m) { return kHeaderBytes + 8 + m.has->bytes() + m.data.size(); }

using Message = std::variant<Acquire, Grant, Arrive, Depart, Flush, Fetch, Page>;

}   // namespace ssi::hlrc
