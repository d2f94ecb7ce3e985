// JSON Schema (draft-07) out of the same tables and registries that the loader reads by. Conditions are if/then, not
// oneOf: validators then name the key that is wrong.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/base/check.hpp"
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/load/load.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"

namespace ssi::load {
namespace {

using Json = nlohmann::ordered_json;
using config::Field;
using config::Kind;

constexpr const char* kUsableName = "^[A-Za-z0-9]([A-Za-z0-9 +_.-]{0,98}[A-Za-z0-9+_.-])?$";

Json default_json(const Field& field) {
  config::Value value = config::default_of(field);
  if (has_unit(field.kind)) return canonical(field.kind, std::get<std::int64_t>(value));
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

Json type_of(const Field& field) {
  switch (field.kind) {
    case Kind::boolean: return {{"type", "boolean"}};
    case Kind::integer:
      return {{"type", "integer"}, {"minimum", static_cast<std::int64_t>(field.min)}, {"maximum", static_cast<std::int64_t>(field.max)}};
    case Kind::ratio: return {{"type", "number"}, {"minimum", field.min}, {"maximum", field.max}};
    case Kind::text: return {{"type", "string"}};
    case Kind::choice: return {{"type", "string"}, {"enum", field.choices}};
    case Kind::choice_set: return {{"type", "array"}, {"uniqueItems", true}, {"items", {{"type", "string"}, {"enum", field.choices}}}};
    case Kind::duration:
    case Kind::bytes:
    case Kind::bandwidth: return {{"type", "string"}, {"pattern", unit_pattern(field.kind)}};
  }
  return Json::object();
}

std::string description_of(const Field& field) {
  std::string out(field.meaning);
  if (has_unit(field.kind)) out += fmt::format(" ({})", range_of(field));
  if (!field.source.empty()) out += fmt::format("; default: {}", field.source);
  std::string words(field.needs.value);
  for (std::size_t at = words.find(' '); at != std::string::npos; at = words.find(' ', at + 4)) words.replace(at, 1, " or ");
  if (!words.empty()) out += fmt::format("; only with {} {}", field.needs.key, words);
  return out;
}

// In a platform a figure may carry its source.
Json with_source(Json plain) {
  Json sourced = Json::object();
  sourced["type"] = "object";
  sourced["properties"] = {{"value", plain}, {"source", {{"type", "string"}, {"minLength", 1}}}};
  sourced["required"] = {"value", "source"};
  sourced["additionalProperties"] = false;
  return {{"if", {{"type", "object"}}}, {"then", std::move(sourced)}, {"else", std::move(plain)}};
}

Json property_of(const Field& field, bool sources) {
  Json plain = type_of(field);
  bool required = std::holds_alternative<std::monostate>(field.fallback);
  if (field.kind == Kind::text && required) plain["minLength"] = 1;
  Json out = sources && field.kind != Kind::text ? with_source(std::move(plain)) : std::move(plain);
  out["description"] = description_of(field);
  if (!required) out["default"] = default_json(field);
  return out;
}

Json closed_object() {
  return {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}, {"additionalProperties", false}};
}

Json object_schema(std::span<const Field> table, bool sources) {
  Json out = closed_object();
  for (const Field& field : table) {
    out["properties"][std::string(field.key)] = property_of(field, sources);
    if (std::holds_alternative<std::monostate>(field.fallback) && field.needs.key.empty()) out["required"].push_back(field.key);
  }
  return out;
}

Json platform_object() {
  Json out = object_schema(config::plain<config::Platform>(config::platform_fields()), true);
  out["properties"]["$schema"] = {{"type", "string"}};
  out["properties"]["interconnect"] = object_schema(config::plain<config::Interconnect>(config::interconnect_fields()), true);
  out["properties"]["costs"] = object_schema(config::plain<config::NodeCosts>(config::cost_fields()), true);
  out["properties"]["nic"] = object_schema(config::plain<config::Nic>(config::nic_fields()), true);
  out["properties"]["disk"] = object_schema(config::plain<config::Disk>(config::disk_fields()), true);
  out["properties"]["memory"] = object_schema(config::plain<config::NodeMemory>(config::memory_fields()), true);
  out["required"].push_back("interconnect");
  return out;
}

// A SimGrid XML file brings hosts and links; the counts and costs stand beside it.
Json xml_platform() {
  Json out = platform_object();
  out["properties"].erase("interconnect");
  out["properties"]["file"] = {{"type", "string"}};
  out["required"] = {"file", "nodes", "cores", "costs"};
  return out;
}

Json platform_in_scenario() {
  Json named = closed_object();
  named["properties"]["file"] = {{"type", "string"}, {"minLength", 1}, {"description", "a platform file, from the scenario's folder"}};
  named["required"] = {"file"};
  Json by_kind{{"if", {{"properties", {{"file", {{"pattern", "\\.xml$"}}}}}}}, {"then", xml_platform()}, {"else", std::move(named)}};
  return {{"type", "object"}, {"if", {{"required", {"file"}}}}, {"then", std::move(by_kind)}, {"else", platform_object()}};
}

// Each entry's params belong to its name.
template <class Entries>
Json named_entries(Json object, const Entries& entries) {
  Json names = Json::array(), rules = Json::array();
  for (const auto& entry : entries) {
    names.push_back(entry.name);
    Json params = object_schema(entry.params, false);
    Json then{{"properties", {{"params", params}}}};
    if (!params["required"].empty()) then["required"] = {"params"};
    rules.push_back({{"if", {{"properties", {{"name", {{"const", entry.name}}}}}, {"required", {"name"}}}}, {"then", std::move(then)}});
  }
  object["properties"]["name"] = {{"type", "string"}, {"enum", names}};
  object["properties"]["params"] = {{"type", "object"}};
  object["required"].push_back("name");
  if (!rules.empty()) object["allOf"] = std::move(rules);
  return object;
}

Json strategy_list() {
  Json object = closed_object();
  object["properties"]["label"] = {
      {"type", "string"}, {"pattern", kUsableName}, {"description", "unique within the scenario; defaults to the name"}};
  Json names = Json::array();
  for (const StrategyEntry& entry : strategies())
    if (object_schema(entry.params, false)["required"].empty()) names.push_back(entry.name);
  Json item{{"if", {{"type", "string"}}}, {"then", {{"enum", names}}}, {"else", named_entries(std::move(object), strategies())}};
  return {{"type", "array"}, {"minItems", 1}, {"items", std::move(item)}};
}

Json workload_list() {
  Json object = object_schema(config::plain<config::WorkloadChoice>(config::workload_fields()), false);
  object["properties"]["nodes"] = {{"type", "array"},
                                   {"minItems", 1},
                                   {"uniqueItems", true},
                                   {"items", {{"type", "integer"}, {"minimum", 0}}},
                                   {"description", "where its first programs start; default: all nodes"}};
  return {{"type", "array"}, {"minItems", 1}, {"items", named_entries(std::move(object), workload::workloads())}};
}

// Each entry's keys belong to its kind.
Json fault_list() {
  Json item{{"type", "object"}, {"required", {"kind"}}, {"properties", Json::object()}, {"allOf", Json::array()}};
  Json names = Json::array();
  for (const config::FaultKind& kind : config::fault_kinds()) {
    names.push_back(kind.name);
    Json then = object_schema(config::plain<config::Fault>(kind.fields), false);
    then["properties"]["kind"] = {{"description", kind.help}};
    if (kind.groups) {
      Json group{{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}, {"items", {{"type", "integer"}, {"minimum", 0}}}};
      Json either{{"if", {{"type", "array"}}}, {"then", std::move(group)}, {"else", {{"const", "rest"}}}};
      then["properties"]["groups"] = {{"type", "array"},
                                      {"minItems", 2},
                                      {"items", std::move(either)},
                                      {"description", "node numbers, each node in one; the last may be \"rest\""}};
      then["required"].push_back("groups");
    }
    item["allOf"].push_back(
        {{"if", {{"properties", {{"kind", {{"const", kind.name}}}}}, {"required", {"kind"}}}}, {"then", std::move(then)}});
  }
  item["properties"]["kind"] = {{"type", "string"}, {"enum", names}};
  return {{"type", "array"}, {"items", std::move(item)}};
}

Json expect_list() {
  std::string quantity = unit_pattern(Kind::duration) + "|" + unit_pattern(Kind::bytes) + "|" + unit_pattern(Kind::bandwidth);
  Json limit{{"type", {"number", "string"}}, {"pattern", quantity}};
  Json object = closed_object();
  object["properties"]["metric"] = {{"type", "string"}, {"minLength", 1}, {"description", "a path inside a run's results"}};
  object["properties"]["strategy"] = {{"type", "string"}, {"description", "label; without it every run is held to it"}};
  for (const char* key : {"min", "max", "equals"}) object["properties"][key] = limit;
  object["required"] = {"metric"};
  object["anyOf"] = Json::array();
  for (const char* key : {"min", "max", "equals"}) object["anyOf"].push_back({{"required", {key}}});
  return {{"type", "array"}, {"items", std::move(object)}};
}

Json scenario_schema() {
  Json out = object_schema(config::plain<config::Scenario>(config::scenario_fields()), false);
  Json& properties = out["properties"];
  properties["name"]["pattern"] = kUsableName;
  properties["$schema"] = {{"type", "string"}};
  Json fidelity{{"type", "string"}, {"enum", config::fidelity_field().choices}};
  properties["fidelity"] = {{"if", {{"type", "array"}}},
                            {"then", {{"minItems", 1}, {"uniqueItems", true}, {"items", fidelity}}},
                            {"else", fidelity},
                            {"default", default_json(config::fidelity_field())}};
  properties["platform"] = platform_in_scenario();
  properties["strategies"] = strategy_list();
  properties["workloads"] = workload_list();
  properties["membership"] = object_schema(config::plain<config::Membership>(config::membership_fields()), false);
  properties["faults"] = fault_list();
  properties["expect"] = expect_list();
  for (const char* key : {"platform", "strategies", "workloads"}) out["required"].push_back(key);
  return out;
}

}   // namespace

std::string schema(const std::string& what) {
  SSI_CHECK(what == "scenario" || what == "platform", "no such schema here: " + what);
  Json out{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "ssisim " + what}};
  out.update(what == "scenario" ? scenario_schema() : platform_object());
  return out.dump(2) + "\n";
}

}   // namespace ssi::load
