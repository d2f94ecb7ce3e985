#include <nlohmann/json.hpp>

#include "models/base/check.hpp"
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/load/reader.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"

namespace ssi::load {
namespace {

using Json = nlohmann::ordered_json;
using config::Field;
using config::Value;

Json json_of(const Field& field, const Value& value) {
  if (has_unit(field.kind)) return canonical(field.kind, std::get<std::int64_t>(value));
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

// The other way round from bind: what a struct holds, as values of its table.
template <class S>
config::Values values_of(std::span<const config::Bound<S>> table, const S& settings) {
  config::Values values;
  for (const config::Bound<S>& field : table) {
    Value value = std::visit(
        [&](auto member) -> Value {
          using M = std::remove_cvref_t<decltype(settings.*member)>;
          if constexpr (std::is_same_v<M, Duration>) return (settings.*member).ns;
          else if constexpr (std::is_integral_v<M> && !std::is_same_v<M, bool>) return static_cast<std::int64_t>(settings.*member);
          else return settings.*member;
        },
        field.member);
    values.emplace_back(field.key, std::move(value));
  }
  return values;
}

// What has no effect is left out: given, it would be an error.
Json object_of(std::span<const Field> table, const config::Values& values) {
  Json out = Json::object();
  for (const Field& field : table)
    for (const auto& [key, value] : values)
      if (key == field.key && in_effect(field, table, values)) out[std::string(key)] = json_of(field, value);
  return out;
}

template <class S>
Json object_of(std::span<const config::Bound<S>> table, const S& settings) {
  return object_of(config::plain<S>(table), values_of(table, settings));
}

Json platform_json(const config::Platform& platform, const std::string& xml_shown) {
  Json out = Json::object();
  if (!xml_shown.empty()) out["file"] = xml_shown;
  out.update(object_of(config::platform_fields(), platform));
  if (xml_shown.empty()) out["interconnect"] = object_of(config::interconnect_fields(), platform.interconnect);
  out["costs"] = object_of(config::cost_fields(), platform.costs);
  out["nic"] = object_of(config::nic_fields(), platform.nic);
  out["disk"] = object_of(config::disk_fields(), platform.disk);
  out["memory"] = object_of(config::memory_fields(), platform.memory);
  return out;
}

Json strategy_json(const config::StrategyChoice& choice) {
  const StrategyEntry* entry = find_strategy(choice.name);
  SSI_CHECK(entry != nullptr, "an unknown strategy passed the checks: " + choice.name);
  return {{"name", choice.name}, {"label", choice.label}, {"params", object_of(entry->params, choice.params)}};
}

Json workload_json(const config::WorkloadChoice& choice) {
  const workload::WorkloadEntry* entry = workload::find_workload(choice.name);
  SSI_CHECK(entry != nullptr, "an unknown workload passed the checks: " + choice.name);
  Json out{{"name", choice.name}, {"nodes", choice.nodes}};
  out.update(object_of(config::workload_fields(), choice));
  out["params"] = object_of(entry->params, choice.params);
  return out;
}

Json fault_json(const config::Fault& fault) {
  const config::FaultKind* kind = config::find_fault_kind(fault.kind);
  SSI_CHECK(kind != nullptr, "an unknown fault passed the checks: " + fault.kind);
  Json out{{"kind", fault.kind}};
  if (kind->groups) out["groups"] = fault.groups;
  out.update(object_of(kind->fields, fault));
  return out;
}

// As written: a number, or a string with a unit.
Json limit_json(const std::string& limit) {
  Json number = Json::parse(limit, nullptr, false);
  return number.is_number() ? number : Json(limit);
}

Json expect_json(const config::Expect& expect) {
  Json out{{"metric", expect.metric}};
  if (!expect.strategy.empty()) out["strategy"] = expect.strategy;
  if (expect.min) out["min"] = limit_json(*expect.min);
  if (expect.max) out["max"] = limit_json(*expect.max);
  if (expect.equals) out["equals"] = limit_json(*expect.equals);
  return out;
}

}   // namespace

std::string echo_of(const config::Scenario& scenario, const std::string& xml_shown) {
  Json out = object_of(config::scenario_fields(), scenario);
  out["fidelity"] = scenario.fidelities;
  out["platform"] = platform_json(scenario.platform, xml_shown);
  for (const char* list : {"strategies", "workloads", "expect"}) out[list] = Json::array();
  for (const auto& choice : scenario.strategies) out["strategies"].push_back(strategy_json(choice));
  for (const auto& choice : scenario.workloads) out["workloads"].push_back(workload_json(choice));
  if (!scenario.membership.mode.empty() && scenario.membership.on())
    out["membership"] = object_of(config::membership_fields(), scenario.membership);
  if (!scenario.faults.empty()) out["faults"] = Json::array();
  for (const auto& fault : scenario.faults) out["faults"].push_back(fault_json(fault));
  for (const auto& expect : scenario.expect) out["expect"].push_back(expect_json(expect));
  return out.dump(2) + "\n";
}

}   // namespace ssi::load
