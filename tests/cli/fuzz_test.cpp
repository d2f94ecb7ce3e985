// `ssisim fuzz`: finds a planted bug, makes the plan small, writes it, and runs it again; refuses bad plans by place.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string fresh_folder(const std::string& name) {
  const fs::path folder = fs::path(::testing::TempDir()) / ("ssisim-fuzz-" + name + "-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  return folder.string();
}

struct PlantedBug {
  std::string fault;
  int exit_code;
};
class FuzzFinds : public ::testing::TestWithParam<PlantedBug> {};

TEST_P(FuzzFinds, APlantedBugShrinksItToAFewCallsAndReplays) {
  const std::string out = fresh_folder(GetParam().fault);
  Program program(
      {"fuzz", "--strategy", "flawed", "--set", "params.fault=" + GetParam().fault, "--runs", "2", "--out", out, "--format", "json"},
      {.binary = SSISIM_FLAWED});
  EXPECT_EQ(program.wait(), GetParam().exit_code) << program.error();
  const json found = json::parse(program.out());
  EXPECT_EQ(found["complete"], true);
  const json failure = found.at("strategies").at(0).at("failures").at(0);
  EXPECT_FALSE(failure.at("problems").empty());
  const std::string plan = failure.at("plan");
  const json small = json::parse(read_whole(plan));
  if (GetParam().fault != "abort") {   // which ends the process that would make it small
    EXPECT_LE(small.at("ops").size(), 3U) << small;
    EXPECT_FALSE(failure.at("trace").empty());
  }
  Program again({"fuzz", "--plan", plan}, {.binary = SSISIM_FLAWED});
  EXPECT_EQ(again.wait(), GetParam().exit_code) << again.error() << again.out();
  fs::remove_all(out);
}
INSTANTIATE_TEST_SUITE_P(Planted, FuzzFinds,
                         ::testing::Values(PlantedBug{"invariant", 3}, PlantedBug{"silent", 4}, PlantedBug{"check", 1},
                                           PlantedBug{"abort", 1}),
                         [](const auto& test) { return test.param.fault; });

TEST(FuzzCommand, FindsNothingInAFewPlansOfEachStrategy) {
  Program program({"fuzz", "--strategy", "smp", "--strategy", "isolated", "--strategy", "scale_out", "--strategy", "vproc_switch",
                   "--strategy", "dsm_first", "--runs", "3", "--jobs", "1", "--out", fresh_folder("none")});
  EXPECT_EQ(program.wait(), 0) << program.out();
  EXPECT_NE(program.out().find("vproc_switch           3"), std::string::npos) << program.out();
}

TEST(FuzzCommand, CrashesEachNodeOfSmallPlansAtEachEvent) {
  Program program({"fuzz", "--strategy", "isolated", "--exhaustive", "--runs", "1", "--format", "json", "--out", fresh_folder("each")});
  EXPECT_EQ(program.wait(), 0) << program.out();
  const json found = json::parse(program.out()).at("strategies").at(0);
  EXPECT_EQ(found.at("survives_crashes"), true);
  EXPECT_EQ(found.at("crashes").get<int>() + 1, found.at("runs").get<int>()) << "all but the plan itself";
  EXPECT_GT(found.at("crashes").get<int>(), 100);
}

TEST(FuzzCommand, SaysThatADesignIsNotMadeForCrashes) {
  Program program({"fuzz", "--strategy", "scale_out", "--runs", "3", "--faults", "2", "--jobs", "1", "--out", fresh_folder("beyond")});
  EXPECT_EQ(program.wait(), 0) << program.out();
  EXPECT_NE(program.out().find("not designed for it"), std::string::npos) << program.out();
}

struct BadPlan {
  std::string text, complaint;
};
TEST(FuzzCommand, RefusesABadPlanByPlace) {
  const std::string head = R"({"strategy": "smp", "nodes": 2, )";
  const std::vector<BadPlan> bad{
      {R"({"strategy": "smp"})", ":1:1: /nodes: missing key"},
      {R"({"strategy": "sm", "nodes": 2})", ":1:14: /strategy: there is no strategy \"sm\""},
      {head + R"("ops": [{"id": 1, "call": "fork"}]})", ":1:41: /ops/0/by: fork needs a program that calls"},
      {head + R"("ops": [{"id": 1, "call": "spawn", "node": 2}]})", "/ops/0/node: there is no node 2"},
      {head + R"("ops": [{"id": 1, "call": "spawn", "signal": "SIGUSR1"}]})", "/ops/0/signal: has no effect on spawn"},
      {head + R"("ops": [{"id": 2, "call": "spawn"}, {"id": 2, "call": "spawn"}]})", "/ops/1/id: 2 does not ascend"},
      {head + R"("ops": [{"id": 1, "by": 1, "call": "kill", "signal": "SIGHUP"}]})", "/ops/0/signal: \"SIGHUP\" is not for kill"},
      {head + R"("oops": []})", "/oops: unknown key \"oops\" (did you mean \"ops\"?)"},
      {"{", ":1:2: "},
  };
  for (const BadPlan& one : bad) {
    const std::string file = fresh_folder("bad") + ".json";
    std::ofstream(file) << one.text;
    Program program({"fuzz", "--plan", file});
    EXPECT_EQ(program.wait(), 2) << one.text;
    EXPECT_NE(program.error().find(one.complaint), std::string::npos) << program.error() << one.text;
    EXPECT_EQ(program.out(), "");
    fs::remove(file);
  }
}

TEST(FuzzCommand, RefusesWhatMeansNothing) {
  for (const Words& words : std::vector<Words>{{"fuzz", "--runs", "0"},
                                               {"fuzz", "--strategy", "smq"},
                                               {"fuzz", "--plan", "x.json", "--seed", "3"},
                                               {"fuzz", "--sed", "3"},
                                               {"fuzz", "--exhaustive", "--faults", "2"},
                                               {"fuzz", "--strategy", "smp", "--set", "params.x=1"},
                                               {"fuzz", "17"}}) {
    Program program(words);
    EXPECT_EQ(program.wait(), 2) << words[1];
  }
}

}   // namespace
}   // namespace ssi::test
