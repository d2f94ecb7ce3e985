// Distributions: golden integer draws (the same on every machine), moments and tails, and what is refused.
#include "models/base/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "models/base/check.hpp"

namespace ssi {
namespace {

constexpr int kDraws = 200'000;

std::vector<std::int64_t> first(int n, std::uint64_t seed, const std::function<std::int64_t(Stream&)>& draw) {
  Stream stream(seed);
  std::vector<std::int64_t> out;
  while (out.size() < static_cast<std::size_t>(n)) out.push_back(draw(stream));
  return out;
}

struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments(const std::function<double(Stream&)>& draw) {
  Stream stream(99);
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw(stream);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, std::sqrt(squares / kDraws - mean * mean)};
}

TEST(Distributions, GoldenDraws) {
  using V = std::vector<std::int64_t>;
  EXPECT_EQ(first(4, 1, [](Stream& s) { return uniform(s, std::int64_t{-10}, 10); }), (V{0, 3, 1, 10}));
  EXPECT_EQ(first(4, 1, [](Stream& s) { return exponential(s, 1e6).ns; }), (V{1213760, 734879, 853564, 496477}));
  EXPECT_EQ(first(4, 1, [](Stream& s) { return lognormal(s, milliseconds(1), 0.5).ns; }), (V{2264147, 1692227, 1098736, 635307}));
  EXPECT_EQ(first(4, 1, [](Stream& s) { return pareto(s, microseconds(10), 1.5).ns; }), (V{22461, 16322, 17666, 13923}));
  const Zipf zipf(1'000'000, 0.99);
  EXPECT_EQ(first(4, 1, [&](Stream& s) { return static_cast<std::int64_t>(zipf.draw(s)); }), (V{49, 716, 328, 4539}));
  const Discrete discrete({5, 0, 3, 2});
  EXPECT_EQ(first(8, 1, [&](Stream& s) { return static_cast<std::int64_t>(discrete.draw(s)); }), (V{2, 0, 0, 0, 0, 0, 2, 3}));
}

TEST(Distributions, UniformReachesBothEndsAndNoFurther) {
  Stream stream(1);
  std::vector<int> counts(6);
  for (int i = 0; i < 60'000; ++i) ++counts.at(static_cast<std::size_t>(uniform(stream, std::int64_t{-2}, 3) + 2));
  for (int count : counts) EXPECT_NEAR(count, 10'000, 460);
  EXPECT_EQ(uniform(stream, milliseconds(3), milliseconds(3)), milliseconds(3));
  bool negative = false, positive = false;
  for (int i = 0; i < 64; ++i) {
    const std::int64_t draw = uniform(stream, INT64_MIN, INT64_MAX);
    (draw < 0 ? negative : positive) = true;
  }
  EXPECT_TRUE(negative && positive);
  EXPECT_THROW(uniform(stream, std::int64_t{1}, 0), CheckFailed);
}

TEST(Distributions, ExponentialHasItsMoments) {
  const auto m = moments([](Stream& s) { return static_cast<double>(exponential(s, 1e6).ns); });
  EXPECT_NEAR(m.mean, 1e6, 1e4);
  EXPECT_NEAR(m.deviation, 1e6, 2e4);
  Stream stream(1);
  EXPECT_EQ(exponential(stream, 0).ns, 0);
  EXPECT_THROW(exponential(stream, -1), CheckFailed);
  EXPECT_EQ(exponential(stream, 1e300), kLongest);
}

TEST(Distributions, NormalHasItsMomentsAndTails) {
  const auto m = moments([](Stream& s) { return normal(s); });
  EXPECT_NEAR(m.mean, 0, 0.01);
  EXPECT_NEAR(m.deviation, 1, 0.01);
  const auto beyond_two = moments([](Stream& s) { return std::fabs(normal(s)) > 2 ? 1.0 : 0.0; });
  EXPECT_NEAR(beyond_two.mean, 0.0455, 0.002);
}

TEST(Distributions, LognormalHasItsMeanAndMedian) {
  const double sigma = 0.5;
  const auto draw = [&](Stream& s) { return lognormal(s, milliseconds(1), sigma).ns; };
  const auto m = moments([&](Stream& s) { return static_cast<double>(draw(s)); });
  EXPECT_NEAR(m.mean, 1e6, 1e4);
  EXPECT_NEAR(m.deviation, 1e6 * std::sqrt(std::exp(sigma * sigma) - 1), 2e4);
  const auto below =
      moments([&](Stream& s) { return draw(s) < static_cast<std::int64_t>(1e6 * std::exp(-sigma * sigma / 2)) ? 1.0 : 0.0; });
  EXPECT_NEAR(below.mean, 0.5, 0.006);
  Stream stream(1);
  EXPECT_EQ(lognormal(stream, milliseconds(1), 0), milliseconds(1));
  EXPECT_EQ(lognormal(stream, Duration{}, 3), Duration{});
  for (int i = 0; i < 1000; ++i) EXPECT_LE(lognormal(stream, milliseconds(1), 100), kLongest);
}

TEST(Distributions, ParetoHasItsTail) {
  const auto draw = [](Stream& s) { return pareto(s, microseconds(10), 1.5).ns; };
  for (double factor : {2.0, 10.0, 50.0}) {
    const auto beyond = moments([&](Stream& s) { return static_cast<double>(draw(s)) > factor * 1e4 ? 1.0 : 0.0; });
    EXPECT_NEAR(beyond.mean, std::pow(factor, -1.5), 0.005) << factor;
  }
  Stream stream(2);
  for (int i = 0; i < 1000; ++i) EXPECT_GE(draw(stream), 10'000);
  for (int i = 0; i < 1000; ++i) EXPECT_LE(pareto(stream, milliseconds(1), 0.001), kLongest);
  EXPECT_THROW(pareto(stream, milliseconds(1), 0), CheckFailed);
}

TEST(Distributions, DiscreteFollowsItsWeights) {
  const Discrete discrete({0, 5, 0, 3, 2, 0});
  Stream stream(4);
  std::vector<int> counts(6);
  for (int i = 0; i < 100'000; ++i) ++counts.at(discrete.draw(stream));
  EXPECT_EQ(counts[0] + counts[2] + counts[5], 0);
  EXPECT_NEAR(counts[1], 50'000, 800);
  EXPECT_NEAR(counts[3], 30'000, 750);
  EXPECT_NEAR(counts[4], 20'000, 650);
  const Discrete heavy({UINT64_MAX - 1, 1});
  EXPECT_EQ(heavy.draw(stream), 0U);
  EXPECT_THROW(Discrete({}), CheckFailed);
  EXPECT_THROW(Discrete({0, 0}), CheckFailed);
  EXPECT_THROW(Discrete({UINT64_MAX, 1}), CheckFailed);
}

// Against the definition: each rank's share is weight / sum of weights.
TEST(Distributions, ZipfFollowsItsWeights) {
  for (double exponent : {0.0, 0.5, 0.99, 1.0, 1.2, 2.0, 8.0}) {
    for (std::uint64_t count : {1U, 2U, 10U, 1000U}) {
      const Zipf zipf(count, exponent);
      Stream stream(5);
      std::vector<int> counts(count);
      for (int i = 0; i < 100'000; ++i) ++counts.at(zipf.draw(stream));
      double sum = 0;
      for (std::uint64_t rank = 1; rank <= count; ++rank) sum += std::pow(static_cast<double>(rank), -exponent);
      for (std::uint64_t rank = 1; rank <= std::min<std::uint64_t>(count, 10); ++rank) {
        const double share = std::pow(static_cast<double>(rank), -exponent) / sum;
        EXPECT_NEAR(counts[rank - 1], 1e5 * share, 5 * std::sqrt(1e5 * share * (1 - share)) + 1) << exponent << " " << count << " " << rank;
      }
    }
  }
}

TEST(Distributions, ZipfOverVeryManyStaysInRange) {
  const std::uint64_t count = std::uint64_t{1} << 40;
  for (double exponent : {0.0, 0.99, 1.0, 3.0}) {
    const Zipf zipf(count, exponent);
    Stream stream(6);
    for (int i = 0; i < 10'000; ++i) ASSERT_LT(zipf.draw(stream), count);
  }
  EXPECT_THROW(Zipf(0, 1), CheckFailed);
  EXPECT_THROW(Zipf(count + 1, 1), CheckFailed);
  EXPECT_THROW(Zipf(10, -0.1), CheckFailed);
  EXPECT_THROW(Zipf(10, 8.1), CheckFailed);
}

}   // namespace
}   // namespace ssi
