#include "models/base/distributions.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/check.hpp"

namespace ssi {
namespace {

// ln 2 in two parts; the first has zeros at its end, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;

Duration rounded(double ns) { return ns < static_cast<double>(kLongest.ns) ? Duration{static_cast<std::int64_t>(ns + 0.5)} : kLongest; }

double above_zero(Stream& draws) { return 1.0 - draws.unit(); }   // uniform in (0, 1]

}  // namespace

double portable_log(double x) {
  SSI_CHECK(x > 0, "the logarithm of a number that is not positive");
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);   // in [0.5, 1)
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  const double f = (mantissa - 1) / (mantissa + 1), square = f * f;   // log m = 2 artanh f, |f| < 0.172
  double series = 0;
  for (int k = 23; k >= 3; k -= 2) series = (series + 1.0 / k) * square;
  return exponent * kLn2High + (2 * f + (2 * f * series + exponent * kLn2Low));
}

double portable_exp(double x) {
  SSI_CHECK(x > -700 && x < 700, "an exponential out of range");
  const double k = std::floor(x / kLn2High + 0.5);
  const double rest = (x - k * kLn2High) - k * kLn2Low;   // |rest| < 0.35
  double series = 1;
  for (int n = 16; n >= 1; --n) series = 1 + series * rest / n;
  return std::ldexp(series, static_cast<int>(k));
}

std::int64_t uniform(Stream& draws, std::int64_t low, std::int64_t high) {
  SSI_CHECK(low <= high, "a range that ends before it begins");
  const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = width == UINT64_MAX ? draws.next() : draws.below(width + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

Duration exponential(Stream& draws, double mean_ns) { return rounded(-mean_ns * portable_log(above_zero(draws))); }

// The polar method (Marsaglia & Bray 1964). Its second value is thrown away, so that a draw has no state.
double normal(Stream& draws) {
  for (;;) {
    const double x = 2 * draws.unit() - 1;
    const double y = 2 * draws.unit() - 1;
    const double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * portable_log(square) / square);
  }
}

Duration lognormal(Stream& draws, Duration mean, double sigma) {
  return rounded(static_cast<double>(mean.ns) * portable_exp(sigma * normal(draws) - sigma * sigma / 2));
}

Duration pareto(Stream& draws, Duration smallest, double alpha) {
  const double exponent = -portable_log(above_zero(draws)) / alpha;
  return exponent < 100 ? rounded(static_cast<double>(smallest.ns) * portable_exp(exponent)) : kLongest;
}

Discrete::Discrete(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) {
    SSI_CHECK(weight >= 0, "a negative weight");
    cumulative_.push_back(sum += weight);
  }
  SSI_CHECK(sum > 0, "no weight is positive");
}

std::size_t Discrete::draw(Stream& draws) const {
  const double at = draws.unit() * cumulative_.back();
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
  // Rounding may reach the sum itself: then the last index with a weight.
  const auto last = std::lower_bound(cumulative_.begin(), cumulative_.end(), cumulative_.back());
  return static_cast<std::size_t>(std::min(found, last) - cumulative_.begin());
}

Discrete zipf(std::size_t count, double exponent) {
  std::vector<double> weights;
  for (std::size_t rank = 1; rank <= count; ++rank)
    weights.push_back(portable_exp(-exponent * portable_log(static_cast<double>(rank))));
  return Discrete(weights);
}

}  // namespace ssi
