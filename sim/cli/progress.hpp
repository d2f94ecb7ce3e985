// How far the runs are, for people who watch: one line on standard error, at most four times a second.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/options.hpp"

namespace ssi::cli {

class ProgressLine {
 public:
  ProgressLine(Options::Progress when, std::size_t runs, std::int64_t duration_ns);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void reached(std::size_t run, std::int64_t simulated_ns);
  void ended(std::size_t run);
  void clear();   // before something else is written

 private:
  void show(bool even_if_recent);

  bool on_, terminal_, shown_ = false;
  std::int64_t duration_ns_;
  std::size_t ended_ = 0;
  std::vector<std::int64_t> simulated_ns_;
  std::chrono::steady_clock::time_point last_{};
};

}   // namespace ssi::cli
