#include "sim/load/needs.hpp"

#include <fmt/format.h>

#include "models/config/needs.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {

using config::Field;
using config::Kind;

namespace {

std::vector<std::string> words_in_quotes(std::string_view words) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < words.size();) {
    const std::size_t to = std::min(words.find(' ', from), words.size());
    out.push_back(in_quotes(words.substr(from, to - from)));
    from = to + 1;
  }
  return out;
}

// Of the field and of what it needs in turn, those whose need is not met; what comes first is needed by what comes after.
std::vector<const Field*> unmet_needs(const Field& field, std::span<const Field> table, const config::Values& values) {
  if (field.needs.key.empty()) return {};
  std::vector<const Field*> unmet = unmet_needs(config::field_of(field.needs.key, table), table, values);
  if (!config::is_met(field.needs, values)) unmet.push_back(&field);
  return unmet;
}

}   // namespace

void report_missing(const Node& object, const Field& field, Problems& problems) {
  problems.missing(object, std::string(field.key),
                   fmt::format("missing key \"{}\" (add \"{}\": {}; {})", field.key, field.key, example_of(field), field.meaning));
}

void check_needs(const Node& object, std::span<const Field> table, const config::Values& values, Problems& problems) {
  for (const Field& field : table) {
    if (field.needs.key.empty()) continue;
    const Node* node = object.find(field.key);
    const std::vector<const Field*> unmet = unmet_needs(field, table, values);
    if (node != nullptr && !unmet.empty()) {
      std::vector<std::string> conditions, remedies;
      for (const Field* one : unmet) {
        const bool of_set = config::field_of(one->needs.key, table).kind == Kind::choice_set;
        const std::string any = fmt::format("{}", fmt::join(words_in_quotes(one->needs.value), " or "));
        conditions.push_back(fmt::format("\"{}\" {} {}", one->needs.key, of_set ? "has" : "is", any));
        remedies.push_back(of_set ? fmt::format("add {} to \"{}\"", any, one->needs.key)
                                  : fmt::format("set \"{}\": {}", one->needs.key, any));
      }
      problems.at_key(
          *node, fmt::format("has no effect unless {} (remove it, or {})", fmt::join(conditions, " and "), fmt::join(remedies, " and ")));
    }
    if (node == nullptr && unmet.empty() && std::holds_alternative<std::monostate>(field.fallback)) report_missing(object, field, problems);
  }
}

bool in_effect(const Field& field, std::span<const Field> table, const config::Values& values) {
  return unmet_needs(field, table, values).empty();
}

}   // namespace ssi::load
