// The options of the basic centralized manager.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::ivy_central {

struct Settings {
  enum class Invalidations : std::uint8_t { parallel, serial };
  Invalidations invalidations = Invalidations::parallel;
  bool grant = true;   // no page is sent to a writer that has a copy
  Duration hold{};     // delta: a page that has come is not taken away for that long (Mirage)
};

}   // namespace ssi::ivy_central
