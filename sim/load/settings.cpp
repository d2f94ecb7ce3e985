#include "sim/load/settings.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "models/config/words.hpp"
#include "sim/load/needs.hpp"
#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Field;
using config::Kind;
using config::Value;
using Type = Node::Type;

constexpr double kNoLimit = 9e18;   // a field's max from here on is the type's own

// Keys and choices that the interface names and this version does not serve yet.
constexpr std::array<std::string_view, 5> kLater{"trace", "disk", "duplex", "verbs", "core_speed"};

std::string number_text(const Field& field, double limit) {
  constexpr double kHour = 3.6e12;
  if (field.kind == Kind::duration && limit >= 100 * kHour) return fmt::format("{:.0f}h", limit / kHour);
  if (has_unit(field.kind)) return canonical(field.kind, static_cast<std::int64_t>(limit));
  if (field.kind == Kind::integer) return fmt::format("{}", static_cast<std::int64_t>(limit));
  return fmt::format("{}", limit);
}

std::optional<Value> in_range(const Node& node, const Field& field, double number, Value value, Problems& problems) {
  if (number >= field.min && number <= field.max) return value;
  problems.at_value(node, fmt::format("{} is out of range (write {})", printable(node.text), range_of(field)));
  return std::nullopt;
}

std::optional<Value> wrong_type(const Node& node, std::string_view wanted, const std::string& remedy, Problems& problems) {
  problems.at_value(node, fmt::format("must be {}, not {} (write {})", wanted, describe(node), remedy));
  return std::nullopt;
}

std::optional<Value> read_integer(const Node& node, const Field& field, Problems& problems) {
  if (node.is(Type::integer)) return in_range(node, field, static_cast<double>(node.integer), node.integer, problems);
  if (node.is(Type::big_integer)) return in_range(node, field, 1e19, node.integer, problems);
  bool whole = node.is(Type::real) && std::floor(node.real) == node.real && std::abs(node.real) < 1e15;
  std::string remedy = whole ? fmt::format("{:.0f}, without point or exponent", node.real) : example_of(field);
  bool number_in_quotes = node.is(Type::string) && !node.text.empty() && node.text.size() < 19 &&
                          node.text.find_first_not_of("0123456789") == std::string::npos;
  if (number_in_quotes) remedy = node.text + ", without quotes";
  return wrong_type(node, "a whole number", remedy, problems);
}

std::optional<Value> read_ratio(const Node& node, const Field& field, Problems& problems) {
  if (!node.is_number()) return wrong_type(node, "a number", example_of(field), problems);
  if (node.is(Type::integer) && static_cast<double>(node.integer) != node.real)
    return wrong_type(node, "a number that a double holds exactly", example_of(field), problems);
  return in_range(node, field, node.real, node.real, problems);
}

std::optional<Value> read_quantity(const Node& node, const Field& field, Problems& problems) {
  if (node.is_number()) {
    problems.at_value(node, fmt::format("{} has no unit (write {})", printable(node.text), right_form(field.kind, node.text)));
    return std::nullopt;
  }
  if (!node.is(Type::string)) return wrong_type(node, "a string with a unit", right_form(field.kind, "10"), problems);
  Quantity quantity = parse_quantity(field.kind, node.text);
  if (!quantity.trouble.empty()) {
    problems.at_value(node, quantity.trouble);
    return std::nullopt;
  }
  return in_range(node, field, static_cast<double>(quantity.value), quantity.value, problems);
}

std::optional<Value> read_text(const Node& node, const Field& field, Problems& problems) {
  if (!node.is(Type::string))
    return wrong_type(node, "text in quotes", node.is_number() ? fmt::format("\"{}\"", printable(node.text)) : example_of(field), problems);
  if (node.text.empty() && std::holds_alternative<std::monostate>(field.fallback)) {
    problems.at_value(node, fmt::format("must not be empty (write {})", field.meaning));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> read_choice(const Node& node, const Field& field, Problems& problems) {
  std::vector<std::string> choices(field.choices.begin(), field.choices.end());
  if (!node.is(Type::string)) {
    problems.at_value(node, fmt::format("must be one of {}, not {} (write {})", listed(choices), describe(node), example_of(field)));
    return std::nullopt;
  }
  if (std::find(choices.begin(), choices.end(), node.text) != choices.end()) return node.text;
  if (in_later_version(node.text))
    problems.at_value(node, fmt::format("{} is not in this version (write one of: {})", in_quotes(node.text), listed(choices)));
  else problems.at_value(node, fmt::format("{} is not a choice here{}", in_quotes(node.text), near_or_all(node.text, choices, "choices")));
  return std::nullopt;
}

std::optional<Value> read_choice_set(const Node& node, const Field& field, Problems& problems) {
  if (!node.is(Type::array)) return wrong_type(node, "a list", example_of(field), problems);
  std::vector<std::string> chosen;
  std::size_t before = problems.size();
  for (const Node* item : node.children) {
    std::optional<std::string> choice = read_choice(*item, field, problems);
    if (!choice) continue;
    if (std::find(chosen.begin(), chosen.end(), *choice) != chosen.end())
      problems.at_value(*item, fmt::format("{} stands twice (remove one)", in_quotes(*choice)));
    else chosen.push_back(*choice);
  }
  if (problems.size() > before) return std::nullopt;
  return chosen;
}

// A word that is refused with a reason.
bool is_refused(const Node& node, const Field& field, std::span<const config::Refused> refused, Problems& problems) {
  for (const config::Refused& one : refused) {
    if (one.key != field.key || !node.is(Type::string) || !config::has_word(one.words, node.text)) continue;
    const std::vector<std::string> choices(field.choices.begin(), field.choices.end());
    problems.at_value(node, fmt::format("{} {} (write one of: {})", in_quotes(node.text), one.why, listed(choices)));
    return true;
  }
  return false;
}

// A field's value if it is not given; what the preset says of it, if `read` names one that does.
Value default_with(const Field& field, const config::Values& read, std::span<const config::Preset> presets) {
  const config::Preset* preset = config::preset_of(presets, read);
  const Value* value = preset == nullptr ? nullptr : config::find_value(preset->values, field.key);
  return value == nullptr ? config::default_of(field) : *value;
}

// The value of {"value": ..., "source": "..."}, or the node itself.
const Node* without_source(const Node& node, Problems& problems) {
  if (!node.is(Type::object)) return &node;
  refuse_unknown_keys(node, {"value", "source"}, problems);
  const Node* source = node.find("source");
  if (source == nullptr)
    problems.missing(node, "source", "missing key \"source\" (add where the figure comes from, or write the bare value)");
  else if (!source->is(Type::string) || source->text.empty())
    problems.at_value(
        *source,
        fmt::format(
            "must be text that says where the figure comes from, not {} (write \"measured, ...\", a paper, or \"estimate, range ...\")",
            describe(*source)));
  const Node* value = node.find("value");
  if (value == nullptr) problems.missing(node, "value", "missing key \"value\" (add the figure itself)");
  return value;
}

}   // namespace

bool in_later_version(std::string_view word) { return std::find(kLater.begin(), kLater.end(), word) != kLater.end(); }

std::string range_of(const Field& field) {
  bool bounded_above = field.max < kNoLimit;
  if (bounded_above) return fmt::format("{} to {}", number_text(field, field.min), number_text(field, field.max));
  return fmt::format("{} or more", number_text(field, field.min));
}

std::string example_of(const Field& field) {
  bool required = std::holds_alternative<std::monostate>(field.fallback);
  Value value = config::default_of(field);
  switch (field.kind) {
    case Kind::boolean: return std::get<bool>(value) ? "true" : "false";
    case Kind::integer: return number_text(field, required ? std::max(field.min, 1.0) : static_cast<double>(std::get<std::int64_t>(value)));
    case Kind::ratio: return number_text(field, required ? std::clamp(0.5, field.min, field.max) : std::get<double>(value));
    case Kind::text: return required ? "\"...\"" : fmt::format("\"{}\"", std::get<std::string>(value));
    case Kind::choice: return fmt::format("\"{}\"", required ? std::string(field.choices.front()) : std::get<std::string>(value));
    case Kind::choice_set: return fmt::format("[\"{}\"]", field.choices.front());
    case Kind::duration:
      return fmt::format("\"{}\"", required ? (field.max > 1e11 ? "10s" : "10us") : canonical(field.kind, std::get<std::int64_t>(value)));
    case Kind::bytes: return fmt::format("\"{}\"", required ? "4KiB" : canonical(field.kind, std::get<std::int64_t>(value)));
    case Kind::bandwidth: return fmt::format("\"{}\"", required ? "10Gbps" : canonical(field.kind, std::get<std::int64_t>(value)));
  }
  return {};
}

bool expect_object(const Node& node, std::string_view example, Problems& problems) {
  if (node.is(Type::object)) return true;
  problems.at_value(node, fmt::format("must be an object, not {} (write {})", describe(node), example));
  return false;
}

void refuse_unknown_keys(const Node& object, const std::vector<std::string>& known, Problems& problems) {
  for (const Node* child : object.children) {
    if (std::find(known.begin(), known.end(), child->key) != known.end()) continue;
    if (in_later_version(child->key)) problems.at_key(*child, fmt::format("{} is not in this version (remove it)", in_quotes(child->key)));
    else problems.at_key(*child, fmt::format("unknown key {}{}", in_quotes(child->key), near_or_all(child->key, known, "keys")));
  }
}

void check_schema_key(const Node& object, Problems& problems) {
  const Node* schema = object.find("$schema");
  if (schema != nullptr && !schema->is(Type::string)) wrong_type(*schema, "text in quotes", "\"scenario.schema.json\"", problems);
}

std::optional<Value> read_value(const Node& node, const Field& field, Problems& problems) {
  switch (field.kind) {
    case Kind::boolean:
      if (node.is(Type::boolean)) return node.boolean;
      return wrong_type(node, "true or false", example_of(field), problems);
    case Kind::integer: return read_integer(node, field, problems);
    case Kind::ratio: return read_ratio(node, field, problems);
    case Kind::text: return read_text(node, field, problems);
    case Kind::choice: return read_choice(node, field, problems);
    case Kind::choice_set: return read_choice_set(node, field, problems);
    case Kind::duration:
    case Kind::bytes:
    case Kind::bandwidth: return read_quantity(node, field, problems);
  }
  return std::nullopt;
}

config::Values read_settings(const Node& object, std::span<const Field> table, const TableOptions& options, Problems& problems) {
  std::vector<std::string> known;
  for (const Field& field : table) known.emplace_back(field.key);
  known.insert(known.end(), options.other_keys.begin(), options.other_keys.end());
  refuse_unknown_keys(object, known, problems);
  config::Values values;
  std::size_t before = problems.size();
  for (const Field& field : table) {
    values.emplace_back(field.key, default_with(field, values, options.presets));
    const Node* node = object.find(field.key);
    bool required = std::holds_alternative<std::monostate>(field.fallback) && field.needs.key.empty();
    if (node == nullptr && required) report_missing(object, field, problems);
    bool sourced = options.with_sources && field.kind != Kind::text;
    if (node != nullptr && sourced) node = without_source(*node, problems);
    if (node == nullptr || is_refused(*node, field, options.refused, problems)) continue;
    std::optional<Value> value = read_value(*node, field, problems);
    if (value) values.back().second = *value;
  }
  if (problems.size() == before) check_needs(object, table, values, problems);
  return values;
}

}   // namespace ssi::load
