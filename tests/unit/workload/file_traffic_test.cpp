// file_traffic against the fake kernel, which has no files: everybody ends, and nothing counts as work.
#include <gtest/gtest.h>

#include "runs.hpp"

namespace ssi::test {
namespace {

TEST(FileTraffic, EndsWhenThereAreNoFiles) {
  for (const char* arrival : {"closed", "open"}) {
    const FakeKernel kernel =
        run("file_traffic", {{"count", whole(50)}, {"files", whole(3)}, {"arrival", text(arrival)}}, {.files_work = false});
    EXPECT_EQ(kernel.alive, 0u);
    EXPECT_TRUE(kernel.done.empty());
    EXPECT_EQ(kernel.calls<Open>().size(), 4u * 3 + 4u * 50) << "its files, and one for each use";
  }
}

TEST(FileTraffic, UsesTheFilesThatTheSharingNames) {
  for (const char* sharing : {"all", "own"}) {
    const FakeKernel kernel = run("file_traffic", {{"count", whole(100)}, {"files", whole(3)}, {"sharing", text(sharing)}});
    std::uint32_t of_others = 0;
    for (const auto& [asked, open] : kernel.calls<Open>()) of_others += open.path.substr(0, 5) != "/0." + std::to_string(asked.node) + ".";
    if (std::string(sharing) == "own") EXPECT_EQ(of_others, 0u);
    else EXPECT_NEAR(of_others, 300, 50) << "three of four of 400";
  }
}

}   // namespace
}   // namespace ssi::test
