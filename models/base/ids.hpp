// Strong ids: integers that never mix, and order and hash like integers.
#pragma once
#include <compare>
#include <cstdint>

namespace ssi {

template <class Tag, class Rep = std::uint32_t>
struct Id {
  Rep value{};
  friend constexpr auto operator<=>(Id, Id) = default;
};

using NodeId = Id<struct NodeTag>;
using Incarnation = Id<struct IncarnationTag>;         // of a node: grows at each boot
using ViewId = Id<struct ViewTag>;                     // of the membership
using CallId = Id<struct CallTag, std::uint64_t>;      // 0: no call (background work)
using TxnId = Id<struct TxnTag, std::uint64_t>;        // of one machine's transaction
using TimerKey = Id<struct TimerTag, std::uint64_t>;   // chosen by the machine that sets the timer

inline constexpr CallId kNoCall{0};

// A process id. The node that allocated it (its origin) and that node's incarnation are encoded in the
// high-order bits, so no message is needed to allocate one or to find its origin, and none is ever used twice
// (OpenSSI process model, "proc-hooks-intro": node number in the high-order bits of the pid).
struct Pid {
  std::uint64_t value{};
  friend constexpr auto operator<=>(Pid, Pid) = default;

  static constexpr Pid make(NodeId origin, Incarnation incarnation, std::uint32_t sequence) {
    return {(std::uint64_t{origin.value} << 44) | (std::uint64_t{incarnation.value & 0xfffU} << 32) | sequence};
  }
  constexpr NodeId origin() const { return {static_cast<std::uint32_t>(value >> 44)}; }
  constexpr Incarnation incarnation() const { return {static_cast<std::uint32_t>(value >> 32) & 0xfffU}; }
  constexpr std::uint32_t sequence() const { return static_cast<std::uint32_t>(value); }
};

inline constexpr Pid kNoPid{0};
inline constexpr std::uint32_t kInitSequence = 1;   // every kernel's first process

constexpr Pid init_of(NodeId node, Incarnation incarnation) { return Pid::make(node, incarnation, kInitSequence); }

}   // namespace ssi
