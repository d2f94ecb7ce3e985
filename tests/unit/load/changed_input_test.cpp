// Every key of a good scenario removed, misspelt and retyped, and values changed at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/base/random.hpp"
#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using testing::has;
using testing::problems_of;
using Json = nlohmann::ordered_json;

// Pointers of all members of objects, depth first.
void members(const Json& node, const Json::json_pointer& at, std::vector<std::string>& out) {
  for (std::size_t i = 0; node.is_array() && i < node.size(); ++i) members(node[i], at / i, out);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    out.push_back((at / key).to_string());
    members(value, at / key, out);
  }
}

std::vector<std::string> all_members() {
  std::vector<std::string> out;
  members(Json::parse(testing::kScenario), Json::json_pointer(), out);
  return out;
}

bool starts_at(const Problem& problem, const std::string& pointer) {
  return problem.pointer == pointer || problem.pointer.starts_with(pointer + "/");
}

// Without these the scenario is no good.
const std::vector<std::string> kRequired{
    "/name",
    "/duration",
    "/platform",
    "/strategies",
    "/workloads",
    "/platform/name",
    "/platform/nodes",
    "/platform/nodes/value",
    "/platform/nodes/source",
    "/platform/cores",
    "/platform/cores/value",
    "/platform/cores/source",
    "/platform/interconnect",
    "/platform/interconnect/bandwidth",
    "/platform/interconnect/bandwidth/value",
    "/platform/interconnect/bandwidth/source",
    "/platform/interconnect/latency",
    "/platform/interconnect/latency/value",
    "/platform/interconnect/latency/source",
    "/platform/costs/syscall/value",
    "/platform/costs/syscall/source",
    "/strategies/1/name",
    "/strategies/1/params/bias",
    "/strategies/1/params/placement",
    "/strategies/2/name",
    "/strategies/2/params",
    "/strategies/2/params/quorum",
    "/workloads/0/name",
    "/workloads/1/name",
    "/expect/0/metric",
    "/expect/0/max",
    "/expect/1/metric",
    "/strategies/1/label",   // an expectation names it
};

TEST(ChangedInput, EveryKeyRemoved) {
  for (const std::string& pointer : all_members()) {
    Json document = Json::parse(testing::kScenario);
    auto path = Json::json_pointer(pointer);
    document[path.parent_pointer()].erase(path.back());
    auto problems = problems_of(document.dump(2));
    bool must_fail = std::find(kRequired.begin(), kRequired.end(), pointer) != kRequired.end();
    EXPECT_EQ(problems.empty(), !must_fail) << pointer << "\n" << testing::shown(problems);
    testing::expect_well_formed(problems);
  }
}

TEST(ChangedInput, EveryKeyMisspelt) {
  for (const std::string& pointer : all_members()) {
    Json document = Json::parse(testing::kScenario);
    auto path = Json::json_pointer(pointer);
    Json& parent = document[path.parent_pointer()];
    const std::string wrong = path.back() + "x";
    parent[wrong] = parent[path.back()];
    parent.erase(path.back());
    auto problems = problems_of(document.dump(2));
    EXPECT_TRUE(has(problems, (path.parent_pointer() / wrong).to_string(), "did you mean \"" + path.back() + "\""))
        << pointer << "\n"
        << testing::shown(problems);
    testing::expect_well_formed(problems);
  }
}

TEST(ChangedInput, EveryValueRetyped) {
  const Json others[] = {nullptr, true, 3, 3.5, -1, "?", Json::array(), Json::array({Json::array()}), Json::object(), Json{{"?", 1}}};
  const std::vector<std::string> any_number{"/expect/0/max", "/expect/1/equals", "/expect/1/min"};
  for (const std::string& pointer : all_members())
    for (const Json& other : others) {
      Json document = Json::parse(testing::kScenario);
      Json& value = document[Json::json_pointer(pointer)];
      bool number_for_number = value.is_number() && other.is_number();
      bool limit = other.is_number() && std::find(any_number.begin(), any_number.end(), pointer) != any_number.end();
      bool bare = pointer == "/platform/nodes" && other == Json(3);   // without a source
      if (value.type() == other.type() || number_for_number || limit || bare) continue;
      value = other;
      auto problems = problems_of(document.dump(2));
      bool found = std::any_of(problems.begin(), problems.end(), [&](const Problem& p) { return starts_at(p, pointer); });
      EXPECT_TRUE(found) << pointer << " = " << other.dump() << "\n" << testing::shown(problems);
      testing::expect_well_formed(problems);
    }
}

// What stays good after a mutation is complete, what does not has a problem: never a crash, never a value half read.
TEST(ChangedInput, SurvivesMutationsOfValues) {
  Stream random(5);
  auto pointers = all_members();
  const Json values[] = {nullptr, true, 0,     -1,   1,        4096,   4097,   9007199254740993, -0.0,          1e308,
                         1e-307,  "",   "1ns", "0B", "10Gbps", "star", "flow", Json::array({0}), Json::object()};
  int good = 0;
  for (int i = 0; i < 500; ++i) {
    Json document = Json::parse(testing::kScenario);
    for (int k = 0; k < 2; ++k) {
      auto path = Json::json_pointer(pointers[random.below(pointers.size())]);
      if (document.contains(path)) document[path] = values[random.below(std::size(values))];
    }
    Loaded loaded = testing::load_text(document.dump());
    testing::expect_well_formed(loaded.problems);
    ASSERT_EQ(loaded.problems.empty(), !loaded.echo.empty());
    if (!loaded.problems.empty()) continue;
    ++good;
    ASSERT_TRUE(testing::load_text(loaded.echo).problems.empty()) << loaded.echo;
  }
  EXPECT_GT(good, 5);
}

}   // namespace
}   // namespace ssi::load
