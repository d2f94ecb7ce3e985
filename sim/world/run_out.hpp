// Lets a world go on until nothing is left that somebody waits for: messages, disks, and timers by their dates, those in the background
// not.
#pragma once
#include <algorithm>

#include "sim/world/world.hpp"

namespace ssi::world {

inline void run_out(World& world) {
  for (;;) {
    world.deliver_all();
    const auto& timers = world.timers();
    const auto earlier = [](const World::Timer& a, const World::Timer& b) {
      return a.background != b.background ? b.background : a.due < b.due;
    };
    const auto next = std::min_element(timers.begin(), timers.end(), earlier);
    if (next == timers.end() || next->background) return;
    if (world.now() < next->due) world.pass(next->due - world.now());
    world.fire(static_cast<std::size_t>(next - timers.begin()));
  }
}

}   // namespace ssi::world
