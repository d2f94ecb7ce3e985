// `ssisim conformance`: the matrix that is kept in the repository is what the program prints.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ssi::test {
namespace {

using nlohmann::json;

std::string printed(Words more) {
  more.insert(more.begin(), "conformance");
  Program program(more);
  EXPECT_EQ(program.wait(), 0) << program.error();
  EXPECT_EQ(program.error(), "");
  return program.out();
}

// To make it anew: ssisim conformance --format markdown > models/conformance/MATRIX.md
TEST(ConformanceCommand, PrintsTheMatrixOfTheRepository) {
  EXPECT_EQ(printed({"--format", "markdown"}), read_whole(std::string(SSISIM_SOURCE_DIR) + "/models/conformance/MATRIX.md"));
}

TEST(ConformanceCommand, AChosenStrategyComesWithEveryCover) {
  const json out = json::parse(printed({"--strategy", "smp", "--strategy", "vproc_switch", "--format", "json"}));
  EXPECT_EQ(out["schema_version"], 1);
  ASSERT_GE(out["designs"].size(), 5U);
  EXPECT_EQ(out["designs"][0]["label"], "smp");
  EXPECT_EQ(out["designs"][1]["label"], "vproc_switch process");
  for (const json& behaviour : out["designs"][0]["behaviours"]) EXPECT_EQ(behaviour["outcome"], "holds") << behaviour;
}

TEST(ConformanceCommand, BothFidelitiesFindTheSame) {
  const Words one{"--strategy", "vproc_switch", "--format", "json", "--fidelity"};
  Words queue = one, flow = one;
  queue.emplace_back("queue");
  flow.emplace_back("flow");
  EXPECT_EQ(printed(queue), printed(flow));
}

TEST(ConformanceCommand, ATableSaysWhy) {
  const std::string out = printed({"--strategy", "isolated"});
  EXPECT_NE(out.find("kill.stranger         missing\n"), std::string::npos) << out;
  EXPECT_NE(out.find("  missing, kill of a process of another node: ESRCH: kill.stranger\n"), std::string::npos) << out;
}

// One invalidation that one node skips is enough: some behaviour does not hold any more, or the run breaks. (Without: the first test.)
TEST(ConformanceCommand, FindsASkippedInvalidationUnderTheKernelOverSharedMemory) {
  Program program({"conformance", "--strategy", "dsm_first", "--format", "json"}, {.out = {}, .binary = SSISIM_FLAWED});
  const int code = program.wait();
  const json out = json::parse(program.out());
  std::size_t broken = 0;
  for (const json& behaviour : out["designs"][0]["behaviours"]) broken += behaviour["outcome"] != "holds";
  EXPECT_GT(broken, 0U) << program.out();
  EXPECT_TRUE(code == 0 || code == 1 || code == 3) << code << program.error();
}

}   // namespace
}   // namespace ssi::test
