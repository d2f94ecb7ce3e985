#include "models/workload/demand.hpp"

#include "models/base/check.hpp"
#include "models/base/distributions.hpp"

namespace ssi::workload {

std::uint32_t Starts::claim(std::uint32_t node) {
  std::optional<std::uint32_t> taken;
  for (std::uint32_t start = 0; start < size(); ++start) {
    if (nodes_[start] != node) continue;
    if (!claimed_[start]) {
      claimed_[start] = true;
      return start;
    }
    if (!taken) taken = start;
  }
  SSI_CHECK(taken, "a first program on a node where the workload does not start");
  return *taken;
}

Schedule::Schedule(std::uint64_t count, Stream gaps, std::optional<double> rate_per_second)
    : count_(count), gaps_(gaps), rate_(rate_per_second) {}

std::optional<Schedule::Arrival> Schedule::take(Instant now) {
  SSI_CHECK(begun(), "an arrival before the schedule has begun");
  if (next_ == count_) return std::nullopt;
  last_ = rate_ ? *last_ + exponential(gaps_, 1e9 / *rate_) : now;
  return Arrival{next_++, *last_};
}

}   // namespace ssi::workload
