// Random numbers that are the same everywhere: our own generator (xoshiro256**, Blackman & Vigna 2018) and our own
// distributions. Streams are named: a stream depends on the seed and its name only, not on who drew before.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "models/base/hash.hpp"

namespace ssi {

class Stream {
 public:
  explicit Stream(std::uint64_t seed);
  std::uint64_t next();                       // 64 random bits
  std::uint64_t below(std::uint64_t bound);   // uniform in [0, bound), bound > 0, without bias
  double unit();                              // uniform in [0, 1), 53 bits
  void hash_into(StateHash& hash) const {
    for (auto word : state_) hash.add(word);
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

// Streams of one name, told apart by two numbers: the name is hashed once.
class NamedStreams {
 public:
  NamedStreams(std::uint64_t seed, std::string_view name);
  Stream stream(std::uint64_t a = 0, std::uint64_t b = 0) const;
  std::uint64_t seed_of(std::uint64_t a, std::uint64_t b) const;

 private:
  StateHash prefix_;
};

// The root of one run's randomness. Copies draw the same streams.
class RandomRoot {
 public:
  RandomRoot() = default;
  explicit RandomRoot(std::uint64_t seed) : seed_(seed) {}
  Stream stream(std::string_view name, std::uint64_t a = 0, std::uint64_t b = 0) const { return named(name).stream(a, b); }
  NamedStreams named(std::string_view name) const { return {seed_, name}; }
  RandomRoot child(std::string_view name, std::uint64_t a = 0) const;

 private:
  std::uint64_t seed_ = 0;
};

}   // namespace ssi
