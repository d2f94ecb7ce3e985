// Which track of a trace shows what: a process a node; in it tracks for kernel work, as many as ever were busy at once, and a
// track a core for computations. Tracks are made, and named in the trace, when they are first used.
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "sim/record/trace_events.hpp"

namespace ssi::record {

// Numbers the things that go on at once: each gets the lowest number that no other has. What took no time has its number until time
// goes on: viewers do not know which of two slices that begin together on a track ends first.
class Lanes {
 public:
  std::uint32_t take(Instant at) {
    if (kept_at_ < at) free_kept();
    for (std::size_t word = 0;; ++word) {
      if (word == busy_.size()) busy_.push_back(0);
      if (~busy_[word] == 0) continue;
      const int bit = std::countr_one(busy_[word]);
      busy_[word] |= std::uint64_t{1} << bit;
      return static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(bit);
    }
  }
  void give_back(std::uint32_t lane, Instant taken, Instant at) {
    if (taken < at) return free(lane);
    if (kept_at_ < at) free_kept();
    kept_.push_back(lane);
    kept_at_ = at;
  }

 private:
  void free(std::uint32_t lane) { busy_[lane / 64] &= ~(std::uint64_t{1} << (lane % 64)); }
  void free_kept() {
    for (const std::uint32_t lane : kept_) free(lane);
    kept_.clear();
  }

  std::vector<std::uint32_t> kept_;
  Instant kept_at_;
  std::vector<std::uint64_t> busy_;
};

class TraceTracks {
 public:
  TraceTracks(TraceEvents& events, std::uint32_t nodes, std::uint32_t cores) : events_(events), cores_(cores), places_(nodes) {}

  Track kernel(NodeId node, std::uint32_t lane);
  // Lanes from the number of cores on: more programs compute than there are cores, so they share them.
  Track core(NodeId node, std::uint32_t lane);
  Track card(NodeId node, std::uint32_t lane);   // the network card, for one-sided operations
  Track run();               // of what concerns the whole run

 private:
  struct Place {
    std::vector<std::uint32_t> kernel, core, card;   // tids by lane; 0: not made yet
  };
  Track make(std::uint32_t pid);

  TraceEvents& events_;
  std::uint32_t cores_;
  std::vector<Place> places_;   // by node
  std::uint32_t made_ = 0;
  Track run_;
};

}   // namespace ssi::record
