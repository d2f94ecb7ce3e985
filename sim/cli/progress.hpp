// How far the runs are, for people who watch: one line on standard error, at most four times a second. What is left is at most what it
// says: a run whose programs all end is over before its duration is.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/options.hpp"
#include "sim/cli/run_child.hpp"

namespace ssi::cli {

class ProgressLine {
 public:
  ProgressLine(Options::Progress when, std::size_t runs, std::int64_t duration_ns);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void reached(std::size_t run, RunProgress progress);
  void ended(std::size_t run);
  void clear();   // before something else is written

 private:
  using Clock = std::chrono::steady_clock;

  void show(bool even_if_recent);
  std::string line(Clock::time_point now) const;

  bool on_, terminal_, shown_ = false;
  std::int64_t duration_ns_;
  std::size_t ended_ = 0;
  std::vector<RunProgress> runs_;
  Clock::time_point began_ = Clock::now(), last_{};
};

}   // namespace ssi::cli
