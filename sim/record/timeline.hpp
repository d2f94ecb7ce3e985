// The run in equal buckets of time. The number of buckets stays bounded: when a run outlives them, neighbours are merged.
#pragma once
#include <cstdint>
#include <vector>

#include "models/base/histogram.hpp"
#include "models/base/time.hpp"

namespace ssi::record {

class Timeline {
 public:
  struct Bucket {
    std::uint64_t calls_completed{}, work_done{};
    Histogram latency;
  };
  static constexpr std::size_t kMaxBuckets = 256;

  // The width is the least 1, 2 or 5 times a power of ten that cuts `duration` into at most 100 buckets.
  explicit Timeline(Duration duration);

  void call(Instant at, std::int64_t latency_ns, bool succeeded);
  void work(Instant at);

  Duration width() const { return width_; }
  const std::vector<Bucket>& buckets() const { return buckets_; }   // up to the last that is not empty

 private:
  Bucket& at(Instant at);
  void halve();

  Duration width_;
  std::size_t last_ = 0;   // the bucket that was used last
  Instant last_begin_{};   // ... and its begin: most calls fall into it, and a division is dear
  std::vector<Bucket> buckets_;
};

}   // namespace ssi::record
