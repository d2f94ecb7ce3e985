// Options, verbs, help, and where the streams go.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

struct Mistake {
  Words arguments;
  std::string says;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreExitTwoAndNameTheRemedy) {
  Program program(GetParam().arguments);
  EXPECT_EQ(program.wait(), 2);
  EXPECT_EQ(program.out(), "");
  EXPECT_NE(program.error().find(GetParam().says), std::string::npos) << program.error();
}

const std::string kSmall = scenario("small.json");
INSTANTIATE_TEST_SUITE_P(
    CommandLine, Mistakes,
    testing::Values(Mistake{{}, "a scenario is needed: ssisim --scenario FILE"},
                    Mistake{{"--scenaroi", kSmall}, "unknown option --scenaroi (did you mean \"--scenario\"?)"},
                    Mistake{{"--scen", kSmall}, "unknown option --scen"},   // no abbreviations
                    Mistake{{"-x"}, "unknown option -x"}, Mistake{{kSmall}, "did you mean --scenario " + kSmall},
                    Mistake{{"lsit", "metrics"}, "unknown verb \"lsit\" (did you mean \"list\"?)"},
                    Mistake{{"list", "metric"}, "did you mean \"metrics\"?"}, Mistake{{"list"}, "list takes one of strategies"},
                    Mistake{{"schema", "result"}, "did you mean \"results\"?"}, Mistake{{"sweep", "a"}, "sweep is not in this version"},
                    Mistake{{"conformance", "--strategy", "smpp"}, "(did you mean \"smp\"? known:"},
                    Mistake{{"conformance", "--out", "x"}, "--out has no effect on conformance"},
                    Mistake{{"conformance", "--scenario", kSmall}, "three nodes at least"},
                    Mistake{{"conformance", "--format", "yaml"}, "\"yaml\" is none of table, json, markdown"},
                    Mistake{{"list", "faults"}, "list faults is not in this version"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops,pos"}, "\"pos\" is none of chrome, ops, paje"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops,ops.gz"}, "ops both with and without .gz"},
                    Mistake{{"--scenario", kSmall, "--trace", "paje", "--fidelity", "queue"}, "SimGrid does not see the messages"},
                    Mistake{{"--scenario", kSmall, "--trace-filter", "node=1"}, "--trace-filter without --trace chrome or ops"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "node=1-0"}, "node=1-0: not a node"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "node=0-2"}, "the platform's nodes are 0 to 1"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "call=kil"}, "(did you mean \"kill\"?)"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "from=3"}, "\"3\" has no unit"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "from=3s,to=3s"}, "nothing begins from"},
                    Mistake{{"--scenario", kSmall, "--trace", "ops", "--trace-filter", "nodes=3"}, "none of node=, call=, from=, to="},
                    Mistake{{"--scenario", kSmall, "--jobs", "0"}, "--jobs: \"0\" is not a whole number from 1 to 1024"},
                    Mistake{{"--scenario", kSmall, "--format", "yaml"}, "\"yaml\" is none of table, json"},
                    Mistake{{"--scenario", kSmall, "--seed"}, "--seed"}, Mistake{{"--scenario", kSmall, "--out="}, "--out"},
                    Mistake{{"--scenario", "nowhere.json"}, "nowhere.json"},
                    Mistake{{"--scenario", kSmall, "--strategy", "vporc_switch"}, "vproc_switch"},
                    Mistake{{"--scenario", kSmall, "--seed", "-1"}, "--seed"},
                    Mistake{{"--scenario", kSmall, "--cfg=no/such:1"}, "Bad config key: no/such (see ssisim --help-simgrid)"},
                    Mistake{{"--scenario", kSmall, "--cfg", "network/model:NONE"}, "--cfg=network/model:NONE"},
                    Mistake{{"--scenario", kSmall, "--log=root.thresh:loud"}, "--log=root.thresh:loud"}));

TEST(CommandLine, HelpAndVersionAndListsGoToStandardOutput) {
  for (const auto& [arguments, says] : std::vector<std::pair<Words, std::string>>{{{"--help"}, "--repeat-check"},
                                                                                  {{"--help"}, "Examples:"},
                                                                                  {{"-h"}, "Examples:"},
                                                                                  {{"list", "--help"}, "Examples:"},
                                                                                  {{"--version"}, "SimGrid 3."},
                                                                                  {{"list", "strategies"}, "vproc_switch"},
                                                                                  {{"list", "workloads"}, "unit of work"},
                                                                                  {{"list", "metrics"}, "calls.CALL"},
                                                                                  {{"--help-simgrid"}, "network/model"}}) {
    Program program(arguments);
    EXPECT_EQ(program.wait(), 0) << arguments[0];
    EXPECT_NE(program.out().find(says), std::string::npos) << arguments[0] << ": " << program.out();
    EXPECT_EQ(program.error(), "") << arguments[0];
  }
}

TEST(CommandLine, SchemasAreJson) {
  for (const char* what : {"scenario", "platform", "results"}) {
    Program program({"schema", what});
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(nlohmann::json::parse(program.out())["$schema"], "http://json-schema.org/draft-07/schema#") << what;
  }
}

TEST(CommandLine, ValidateRunsNothing) {
  Program program({"--scenario", scenario("endless.json"), "--validate"});
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.out(), scenario("endless.json") + ": valid, 2 runs\n");
  EXPECT_EQ(program.file("results/endless/results.json"), "");
}

TEST(CommandLine, AScenarioComesFromStandardInputToo) {
  Program shell({"-c", SSISIM_BINARY + std::string(" --scenario - --validate < ") + kSmall}, {.out = {}, .binary = "/bin/sh"});
  EXPECT_EQ(shell.wait(), 0) << shell.error();
  EXPECT_EQ(shell.out(), "-: valid, 6 runs\n");
}

TEST(Streams, AReaderThatLeavesIsNoError) {
  Program shell({"-c", SSISIM_BINARY + std::string(" list metrics | true; { ") + SSISIM_BINARY + " list metrics; echo $? >&2; } | true"},
                {.out = {}, .binary = "/bin/sh"});
  EXPECT_EQ(shell.wait(), 0);
  EXPECT_EQ(shell.error(), "0\n");
}

TEST(CommandLine, ExpectationsOfMetricsThatAreNotAreTheUsersMistake) {
  Program program({"--scenario", kSmall, "--validate", "--set", "expect.0.metric=\"calls.spwan.p99\""});
  EXPECT_EQ(program.wait(), 2);
  EXPECT_NE(program.error().find("/expect/0/metric: no metric \"calls.spwan.p99\" (did you mean \"calls.spawn.p99\""), std::string::npos)
      << program.error();
}

TEST(Streams, AFullDiskOnStandardOutputIsExitTwo) {
  for (const Words& arguments : {Words{"--help"}, Words{"--scenario", kSmall}}) {
    Program program(arguments, {.out = "/dev/full", .binary = {}});
    EXPECT_EQ(program.wait(), 2);
    EXPECT_NE(program.error().find("standard output: No space left on device"), std::string::npos) << program.error();
  }
}

TEST(Streams, AClosedStandardOutputIsExitTwoAndHarmsNoFile) {
  Program program({"--scenario", kSmall, "--out", "here"}, {.out = "-", .binary = {}});
  EXPECT_EQ(program.wait(), 2);
  EXPECT_NE(program.error().find("standard output: Bad file descriptor"), std::string::npos) << program.error();
  EXPECT_EQ(nlohmann::json::parse(program.file("here/results.json"))["complete"], true);
}

TEST(Streams, ProgressIsOnStandardErrorAndOnlyWhenAsked) {
  Program quiet({"--scenario", kSmall});
  EXPECT_EQ(quiet.wait(), 0);
  EXPECT_EQ(quiet.error(), "ssisim: results are in results/small\n");
  Program loud({"--scenario", kSmall, "--progress", "always"});
  EXPECT_EQ(loud.wait(), 0);
  EXPECT_NE(loud.error().find("6 of 6 runs"), std::string::npos) << loud.error();
  EXPECT_EQ(loud.out(), quiet.out());
}

}   // namespace
}   // namespace ssi::test
