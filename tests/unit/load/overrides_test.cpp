#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using nlohmann::json;

class OverridesTest : public ::testing::Test {
 protected:
  OverridesTest() {
    folder_.write("platform.json", testing::kPlatform);
    inline_ = folder_.write("inline.json", testing::kScenario);
    short_ = folder_.write("short.json", testing::kShort);
  }

  json good(const std::string& path, const Overrides& overrides) {
    Loaded loaded = load_scenario(path, overrides);
    EXPECT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
    return loaded.problems.empty() ? json::parse(loaded.echo) : json::object();
  }

  std::string bad(const std::string& path, const Overrides& overrides) {
    auto problems = load_scenario(path, overrides).problems;
    EXPECT_EQ(problems.size(), 1U) << testing::shown(problems);
    testing::expect_well_formed(problems);
    return problems.empty() ? "" : to_string(problems[0]);
  }

  std::string bad_set(const std::string& set) { return bad(short_, {.sets = {set}}); }

  testing::Folder folder_;
  std::string inline_, short_;
};

TEST_F(OverridesTest, SetReachesEveryPlace) {
  for (const std::string& path : {inline_, short_}) {
    json echo = good(path, {.sets = {"platform.nodes=16", "/platform/interconnect/latency=2us", "name=other", "duration=\"20s\"",
                                     "description=why not? a=b", "workloads.0.params.count=9"}});
    EXPECT_EQ(echo["platform"]["nodes"], 16);
    EXPECT_EQ(echo["platform"]["interconnect"]["latency"], "2us");
    EXPECT_EQ(echo["name"], "other");
    EXPECT_EQ(echo["duration"], "20s");
    EXPECT_EQ(echo["description"], "why not? a=b");
    EXPECT_EQ(echo["workloads"][0]["params"]["count"], 9);
  }
}

TEST_F(OverridesTest, TheLastSetWins) { EXPECT_EQ(good(short_, {.sets = {"seed=2", "seed=3"}})["seed"], 3); }

TEST_F(OverridesTest, SetOpensAStrategyThatIsOnlyNamed) {
  json echo = good(short_, {.sets = {"strategies=[\"smp\",\"switcher\"]", "strategies.1.params.fan_out=5", "strategies.1.label=five"}});
  EXPECT_EQ(echo["strategies"][1]["params"]["fan_out"], 5);
  EXPECT_EQ(echo["strategies"][1]["label"], "five");
}

TEST_F(OverridesTest, SetThatHitsNothing) {
  EXPECT_EQ(bad_set("platform.nodez=3").find("--set: /platform/nodez: unknown key \"nodez\" (did you mean \"nodes\"?)"), 0U);
  EXPECT_EQ(bad_set("platfrom.nodes=3").find("--set: /platfrom: unknown key \"platfrom\" (did you mean \"platform\"?)"), 0U);
  EXPECT_EQ(bad_set("workloads.3.start=1s").find("--set: /workloads/3: there is no entry \"3\" (the only entry is 0"), 0U);
  EXPECT_EQ(bad_set("workloads.storm.start=1s").find("--set: /workloads/storm: there is no entry"), 0U);
  EXPECT_EQ(bad_set("duration.ns=5").find("--set: /duration/ns: /duration has nothing inside"), 0U);
  EXPECT_EQ(bad_set("seed").find("--set: \"seed\" is not PATH=VALUE"), 0U);
  EXPECT_EQ(bad_set("=3").find("--set: \"=3\" is not PATH=VALUE"), 0U);
  EXPECT_EQ(bad_set("platform..nodes=3").find("--set: \"platform..nodes=3\" is not PATH=VALUE"), 0U);
  EXPECT_EQ(bad_set("").find("--set: \"\" is not PATH=VALUE"), 0U);
}

TEST_F(OverridesTest, SetToAWrongValue) {
  EXPECT_EQ(bad_set("seed=abc").find("--set: /seed: must be a whole number, not the string \"abc\""), 0U);
  EXPECT_EQ(bad_set("seed=").find("--set: /seed: must be a whole number, not the string \"\""), 0U);
  EXPECT_EQ(bad_set("seed=1e999").find("--set: /seed: must be a whole number"), 0U);
  EXPECT_EQ(bad_set("name=5").find("--set: /name: must be text in quotes, not the number 5 (write \"5\")"), 0U);
  EXPECT_EQ(bad_set("workloads.0.params={\"count\":3,}").find("--set: /workloads/0/params: character 12: a comma before '}'"), 0U);
  EXPECT_EQ(bad_set("workloads.0.nodes=[7]").find("--set: /workloads/0/nodes/0: there is no node 7"), 0U);
  EXPECT_EQ(bad_set("name=\xff").find("--set: \"name=\\xff\" is not UTF-8"), 0U);
  EXPECT_EQ(bad_set("platform.file=none.json").find("--set: /platform/file: \"" + folder_.at("none.json") + "\": no such file"), 0U);
  EXPECT_EQ(bad_set("seed=" + std::string(100'000, '[')).find("--set: /seed: character 65: nested deeper"), 0U);
}

TEST_F(OverridesTest, Strategies) {
  json echo = good(inline_, {.strategies = {"switcher", "smp"}});
  ASSERT_EQ(echo["strategies"].size(), 2U);
  EXPECT_EQ(echo["strategies"][0]["label"], "switcher + files") << "the scenario's entry with its params";
  EXPECT_EQ(echo["strategies"][0]["params"]["fan_out"], 4);
  EXPECT_EQ(echo["strategies"][1]["name"], "smp");
  EXPECT_EQ(echo["expect"].size(), 2U);
  EXPECT_EQ(good(inline_, {.strategies = {"smp"}})["expect"].size(), 1U) << "what is expected of a strategy that does not run";
  EXPECT_EQ(good(short_, {.strategies = {"switcher"}})["strategies"][0]["params"]["fan_out"], 3) << "not in the scenario: defaults";
  EXPECT_EQ(bad(short_, {.strategies = {"smpp"}}).find("--strategy: /strategies/0: there is no strategy \"smpp\" (did you mean \"smp\"?"),
            0U);
  EXPECT_NE(bad(short_, {.strategies = {"smp", "smp"}}).find("stands twice"), std::string::npos);
}

TEST_F(OverridesTest, Numbers) {
  json echo = good(short_, {.seed = "42", .replicates = "3", .fidelity = "flow"});
  EXPECT_EQ(echo["seed"], 42);
  EXPECT_EQ(echo["replicates"], 3);
  EXPECT_EQ(bad(short_, {.seed = "-1"}).find("--seed: /seed: -1 is out of range"), 0U);
  EXPECT_EQ(bad(short_, {.replicates = "many"}).find("--replicates: /replicates: must be a whole number"), 0U);
  EXPECT_EQ(bad(short_, {.fidelity = "packet,flow"}).find("--fidelity: /fidelity/0: \"packet\" is not a choice here"), 0U);
  EXPECT_EQ(bad(short_, {.fidelity = ""}).find("--fidelity: /fidelity/0: \"\" is not a choice here"), 0U);
}

TEST_F(OverridesTest, Platforms) {
  std::string other = folder_.write("elsewhere/other.json", testing::replaced(testing::kPlatform, "\"value\": 2", "\"value\": 5"));
  for (const std::string& path : {inline_, short_})
    EXPECT_EQ(good(path, {.platform_file = other, .sets = {"platform.cores=2"}})["platform"]["nodes"], 5);
  std::string xml = folder_.write("elsewhere/net.xml", "<platform/>");
  for (const std::string& path : {inline_, short_}) {
    json platform = good(path, {.platform_file = xml})["platform"];
    EXPECT_EQ(platform["file"], "net.xml");
    EXPECT_EQ(platform["name"], "net");
    EXPECT_EQ(platform["nodes"], 2) << "counts and costs stay";
    EXPECT_EQ(platform["costs"]["fork"], "60us");
    EXPECT_FALSE(platform.contains("interconnect"));
  }
  EXPECT_EQ(bad(short_, {.platform_file = "none.json"}), "--platform: \"none.json\": no such file (check the path)");
  EXPECT_EQ(bad(short_, {.platform_file = "none.xml"}), "--platform: \"none.xml\": no such file (check the path)");
  EXPECT_NE(bad(short_, {.platform_file = folder_.at("elsewhere")}).find("is a folder"), std::string::npos);
  EXPECT_NE(bad(short_, {.platform_file = folder_.write("broken.json", "{]")}).find("broken.json:1:2: /: "), std::string::npos);
  EXPECT_NE(bad(short_, {.platform_file = ""}).find("--platform: "), std::string::npos);
}

}   // namespace
}   // namespace ssi::load
