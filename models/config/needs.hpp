// Whether a setting has an effect, by what it needs of other settings of its table (`Needs`).
#pragma once
#include <span>
#include <string_view>

#include "models/config/fields.hpp"

namespace ssi::config {

const Field& field_of(std::string_view key, std::span<const Field> table);   // InvariantBroken: the table has none
bool is_met(const Needs& needs, const Values& values);
// What it needs is so, and has an effect itself.
bool has_effect(const Field& field, std::span<const Field> table, const Values& values);

}   // namespace ssi::config
