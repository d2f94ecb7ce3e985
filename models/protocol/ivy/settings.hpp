// The options of IVY. A strategy's field table gives them to users; presets are sets of them.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::ivy {

struct Settings {
  // probable_owner: the dynamic distributed manager. manager: each page's home keeps its owner (improved centralized manager
  // with one home, fixed distributed manager with interleaved homes).
  enum class Locate : std::uint8_t { probable_owner, manager };
  enum class Forwarding : std::uint8_t { cut_through, relayed };   // relayed: who forwards gets the page and passes it on
  enum class Invalidations : std::uint8_t { parallel, serial };

  Locate locate = Locate::probable_owner;
  bool reads_move = false;   // a read fault moves ownership too (GiantVM; believed of the published algorithm)
  Forwarding forwarding = Forwarding::cut_through;
  Invalidations invalidations = Invalidations::parallel;
  bool grant = true;   // no page is sent to a writer that has a copy
  Duration hold{};     // delta: a page that has come is not taken away for that long (Mirage)
};

}   // namespace ssi::ivy
