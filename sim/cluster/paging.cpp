#include "sim/cluster/paging.hpp"

#include <algorithm>
#include <tuple>

namespace ssi::sim {

Paging::Paging(const config::NodeMemory& given, std::uint32_t count, RandomRoot root) : settings(given), random(root), nodes(count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    nodes[i].capacity = given.capacity / given.page;
    nodes[i].places.emplace_back();
    draws.push_back(random.stream("reclaim", i));
  }
}

Computation& Paging::of(std::uint32_t program) {
  while (computations.size() <= program) computations.emplace_back();
  return computations[program];
}

// A small memory gives up no more than a quarter of it at once.
std::uint64_t Paging::step() const {
  return std::clamp<std::uint64_t>(settings.batch, 1, std::max<std::uint64_t>(nodes.front().capacity / 4, 1));
}

// The process that has not computed for longest; among those that compute, the largest. `random`: that of any page here.
std::uint32_t Paging::whose_pages(NodeId node) {
  const NodePages& memory = nodes[node.value];
  std::uint32_t best = kNone;
  std::uint64_t left = 0;
  if (settings.reclaim == "random" && memory.resident > 0) left = draws[node.value].below(memory.resident) + 1;
  const auto rank = [this](std::uint32_t slot) {
    const Computation& one = computations[slot];
    return std::tuple(one.active, one.active ? 0 : one.used.ns, ~one.set.resident());
  };
  for (const std::uint32_t slot : memory.programs) {
    const std::uint64_t here = computations[slot].set.resident();
    if (here == 0) continue;
    if (left > 0 && left <= here) return slot;
    if (left > 0) left -= here;
    else if (best == kNone || rank(slot) < rank(best)) best = slot;
  }
  return best;
}

std::uint32_t Paging::any_place(NodeId node) {
  const std::vector<NodePages::Place>& places = nodes[node.value].places;
  std::uint64_t stored = 0;
  for (const NodePages::Place& place : places) stored += place.stored;
  if (stored == 0) return 0;
  std::uint64_t drawn = draws[node.value].below(stored);
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    if (drawn < places[i].stored) return i;
    drawn -= places[i].stored;
  }
  return 0;
}

}   // namespace ssi::sim
