#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "models/config/presets.hpp"
#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

Loaded load(const testing::Folder& folder, const std::string& text, const Overrides& overrides = {}) {
  return load_scenario(folder.write("s.json", text), overrides);
}

const config::Value& value_of(const config::Values& values, const std::string& key) {
  for (const auto& [name, value] : values)
    if (name == key) return value;
  static const config::Value kNone = std::string("no such value");
  return kNone;
}

TEST(Scenario, IsReadWhole) {
  testing::Folder folder;
  Loaded loaded = load(folder, testing::kScenario);
  ASSERT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  const config::Scenario& s = loaded.scenario;
  EXPECT_EQ(s.name, "good");
  EXPECT_EQ(s.description, "is everything read?");
  EXPECT_EQ(s.seed, 7U);
  EXPECT_EQ(s.replicates, 2U);
  EXPECT_EQ(s.duration.ns, 10'000'000'000);
  EXPECT_EQ(s.warmup.ns, 500'000'000);
  EXPECT_EQ(s.fidelities, std::vector<std::string>{"flow"});
  EXPECT_EQ(s.platform.name, "small");
  EXPECT_EQ(s.platform.nodes, 2U);
  EXPECT_EQ(s.platform.cores, 8U);
  EXPECT_EQ(s.platform.interconnect.bandwidth_bps, 10'000'000'000);
  EXPECT_EQ(s.platform.interconnect.latency.ns, 1'000);
  EXPECT_EQ(s.platform.costs.syscall.ns, 100);
  EXPECT_EQ(s.platform.costs.exec.ns, 200'000) << "the table's default";
  ASSERT_EQ(s.strategies.size(), 3U);
  EXPECT_EQ(s.strategies[0].label, "smp");
  EXPECT_EQ(s.strategies[1].name, "switcher");
  EXPECT_EQ(s.strategies[1].label, "switcher + files");
}

// The preset says "cover" has "file", so that "server" has an effect.
TEST(Scenario, APresetSetsDefaultsAndWhatIsGivenWins) {
  const std::string given = R"({"name": "switcher", "label": "a", "params": {"server": "random", "preset": "wide", "page": "8KiB"}},
    {"name": "switcher", "label": "b", "params": {"fan_out": 3, "preset": "wide"}})";
  Loaded loaded = testing::load_text(testing::replaced(testing::kScenario, "\"smp\",", given + ","));
  ASSERT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  const config::Values &a = loaded.scenario.strategies[0].params, &b = loaded.scenario.strategies[1].params;
  EXPECT_EQ(value_of(a, "fan_out"), config::Value(std::int64_t{9}));
  EXPECT_EQ(value_of(a, "cover"), config::Value(std::vector<std::string>{"file"}));
  EXPECT_EQ(value_of(a, "page"), config::Value(std::int64_t{8'192}));
  EXPECT_EQ(value_of(a, "share"), config::Value(0.25)) << "the table's default";
  EXPECT_EQ(value_of(b, "fan_out"), config::Value(std::int64_t{3})) << "as the table's default, and given";
  EXPECT_EQ(config::with_preset({}, b), b);
}

TEST(Scenario, ParamsAndWorkloadsAreRead) {
  Loaded loaded = testing::load_text(testing::kScenario);
  ASSERT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  const config::Scenario& s = loaded.scenario;
  const config::Values& params = s.strategies[1].params;
  EXPECT_EQ(value_of(params, "cover"), config::Value(std::vector<std::string>{"process", "file"}));
  EXPECT_EQ(value_of(params, "cache"), config::Value(false));
  EXPECT_EQ(value_of(params, "fan_out"), config::Value(std::int64_t{4}));
  EXPECT_EQ(value_of(params, "share"), config::Value(0.5));
  EXPECT_EQ(value_of(params, "period"), config::Value(std::int64_t{2'000}));
  EXPECT_EQ(value_of(params, "page"), config::Value(std::int64_t{8'192}));
  ASSERT_EQ(s.workloads.size(), 2U);
  EXPECT_EQ(s.workloads[0].start.ns, 1'000'000'000);
  EXPECT_EQ(value_of(s.workloads[0].params, "count"), config::Value(std::int64_t{5}));
  EXPECT_EQ(s.workloads[1].nodes, (std::vector<std::uint32_t>{0, 1})) << "all nodes by default";
  ASSERT_EQ(s.expect.size(), 2U);
  EXPECT_EQ(s.expect[0].max, "2ms");
  EXPECT_EQ(s.expect[0].strategy, "switcher + files");
  EXPECT_EQ(s.expect[1].equals, "0");
  ASSERT_EQ(loaded.expect_places.size(), 2U);
  EXPECT_EQ(loaded.expect_places[1].pointer, "/expect/1");
  EXPECT_EQ(loaded.expect_places[1].line, 38U);
}

TEST(Scenario, DefaultsAreFilledIn) {
  testing::Folder folder;
  folder.write("platform.json", testing::kPlatform);
  Loaded loaded = load(folder, testing::replaced(testing::kShort, "[\"smp\"]", "[\"smp\", \"switcher\"]"));
  ASSERT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  EXPECT_EQ(loaded.scenario.seed, 1U);
  EXPECT_EQ(loaded.scenario.replicates, 1U);
  EXPECT_EQ(loaded.scenario.warmup.ns, 0);
  EXPECT_EQ(loaded.scenario.fidelities, std::vector<std::string>{"queue"});
  EXPECT_EQ(value_of(loaded.scenario.strategies[1].params, "cover"), config::Value(std::vector<std::string>{"process"}));
  EXPECT_EQ(value_of(loaded.scenario.strategies[1].params, "period"), config::Value(std::int64_t{1'500}));
}

TEST(Scenario, BoundsAreInclusive) {
  testing::Folder folder;
  for (const char* fan_out : {"1", "64"})
    EXPECT_TRUE(
        load(folder, testing::replaced(testing::kScenario, "\"fan_out\": 4", std::string("\"fan_out\": ") + fan_out)).problems.empty());
  for (const char* share : {"0", "1", "0.0", "1.0", "-0.0"})
    EXPECT_TRUE(load(folder, testing::replaced(testing::kScenario, "\"share\": 0.5", std::string("\"share\": ") + share)).problems.empty());
  for (const char* seed : {"0", "9007199254740991", "-0"})
    EXPECT_TRUE(load(folder, testing::replaced(testing::kScenario, "\"seed\": 7", std::string("\"seed\": ") + seed)).problems.empty());
  for (const char* duration : {"2400h", "1000000001ns"}) {
    std::string text = testing::replaced(testing::kScenario, "\"duration\": \"10s\"", std::string("\"duration\": \"") + duration + "\"");
    EXPECT_TRUE(load(folder, text).problems.empty());
  }
}

TEST(Scenario, AnXmlPlatformNeedsCountsAndCostsBesideIt) {
  testing::Folder folder;
  folder.write("cluster.xml", "<platform/>");
  std::string text = testing::replaced(testing::kShort, "{\"file\": \"platform.json\"}",
                                       "{\"file\": \"cluster.xml\", \"nodes\": 3, \"cores\": 4, \"costs\": {\"fork\": \"1us\"}}");
  Loaded loaded = load(folder, text);
  ASSERT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  EXPECT_EQ(loaded.scenario.platform.xml_file, folder.at("cluster.xml"));
  EXPECT_EQ(loaded.scenario.platform.name, "cluster");
  EXPECT_EQ(loaded.scenario.platform.nodes, 3U);
  EXPECT_EQ(loaded.scenario.platform.costs.fork.ns, 1'000);
  EXPECT_EQ(nlohmann::json::parse(loaded.echo)["platform"]["file"], "cluster.xml");
  auto problems = load(folder, testing::replaced(testing::kShort, "platform.json", "cluster.xml")).problems;
  ASSERT_EQ(problems.size(), 3U) << testing::shown(problems);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(problems[i].pointer, std::vector<std::string>({"/platform/nodes", "/platform/cores", "/platform/costs"})[i]);
  problems = load(folder, testing::replaced(text, "\"nodes\": 3", "\"nodes\": 3, \"interconnect\": {}")).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].text.find("unknown key \"interconnect\""), std::string::npos);
}

TEST(Scenario, NothingStandsBesideAPlatformFile) {
  testing::Folder folder;
  folder.write("platform.json", testing::kPlatform);
  auto problems = load(folder, testing::replaced(testing::kShort, "\"platform.json\"", "\"platform.json\", \"nodes\": 3")).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].pointer, "/platform/nodes");
  EXPECT_NE(problems[0].text.find("--set platform.nodes="), std::string::npos);
}

TEST(Echo, IsAScenarioThatEchoesItself) {
  testing::Folder folder;
  Loaded first = load(folder, testing::kScenario);
  Loaded second = load_scenario(folder.write("other/name.json", first.echo), {});
  ASSERT_TRUE(second.problems.empty()) << testing::shown(second.problems);
  EXPECT_EQ(first.echo, second.echo);
  EXPECT_EQ(load(folder, testing::kScenario).echo, first.echo);
}

TEST(Echo, HoldsAllDefaultsInFixedOrderWithUnits) {
  testing::Folder folder;
  folder.write("platform.json", testing::kPlatform);
  auto echo = nlohmann::ordered_json::parse(load(folder, testing::kShort).echo);
  std::vector<std::string> keys;
  for (const auto& [key, value] : echo.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"name", "description", "seed", "replicates", "duration", "warmup", "fidelity", "platform",
                                            "strategies", "workloads", "expect"}));
  EXPECT_EQ(echo["warmup"], "0ns");
  EXPECT_EQ(echo["platform"]["interconnect"]["latency"], "1us");
  EXPECT_EQ(echo["platform"]["nodes"], 2);
  EXPECT_EQ(echo["platform"]["costs"]["exec"], "200us");
  EXPECT_EQ(echo["workloads"][0]["nodes"], nlohmann::json::array({0, 1}));
  EXPECT_EQ(echo["workloads"][0]["params"]["compute"], "1us");
}

TEST(Echo, DoesNotDependOnWhereTheFilesLie) {
  testing::Folder folder;
  folder.write("a/platform.json", testing::kPlatform);
  folder.write("b/c/platform.json", testing::kPlatform);
  std::string a = load_scenario(folder.write("a/s.json", testing::kShort), {}).echo;
  std::string b = load_scenario(folder.write("b/c/s.json", testing::kShort), {}).echo;
  EXPECT_EQ(a, b);
  EXPECT_NE(a, "");
  EXPECT_EQ(a.find(folder.at("")), std::string::npos);
}

TEST(DidYouMean, OffersNearMissesOnly) {
  const std::vector<std::string> known{"platform", "strategies", "seed", "min", "max"};
  EXPECT_EQ(did_you_mean("platfrom", known), " (did you mean \"platform\"?)");
  EXPECT_EQ(did_you_mean("strategy", known), "");
  EXPECT_EQ(did_you_mean("strateges", known), " (did you mean \"strategies\"?)");
  EXPECT_EQ(did_you_mean("mix", known), " (did you mean \"min\" or \"max\"?)");
  EXPECT_EQ(did_you_mean("", known), "");
  EXPECT_EQ(did_you_mean("zebra", known), "");
  EXPECT_EQ(did_you_mean("a", {"b", "c", "d", "e"}), "") << "four are no help";
  EXPECT_EQ(did_you_mean(std::string(1'000'000, 'x'), known), "");
}

}   // namespace
}   // namespace ssi::load
