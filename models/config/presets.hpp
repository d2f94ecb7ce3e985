// What a settings table may have beside its fields: presets, which are named sets of settings, and words that it knows but refuses.
// Invariant: a preset sets defaults; what is given explicitly wins. The table has a choice with the key "preset" that names them.
#pragma once
#include <span>
#include <string_view>

#include "models/config/fields.hpp"

namespace ssi::config {

struct Preset {
  std::string_view name, help;   // one line: what it stands for, and what of it is assumed
  Values values;                 // what differs from the table's defaults
};

inline constexpr std::string_view kPresetKey = "preset";

struct Refused {   // a choice that other tables have under that key
  std::string_view key, words, why;
};

const Value* find_value(const Values& values, std::string_view key);   // nullptr: not among them

// The preset that `given` names; nullptr: none.
const Preset* preset_of(std::span<const Preset> presets, const Values& given);

// What is given, and what the preset has beside it.
Values with_preset(std::span<const Preset> presets, const Values& given);

}   // namespace ssi::config
