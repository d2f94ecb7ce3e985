// The options of homeless lazy release consistency. A strategy's field table gives them to users.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::lrc {

struct Settings {
  Duration twin{};        // to copy a page before its first write
  Duration make_diff{};   // to compare a page with its twin
  Duration apply_diff{};
  std::uint64_t collect = 0;   // bytes of diffs at which a node asks for a collection at the next barrier; 0: never
};

// Bugs that tests plant.
struct Flaws {
  bool applies_unordered = false;   // diffs in the order of their writers' numbers
};

}   // namespace ssi::lrc
