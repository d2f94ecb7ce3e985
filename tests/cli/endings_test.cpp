// Runs that do not end well: killed, interrupted, not repeatable.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

using nlohmann::json;

const std::string kSmall = scenario("small.json");
const std::string kEndless = scenario("endless.json");

TEST(AKilledChild, LeavesTheOtherRunsAndAReplayCommand) {
  Program program({"--scenario", kEndless, "--set", "duration=2s", "--jobs", "2", "--replicates", "6", "--strategy", "smp"});
  ::kill(program.wait_for_child(2), SIGKILL);
  EXPECT_EQ(program.wait(), 1);
  const json document = json::parse(program.file("results/endless/results.json"));
  EXPECT_EQ(document["complete"], false);
  EXPECT_EQ(document["runs"].size(), 5U);
  const std::string error = program.error();
  EXPECT_NE(error.find("a run died (smp, flow, seed "), std::string::npos) << error;
  EXPECT_NE(error.find("killed by signal 9 (Killed)"), std::string::npos) << error;

  // The command that it names runs, and gives the run that is missing.
  const auto begin = error.find("replay: ssisim ") + std::string("replay: ssisim ").size();
  Program shell({"-c", std::string(SSISIM_BINARY) + " " + error.substr(begin, error.find('\n', begin) - begin) + " --format json"},
                {.out = {}, .binary = "/bin/sh"});
  EXPECT_EQ(shell.wait(), 0) << shell.error();
  const json replayed = json::parse(shell.out());
  ASSERT_EQ(replayed["runs"].size(), 1U);
  for (const json& run : document["runs"]) EXPECT_NE(run["seed"], replayed["runs"][0]["seed"]);
}

class Interrupts : public testing::TestWithParam<int> {};

TEST_P(Interrupts, KeepWhatWasMeasured) {
  Program program({"--scenario", kEndless, "--jobs", "2", "--trace", "ops"});
  program.wait_for_child(2);
  program.send(GetParam());
  EXPECT_EQ(program.wait(), 128 + GetParam());
  const json document = json::parse(program.file("results/endless/results.json"));
  EXPECT_EQ(document["complete"], false);
  for (const json& run : document["runs"]) EXPECT_EQ(run["ending"], "interrupted");
  EXPECT_EQ(document["comparison"].size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupts, testing::Values(SIGINT, SIGTERM));

TEST(RepeatCheck, AcceptsTheRealStrategies) {
  Program program({"--scenario", kSmall, "--repeat-check", "--replicates", "1"});
  EXPECT_EQ(program.wait(), 0) << program.error();
}

// Four nodes, so that the order in which three others are told can differ.
const Words kFlawed{"--scenario", kSmall, "--strategy", "flawed", "--replicates", "1", "--set", "platform.nodes=4", "--set", "expect=[]"};

TEST(RepeatCheck, FindsAStrategyThatIteratesPointers) {
  Words words = kFlawed;
  words.push_back("--repeat-check");
  Program program(words, {.out = {}, .binary = SSISIM_FLAWED});
  EXPECT_EQ(program.wait(), 1) << program.error();
  const std::string error = program.error();
  EXPECT_NE(error.find("a run is not repeatable (flawed, flow, seed 1): event "), std::string::npos) << error;
  EXPECT_NE(error.find(" NEWS   in the first run"), std::string::npos) << error;
  EXPECT_NE(error.find("ns "), std::string::npos) << error;
}

// Without the check nothing tells: that is why it is there.
TEST(RepeatCheck, IsNeededToFindIt) {
  Program program(kFlawed, {.out = {}, .binary = SSISIM_FLAWED});
  EXPECT_EQ(program.wait(), 0) << program.error();
}

}   // namespace
}   // namespace ssi::test
