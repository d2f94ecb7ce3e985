// The options of lazy release consistency. A strategy's field table gives them to users.
#pragma once
#include <cstdint>

#include "models/base/time.hpp"

namespace ssi::hlrc {

struct Settings {
  Duration twin{};        // to copy a page before its first write
  Duration make_diff{};   // to compare a page with its twin
  Duration apply_diff{};
};

}   // namespace ssi::hlrc
