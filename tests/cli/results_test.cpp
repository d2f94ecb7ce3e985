// What a finished command leaves behind.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kSmall = scenario("small.json");

std::string results_of(Words more) {
  Words words{"--scenario", kSmall, "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  Program program(words);
  EXPECT_EQ(program.wait(), 0) << program.error();
  EXPECT_EQ(program.out(), program.file("results/small/results.json"));
  return program.out();
}

std::vector<std::string> fingerprints(const std::string& results) {
  std::vector<std::string> out;
  const json document = json::parse(results);
  for (const json& run : document["runs"]) out.push_back(run["fingerprint"]);
  return out;
}

TEST(Results, AreByteIdenticalWhateverTheNumberOfJobs) {
  const std::string first = results_of({"--jobs", "1"});
  EXPECT_EQ(first, results_of({"--jobs", "5"}));
  EXPECT_EQ(json::parse(first)["complete"], true);
}

TEST(Results, AnotherSeedGivesOtherFingerprints) {
  const auto first = fingerprints(results_of({"--seed", "1", "--replicates", "1"}));
  const auto second = fingerprints(results_of({"--seed", "2", "--replicates", "1"}));
  ASSERT_EQ(first.size(), 3U);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]);
}

TEST(Results, HoldNothingOfTheHost) {
  const std::string results = results_of({});
  EXPECT_EQ(results.find("/tmp"), std::string::npos);
  EXPECT_EQ(results.find("wall"), std::string::npos);
  EXPECT_EQ(results.find(SSISIM_SOURCE_DIR), std::string::npos);
}

TEST(Results, RunsComeByStrategyAndSeed) {
  const json document = json::parse(results_of({}));
  std::vector<std::string> names;
  for (const json& run : document["runs"]) names.push_back(run["label"].get<std::string>() + "-" + run["seed"].dump());
  EXPECT_EQ(names, (std::vector<std::string>{"smp-1", "smp-2", "isolated-1", "isolated-2", "vproc-1", "vproc-2"}));
}

TEST(Results, CountMessagesOfRemoteKills) {
  const json document = json::parse(results_of({"--replicates", "1"}));
  const json& smp = document["runs"][0];
  const json& vproc = document["runs"][2];
  EXPECT_EQ(smp["messages"]["count"], 0);
  EXPECT_GT(vproc["calls"]["kill"]["remote"]["count"].get<int>(), 0);
  EXPECT_EQ(vproc["calls"]["kill"]["remote"]["messages"], json({{"2", vproc["calls"]["kill"]["remote"]["count"]}}));
}

TEST(Results, AMissedExpectationIsExitFive) {
  Program program({"--scenario", kSmall, "--set", "expect.0.max=1us"});
  EXPECT_EQ(program.wait(), 5);
  EXPECT_NE(program.out().find("expect missed: calls.spawn.remote.p99 is "), std::string::npos) << program.out();
}

TEST(OutFolder, AnEarlierResultIsReplacedWhole) {
  Program program({"--scenario", kSmall, "--trace", "ops", "--replicates", "1"});
  ASSERT_EQ(program.wait(), 0);
  const std::string folder = program.folder() + "/results/small";
  std::ifstream ops(folder + "/runs/vproc-queue-s1/ops.jsonl");
  std::set<std::string> keys;
  std::string line;
  ASSERT_TRUE(std::getline(ops, line));
  const json first = json::parse(line);
  for (const auto& item : first.items()) keys.insert(item.key());
  EXPECT_EQ(keys, (std::set<std::string>{"call", "error", "latency_ns", "messages", "node", "node_served", "pid", "served", "t_ns"}));

  Program again({"--scenario", kSmall, "--out", folder});
  EXPECT_EQ(again.wait(), 0) << again.error();
  EXPECT_FALSE(fs::exists(folder + "/runs"));
  EXPECT_EQ(json::parse(read_whole(folder + "/results.json"))["runs"].size(), 6U);
  EXPECT_EQ(json::parse(read_whole(folder + "/perf.json"))["runs"].size(), 6U);
  for (const auto& left : fs::directory_iterator(program.folder() + "/results")) EXPECT_EQ(left.path().filename(), "small");
}

TEST(OutFolder, WhatIsNotOursStays) {
  Program program({"--scenario", kSmall, "--out", "mine"});
  ASSERT_EQ(program.wait(), 0);
  const std::string folder = program.folder() + "/mine";
  std::ofstream(folder + "/notes.md") << "dear";
  Program again({"--scenario", kSmall, "--out", folder});
  EXPECT_EQ(again.wait(), 2);
  EXPECT_NE(again.error().find("holds notes.md, which is no part of a result"), std::string::npos) << again.error();
  EXPECT_EQ(read_whole(folder + "/notes.md"), "dear");

  fs::create_directory(program.folder() + "/other");
  std::ofstream(program.folder() + "/other/perf.json") << "{}";
  Program third({"--scenario", kSmall, "--out", program.folder() + "/other"});
  EXPECT_EQ(third.wait(), 2);
}

TEST(OutFolder, ThatCannotBeWrittenIsExitTwo) {
  for (const char* out : {"/proc/nowhere", "/dev/null", "/dev/null/below"}) {
    Program program({"--scenario", kSmall, "--out", out});
    EXPECT_EQ(program.wait(), 2) << out;
    EXPECT_NE(program.error().find(out), std::string::npos) << program.error();
  }
}

TEST(OutFolder, TheFolderWeStandInKeepsItsPlace) {
  Program program({"--scenario", kSmall, "--out", "sub"});
  ASSERT_EQ(program.wait(), 0);
  const fs::path before = fs::current_path();
  fs::current_path(program.folder() + "/sub");
  struct Back {
    fs::path to;
    ~Back() { fs::current_path(to); }
  } back{before};
  Program elsewhere({"--scenario", kSmall, "--out", fs::current_path().string(), "--replicates", "1"});
  EXPECT_EQ(elsewhere.wait(), 0) << elsewhere.error();
  EXPECT_EQ(json::parse(read_whole(program.folder() + "/sub/results.json"))["runs"].size(), 3U);
}

}   // namespace
}   // namespace ssi::test
