// Words in shared memory: 8 bytes, little-endian, whatever the machine that simulates.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/port/calls.hpp"

namespace ssi::native {

inline std::uint64_t word_in(std::span<const std::byte> bytes) {   // up to 8
  std::uint64_t out = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) out = out << 8 | static_cast<std::uint64_t>(bytes[i]);
  return out;
}

inline void put_word(std::span<std::byte> bytes, std::uint64_t word) {
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(word & 0xff);
    word >>= 8;
  }
}

// What an atomic operation leaves behind in a word that was `before`.
inline std::uint64_t after(const Atomic& atomic, std::uint64_t before) {
  switch (atomic.kind) {
    case Atomic::Kind::add: return before + atomic.operand;
    case Atomic::Kind::exchange: return atomic.operand;
    case Atomic::Kind::compare_exchange: return before == atomic.expected ? atomic.operand : before;
  }
  return before;
}

}   // namespace ssi::native
