// Distributions that draw the same on every machine: integer arithmetic, our own log and exp, and the operations that
// IEEE 754 rounds correctly (+ - * / sqrt). Times are rounded to whole nanoseconds and end at kLongest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/random.hpp"
#include "models/base/time.hpp"

namespace ssi {

inline constexpr Duration kLongest{std::int64_t{1} << 53};   // 104 days: where a double stops counting nanoseconds

std::int64_t uniform(Stream& draws, std::int64_t low, std::int64_t high);   // both ends included; low <= high
Duration uniform(Stream& draws, Duration low, Duration high);               // likewise
Duration exponential(Stream& draws, double mean_ns);                        // gaps of a Poisson process; mean_ns >= 0
Duration lognormal(Stream& draws, Duration mean, double sigma);             // sigma >= 0: of the logarithm
Duration pareto(Stream& draws, Duration smallest, double alpha);            // P(X > x) = (smallest / x)^alpha, alpha > 0
double normal(Stream& draws);                                               // mean 0, variance 1

// Draws an index with probability weight / sum of weights, exactly. The sum is in [1, 2^64).
class Discrete {
 public:
  explicit Discrete(const std::vector<std::uint64_t>& weights);
  std::size_t draw(Stream& draws) const;   // one draw, O(log n)

 private:
  std::vector<std::uint64_t> cumulative_;
};

// Ranks 0 .. count - 1 with P(r) proportional to 1 / (r + 1)^exponent: rejection-inversion (W. Hoermann, G. Derflinger,
// "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6(3), 1996). No tables,
// so any count in [1, 2^40]; 1.02 tries a draw at most (measured). exponent in [0, 8]; 0 is uniform.
class Zipf {
 public:
  Zipf(std::uint64_t count, double exponent);
  std::uint64_t draw(Stream& draws) const;

 private:
  double mass(double x) const;         // x^-exponent
  double integral(double x) const;     // of mass, from 1
  double inverse(double area) const;   // of integral

  double exponent_, count_;
  double area_low_, area_high_;   // drawn areas lie between
  double accept_at_once_;         // within this distance of the rank no area need be computed
};

}   // namespace ssi
