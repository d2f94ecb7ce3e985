#include "models/base/random.hpp"

#include "models/base/check.hpp"

namespace ssi {
namespace {

std::uint64_t derive(std::uint64_t seed, std::string_view name, std::uint64_t a, std::uint64_t b) {
  StateHash hash;
  hash.add(seed);
  hash.add(name);
  hash.add(a);
  hash.add(b);
  return hash.value();
}

constexpr std::uint64_t rotate_left(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}   // namespace

Stream::Stream(std::uint64_t seed) {
  for (auto& word : state_) {   // SplitMix64, as the authors of xoshiro recommend
    seed += 0x9e3779b97f4a7c15ULL;
    word = mix64(seed);
  }
}

std::uint64_t Stream::next() {
  const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

std::uint64_t Stream::below(std::uint64_t bound) {
  SSI_CHECK(bound > 0, "a draw below 0");
  const std::uint64_t limit = -bound % bound;   // values under it would favour small results
  for (;;) {
    const std::uint64_t draw = next();
    if (draw >= limit) return draw % bound;
  }
}

double Stream::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

Stream RandomRoot::stream(std::string_view name, std::uint64_t a, std::uint64_t b) const { return Stream(derive(seed_, name, a, b)); }

RandomRoot RandomRoot::child(std::string_view name, std::uint64_t a) const { return RandomRoot(derive(seed_, name, a, ~0ULL)); }

}   // namespace ssi
