// Whether a setting has an effect: what it needs of other settings of its table (`config::Needs`), and what those need in turn.
#pragma once
#include <span>

#include "models/config/fields.hpp"
#include "sim/load/document.hpp"
#include "sim/load/problems.hpp"

namespace ssi::load {

// What is given must have an effect, and what has an effect and no default must be given.
void check_needs(const Node& object, std::span<const config::Field> table, const config::Values& values, Problems& problems);
void report_missing(const Node& object, const config::Field& field, Problems& problems);

}   // namespace ssi::load
