// What the tests of sim/load share: a folder of files that goes away, one good scenario and one good platform with every
// key in use, and the rule that every problem must keep.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>

#include <regex.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/load/load.hpp"

namespace ssi::load::testing {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ssisim_load_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return at(name);
  }

 private:
  std::filesystem::path path_;
};

inline constexpr const char* kPlatform = R"({
  "$schema": "platform.schema.json",
  "name": "small",
  "description": "two nodes",
  "nodes": {"value": 2, "source": "chosen"},
  "sockets": 2,
  "cores": {"value": 8, "source": "chosen"},
  "interconnect": {
    "topology": "star",
    "bandwidth": {"value": "10Gbps", "source": "IEEE 802.3ae"},
    "latency": {"value": "1us", "source": "estimate"},
    "switching": "cut_through",
    "min_frame": "64B"
  },
  "costs": {"syscall": {"value": "100ns", "source": "estimate"}, "fork": "60us"}
})";

inline const std::string kScenario = std::string(R"({
  "$schema": "scenario.schema.json",
  "name": "good",
  "description": "is everything read?",
  "seed": 7,
  "replicates": 2,
  "duration": "10s",
  "warmup": "500ms",
  "fidelity": ["flow"],
  "platform": )") + kPlatform + R"(,
  "strategies": [
    "smp",
    {"name": "switcher", "label": "switcher + files", "params": {"cover": ["process", "file"], "cache": false, "fan_out": 4,
      "share": 0.5, "note": "x", "placement": "random", "bias": 0.125, "period": "2us", "page": "8KiB", "rate": "1Mbps"}},
    {"name": "demanding", "params": {"quorum": 3}}
  ],
  "workloads": [
    {"name": "storm", "nodes": [0, 1], "start": "1s", "params": {"count": 5, "compute": "3us"}},
    {"name": "idle"}
  ],
  "expect": [
    {"metric": "calls.spawn.remote.p99", "max": "2ms", "strategy": "switcher + files"},
    {"metric": "consistency.violations", "equals": 0, "min": 0}
  ]
}
)";

// The shortest good scenario; `platform` is a file beside it.
inline const std::string kShort = R"({
  "name": "short", "duration": "10s",
  "platform": {"file": "platform.json"},
  "strategies": ["smp"],
  "workloads": [{"name": "storm"}]
}
)";

inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
  std::size_t at = text.find(what);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the text does not hold: " << what;
    return text;
  }
  return text.replace(at, what.size(), with);
}

inline std::string shown(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& problem : problems) out += to_string(problem) + "\n";
  return out;
}

// POSIX extended regular expressions (std::regex is slow and warns under sanitizers with g++ 12).
inline bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  EXPECT_EQ(::regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB), 0) << pattern;
  bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

// Every problem says where it is and what to do, on one line.
inline void expect_well_formed(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    const std::string line = to_string(problem);
    EXPECT_FALSE(problem.file.empty()) << line;
    EXPECT_EQ(problem.line > 0, problem.column > 0) << line;
    EXPECT_TRUE(problem.pointer.empty() || problem.pointer[0] == '/') << line;
    EXPECT_NE(problem.text.find('('), std::string::npos) << "no remedy: " << line;
    EXPECT_TRUE(problem.text.ends_with(')')) << "no remedy: " << line;
    EXPECT_EQ(line.find_first_of("\n\r\t\x1b"), std::string::npos) << line;
  }
}

// Through a pipe, which is quicker than a file; `text` must fit into its buffer.
inline Loaded load_text(const std::string& text) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  Loaded loaded = load_scenario("/dev/fd/" + std::to_string(ends[0]), {});
  ::close(ends[0]);
  return loaded;
}

inline std::vector<Problem> problems_of(const std::string& text) { return load_text(text).problems; }

inline bool has(const std::vector<Problem>& problems, const std::string& pointer, const std::string& says) {
  return std::any_of(problems.begin(), problems.end(),
                     [&](const Problem& p) { return p.pointer == pointer && p.text.find(says) != std::string::npos; });
}

}   // namespace ssi::load::testing
