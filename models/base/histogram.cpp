#include "models/base/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/base/check.hpp"

namespace ssi {
namespace {

constexpr int kSubBucketBits = 7;
constexpr std::uint64_t kSubBuckets = 1ULL << kSubBucketBits;

// Values under kSubBuckets have a bucket each; above, the leading bit and the next seven name the bucket.
constexpr std::size_t index_of(std::uint64_t value) {
  if (value < kSubBuckets) return value;
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBucketBits;
  return (static_cast<std::size_t>(shift) << kSubBucketBits) + (value >> shift);
}

constexpr std::int64_t upper_of(std::size_t index) {
  if (index < 2 * kSubBuckets) return static_cast<std::int64_t>(index);
  const std::size_t shift = (index >> kSubBucketBits) - 1;
  const std::uint64_t leading = kSubBuckets + (index & (kSubBuckets - 1));
  return static_cast<std::int64_t>(((leading + 1) << shift) - 1);
}

static_assert(upper_of(index_of(255)) == 255 && upper_of(index_of(256)) == 257 && index_of(257) + 1 == index_of(258));
static_assert(upper_of(index_of(INT64_MAX)) == INT64_MAX);

}   // namespace

void Histogram::add(std::int64_t value_ns) {
  SSI_CHECK(value_ns >= 0, "a negative value in a histogram");
  const std::size_t index = index_of(static_cast<std::uint64_t>(value_ns));
  if (index >= counts_.size()) counts_.resize(index + 1);
  ++counts_[index];
  ++count_;
  sum_ += static_cast<std::uint64_t>(value_ns);
  min_ = std::min(min_, value_ns);
  max_ = std::max(max_, value_ns);
}

void Histogram::add(std::int64_t value_ns, std::uint64_t times) {
  SSI_CHECK(value_ns >= 0, "a negative value in a histogram");
  if (times == 0) return;
  const std::size_t index = index_of(static_cast<std::uint64_t>(value_ns));
  if (index >= counts_.size()) counts_.resize(index + 1);
  counts_[index] += times;
  count_ += times;
  sum_ += static_cast<Sum>(value_ns) * times;
  min_ = std::min(min_, value_ns);
  max_ = std::max(max_, value_ns);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::int64_t Histogram::mean_ns() const { return count_ == 0 ? 0 : static_cast<std::int64_t>((sum_ + count_ / 2) / count_); }

std::int64_t Histogram::percentile_ns(double percent) const {
  SSI_CHECK(percent >= 0 && percent <= 100, "a percentile outside 0 to 100");
  if (count_ == 0) return 0;
  const auto thousandths = static_cast<std::uint64_t>(std::llround(percent * 1000));
  const Sum rank = std::max<Sum>(1, (static_cast<Sum>(count_) * thousandths + 99'999) / 100'000);
  std::size_t index = 0;
  for (Sum seen = counts_[0]; seen < rank; seen += counts_[index]) ++index;
  return std::min(upper_of(index), max_);
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> out;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] != 0) out.push_back({upper_of(i), counts_[i]});
  return out;
}

}   // namespace ssi
