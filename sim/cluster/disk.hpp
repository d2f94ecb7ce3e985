// One node's disk in the `queue` fidelity: first come, first served, with a volatile write-back cache. All times in picoseconds.
//
// * A request waits for one of `queue_depth` places at the medium, needs an access time unless it begins where that place's last one
//   ended, and then its bytes at the medium's bandwidth.
// * With a cache, a write is done when its bytes are in it; it goes to the medium at once, in turn. A write that finds no room waits
//   until enough of those before it have reached the medium; one larger than the cache goes to the medium itself.
// * A flush is done when every write before it has reached the medium.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "models/config/platform.hpp"
#include "models/port/effects.hpp"

namespace ssi::sim {

class Disk {
 public:
  explicit Disk(const config::Disk& settings) : settings_(settings), places_(settings.queue_depth) {}

  // When the request will be done.
  std::int64_t ask(std::int64_t now, const DiskRequest& request) {
    switch (request.kind) {
      case DiskRequest::Kind::read: return at_medium(now, request, settings_.read_bps);
      case DiskRequest::Kind::write: return request.bytes > settings_.cache ? write_through(now, request) : write_back(now, request);
      case DiskRequest::Kind::flush: return std::max(now, durable_at_);
    }
    return now;
  }
  std::int64_t busy() const { return busy_; }   // of all places together

  static std::int64_t transmission(std::uint64_t bytes, std::int64_t bits_per_second) {
    return static_cast<std::int64_t>(static_cast<__int128>(bytes) * 8 * 1'000'000'000'000 / bits_per_second);
  }

 private:
  struct Place {
    std::int64_t free_at = 0;
    std::uint64_t next_block = 0;
  };
  struct Cached {
    std::int64_t durable_at;
    std::uint64_t bytes;
  };

  std::int64_t at_medium(std::int64_t from, const DiskRequest& request, std::int64_t bits_per_second) {
    Place& place = *std::min_element(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.free_at < b.free_at; });
    const std::int64_t start = std::max(from, place.free_at);
    const std::int64_t access = request.block == place.next_block ? 0 : settings_.access.ns * 1000;
    place.free_at = start + access + transmission(request.bytes, bits_per_second);
    place.next_block = request.next_block();
    busy_ += place.free_at - start;
    return place.free_at;
  }
  std::int64_t write_through(std::int64_t now, const DiskRequest& request) {
    const std::int64_t done = at_medium(now, request, settings_.write_bps);
    durable_at_ = std::max(durable_at_, done);
    return done;
  }
  std::int64_t write_back(std::int64_t now, const DiskRequest& request) {
    std::int64_t admitted = std::max(now, last_admitted_);
    while (!cached_.empty() && (cached_.front().durable_at <= admitted || in_cache_ + request.bytes > settings_.cache)) {
      admitted = std::max(admitted, cached_.front().durable_at);
      in_cache_ -= cached_.front().bytes;
      cached_.pop_front();
    }
    last_admitted_ = admitted;
    const std::int64_t done = admitted + transmission(request.bytes, settings_.interface_bps);
    durable_at_ = std::max(durable_at_, at_medium(done, request, settings_.write_bps));
    cached_.push_back({durable_at_, request.bytes});
    in_cache_ += request.bytes;
    return done;
  }

  config::Disk settings_;
  std::vector<Place> places_;
  std::deque<Cached> cached_;   // on their way to the medium, oldest first
  std::uint64_t in_cache_ = 0;
  std::int64_t last_admitted_ = 0, durable_at_ = 0, busy_ = 0;
};

}   // namespace ssi::sim
