// Where a process is, or was: a node, and how often the process had moved when it was there. The number orders what different nodes
// believe: of two places the one after more moves is the later one. A status that travels to its parent's node counts as a move.
#pragma once
#include <cstdint>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi::vproc {

struct Place {
  NodeId node;
  std::uint32_t moves = 0;
  void hash_into(StateHash& hash) const {
    hash.add(node);
    hash.add(std::uint64_t{moves});
  }
};

// How a request found its way to a node: by what was believed after so many moves. `missed`: the process was not there, so the origin
// is asked; if that has no later place, the process has ended, since a node keeps a stub until the origin knows where it went.
struct Route {
  std::uint32_t moves = 0;
  bool missed = false;
  void hash_into(StateHash& hash) const {
    hash.add(std::uint64_t{moves});
    hash.add(std::uint64_t{missed});
  }
};

// On the wire: a flag and 23 bits, left out as long as both are 0, so that KILL is never longer than the smallest frame.
constexpr std::uint64_t bytes_of(Route route) { return route.moves == 0 && !route.missed ? 0 : 3; }
constexpr std::uint64_t bytes_of_moves(std::uint32_t moves) { return moves == 0 ? 0 : 3; }

}   // namespace ssi::vproc
