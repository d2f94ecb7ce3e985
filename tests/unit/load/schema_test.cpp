#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "models/config/platform.hpp"
#include "models/config/scenario.hpp"
#include "models/strategy/registry.hpp"
#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using nlohmann::json;

// As much of draft-07 as our schemas use; anything else fails the test.
bool valid(const json& schema, const json& value);

bool is_type(const std::string& type, const json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "number") return value.is_number();
  EXPECT_EQ(type, "integer");
  return value.is_number_integer();
}

bool valid_type(const json& types, const json& value) {
  if (types.is_string()) return is_type(types, value);
  return std::any_of(types.begin(), types.end(), [&](const json& type) { return is_type(type, value); });
}

bool valid_keys(const json& schema, const json& value) {
  if (!value.is_object()) return true;
  for (const json& key : schema.value("required", json::array()))
    if (!value.contains(key)) return false;
  const json properties = schema.value("properties", json::object());
  for (const auto& [key, inner] : value.items()) {
    if (properties.contains(key) && !valid(properties[key], inner)) return false;
    if (!properties.contains(key) && !schema.value("additionalProperties", true)) return false;
  }
  return true;
}

bool valid_items(const json& schema, const json& value) {
  if (!value.is_array()) return true;
  if (value.size() < schema.value("minItems", std::size_t{0})) return false;
  for (const json& item : value)
    if (schema.contains("items") && !valid(schema["items"], item)) return false;
  for (std::size_t i = 0; i < value.size() && schema.value("uniqueItems", false); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (value[i] == value[k]) return false;
  return true;
}

bool valid_scalar(const json& schema, const json& value) {
  if (value.is_number() && schema.contains("minimum") && value < schema["minimum"]) return false;
  if (value.is_number() && schema.contains("maximum") && value > schema["maximum"]) return false;
  if (value.is_string() && value.get<std::string>().size() < schema.value("minLength", std::size_t{0})) return false;
  if (value.is_string() && schema.contains("pattern") && !testing::matches(value, schema["pattern"])) return false;
  if (schema.contains("enum") && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) return false;
  return !schema.contains("const") || schema["const"] == value;
}

bool valid(const json& schema, const json& value) {
  static const std::set<std::string> kKnown{
      "$schema", "title",    "description", "default", "type",    "properties", "required", "additionalProperties",
      "items",   "minItems", "uniqueItems", "minimum", "maximum", "minLength",  "pattern",  "enum",
      "const",   "if",       "then",        "else",    "allOf",   "anyOf"};
  for (const auto& [key, rule] : schema.items()) EXPECT_TRUE(kKnown.contains(key)) << key;
  if (schema.contains("type") && !valid_type(schema["type"], value)) return false;
  if (!valid_keys(schema, value) || !valid_items(schema, value) || !valid_scalar(schema, value)) return false;
  for (const json& rule : schema.value("allOf", json::array()))
    if (!valid(rule, value)) return false;
  if (schema.contains("anyOf") &&
      std::none_of(schema["anyOf"].begin(), schema["anyOf"].end(), [&](const json& rule) { return valid(rule, value); }))
    return false;
  if (!schema.contains("if")) return true;
  const char* branch = valid(schema["if"], value) ? "then" : "else";
  return !schema.contains(branch) || valid(schema[branch], value);
}

const json& scenario_schema() {
  static const json kSchema = json::parse(schema("scenario"));
  return kSchema;
}

TEST(Schema, KnowsEveryFieldOfTheTables) {
  EXPECT_EQ(scenario_schema()["$schema"], "http://json-schema.org/draft-07/schema#");
  for (const auto& field : config::scenario_fields()) EXPECT_TRUE(scenario_schema()["properties"].contains(field.key)) << field.key;
  json platform = json::parse(schema("platform"));
  for (const auto& field : config::cost_fields())
    EXPECT_TRUE(platform["properties"]["costs"]["properties"].contains(field.key)) << field.key;
  std::string text = schema("scenario");
  for (const StrategyEntry& entry : strategies())
    for (const config::Field& field : entry.params)
      EXPECT_NE(text.find("\"" + std::string(field.key) + "\""), std::string::npos) << field.key;
}

TEST(Schema, AcceptsGoodOnesAndEchoes) {
  EXPECT_TRUE(valid(scenario_schema(), json::parse(testing::kScenario)));
  EXPECT_TRUE(valid(scenario_schema(), json::parse(testing::kShort)));
  EXPECT_TRUE(valid(scenario_schema(), json::parse(testing::load_text(testing::kScenario).echo)));
  EXPECT_TRUE(valid(json::parse(schema("platform")), json::parse(testing::kPlatform)));
}

// What the schema refuses the loader refuses; what only the loader refuses needs more than one value, or arithmetic.
TEST(Schema, IsNeverStricterThanTheLoader) {
  const json values[] = {nullptr,
                         true,
                         0,
                         -1,
                         1,
                         3,
                         1.5,
                         "",
                         "?",
                         "1us",
                         "10Gbps",
                         "4KiB",
                         "star",
                         "smp",
                         json::array(),
                         json::array({0}),
                         json::object(),
                         json{{"value", 1}, {"source", "x"}}};
  const json whole = json::parse(testing::kScenario);
  const json leaves = whole.flatten();
  int refused = 0, loader_only = 0;
  for (const auto& [pointer, old] : leaves.items())
    for (const json& value : values) {
      json changed = whole;
      changed[json::json_pointer(pointer)] = value;
      bool loads = testing::load_text(changed.dump()).problems.empty();
      bool fits = valid(scenario_schema(), changed);
      EXPECT_TRUE(fits || !loads) << "the schema refuses what loads: " << pointer << " = " << value;
      refused += fits ? 0 : 1;
      loader_only += fits && !loads ? 1 : 0;
    }
  EXPECT_GT(refused, 500);
  EXPECT_LT(loader_only, refused / 10);
}

TEST(Schema, RefusesUnknownAndMissingKeys) {
  for (const char* pointer : {"/duratoin", "/platform/x", "/platform/interconnect/x", "/platform/costs/x", "/strategies/1/x",
                              "/strategies/1/params/x", "/workloads/0/params/x", "/expect/0/x"}) {
    json changed = json::parse(testing::kScenario);
    changed[json::json_pointer(pointer)] = 1;
    EXPECT_FALSE(valid(scenario_schema(), changed)) << pointer;
  }
  for (const char* pointer : {"/name", "/platform/cores", "/platform/interconnect/latency", "/strategies/1/name", "/strategies/2/params",
                              "/strategies/2/params/quorum", "/workloads/0/name", "/expect/0/max"}) {
    json changed = json::parse(testing::kScenario);
    json::json_pointer path(pointer);
    changed[path.parent_pointer()].erase(path.back());
    EXPECT_FALSE(valid(scenario_schema(), changed)) << pointer;
  }
}

}   // namespace
}   // namespace ssi::load
