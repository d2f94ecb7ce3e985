// What a kernel writes without being asked, at the platform's rate: each node's timer interrupt writes its own clock and accounting, and
// now and then a word that all nodes write (a reference count, the time of day). Invariant: over the ticks of a node as many words as the
// rate says, whatever the length of a tick; nothing at all with the rate 0.
#pragma once
#include <cstdint>
#include <vector>

#include "models/base/random.hpp"
#include "models/strategy/dsm_first/layout.hpp"
#include "models/strategy/dsm_first/settings.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::dsm_first {

class Background {
 public:
  static constexpr Object kShared = 64;   // words that all nodes write; an estimate

  Background(const NodeSetup& setup, const Settings& settings);
  bool on() const { return words_per_second_ != 0; }
  Duration until_first() const;   // nodes' interrupts are spread over the period
  Duration period() const { return tick_; }
  std::vector<Word> next(const Layout& layout);   // what this tick writes
  void hash_into(StateHash& hash) const {
    hash.add(owed_);
    draws_.hash_into(hash);
  }

 private:
  NodeId self_;
  std::uint32_t nodes_;
  Duration tick_;
  double shared_;
  std::uint64_t words_per_second_, owed_ = 0;   // words times nanoseconds
  Stream draws_;
};

}   // namespace ssi::dsm_first
