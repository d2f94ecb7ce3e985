#include "models/base/random.hpp"

#include "models/base/check.hpp"

namespace ssi {
namespace {

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
  for (;;) {
    const std::uint64_t draw = next();
    if (bound == 1) return 0;   // a division is dear
    // Values under -bound % bound would favour small results; that is less than bound, so it is seldom worked out.
    if (draw >= bound || draw >= -bound % bound) return draw % bound;
  }
}

double Stream::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

NamedStreams::NamedStreams(std::uint64_t seed, std::string_view name) {
  prefix_.add(seed);
  prefix_.add(name);
}

std::uint64_t NamedStreams::seed_of(std::uint64_t a, std::uint64_t b) const {
  StateHash hash = prefix_;
  hash.add(a);
  hash.add(b);
  return hash.value();
}

Stream NamedStreams::stream(std::uint64_t a, std::uint64_t b) const { return Stream(seed_of(a, b)); }

RandomRoot RandomRoot::child(std::string_view name, std::uint64_t a) const { return RandomRoot(named(name).seed_of(a, ~0ULL)); }

}   // namespace ssi
