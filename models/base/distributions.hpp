// Distributions that draw the same on every machine: only operations that IEEE 754 defines exactly, and our own log and
// exp (a library's may differ in the last bit). Durations are rounded to whole nanoseconds and end at kLongest.
#pragma once
#include <cstdint>
#include <vector>

#include "models/base/random.hpp"
#include "models/base/time.hpp"

namespace ssi {

double portable_log(double x);   // natural logarithm of a normal x > 0, within 2 units in the last place
double portable_exp(double x);   // of |x| < 700, likewise

inline constexpr Duration kLongest{std::int64_t{1} << 53};   // 104 days: where a double stops counting nanoseconds

std::int64_t uniform(Stream& draws, std::int64_t low, std::int64_t high);            // both ends included
Duration exponential(Stream& draws, double mean_ns);                                 // gaps of a Poisson process
Duration lognormal(Stream& draws, Duration mean, double sigma);                      // sigma: of the logarithm
Duration pareto(Stream& draws, Duration smallest, double alpha);                     // P(X > x) = (smallest / x)^alpha
double normal(Stream& draws);                                                        // mean 0, variance 1

// Draws an index with probability proportional to its weight. At least one weight is positive, none negative.
class Discrete {
 public:
  explicit Discrete(const std::vector<double>& weights);
  std::size_t draw(Stream& draws) const;

 private:
  std::vector<double> cumulative_;
};

// Rank r = 0 .. count - 1 with weight 1 / (r + 1)^exponent.
Discrete zipf(std::size_t count, double exponent);

}  // namespace ssi
