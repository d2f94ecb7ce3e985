// The messages by which nodes synchronise under lazy release consistency, one closed variant. README.md gives each a line.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include "models/port/coherence.hpp"
#include "models/port/message.hpp"
#include "models/protocol/release/intervals.hpp"

namespace ssi::release {

struct Acquire {
  static constexpr std::string_view kName = "ACQUIRE";
  coherence::LockId lock;
  NodeId requester;
  std::shared_ptr<const Clock> clock;   // of the requester
};
struct Grant {
  static constexpr std::string_view kName = "GRANT";
  coherence::LockId lock;
  std::shared_ptr<const Clock> above;   // the sender has forgotten the records up to that floor, since all know them or soon will
  Records records;                      // that the requester lacked
};
struct Arrive {
  static constexpr std::string_view kName = "ARRIVE";
  coherence::LockId barrier;
  std::uint32_t parties = 0;
  std::shared_ptr<const Clock> clock, above;   // of the sender
  Records records;                             // all that it has
  bool collect = false;                        // it keeps too much
};
struct Depart {
  static constexpr std::string_view kName = "DEPART";
  coherence::LockId barrier;
  std::shared_ptr<const Clock> above;
  Records records;
  std::shared_ptr<const Clock> floor;   // all nodes have come, so that all know what happened up to it; nullptr: some only
  bool collect = false;                 // validate pages before anybody goes on, then forget diffs
};
// Only when a barrier collects.
struct Collected {
  static constexpr std::string_view kName = "COLLECTED";
  coherence::LockId barrier;
};
struct Resume {
  static constexpr std::string_view kName = "RESUME";
  coherence::LockId barrier;
  std::shared_ptr<const Clock> floor;   // nobody asks for diffs up to it any more
};

inline std::uint64_t bytes_of(const Acquire& m) { return kHeaderBytes + 12 + m.clock->bytes(); }
inline std::uint64_t bytes_of(const Grant& m) { return kHeaderBytes + 8 + m.above->bytes() + bytes_of_records(m.records); }
inline std::uint64_t bytes_of(const Arrive& m) {
  return kHeaderBytes + 13 + m.clock->bytes() + m.above->bytes() + bytes_of_records(m.records);
}
inline std::uint64_t bytes_of(const Depart& m) {
  return kHeaderBytes + 9 + m.above->bytes() + (m.floor ? m.floor->bytes() : 0) + bytes_of_records(m.records);
}
inline std::uint64_t bytes_of(const Collected&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Resume& m) { return kHeaderBytes + 8 + m.floor->bytes(); }

using Message = std::variant<Acquire, Grant, Arrive, Depart, Collected, Resume>;

}   // namespace ssi::release
