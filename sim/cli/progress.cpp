#include "sim/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "sim/cli/stdio.hpp"

namespace ssi::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenLines{250};
constexpr double kLeastShare = 0.001;   // done of all, before which no estimate is worth showing

std::string left_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

}   // namespace

ProgressLine::ProgressLine(Options::Progress when, std::size_t runs, std::int64_t duration_ns)
    : on_(when == Options::Progress::always || (when == Options::Progress::automatic && error_is_terminal())),
      terminal_(error_is_terminal()), duration_ns_(duration_ns), runs_(runs) {}

void ProgressLine::reached(std::size_t run, RunProgress progress) {
  runs_[run] = progress;
  show(false);
}

// A run that ends before its duration is as done as any.
void ProgressLine::ended(std::size_t run) {
  runs_[run].now_ns = duration_ns_;
  ++ended_;
  show(ended_ == runs_.size());
}

void ProgressLine::clear() {
  if (on_ && terminal_ && shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

void ProgressLine::show(bool even_if_recent) {
  const auto now = Clock::now();
  if (!on_ || (now - last_ < kBetweenLines && !even_if_recent)) return;
  last_ = now;
  std::fputs(terminal_ ? ("\r\x1b[K" + line(now)).c_str() : (line(now) + "\n").c_str(), stderr);
  shown_ = true;
}

std::string ProgressLine::line(Clock::time_point now) const {
  double simulated = 0;
  double calls = 0;
  for (const RunProgress& run : runs_) {
    simulated += static_cast<double>(std::min(run.now_ns, duration_ns_)) * 1e-9;
    calls += static_cast<double>(run.calls);
  }
  const double whole = static_cast<double>(duration_ns_) * 1e-9 * static_cast<double>(runs_.size());
  const double passed = std::chrono::duration<double>(now - began_).count();
  const double share = whole > 0 ? simulated / whole : 1;
  std::string text = fmt::format("{} of {} runs, {:.3g} of {:.3g} s simulated ({:.0f} %)", ended_, runs_.size(), simulated, whole, 100 * share);
  if (calls > 0 && passed > 0) text += fmt::format(", {:.0f} calls/s", calls / passed);
  if (share > kLeastShare && share < 1) text += fmt::format(", at most {} left", left_text(passed * (1 - share) / share));
  return text;
}

}   // namespace ssi::cli
