// What is asked of the home of a key or a segment, and its answer. Of the raised class, so that of a pair of nodes they keep their order.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/message.hpp"

namespace ssi::segment {

using Ticket = std::uint64_t;   // of an operation of the asking node; 0: nobody waits for an answer

struct Get {
  static constexpr std::string_view kName = "SEGMENT_GET";
  Ticket ticket{};
  SegmentGet what;
};
struct Remove {
  static constexpr std::string_view kName = "SEGMENT_REMOVE";
  Ticket ticket{};
  std::uint64_t id{};
};
struct Attach {
  static constexpr std::string_view kName = "SEGMENT_ATTACH";
  Ticket ticket{};
  std::uint64_t id{};
};
struct Detach {
  static constexpr std::string_view kName = "SEGMENT_DETACH";
  std::uint64_t id{};
  std::uint32_t times{};   // how many ATTACH of this node it gives back
};
struct Hold {
  static constexpr std::string_view kName = "SEGMENT_HOLD";
  std::uint64_t id{};
  NodeId node;
  std::int8_t by = 1;
};   // a process that is attached is about to be on `node` (by 1), or did not get there (by -1)
struct Down {
  static constexpr std::string_view kName = "SEMAPHORE_DOWN";
  Ticket ticket{};
  std::uint64_t key{};
  bool no_wait = false;
};
struct Up {
  static constexpr std::string_view kName = "SEMAPHORE_UP";
  Ticket ticket{};
  std::uint64_t key{};
  std::uint32_t by = 1;
};
struct Lock {
  static constexpr std::string_view kName = "MUTEX_LOCK";
  Ticket ticket{};
  std::uint64_t key{};
  Pid pid;
};
struct Unlock {
  static constexpr std::string_view kName = "MUTEX_UNLOCK";
  Ticket ticket{};
  std::uint64_t key{};
  Pid pid;
};
struct Died {
  static constexpr std::string_view kName = "MUTEX_HOLDER_DIED";
  std::uint64_t key{};
  Pid pid;
};
struct Meet {
  static constexpr std::string_view kName = "BARRIER_MEET";
  Ticket ticket{};
  std::uint64_t key{};
  std::uint32_t parties{};
};
struct Cancel {
  static constexpr std::string_view kName = "SEGMENT_CANCEL";
  Ticket ticket{};
  std::uint64_t key{};
};
struct Reply {
  static constexpr std::string_view kName = "SEGMENT_REPLY";
  Ticket ticket{};
  Errno error = Errno::none;
  std::int32_t status{};
  std::uint64_t value{};   // an id, a size in bytes, or what a barrier returns
};

using Message = std::variant<Get, Remove, Attach, Detach, Hold, Down, Up, Lock, Unlock, Died, Meet, Cancel, Reply>;

// Bytes on the wire: the header and the fields (ticket, key, id and pid 8, counts 4, flags and error 1).
inline std::uint64_t bytes_of(const Get&) { return kHeaderBytes + 8 + 2 * 8 + 1; }
inline std::uint64_t bytes_of(const Remove&) { return kHeaderBytes + 2 * 8; }
inline std::uint64_t bytes_of(const Attach&) { return kHeaderBytes + 2 * 8; }
inline std::uint64_t bytes_of(const Detach&) { return kHeaderBytes + 8 + 4; }
inline std::uint64_t bytes_of(const Hold&) { return kHeaderBytes + 8 + 4 + 1; }
inline std::uint64_t bytes_of(const Down&) { return kHeaderBytes + 2 * 8 + 1; }
inline std::uint64_t bytes_of(const Up&) { return kHeaderBytes + 2 * 8 + 4; }
inline std::uint64_t bytes_of(const Lock&) { return kHeaderBytes + 3 * 8; }
inline std::uint64_t bytes_of(const Unlock&) { return kHeaderBytes + 3 * 8; }
inline std::uint64_t bytes_of(const Died&) { return kHeaderBytes + 2 * 8; }
inline std::uint64_t bytes_of(const Meet&) { return kHeaderBytes + 2 * 8 + 4; }
inline std::uint64_t bytes_of(const Cancel&) { return kHeaderBytes + 2 * 8; }
inline std::uint64_t bytes_of(const Reply&) { return kHeaderBytes + 8 + 1 + 4 + 8; }

}   // namespace ssi::segment
