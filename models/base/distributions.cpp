#include "models/base/distributions.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/check.hpp"
#include "models/base/math.hpp"

namespace ssi {
namespace {

Duration rounded(double ns) { return ns < static_cast<double>(kLongest.ns) ? Duration{std::llround(ns)} : kLongest; }

// scale * e^exponent, without overflow on the way.
Duration scaled(Duration scale, double exponent) {
  if (scale.ns == 0) return {};
  return exponent < 40 ? rounded(static_cast<double>(scale.ns) * portable_exp(exponent)) : kLongest;   // e^40 > 2^53
}

double above_zero(Stream& draws) { return 1.0 - draws.unit(); }   // uniform in (0, 1]

}   // namespace

std::int64_t uniform(Stream& draws, std::int64_t low, std::int64_t high) {
  SSI_CHECK(low <= high, "a range that ends before it begins");
  const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = width == UINT64_MAX ? draws.next() : draws.below(width + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

Duration uniform(Stream& draws, Duration low, Duration high) { return {uniform(draws, low.ns, high.ns)}; }

Duration exponential(Stream& draws, double mean_ns) {
  SSI_CHECK(mean_ns >= 0, "a negative mean");
  return rounded(-mean_ns * portable_log(above_zero(draws)));
}

// The polar method (Marsaglia & Bray 1964). Its second value is thrown away, so that a draw leaves no state behind.
double normal(Stream& draws) {
  for (;;) {
    const double x = 2 * draws.unit() - 1;
    const double y = 2 * draws.unit() - 1;
    const double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * portable_log(square) / square);
  }
}

Duration lognormal(Stream& draws, Duration mean, double sigma) {
  SSI_CHECK(mean.ns >= 0 && sigma >= 0, "a negative mean or sigma");
  return scaled(mean, sigma * normal(draws) - sigma * sigma / 2);
}

Duration pareto(Stream& draws, Duration smallest, double alpha) {
  SSI_CHECK(smallest.ns >= 0 && alpha > 0, "a negative smallest value or an alpha that is not positive");
  return scaled(smallest, -portable_log(above_zero(draws)) / alpha);
}

Discrete::Discrete(const std::vector<std::uint64_t>& weights) {
  std::uint64_t sum = 0;
  for (const std::uint64_t weight : weights) {
    SSI_CHECK(sum + weight >= sum, "the sum of the weights does not fit");
    cumulative_.push_back(sum += weight);
  }
  SSI_CHECK(sum > 0, "no weight is positive");
}

std::size_t Discrete::draw(Stream& draws) const {
  const std::uint64_t at = draws.below(cumulative_.back());
  return static_cast<std::size_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), at) - cumulative_.begin());
}

// Names in the paper: mass h, integral H, areas H(1.5) - h(1) to H(n + 0.5), accept_at_once s.
Zipf::Zipf(std::uint64_t count, double exponent) : exponent_(exponent), count_(static_cast<double>(count)) {
  SSI_CHECK(count > 0 && count <= std::uint64_t{1} << 40, "a Zipf distribution over nothing, or over too much");
  SSI_CHECK(exponent >= 0 && exponent <= 8, "a Zipf exponent out of range");
  area_low_ = integral(1.5) - 1;
  area_high_ = integral(count_ + 0.5);
  accept_at_once_ = 2 - inverse(integral(2.5) - mass(2));
}

std::uint64_t Zipf::draw(Stream& draws) const {
  for (;;) {
    const double area = area_high_ + draws.unit() * (area_low_ - area_high_);
    const double x = inverse(area);
    const double rank = static_cast<double>(static_cast<std::uint64_t>(std::clamp(x + 0.5, 1.0, count_)));
    if (rank - x <= accept_at_once_ || area >= integral(rank + 0.5) - mass(rank)) return static_cast<std::uint64_t>(rank) - 1;
  }
}

double Zipf::mass(double x) const { return portable_exp(-exponent_ * portable_log(x)); }

// (x^(1 - exponent) - 1) / (1 - exponent), which is log x when the exponent is 1; exact near it.
double Zipf::integral(double x) const {
  const double logarithm = portable_log(x);
  return expm1_ratio((1 - exponent_) * logarithm) * logarithm;
}

// A heavy exponent's whole area is 1 / (exponent - 1); rounding may step over it, to minus infinity.
double Zipf::inverse(double area) const {
  const double t = std::max((1 - exponent_) * area, -1 + 0x1p-53);
  return portable_exp(std::min(log1p_ratio(t) * area, 40.0));
}

}   // namespace ssi
