// A running 64-bit hash over a sequence of integers (FNV-1a over words, finished by a mixer).
// The same on every machine; used for fingerprints, state hashes and stream names, never for security.
#pragma once
#include <cstdint>
#include <string_view>

namespace ssi {

// SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014): every input bit reaches every output bit.
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class StateHash {
 public:
  constexpr void add(std::uint64_t word) { state_ = mix64(state_ ^ word) * 0x9e3779b97f4a7c15ULL + 1; }
  constexpr void add(std::string_view text) {
    for (char c : text) add(static_cast<unsigned char>(c));
    add(text.size());
  }
  template <class T>
  requires requires(T t) { t.value; }
  constexpr void add(T id) { add(static_cast<std::uint64_t>(id.value)); }

  constexpr std::uint64_t value() const { return mix64(state_); }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

constexpr std::uint64_t hash_of(std::string_view text) {
  StateHash hash;
  hash.add(text);
  return hash.value();
}

}   // namespace ssi
