#include "models/config/presets.hpp"

#include <algorithm>

namespace ssi::config {

const Value* find_value(const Values& values, std::string_view key) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == key; });
  return found == values.end() ? nullptr : &found->second;
}

const Preset* preset_of(std::span<const Preset> presets, const Values& given) {
  const Value* name = find_value(given, kPresetKey);
  if (name == nullptr) return nullptr;
  const auto found = std::find_if(presets.begin(), presets.end(), [&](const Preset& one) { return *name == Value(std::string(one.name)); });
  return found == presets.end() ? nullptr : &*found;
}

Values with_preset(std::span<const Preset> presets, const Values& given) {
  Values all = given;
  if (const Preset* preset = preset_of(presets, given))
    for (const auto& [key, value] : preset->values)
      if (find_value(given, key) == nullptr) all.emplace_back(key, value);
  return all;
}

}   // namespace ssi::config
