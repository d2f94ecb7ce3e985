// Our logarithm and exponential against the library's in long double.
#include "models/base/math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/base/check.hpp"
#include "models/base/random.hpp"

namespace ssi {
namespace {

constexpr double kBound = 1e-15;
constexpr int kPoints = 200'000;

double error(double got, long double exact) { return static_cast<double>(std::fabs((got - exact) / exact)); }

TEST(Math, LogarithmIsAccurateEverywhere) {
  Stream stream(1);
  for (int i = 0; i < kPoints; ++i) {
    const int exponent = static_cast<int>(stream.below(2040)) - 1020;
    const double wide = std::ldexp(1 + stream.unit(), exponent);
    const double near_one = 0.5 + 1.5 * stream.unit();
    ASSERT_LT(error(portable_log(wide), std::log(static_cast<long double>(wide))), kBound) << wide;
    ASSERT_LT(error(portable_log(near_one), std::log(static_cast<long double>(near_one))), kBound) << near_one;
  }
  EXPECT_EQ(portable_log(1), 0);
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_LT(error(portable_log(tiny), std::log(static_cast<long double>(tiny))), kBound);
}

TEST(Math, ExponentialIsAccurateEverywhere) {
  Stream stream(2);
  for (int i = 0; i < kPoints; ++i) {
    const double x = (stream.unit() - 0.5) * (i % 2 == 0 ? 1398 : 4);
    ASSERT_LT(error(portable_exp(x), std::exp(static_cast<long double>(x))), kBound) << x;
  }
  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_EQ(portable_exp(-701), 0);
}

TEST(Math, RatiosAreAccurateAroundZero) {
  Stream stream(3);
  for (int i = 0; i < kPoints; ++i) {
    const double unit = stream.unit() * 2 - 1;
    const double x = i % 3 == 0 ? unit * 1e-6 : unit * 0.999;
    if (x == 0) continue;
    ASSERT_LT(error(log1p_ratio(x), std::log1p(static_cast<long double>(x)) / x), kBound) << x;
    ASSERT_LT(error(expm1_ratio(x), std::expm1(static_cast<long double>(x)) / x), kBound) << x;
  }
  EXPECT_EQ(log1p_ratio(0), 1);
  EXPECT_EQ(expm1_ratio(0), 1);
}

TEST(Math, RefusesWhatHasNoValue) {
  EXPECT_THROW(portable_log(0), CheckFailed);
  EXPECT_THROW(portable_log(-1), CheckFailed);
  EXPECT_THROW(portable_log(std::numeric_limits<double>::infinity()), CheckFailed);
  EXPECT_THROW(portable_log(std::numeric_limits<double>::quiet_NaN()), CheckFailed);
  EXPECT_THROW(portable_exp(701), CheckFailed);
  EXPECT_THROW(portable_exp(std::numeric_limits<double>::quiet_NaN()), CheckFailed);
  EXPECT_THROW(log1p_ratio(-1), CheckFailed);
}

}   // namespace
}   // namespace ssi
