// Numbers within bytes that programs send each other: 32 bits, lowest byte first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ssi::world {

inline void append_word(std::vector<std::byte>& out, std::uint32_t word) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::byte>(word >> (8 * i)));
}
inline std::uint32_t word_at(const std::vector<std::byte>& in, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out |= static_cast<std::uint32_t>(in[at + i]) << (8 * i);
  return out;
}

}   // namespace ssi::world
