#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "models/base/check.hpp"
#include "models/strategy/registry.hpp"
#include "sim/load/plan.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"

namespace ssi::load {
namespace {

using Json = nlohmann::ordered_json;

Json params_json(const fuzz::Plan& plan) {
  const StrategyEntry* entry = find_strategy(plan.strategy);
  SSI_CHECK(entry != nullptr, "a plan of an unknown strategy");
  Json out = Json::object();
  for (const config::Field& field : entry->params)
    for (const auto& [key, value] : plan.params) {
      if (key != field.key || !in_effect(field, entry->params, plan.params)) continue;
      out[std::string(key)] = has_unit(field.kind) ? Json(canonical(field.kind, std::get<std::int64_t>(value)))
                                                   : std::visit([](const auto& plain) { return Json(plain); }, value);
    }
  return out;
}

template <class S>
config::Value value_in(const config::Bound<S>& field, const S& entry) {
  return std::visit(
      [&](auto member) -> config::Value {
        using M = std::remove_cvref_t<decltype(entry.*member)>;
        if constexpr (std::is_same_v<M, Duration>) return (entry.*member).ns;
        else if constexpr (std::is_integral_v<M> && !std::is_same_v<M, bool>) return static_cast<std::int64_t>(entry.*member);
        else return entry.*member;
      },
      field.member);
}

// The keys that differ from their defaults, and those that must be there.
template <class S>
Json given_in(std::span<const config::Bound<S>> table, const S& entry) {
  Json out = Json::object();
  for (const config::Bound<S>& field : table) {
    const config::Value value = value_in(field, entry);
    const bool required = std::holds_alternative<std::monostate>(field.fallback);
    if (required || value != config::default_of(field))
      out[std::string(field.key)] = std::visit([](const auto& one) { return Json(one); }, value);
  }
  return out;
}

template <class S>
std::string lines_of(std::span<const config::Bound<S>> table, const std::vector<S>& entries) {
  std::string out;
  for (const S& entry : entries) out += (out.empty() ? "\n    " : ",\n    ") + given_in(table, entry).dump();
  return out.empty() ? "[]" : "[" + out + "\n  ]";
}

}   // namespace

std::string plan_text(const fuzz::Plan& plan) {
  const Json plain = given_in(fuzz::plan_fields(), plan);   // description, nodes, threads
  std::string out = fmt::format("{{\n  \"strategy\": {},\n  \"params\": {},\n", Json(plan.strategy).dump(), params_json(plan).dump());
  for (const auto& [key, value] : plain.items()) out += fmt::format("  \"{}\": {},\n", key, value.dump());
  return out + fmt::format("  \"order\": {},\n  \"ops\": {},\n  \"faults\": {}\n}}\n", given_in(fuzz::order_fields(), plan.order).dump(),
                           lines_of(fuzz::op_fields(), plan.ops), lines_of(fuzz::fault_fields(), plan.faults));
}

}   // namespace ssi::load
