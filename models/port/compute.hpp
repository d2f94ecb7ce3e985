// What a computation does to a process's memory.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi {

// cpu time of one core; node-local.
struct Compute {
  Duration cpu;
  std::uint64_t footprint{};    // bytes of memory that it uses
  std::uint64_t dirty_rate{};   // bytes per second of cpu time that it writes for the first time, until all of the footprint is written
  // How it touches the footprint's pages, which matters where they do not all fit (sim/cluster/memory.hpp):
  std::uint64_t touch_rate{};       // pages a second of cpu time, one after the other; 0: as many touches as there are pages
  std::uint16_t read_share = 700;   // of a thousand touches, those that only read
  std::uint16_t locality = 500;     // of a thousand touches, those of the hot pages: the other (1000 - locality) thousandths of all
};

// A process's memory, as its computations have left it.
struct Memory {
  std::uint64_t resident{};   // bytes
  std::uint64_t dirty{};      // bytes of them that were written, so are in no file: a move has to carry them
};

}   // namespace ssi
