#include "sim/record/timeline.hpp"

#include <utility>

namespace ssi::record {
namespace {

constexpr std::int64_t kAimedBuckets = 100;

Duration nice_width(Duration duration) {
  std::int64_t power = 1;
  for (;; power *= 10)
    for (std::int64_t step : {1, 2, 5})
      if (duration.ns / kAimedBuckets <= step * power) return {step * power};
}

}   // namespace

Timeline::Timeline(Duration duration) : width_(nice_width(duration)) {}

void Timeline::call(Instant when, std::int64_t latency_ns, bool succeeded) {
  Bucket& bucket = at(when);
  ++bucket.calls_completed;
  if (succeeded) bucket.latency.add(latency_ns);
}

void Timeline::work(Instant when) { ++at(when).work_done; }

Timeline::Bucket& Timeline::at(Instant when) {
  if (when >= last_begin_ && when < last_begin_ + width_ && last_ < buckets_.size()) return buckets_[last_];
  while (static_cast<std::size_t>(when.ns / width_.ns) >= kMaxBuckets) halve();
  const auto index = static_cast<std::size_t>(when.ns / width_.ns);
  if (index >= buckets_.size()) buckets_.resize(index + 1);
  last_ = index;
  last_begin_ = Instant{static_cast<std::int64_t>(index) * width_.ns};
  return buckets_[index];
}

void Timeline::halve() {
  width_ = width_ * 2;
  std::vector<Bucket> merged((buckets_.size() + 1) / 2);
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    Bucket& into = merged[i / 2];
    into.calls_completed += buckets_[i].calls_completed;
    into.work_done += buckets_[i].work_done;
    into.latency.merge(buckets_[i].latency);
  }
  buckets_ = std::move(merged);
}

}   // namespace ssi::record
