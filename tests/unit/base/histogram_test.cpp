// The histogram against sorting all values.
#include "models/base/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/base/check.hpp"
#include "models/base/random.hpp"

namespace ssi {
namespace {

// Values of all magnitudes: a random number of random low bits.
std::vector<std::int64_t> values(std::uint64_t seed, std::size_t n) {
  Stream stream(seed);
  std::vector<std::int64_t> out;
  while (out.size() < n) {
    const auto drop = static_cast<int>(1 + stream.below(63));
    const std::uint64_t bits = stream.next();
    out.push_back(static_cast<std::int64_t>(bits >> drop));
  }
  return out;
}

Histogram histogram_of(const std::vector<std::int64_t>& all) {
  Histogram out;
  for (auto v : all) out.add(v);
  return out;
}

TEST(Histogram, EmptyIsAllZero) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0U);
  EXPECT_EQ(h.min_ns(), 0);
  EXPECT_EQ(h.max_ns(), 0);
  EXPECT_EQ(h.mean_ns(), 0);
  EXPECT_EQ(h.percentile_ns(99), 0);
  EXPECT_TRUE(h.buckets().empty());
}

TEST(Histogram, PercentilesAreWithinABucketOfSortedValues) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto all = values(seed, 5000);
    const Histogram h = histogram_of(all);
    std::sort(all.begin(), all.end());
    for (double percent : {0.0, 0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
      const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(percent * 50.0 - 1e-6)));
      const std::int64_t exact = all[rank - 1], got = h.percentile_ns(percent);
      EXPECT_GE(got, exact) << percent;
      EXPECT_LE(static_cast<double>(got - exact), static_cast<double>(exact) * 0.008) << percent;
    }
    EXPECT_EQ(h.percentile_ns(100), all.back());
    EXPECT_EQ(h.min_ns(), all.front());
    EXPECT_EQ(h.max_ns(), all.back());
  }
}

TEST(Histogram, PercentilesAreOfTheNearestRankAbove) {
  const Histogram h = histogram_of({10, 20, 30});
  const std::vector<std::pair<double, std::int64_t>> expected{{0, 10},    {33, 10},   {33.4, 20}, {50, 20},
                                                              {66.6, 20}, {66.7, 30}, {99.9, 30}, {100, 30}};
  for (const auto& [percent, value] : expected) EXPECT_EQ(h.percentile_ns(percent), value) << percent;
}

TEST(Histogram, SumIsExactBeyond64Bits) {
  Histogram h;
  h.add(INT64_MAX, 1'000'000);
  EXPECT_TRUE(h.sum_ns() == static_cast<Histogram::Sum>(INT64_MAX) * 1'000'000);
  EXPECT_EQ(h.mean_ns(), INT64_MAX);
  EXPECT_EQ(h.buckets(), (std::vector<Histogram::Bucket>{{INT64_MAX, 1'000'000}}));
}

TEST(Histogram, MeanIsRoundedToTheNearest) {
  Histogram h;
  h.add(1);
  h.add(2);
  EXPECT_EQ(h.mean_ns(), 2);
  h.add(1);
  EXPECT_EQ(h.mean_ns(), 1);
}

TEST(Histogram, SmallValuesAreExactAndEachBucketHoldsItsUpperEnd) {
  Histogram h;
  for (std::int64_t v = 0; v < 256; ++v) h.add(v);
  const auto buckets = h.buckets();
  ASSERT_EQ(buckets.size(), 256U);
  for (std::int64_t v = 0; v < 256; ++v) EXPECT_EQ(buckets[static_cast<std::size_t>(v)].upper_ns, v);
  for (auto v : values(7, 2000)) {
    Histogram one, upper;
    one.add(v);
    upper.add(one.buckets().front().upper_ns);
    EXPECT_GE(one.buckets().front().upper_ns, v);
    EXPECT_EQ(one.buckets(), upper.buckets());
  }
}

TEST(Histogram, OrderOfAddingAndMergingDoesNotMatter) {
  auto all = values(3, 3000);
  const Histogram whole = histogram_of(all);
  Histogram low = histogram_of({all.begin(), all.begin() + 1000}), high = histogram_of({all.begin() + 1000, all.end()});
  high.merge(low);
  EXPECT_EQ(high, whole);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(histogram_of(all), whole);
  Histogram empty;
  empty.merge(whole);
  EXPECT_EQ(empty, whole);
  low = whole;
  low.merge(Histogram());
  EXPECT_EQ(low, whole);
}

TEST(Histogram, RefusesWhatItCannotHold) {
  Histogram h;
  EXPECT_THROW(h.add(-1), CheckFailed);
  EXPECT_THROW(h.percentile_ns(101), CheckFailed);
  h.add(5, 0);
  EXPECT_EQ(h, Histogram());
}

}   // namespace
}   // namespace ssi
