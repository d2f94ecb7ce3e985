// Limits as a scenario writes them: "2ms" for a time, "4KiB" for bytes, 1.5 for a number.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sim/report/metrics.hpp"

namespace ssi::report {

struct Limit {
  double value{};        // in ns, bytes or as written
  std::string problem;   // not empty: `text` is no such quantity; says what would be right
};
Limit parse_limit(std::string_view text, Quantity quantity);

}   // namespace ssi::report
