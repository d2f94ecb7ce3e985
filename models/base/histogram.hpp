// A log-linear histogram of non-negative integer nanoseconds: each power of two has 128 equal buckets, so a reported
// value is less than 0.8 % above the true one; values below 256 are exact. Only integers are kept and added, so the
// content does not depend on the order in which values were added or histograms merged.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ssi {

class Histogram {
 public:
  struct Bucket {
    std::int64_t upper_ns;   // the largest value that falls into it
    std::uint64_t count;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };
  using Sum = unsigned __int128;   // exact: 2^64 values of 2^63 fit

  void add(std::int64_t value_ns);   // value_ns >= 0
  void add(std::int64_t value_ns, std::uint64_t times);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Sum sum_ns() const { return sum_; }
  // All of an empty histogram are 0.
  std::int64_t min_ns() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max_ns() const { return max_; }
  std::int64_t mean_ns() const;   // rounded to the nearest, half up
  // Nearest rank: the smallest bucket that at least `percent` % of the values do not exceed; its upper end, at most max_ns().
  // `percent` in [0, 100], taken to a thousandth.
  std::int64_t percentile_ns(double percent) const;
  std::vector<Bucket> buckets() const;   // those that are not empty, ascending

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  std::vector<std::uint64_t> counts_;   // up to the highest bucket in use
  std::uint64_t count_ = 0;
  Sum sum_ = 0;
  std::int64_t min_ = INT64_MAX, max_ = 0;
};

}   // namespace ssi
