// Shared memory and what orders it: System V segments by key, words in them, semaphores, mutexes and barriers by key.
// `segment` is the id that segment_get returned; offsets and counts are bytes.
#pragma once
#include <cstdint>

#include "models/port/bytes.hpp"

namespace ssi {

struct SegmentGet {
  std::uint64_t key{}, bytes{};
  bool create = true, exclusive = false;
};   // returns the id; ENOENT, EEXIST; EINVAL when it is smaller than `bytes`
struct SegmentRemove {
  std::uint64_t segment{};
};   // gone once the last process has detached (IPC_RMID)
struct Attach {
  std::uint64_t segment{};
};
struct Detach {
  std::uint64_t segment{};
};
struct Load {
  std::uint64_t segment{}, offset{};
  std::uint64_t count{8};
};   // up to 8 bytes in Result::value (little-endian), more in Result::bytes()
struct Store {
  std::uint64_t segment{}, offset{};
  std::uint64_t word{};   // 8 bytes, unless `data` is given
  Bytes data;
};
struct Atomic {
  enum class Kind : std::uint8_t { add, exchange, compare_exchange };
  std::uint64_t segment{}, offset{};
  Kind kind = Kind::add;
  std::uint64_t operand{}, expected{};
};   // of an aligned word of 8 bytes; returns what was there before
struct Down {
  std::uint64_t semaphore{};   // key; made with value 0 by its first use
  bool no_wait = false;
};
struct Up {
  std::uint64_t semaphore{};
  std::uint32_t by{1};
};
struct Mutex {
  std::uint64_t key{};
  bool lock = true;   // false: unlock; EPERM unless the caller holds it
};
struct Barrier {
  std::uint64_t key{};
  std::uint32_t parties{};
};   // waits until `parties` have come

}   // namespace ssi
