// The committed corpus through every target, without a fuzzer; each file also cut short and with a byte changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/fuzz/targets.hpp"

namespace ssi::fuzz {
namespace {

struct Case {
  const char* folder;
  std::string (*target)(std::string_view bytes);
  std::size_t least;   // files in the folder
};

std::vector<std::pair<std::string, std::string>> files_of(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& entry : std::filesystem::directory_iterator(SSISIM_SOURCE_DIR "/tests/fuzz/corpus/" + folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    out.emplace_back(entry.path().filename(), text.str());
  }
  std::sort(out.begin(), out.end());
  return out;
}

class Corpus : public testing::TestWithParam<Case> {};

TEST_P(Corpus, IsReadOrRefusedInOrder) {
  const auto files = files_of(GetParam().folder);
  EXPECT_GE(files.size(), GetParam().least);
  for (const auto& [name, bytes] : files) EXPECT_EQ(GetParam().target(bytes), "") << name;
}

TEST_P(Corpus, SurvivesCutsAndChangedBytes) {
  for (const auto& [name, bytes] : files_of(GetParam().folder))
    for (std::size_t at = 0; at < bytes.size(); at += std::max<std::size_t>(1, bytes.size() / 24)) {
      EXPECT_EQ(GetParam().target(std::string_view(bytes).substr(0, at)), "") << name << " cut at " << at;
      for (const char with : {'\0', '"', '}', '9', '-', '\xff'}) {
        std::string changed = bytes;
        changed[at] = with;
        EXPECT_EQ(GetParam().target(changed), "") << name << " changed at " << at;
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus,
                         testing::Values(Case{"scenario", try_scenario, 20}, Case{"platform", try_platform, 10},
                                         Case{"results", try_results, 10}),
                         [](const auto& tested) { return std::string(tested.param.folder); });

}   // namespace
}   // namespace ssi::fuzz
