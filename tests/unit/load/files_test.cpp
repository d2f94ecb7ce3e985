// What can be wrong with a file before its first character: one precise problem each.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <thread>

#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

std::string only_problem(const std::string& path) {
  auto problems = load_scenario(path, {}).problems;
  EXPECT_EQ(problems.size(), 1U) << testing::shown(problems);
  testing::expect_well_formed(problems);
  return problems.empty() ? "" : to_string(problems[0]);
}

TEST(Files, NotReadable) {
  testing::Folder folder;
  std::filesystem::create_directory(folder.at("dir.json"));
  std::filesystem::create_symlink("loop.json", folder.at("loop.json"));
  ::mkfifo(folder.at("fifo.json").c_str(), 0600);
  folder.write("empty.json", "");
  EXPECT_EQ(only_problem(folder.at("none.json")), folder.at("none.json") + ": no such file (check the path)");
  EXPECT_EQ(only_problem(folder.at("dir.json")), folder.at("dir.json") + ": is a folder, not a file (name a file in it)");
  EXPECT_NE(only_problem(folder.at("empty.json/x")).find("is not a folder"), std::string::npos);
  EXPECT_NE(only_problem(folder.at("loop.json")).find("too many symbolic links"), std::string::npos);
  EXPECT_NE(only_problem(folder.at("empty.json")).find("is empty"), std::string::npos);
  EXPECT_NE(only_problem(folder.at("fifo.json")).find("nothing was written to"), std::string::npos);
  EXPECT_NE(only_problem(std::string(5'000, 'x')).find("name is too long"), std::string::npos);
  EXPECT_NE(only_problem("/dev/null").find("is empty"), std::string::npos);
  EXPECT_NE(only_problem("/dev/zero").find("larger than 64 MiB"), std::string::npos);
}

TEST(Files, PermissionDenied) {
  testing::Folder folder;
  std::filesystem::permissions(folder.write("s.json", "{}"), std::filesystem::perms::none);
  const uid_t self = ::geteuid(), nobody = 65534;   // root may read everything
  ASSERT_EQ(::seteuid(self == 0 ? nobody : self), 0);
  std::string problem = only_problem(folder.at("s.json"));
  ASSERT_EQ(::seteuid(self), 0);
  EXPECT_NE(problem.find("permission denied"), std::string::npos) << problem;
}

TEST(Files, AnEmptyName) { EXPECT_NE(load_scenario("", {}).problems[0].text.find("name a file"), std::string::npos); }

TEST(Files, OfExactly64MiBIsRead) {
  testing::Folder folder;
  std::string text = testing::replaced(testing::kScenario, "{", "{" + std::string((64U << 20) - testing::kScenario.size(), ' '));
  EXPECT_TRUE(load_scenario(folder.write("s.json", text), {}).problems.empty());
  EXPECT_NE(only_problem(folder.write("s.json", text + " ")).find("larger than 64 MiB"), std::string::npos);
}

// As in ssisim --scenario <(make-scenario): the writer is there, but slow.
TEST(Files, APipeIsRead) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::string& text = testing::kScenario;
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
  });
  auto problems = load_scenario("/dev/fd/" + std::to_string(ends[0]), {}).problems;
  writer.join();
  ::close(ends[0]);
  EXPECT_TRUE(problems.empty()) << testing::shown(problems);
}

TEST(Files, StandardInputIsRead) {
  testing::Folder folder;
  folder.write("s.json", testing::replaced(testing::kScenario, "\"seed\": 7", "\"seed\": -7"));
  int file = ::open(folder.at("s.json").c_str(), O_RDONLY), before = ::dup(0);
  ::dup2(file, 0);
  auto problems = load_scenario("-", {}).problems;
  ::dup2(before, 0);
  ::close(file);
  ::close(before);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(to_string(problems[0]).find("<stdin>:5:11: /seed: "), 0U) << to_string(problems[0]);
}

TEST(Files, APlatformIsTakenFromTheScenariosFolder) {
  testing::Folder folder;
  folder.write("platforms/p.json", testing::kPlatform);
  std::string text = testing::replaced(testing::kShort, "platform.json", "../platforms/p.json");
  Loaded loaded = load_scenario(folder.write("scenarios/s.json", text), {});
  EXPECT_TRUE(loaded.problems.empty()) << testing::shown(loaded.problems);
  EXPECT_EQ(loaded.scenario.platform.nodes, 2U);
}

TEST(Files, ProblemsOfThePlatformNameItsFileAndPlace) {
  testing::Folder folder;
  folder.write("platform.json", testing::replaced(testing::kPlatform, "\"1us\"", "1"));
  auto problems = load_scenario(folder.write("s.json", testing::replaced(testing::kShort, "[\"smp\"]", "[\"smpp\"]")), {}).problems;
  ASSERT_EQ(problems.size(), 2U) << testing::shown(problems);
  EXPECT_EQ(problems[0].pointer, "/strategies/0");
  EXPECT_EQ(to_string(problems[1]).find(folder.at("platform.json") + ":11:26: /interconnect/latency/value: 1 has no unit"), 0U)
      << to_string(problems[1]);
}

TEST(Files, ABrokenPlatformDoesNotHideTheRest) {
  testing::Folder folder;
  std::string text = testing::replaced(testing::kShort, "\"storm\"", "\"storm\", \"nodes\": [0, 99, \"x\"]");
  for (const char* platform : {"{", "[]", "{\"name\": \"p\"}"}) {
    folder.write("platform.json", platform);
    auto problems = load_scenario(folder.write("s.json", text), {}).problems;
    ASSERT_GE(problems.size(), 2U) << testing::shown(problems);
    EXPECT_EQ(problems[0].pointer, "/workloads/0/nodes/2");
    EXPECT_EQ(problems[1].file, folder.at("platform.json"));
  }
  folder.write("empty_dir/x", "");
  for (const char* name : {"none.json", "empty_dir", ""}) {
    auto problems = load_scenario(folder.write("s.json", testing::replaced(text, "platform.json", name)), {}).problems;
    ASSERT_EQ(problems.size(), 2U) << testing::shown(problems);
    EXPECT_EQ(problems[0].pointer, "/platform/file") << name;
  }
}

}   // namespace
}   // namespace ssi::load
