// One node's network card: how fast it takes messages, how many wait in it, and when the kernel learns of them. Plain values; dates
// are the caller's business.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/platform.hpp"
#include "sim/cluster/backend.hpp"

namespace ssi::sim {

class Nic {
 public:
  explicit Nic(const config::Nic& settings) : settings_(&settings) {}

  // When a message can leave, at the card's rate.
  Instant leaves(Instant now) { return next(now, out_free_); }

  // A message has come off the wire. Empty: the buffer is full, and it is lost. Else when the card tells the kernel of what it has;
  // the same date as before when that was settled already.
  std::optional<Instant> takes(Instant now, Token message) {
    if (settings_->buffer > 0 && waiting_ >= settings_->buffer) return std::nullopt;
    ++waiting_;
    const Instant taken = next(now, in_free_);
    pending_.push_back(message);
    if (settings_->notify == "poll") {
      const std::int64_t interval = settings_->poll_interval.ns;
      tells_at_ = Instant{(taken.ns + interval - 1) / interval * interval};
    } else if (pending_.size() >= settings_->coalesce) {
      tells_at_ = taken;
    } else if (pending_.size() == 1) {
      tells_at_ = taken + settings_->coalesce_delay;
    }
    return tells_at_;
  }

  // What the kernel learns of, if this is the date.
  std::vector<Token> tell(Instant now) {
    std::vector<Token> told;
    if (now >= tells_at_) told.swap(pending_);
    return told;
  }

  std::vector<Token> clear() {   // the node is gone; what the kernel did not know of
    waiting_ = 0;
    tells_at_ = {};
    return std::exchange(pending_, {});
  }
  void served() { --waiting_; }   // a message that it told of has left the buffer

 private:
  Instant next(Instant now, Instant& free_at) const {
    const Instant start = std::max(now, free_at);
    if (settings_->message_rate > 0) free_at = start + Duration{static_cast<std::int64_t>(1'000'000'000 / settings_->message_rate)};
    return start;
  }

  const config::Nic* settings_;
  Instant in_free_{}, out_free_{}, tells_at_{};
  std::uint32_t waiting_ = 0;    // in the buffer: until their service starts
  std::vector<Token> pending_;   // of which the kernel does not know yet
};

}   // namespace ssi::sim
