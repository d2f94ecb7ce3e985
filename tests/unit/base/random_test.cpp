// Streams: the same numbers on every machine, independence of names, no bias in bounds.
#include "models/base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "models/base/check.hpp"
#include "models/base/hash.hpp"

namespace ssi {
namespace {

std::vector<std::uint64_t> first(Stream stream, int n) {
  std::vector<std::uint64_t> out;
  while (out.size() < static_cast<std::size_t>(n)) out.push_back(stream.next());
  return out;
}

// xoshiro256** written a second time from its definition, seeded by SplitMix64 as published.
std::vector<std::uint64_t> reference(std::uint64_t seed, int n) {
  std::array<std::uint64_t, 4> s{};
  for (auto& word : s) {
    std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
  std::vector<std::uint64_t> out;
  for (int i = 0; i < n; ++i) {
    const std::uint64_t five = s[1] * 5, turned = (five << 7 | five >> 57) * 9, shifted = s[1] << 17;
    out.push_back(turned);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = s[3] << 45 | s[3] >> 19;
  }
  return out;
}

TEST(Stream, IsXoshiro) {
  for (std::uint64_t seed : {0ULL, 1ULL, ~0ULL}) EXPECT_EQ(first(Stream(seed), 1000), reference(seed, 1000));
}

TEST(Stream, GoldenValues) {
  EXPECT_EQ(first(Stream(0), 2), (std::vector<std::uint64_t>{0x99ec5f36cb75f2b4, 0xbf6e1f784956452a}));
  EXPECT_EQ(first(RandomRoot(1).stream("arrivals", 2), 2), (std::vector<std::uint64_t>{0xd0947934fe6d3b9a, 0x93084e7c62e0168d}));
  EXPECT_EQ(first(RandomRoot(1).child("workload", 3).stream("gaps"), 1), (std::vector<std::uint64_t>{0x85fce291dd9ed36c}));
}

TEST(Stream, DependsOnSeedNameAndNumbersOnly) {
  const RandomRoot root(42);
  Stream other = root.stream("other");
  other.next();
  EXPECT_EQ(first(root.stream("a", 1, 2), 4), first(RandomRoot(42).stream("a", 1, 2), 4));
  const std::vector<Stream> all{root.stream("a", 1, 2),
                                root.stream("a", 2, 1),
                                root.stream("a", 1),
                                root.stream("a"),
                                root.stream("b"),
                                root.stream(""),
                                root.stream("ab"),
                                RandomRoot(43).stream("a"),
                                root.child("a").stream("a"),
                                root.child("b").stream("a"),
                                root.child("a", 1).stream("a")};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) EXPECT_NE(first(all[i], 1), first(all[j], 1)) << i << " " << j;
}

TEST(Stream, ManyStreamsShareNoValue) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t node = 0; node < 1000; ++node)
    for (auto value : first(RandomRoot(7).stream("node", node), 100)) all.push_back(value);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Stream, BelowStaysBelowAndIsUniform) {
  Stream stream(5);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts.at(stream.below(7));
  for (int count : counts) EXPECT_NEAR(count, 10'000, 500);   // 5 standard deviations
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0U);
  EXPECT_THROW(stream.below(0), CheckFailed);
}

// 3/4 of all words: without rejection the lowest third of the results would come half of the time.
TEST(Stream, BelowALargeBoundHasNoBias) {
  Stream stream(6);
  const std::uint64_t third = 1ULL << 62, bound = 3 * third;
  int low = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::uint64_t draw = stream.below(bound);
    ASSERT_LT(draw, bound);
    low += draw < third ? 1 : 0;
  }
  EXPECT_NEAR(low, 10'000, 450);
}

TEST(Stream, UnitIsInTheHalfOpenIntervalWith53Bits) {
  Stream stream(8), bits(8);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.unit() * 0x1p53, static_cast<double>(bits.next() >> 11));
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double draw = stream.unit();
    ASSERT_GE(draw, 0);
    ASSERT_LT(draw, 1);
    sum += draw;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
}

TEST(Stream, HashTellsStatesApart) {
  Stream a(1), b(1);
  auto hash = [](const Stream& stream) {
    StateHash out;
    stream.hash_into(out);
    return out.value();
  };
  EXPECT_EQ(hash(a), hash(b));
  a.next();
  EXPECT_NE(hash(a), hash(b));
  b.next();
  EXPECT_EQ(hash(a), hash(b));
}

TEST(StateHash, OrderLengthAndSplitMatter) {
  auto of = [](auto... words) {
    StateHash hash;
    (hash.add(words), ...);
    return hash.value();
  };
  using S = std::string_view;
  EXPECT_NE(of(1ULL, 2ULL), of(2ULL, 1ULL));
  EXPECT_NE(of(0ULL), of(0ULL, 0ULL));
  EXPECT_NE(of(S("ab"), S("c")), of(S("a"), S("bc")));
  EXPECT_EQ(hash_of("SPAWN"), of(S("SPAWN")));
}

}   // namespace
}   // namespace ssi
