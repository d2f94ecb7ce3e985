// Runs that do not end well: killed, interrupted, not repeatable.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

using nlohmann::json;

const std::string kSmall = scenario("small.json");
const std::string kEndless = scenario("endless.json");

TEST(AKilledChild, LeavesTheOtherRunsAndAReplayCommand) {
  Program program({"--scenario", kEndless, "--set", "duration=2s", "--jobs", "2", "--replicates", "6", "--strategy", "smp"});
  ::kill(program.wait_for_children(2).back(), SIGKILL);
  EXPECT_EQ(program.wait(), 1);
  const json document = json::parse(program.file("results/endless/results.json"));
  EXPECT_EQ(document["complete"], false);
  EXPECT_EQ(document["runs"].size(), 5U);
  const std::string error = program.error();
  EXPECT_NE(error.find("a run died (smp, queue, seed "), std::string::npos) << error;
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

Program flawed(const std::string& strategies, const Words& more = {}) {
  Words words{"--scenario", kSmall, "--replicates", "1", "--set", "expect=[]", "--set", "strategies=" + strategies};
  words.insert(words.end(), more.begin(), more.end());
  return Program(words, {.out = {}, .binary = SSISIM_FLAWED});
}

struct Fault {
  std::string name;
  int code;
  std::string ending, says;
};

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, HaveTheirExitCodeAndAReplayCommand) {
  const Fault& fault = GetParam();
  Program program = flawed(R"([{"name": "flawed", "params": {"fault": ")" + fault.name + "\"}}]");
  EXPECT_EQ(program.wait(), fault.code) << program.error();
  EXPECT_NE(program.error().find(fault.says), std::string::npos) << program.error();
  EXPECT_NE(program.error().find("replay: ssisim --scenario " + kSmall), std::string::npos) << program.error();
  const json document = json::parse(program.file("results/small/results.json"));
  EXPECT_EQ(document["complete"], false);
  if (fault.ending.empty()) EXPECT_EQ(document["runs"].size(), 0U);
  else EXPECT_EQ(document["runs"][0]["ending"], fault.ending);
}

INSTANTIATE_TEST_SUITE_P(Planted, Faults,
                         testing::Values(Fault{"silent", 4, "no_progress", "no progress (flawed, queue, seed 1)"},
                                         Fault{"invariant", 3, "invariant_broken", "an invariant was broken (flawed, queue, seed 1)"},
                                         Fault{"check", 1, "bug", "a check of ours failed (flawed, queue, seed 1)"},
                                         Fault{"abort", 1, "", "killed by signal 6"}));

TEST(ExitCodes, TheWorstOfSeveralRunsWins) {
  const auto two = [](const std::string& first, const std::string& second) {
    const auto entry = [](const std::string& fault) {
      return R"({"name": "flawed", "label": ")" + fault + R"(", "params": {"fault": ")" + fault + "\"}}";
    };
    return flawed("[" + entry(first) + "," + entry(second) + "]").wait();
  };
  EXPECT_EQ(two("silent", "order"), 4);
  EXPECT_EQ(two("silent", "invariant"), 3);
  EXPECT_EQ(two("check", "invariant"), 1);
}

class Interrupts : public testing::TestWithParam<int> {};

TEST_P(Interrupts, KeepWhatWasMeasured) {
  Program program({"--scenario", kEndless, "--jobs", "2", "--trace", "ops"});
  program.wait_for_children(2);
  program.send(GetParam());
  EXPECT_EQ(program.wait(), 128 + GetParam());
  const json document = json::parse(program.file("results/endless/results.json"));
  EXPECT_EQ(document["complete"], false);
  for (const json& run : document["runs"]) EXPECT_EQ(run["ending"], "interrupted");
  EXPECT_EQ(document["comparison"].size(), 0U);
}

// Runs that cannot end early, since they are stopped: the second signal does not wait for them, and leaves none behind.
TEST(SecondInterrupt, EndsAtOnce) {
  Program program({"--scenario", kEndless, "--jobs", "2"});
  const auto children = program.wait_for_children(2);
  for (pid_t child : children) ::kill(child, SIGSTOP);
  program.send(SIGINT);
  program.wait_until_default(SIGINT);
  program.send(SIGINT);
  EXPECT_EQ(program.wait(), 128 + SIGINT);
  EXPECT_EQ(program.file("results/endless/results.json"), "");
  // One that was stopped before it asked to die with its parent sees now that it is gone.
  for (pid_t child : children) ::kill(child, SIGCONT);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupts, testing::Values(SIGINT, SIGTERM));

TEST(RepeatCheck, AcceptsTheRealStrategies) {
  Program program({"--scenario", kSmall, "--repeat-check", "--replicates", "1"});
  EXPECT_EQ(program.wait(), 0) << program.error();
}

// Four nodes, so that the order in which three others are told can differ.
const Words kFlawed{"--scenario", kSmall, "--strategy", "flawed", "--replicates", "1", "--set", "platform.nodes=4", "--set", "expect=[]"};

TEST(RepeatCheck, FindsAStrategyThatIteratesPointers) {
  if (std::getenv("SSISIM_SANITIZED")) GTEST_SKIP() << "a sanitizer's addresses are the same in each run";
  Words words = kFlawed;
  words.push_back("--repeat-check");
  Program program(words, {.out = {}, .binary = SSISIM_FLAWED});
  EXPECT_EQ(program.wait(), 1) << program.error();
  const std::string error = program.error();
  EXPECT_NE(error.find("a run is not repeatable (flawed, queue, seed 1): event "), std::string::npos) << error;
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
