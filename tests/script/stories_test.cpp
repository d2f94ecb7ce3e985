// Every file in tests/script/stories is a test: its transcripts must be what the machines do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/script/story.hpp"

namespace ssi::test {
namespace {

std::vector<std::string> stories() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(SSISIM_SOURCE_DIR "/tests/script/stories"))
    if (entry.path().extension() == ".txt") out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class StoryTest : public ::testing::TestWithParam<std::string> {};

TEST_P(StoryTest, Replays) {
  const std::string golden = read(GetParam());
  ASSERT_FALSE(golden.empty());
  const std::string fresh = Story().replay(golden);
  if (std::getenv("SSISIM_REWRITE")) {
    std::ofstream(GetParam()) << fresh;
    return;
  }
  EXPECT_EQ(fresh, golden) << GetParam() << ": SSISIM_REWRITE=1 writes it anew";
  EXPECT_EQ(fresh.find("\nerror: "), std::string::npos) << "a story that the machines cannot play";
}

INSTANTIATE_TEST_SUITE_P(All, StoryTest, ::testing::ValuesIn(stories()),
                         [](const auto& story) { return std::filesystem::path(story.param).stem().string(); });

}   // namespace
}   // namespace ssi::test
