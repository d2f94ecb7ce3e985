#include "sim/cli/fuzz_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "sim/cli/children.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/fuzz_failure.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/fuzz/draw_plan.hpp"
#include "sim/load/plan.hpp"

namespace ssi::cli {
namespace {

using fuzz::Plan;
using fuzz::Verdict;

constexpr std::uint64_t kPlansOfAChild = 20;   // of which one is run twice
constexpr std::size_t kMostShrunk = 3;         // of a strategy: who has failed that often has failed

class Progress {
 public:
  Progress(const std::string& when, std::uint64_t all) : on_(when == "always" || (when == "auto" && error_is_terminal())), all_(all) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void reached(std::uint64_t runs, std::uint64_t failed) {
    const auto now = std::chrono::steady_clock::now();
    if (!on_ || (now - last_ < std::chrono::milliseconds(250) && runs < all_)) return;
    last_ = now;
    const std::string line = fmt::format("{} of {} plans, {} failed", runs, all_, failed);
    std::fputs(error_is_terminal() ? ("\r\x1b[K" + line).c_str() : (line + "\n").c_str(), stderr);
    shown_ = true;
  }
  void clear() {
    if (shown_ && error_is_terminal()) std::fputs("\r\x1b[K", stderr);
    shown_ = false;
  }

 private:
  bool on_, shown_ = false;
  std::uint64_t all_;
  std::chrono::steady_clock::time_point last_{};
};

class Fuzzing {
 public:
  explicit Fuzzing(const FuzzOptions& options)
      : options_(options), chunks_((options.runs + kPlansOfAChild - 1) / kPlansOfAChild),
        progress_(options.progress, options.runs * options.strategies.size()) {
    for (const StrategyEntry* entry : options.strategies) {
      found_.push_back({.strategy = std::string(entry->name)});
      std::vector<load::Problem> problems;
      wishes_.push_back({.params = load::read_params_of(*entry, options.sets, problems)});
      refuse_problems("options", problems);
    }
  }

  std::vector<Fuzzed> run() {
    const std::size_t jobs = chunks_ * options_.strategies.size();
    at_.resize(jobs);
    run_children(
        jobs, options_.jobs, [this](std::size_t job, ChildPipe& pipe) { work(job, pipe); },
        {.frame = [this](std::size_t job, const Frame& frame) { take(job, frame); }, .ended = [this](const ChildEnd& end) { ended(end); }});
    progress_.clear();
    for (Fuzzed& one : found_) std::sort(one.failures.begin(), one.failures.end());
    if (!trouble_.empty()) throw UserError(trouble_);
    return std::move(found_);
  }

 private:
  Plan draw(std::size_t which, std::uint64_t seed) const { return fuzz::draw_plan(*options_.strategies[which], seed, wishes_[which]); }

  void work(std::size_t job, ChildPipe& pipe) {
    const std::size_t which = job / chunks_;
    const std::uint64_t first = options_.seed + (job % chunks_) * kPlansOfAChild;
    const std::uint64_t last = std::min(first + kPlansOfAChild, options_.seed + options_.runs);
    std::size_t failures = found_[which].failures.size();
    for (std::uint64_t seed = first; seed < last && interrupted() == 0; ++seed) {
      pipe.send('S', std::to_string(seed));
      const Plan plan = draw(which, seed);
      const Verdict verdict = run_checked(plan, seed == first);
      pipe.send('R', fmt::format("{} {} {}", verdict.events, verdict.calls, seed == first ? 1 : 0));
      if (verdict.kind == Verdict::Kind::good) continue;
      try {
        pipe.send('F', packed(shrunk_failure(options_, plan, verdict, seed, failures++ < kMostShrunk)));
      } catch (const UserError& disk) { return pipe.send('U', disk.what()); }
    }
    pipe.send('D', "");
  }

  void take(std::size_t job, const Frame& frame) {
    Fuzzed& one = found_[job / chunks_];
    if (frame.kind == 'S') at_[job] = frame.payload;
    if (frame.kind == 'D') at_[job].clear();
    if (frame.kind == 'U') trouble_ = frame.payload;
    if (frame.kind == 'F') one.failures.push_back(unpacked(frame.payload));
    if (frame.kind == kFailedFrame)
      one.failures.push_back({.seed = std::stoull(at_[job]), .kind = name_of(Verdict::Kind::bug), .problems = {frame.payload}});
    if (frame.kind != 'R') return;
    std::uint64_t events = 0, calls = 0, twice = 0;
    if (std::sscanf(frame.payload.c_str(), "%lu %lu %lu", &events, &calls, &twice) != 3) return;
    ++one.runs;
    one.events += events;
    one.calls += calls;
    one.repeated += twice;
    std::uint64_t runs = 0, failed = 0;
    for (const Fuzzed& each : found_) {
      runs += each.runs;
      failed += each.failures.size();
    }
    progress_.reached(runs, failed);
  }

  void ended(const ChildEnd& end) {
    if (end.clean() || at_[end.job].empty()) return;
    const std::size_t which = end.job / chunks_;
    const std::uint64_t seed = std::stoull(at_[end.job]);
    Verdict died{.kind = Verdict::Kind::bug, .problems = {"its process " + end.how()}};
    found_[which].failures.push_back(failure_of(died, seed, written(options_, draw(which, seed), seed)));
  }

  const FuzzOptions& options_;
  std::uint64_t chunks_;
  Progress progress_;
  std::vector<Fuzzed> found_;
  std::vector<fuzz::Wishes> wishes_;   // of each strategy
  std::vector<std::string> at_;        // the seed that each child works on; empty: it is done
  std::string trouble_;
};

}   // namespace

std::vector<Fuzzed> fuzz_all(const FuzzOptions& options) { return Fuzzing(options).run(); }

}   // namespace ssi::cli
