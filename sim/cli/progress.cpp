#include "sim/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "sim/cli/stdio.hpp"

namespace ssi::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenLines{250};

}   // namespace

ProgressLine::ProgressLine(Options::Progress when, std::size_t runs, std::int64_t duration_ns)
    : on_(when == Options::Progress::always || (when == Options::Progress::automatic && error_is_terminal())),
      terminal_(error_is_terminal()), duration_ns_(duration_ns), simulated_ns_(runs) {}

void ProgressLine::reached(std::size_t run, std::int64_t simulated_ns) {
  simulated_ns_[run] = simulated_ns;
  show(false);
}

// A run that ends before its duration is as done as any.
void ProgressLine::ended(std::size_t run) {
  simulated_ns_[run] = duration_ns_;
  ++ended_;
  show(ended_ == simulated_ns_.size());
}

void ProgressLine::clear() {
  if (on_ && terminal_ && shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

void ProgressLine::show(bool even_if_recent) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_ || (now - last_ < kBetweenLines && !even_if_recent)) return;
  last_ = now;
  double done = 0;
  for (std::int64_t ns : simulated_ns_) done += static_cast<double>(std::min(ns, duration_ns_));
  const double whole = static_cast<double>(duration_ns_) * static_cast<double>(simulated_ns_.size());
  const std::string line =
      fmt::format("{} of {} runs, {:.0f} % simulated", ended_, simulated_ns_.size(), whole > 0 ? 100 * done / whole : 100.0);
  std::fputs(terminal_ ? ("\r\x1b[K" + line).c_str() : (line + "\n").c_str(), stderr);
  shown_ = true;
}

}   // namespace ssi::cli
