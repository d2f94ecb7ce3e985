#include "models/config/needs.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/config/presets.hpp"
#include "models/config/words.hpp"

namespace ssi::config {

const Field& field_of(std::string_view key, std::span<const Field> table) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Field& field) { return field.key == key; });
  SSI_CHECK(found != table.end(), "a setting needs one that its table has not");
  return *found;
}

bool is_met(const Needs& needs, const Values& values) {
  const Value* const value = find_value(values, needs.key);
  if (value == nullptr) return false;
  const auto named = [&](const std::string& word) { return has_word(needs.value, word); };
  if (const auto* one = std::get_if<std::string>(value)) return named(*one);
  const auto* set = std::get_if<std::vector<std::string>>(value);
  return set != nullptr && std::any_of(set->begin(), set->end(), named);
}

bool has_effect(const Field& field, std::span<const Field> table, const Values& values) {
  return field.needs.key.empty() || (has_effect(field_of(field.needs.key, table), table, values) && is_met(field.needs, values));
}

}   // namespace ssi::config
