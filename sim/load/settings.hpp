// Reads one JSON object by its field table: every key known, of the right type, in range, none missing. All problems are
// collected; nothing is converted (no true for 1, no 2.0 for 2).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/config/fields.hpp"
#include "models/config/presets.hpp"
#include "sim/load/problems.hpp"

namespace ssi::load {

// A key or a choice that users may know from the interface and that this version lacks.
bool in_later_version(std::string_view word);

struct TableOptions {
  std::vector<std::string> other_keys{};   // of this object, read by other code
  bool with_sources = false;               // a value may be written {"value": ..., "source": "..."}
  std::span<const config::Preset> presets{};
  std::span<const config::Refused> refused{};
};

// Values in table order, defaults filled in. With problems the values are not to be used.
config::Values read_settings(const Node& object, std::span<const config::Field> table, const TableOptions& options, Problems& problems);

// One value against its field. nullopt: a problem was added.
std::optional<config::Value> read_value(const Node& node, const config::Field& field, Problems& problems);

// False: what the field of this table needs is not so, so that it means nothing.
bool in_effect(const config::Field& field, std::span<const config::Field> table, const config::Values& values);

// False, with a problem: not an object.
bool expect_object(const Node& node, std::string_view example, Problems& problems);
void check_schema_key(const Node& object, Problems& problems);   // "$schema", for editors
void refuse_unknown_keys(const Node& object, const std::vector<std::string>& known, Problems& problems);

// A value of this field as a user would write it, for "add ..." remedies: the default, or a likely one.
std::string example_of(const config::Field& field);
std::string range_of(const config::Field& field);   // "0ns to 1s"; empty: any

}   // namespace ssi::load
