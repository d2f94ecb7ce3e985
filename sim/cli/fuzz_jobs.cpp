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
#include "sim/fuzz/draw_faults.hpp"
#include "sim/fuzz/draw_plan.hpp"
#include "sim/load/plan.hpp"

namespace ssi::cli {
namespace {

using fuzz::Plan;
using fuzz::Verdict;

constexpr std::uint64_t kPlansOfAChild = 20;   // of which one is run twice
constexpr std::size_t kMostShrunk = 3;         // of a strategy: who has failed that often has failed
constexpr std::size_t kMostWritten = 10;       // of one plan's crashes

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
      : options_(options), plans_of_a_child_(options.exhaustive ? 1 : kPlansOfAChild),
        chunks_((options.runs + plans_of_a_child_ - 1) / plans_of_a_child_),
        progress_(options.progress, options.runs * options.strategies.size()) {
    for (const StrategyEntry* entry : options.strategies) {
      found_.push_back({.strategy = std::string(entry->name)});
      std::vector<load::Problem> problems;
      wishes_.push_back(
          {.params = load::read_params_of(*entry, options.sets, problems), .calls = options.exhaustive ? fuzz::kSmokeCalls : 0});
      refuse_problems("options", problems);
    }
  }

  std::vector<Fuzzed> run() {
    const std::size_t jobs = chunks_ * options_.strategies.size();
    at_.resize(jobs);
    events_.resize(jobs);
    run_children(
        jobs, options_.jobs, [this](std::size_t job, ChildPipe& pipe) { work(job, pipe); },
        {.frame = [this](std::size_t job, const Frame& frame) { take(job, frame); }, .ended = [this](const ChildEnd& end) { ended(end); }});
    progress_.clear();
    for (Fuzzed& one : found_) std::sort(one.failures.begin(), one.failures.end());
    if (!trouble_.empty()) throw UserError(trouble_);
    return std::move(found_);
  }

 private:
  // `events`: of its run without faults, where it gets some.
  Plan draw(std::size_t which, std::uint64_t seed, std::uint64_t events = 0) const {
    Plan plan = fuzz::draw_plan(*options_.strategies[which], seed, wishes_[which]);
    if (events != 0 && options_.faults != 0) fuzz::draw_faults(plan, *options_.strategies[which], events, options_.faults);
    return plan;
  }

  void work(std::size_t job, ChildPipe& pipe) {
    const std::size_t which = job / chunks_;
    const std::uint64_t first = options_.seed + (job % chunks_) * plans_of_a_child_;
    const std::uint64_t last = std::min(first + plans_of_a_child_, options_.seed + options_.runs);
    std::size_t failures = found_[which].failures.size();
    try {
      for (std::uint64_t seed = first; seed < last && interrupted() == 0; ++seed) {
        pipe.send('S', std::to_string(seed));
        Plan plan = draw(which, seed);
        if (options_.faults != 0)
          if (const Verdict without = fuzz::run_plan(plan); without.kind == Verdict::Kind::good) {
            pipe.send('N', std::to_string(without.events));
            plan = draw(which, seed, without.events);
          }
        const std::uint64_t events = attempt(plan, seed, seed == first, failures, pipe);
        if (options_.exhaustive && events != 0) crash_everywhere(which, plan, events, failures, pipe);
      }
    } catch (const UserError& disk) { return pipe.send('U', disk.what()); }
    pipe.send('D', "");
  }

  // How many events it had; 0: it has failed.
  std::uint64_t attempt(const Plan& plan, std::uint64_t seed, bool twice, std::size_t& failures, ChildPipe& pipe) {
    const Verdict verdict = run_checked(plan, twice);
    pipe.send('R', line_of(verdict, twice));
    if (!failed(verdict)) return verdict.events;
    if (failures < kMostWritten || !options_.exhaustive)
      pipe.send('F', packed(shrunk_failure(options_, plan, verdict, seed, failures < kMostShrunk)));
    else pipe.send('F', packed(failure_of(verdict, seed, "")));
    ++failures;
    return 0;
  }

  // Plans that are too long for it are left out, and counted.
  void crash_everywhere(std::size_t which, const Plan& plan, std::uint64_t events, std::size_t& failures, ChildPipe& pipe) {
    if (events > fuzz::kSmokeEvents) return pipe.send('L', "");
    for (const Plan& crashed : fuzz::every_crash(plan, *options_.strategies[which], events)) {
      if (interrupted() != 0) return;
      attempt(crashed, plan.order.seed, false, failures, pipe);
    }
  }

  void take(std::size_t job, const Frame& frame) {
    Fuzzed& one = found_[job / chunks_];
    if (frame.kind == 'S') {
      at_[job] = frame.payload;
      events_[job] = 0;
    }
    if (frame.kind == 'N') events_[job] = std::stoull(frame.payload);
    if (frame.kind == 'L') ++one.too_long;
    if (frame.kind == 'D') at_[job].clear();
    if (frame.kind == 'U') trouble_ = frame.payload;
    if (frame.kind == 'F') one.failures.push_back(unpacked(frame.payload));
    if (frame.kind == kFailedFrame)
      one.failures.push_back({.seed = std::stoull(at_[job]), .kind = name_of(Verdict::Kind::bug), .problems = {frame.payload}});
    if (frame.kind != 'R') return;
    add_line(one, frame.payload);
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
    found_[which].failures.push_back(failure_of(died, seed, written(options_, draw(which, seed, events_[end.job]), seed)));
  }

  const FuzzOptions& options_;
  std::uint64_t plans_of_a_child_, chunks_;
  Progress progress_;
  std::vector<Fuzzed> found_;
  std::vector<fuzz::Wishes> wishes_;    // of each strategy
  std::vector<std::string> at_;         // the seed that each child works on; empty: it is done
  std::vector<std::uint64_t> events_;   // ... and how many events its plan has without faults
  std::string trouble_;
};

}   // namespace

std::vector<Fuzzed> fuzz_all(const FuzzOptions& options) { return Fuzzing(options).run(); }

}   // namespace ssi::cli
