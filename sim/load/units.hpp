// Quantities as strings with units, exactly: "1.5us" is 1500 ns, "0.5ns" is an error. No floating point, no rounding.
// Durations: ns us ms s min h. Bytes: B KiB MiB GiB kB MB GB. Bandwidth: bps kbps Mbps Gbps.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "models/config/fields.hpp"

namespace ssi::load {

struct Quantity {
  std::int64_t value = 0;   // ns, bytes or bit/s
  std::string trouble;      // not empty: what is wrong and what would be right; `value` means nothing
};

bool has_unit(config::Kind kind);                                    // duration, bytes, bandwidth
Quantity parse_quantity(config::Kind kind, std::string_view text);   // precondition: has_unit(kind)
bool is_quantity(std::string_view text);                             // of any kind

// The one way in which results write a quantity: the largest unit that holds it whole (seconds at most): "1500ns", "2us".
std::string canonical(config::Kind kind, std::int64_t value);

// What to write instead of the bare `number`: `"10us" or "10ms"; units: ns us ...`.
std::string right_form(config::Kind kind, std::string_view number);
std::string unit_pattern(config::Kind kind);   // for the schema: a regular expression of all that parses

}   // namespace ssi::load
