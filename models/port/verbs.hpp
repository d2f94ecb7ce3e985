// One-sided operations on memory that another node has registered, without its CPU (RDMA): where the platform's interconnect has
// verbs. The operation is carried out in one instant when it reaches the other node's network card.
#pragma once
#include <cstdint>
#include <optional>

#include "models/base/ids.hpp"
#include "models/port/bytes.hpp"

namespace ssi {

struct Verb {
  enum class Kind : std::uint8_t { read, write, compare_and_swap } kind = Kind::read;
  NodeId to;
  std::uint64_t token{};                 // the machine's own; VerbDone has it again
  std::uint64_t region{}, offset{};      // of the other machine's registered memory; offset in bytes
  std::uint64_t count{};                 // read: bytes
  Bytes data;                            // write
  std::uint64_t expected{}, desired{};   // compare_and_swap of a word of 8 bytes
  CallId cause = kNoCall;                // as in SendOptions
};

// Transport header, remote address and key: InfiniBand Architecture Specification 1.2.1, chapter 9 (LRH 8, BTH 12, RETH 16, CRCs 6).
inline constexpr std::uint64_t kVerbHeaderBytes = 42;
inline constexpr std::uint64_t kVerbReplyBytes = 30;   // LRH 8, BTH 12, AETH 4, CRCs 6

// What a machine lets others reach. A region or range that does not exist fails the verb, which then had no effect.
class RegisteredMemory {
 public:
  virtual ~RegisteredMemory() = default;
  virtual std::optional<Bytes> read(std::uint64_t region, std::uint64_t offset, std::uint64_t count) const = 0;
  virtual bool write(std::uint64_t region, std::uint64_t offset, const Bytes& data) = 0;
  // The word before; it was changed if that is `expected`.
  virtual std::optional<std::uint64_t> compare_and_swap(std::uint64_t region, std::uint64_t offset, std::uint64_t expected,
                                                        std::uint64_t desired) = 0;
};

}   // namespace ssi
