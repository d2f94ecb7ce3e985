// The options of the home directory. A strategy's field table gives them to users; presets are sets of them.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::directory {

struct Settings {
  enum class Busy : std::uint8_t { queue, nack };                  // a request that meets a busy home waits there, or is refused
  enum class Forwarding : std::uint8_t { cut_through, relayed };   // the owner sends the page to who asked, or to the home
  enum class Invalidations : std::uint8_t { parallel, serial };    // serial needs `relayed`: the home collects

  bool exclusive = true;   // MESI; false: MSI
  Busy busy = Busy::queue;
  bool confirmed = true;   // a home stays busy until a new owner has all; false: 2 + 2S messages, not 3 + 2S
  Forwarding forwarding = Forwarding::cut_through;
  Invalidations invalidations = Invalidations::parallel;
  bool grant = true;                   // no page is sent to a writer that has a copy
  bool tell_shared = false;            // the home hears of shared copies that are evicted
  Duration hold{};                     // delta: a page that has come is not taken away for that long (Mirage)
  Duration retry = microseconds(50);   // after NACK; estimate: a few round trips
  std::uint32_t prefetch = 0;          // pages to ask for ahead, once two faults in a row had the same stride
  std::uint32_t cache_pages = 0;       // copies that a node keeps; 0: no limit. More: the least recently used goes home
};

}   // namespace ssi::directory
