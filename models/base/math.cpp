#include "models/base/math.hpp"

#include <bit>
#include <cstdint>

#include "models/base/check.hpp"

namespace ssi {
namespace {

// ln 2 in two parts; the first ends in zeros, so that its product with an exponent is exact (Cody & Waite 1980).
constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kSqrtHalf = 0.70710678118654752440;

constexpr int kExponentBias = 1023, kMantissaBits = 52;
constexpr std::uint64_t kMantissaMask = (1ULL << kMantissaBits) - 1;

constexpr double power_of_two(std::int64_t n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + kExponentBias) << kMantissaBits);
}

// artanh(f) / f for |f| < 0.18: the first term left out is below 1e-19.
double artanh_ratio(double f) {
  const double square = f * f;
  double series = 0;
  for (int k = 23; k >= 3; k -= 2) series = (series + 1.0 / k) * square;
  return 1 + series;
}

// exp(x) for |x| < 0.36: the first term left out is below 1e-22.
double exp_near_zero(double x) {
  double series = 1;
  for (int n = 16; n >= 1; --n) series = 1 + series * x / n;
  return series;
}

std::int64_t nearest(double x) { return static_cast<std::int64_t>(x < 0 ? x - 0.5 : x + 0.5); }

}   // namespace

double portable_log(double x) {
  SSI_CHECK(x > 0 && x <= 0x1.fffffffffffffp1023, "the logarithm of a number that is not positive and finite");
  std::int64_t exponent = 0;
  if (x < 0x1p-1022) {   // subnormal
    x *= 0x1p54;
    exponent = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<std::int64_t>(bits >> kMantissaBits) - kExponentBias + 1;
  double mantissa =
      std::bit_cast<double>((bits & kMantissaMask) | (static_cast<std::uint64_t>(kExponentBias - 1) << kMantissaBits));   // [0.5, 1)
  if (mantissa < kSqrtHalf) {
    mantissa *= 2;
    --exponent;
  }
  const double f = (mantissa - 1) / (mantissa + 1);   // log m = 2 artanh f, |f| < 0.172
  const auto whole = static_cast<double>(exponent);
  return whole * kLn2High + (2 * f * artanh_ratio(f) + whole * kLn2Low);
}

double portable_exp(double x) {
  SSI_CHECK(x <= 700, "an exponential out of range");
  if (x < -700) return 0;
  const std::int64_t twos = nearest(x / kLn2High);
  const auto whole = static_cast<double>(twos);
  const double rest = (x - whole * kLn2High) - whole * kLn2Low;
  return exp_near_zero(rest) * power_of_two(twos);
}

double log1p_ratio(double x) {
  SSI_CHECK(x > -1, "the logarithm of a number that is not positive");
  if (x < -0.25 || x > 0.25) return portable_log(1 + x) / x;
  const double f = x / (2 + x);
  return 2 / (2 + x) * artanh_ratio(f);
}

double expm1_ratio(double x) {
  if (x < -0.35 || x > 0.35) return (portable_exp(x) - 1) / x;
  double series = 1;   // 1 + x/2 (1 + x/3 (1 + ...))
  for (int n = 16; n >= 2; --n) series = 1 + series * x / n;
  return series;
}

}   // namespace ssi
