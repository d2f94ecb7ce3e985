// How long a peer may be silent before it is suspected: so long, or, adaptive,
// as long as its gaps so far make unlikely (as in the accrual detectors of N.
// Hayashibara et al., SRDS 2004, with a bound below and integer arithmetic).
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::membership {

class Silence {
 public:
  void heard(Instant now) {
    gaps_[seen_++ % gaps_.size()] = (now - last_beat_).ns;
    last_ = last_beat_ = now;
  }
  void touch(Instant now) { last_ = now; }   // by something that does not come regularly
  void restart(Instant now) {
    seen_ = 0;
    last_ = last_beat_ = now;
  }
  Instant last() const { return last_; }

  Duration limit(Duration fixed, bool adaptive, double deviations) const {
    if (!adaptive || seen_ < gaps_.size()) return fixed;
    std::int64_t sum = 0;
    for (std::int64_t gap : gaps_) sum += gap;
    const std::int64_t mean = sum / static_cast<std::int64_t>(gaps_.size());
    std::int64_t deviation = 0;   // mean absolute deviation, as TCP's (V. Jacobson, 1988)
    for (std::int64_t gap : gaps_) deviation += gap > mean ? gap - mean : mean - gap;
    deviation /= static_cast<std::int64_t>(gaps_.size());
    return std::max(fixed, Duration{mean + static_cast<std::int64_t>(deviations * static_cast<double>(deviation))});
  }

 private:
  std::array<std::int64_t, 16> gaps_{};   // the last ones
  std::size_t seen_ = 0;
  Instant last_{}, last_beat_{};
};

}   // namespace ssi::membership
