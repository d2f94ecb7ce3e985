#include "sim/cli/run_all.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/progress.hpp"
#include "sim/record/event_list.hpp"

namespace ssi::cli {
namespace {

template <class T>
T value_of(const std::string& payload) {
  T value{};
  std::memcpy(&value, payload.data(), std::min(sizeof value, payload.size()));
  return value;
}

// The runs of one command: which job is which, and the files of each.
class Campaign {
 public:
  Campaign(const config::Scenario& scenario, const Options& options, OutFolder& out)
      : scenario_(scenario), options_(options), out_(out), times_(options.repeat_check ? 2 : 1) {
    for (const RunSpec& spec : runs_of(scenario))
      results_.push_back({.spec = spec, .record = {}, .second = {}, .difference = {}, .ended = 0});
    if (options.repeat_check) check_folder_ = out.make_folder("check");
  }

  std::vector<RunResult> run() {
    ProgressLine progress(options_.progress, jobs(), scenario_.duration.ns);
    run_children(jobs(), options_.jobs, [this](std::size_t job, ChildPipe& pipe) { live(job, pipe); },
                 {.frame = [&](std::size_t job, Frame frame) { take(job, std::move(frame), progress); },
                  .ended = [&](const ChildEnd& end) { note_end(end, progress); }});
    if (!check_folder_.empty()) std::filesystem::remove_all(check_folder_);
    return std::move(results_);
  }

 private:
  std::size_t jobs() const { return results_.size() * times_; }
  RunResult& result_of(std::size_t job) { return results_[job / times_]; }
  bool is_second(std::size_t job) const { return job % times_ == 1; }
  RunRecord& record_of(std::size_t job) { return is_second(job) ? result_of(job).second : result_of(job).record; }
  std::string events_path(std::size_t job) const { return check_folder_.empty() ? "" : fmt::format("{}/{}.events", check_folder_, job); }

  void live(std::size_t job, ChildPipe& pipe) {
    const RunSpec& spec = result_of(job).spec;
    RunFiles files{.ops = {}, .trace = {}, .paje = {}, .events = events_path(job), .filter = options_.trace.filter};
    if (options_.trace.any() && !is_second(job)) {
      const std::string folder =
          out_.make_folder(fmt::format("runs/{}-{}-s{}", path_component(spec.strategy->label), spec.fidelity, spec.seed));
      files.ops = options_.trace.ops.path(folder + "/ops.jsonl");
      files.trace = options_.trace.chrome.path(folder + "/trace.json");
      files.paje = options_.trace.paje.path(folder + "/paje.trace");
    }
    live_through(scenario_, spec, files, options_.simgrid_arguments, is_second(job), pipe);
  }

  void take(std::size_t job, Frame frame, ProgressLine& progress) {
    RunRecord& record = record_of(job);
    switch (frame.kind) {
      case kProgressFrame: progress.reached(job, value_of<RunProgress>(frame.payload)); break;
      case kSummaryFrame: record.summary = value_of<RunSummary>(frame.payload); break;
      case kFileFrame: record.file_problem = std::move(frame.payload); break;
      case kReasonFrame:
      case kFailedFrame: record.reason = std::move(frame.payload); break;
      case kRunFrame:
        record.json = std::move(frame.payload);
        record.state = RunRecord::State::recorded;
        break;
    }
  }

  void note_end(const ChildEnd& end, ProgressLine& progress) {
    RunRecord& record = record_of(end.job);
    record.end = end;
    if (record.state != RunRecord::State::recorded) {
      record.state = RunRecord::State::died;
      if (record.reason.empty()) record.reason = "its process " + end.how();
    }
    progress.ended(end.job);
    if (options_.repeat_check && ++result_of(end.job).ended == times_) compare(end.job / times_);
  }

  // Both children have ended: a run's record may come some time before its process is gone.
  void compare(std::size_t index) {
    RunResult& result = results_[index];
    if (result.record.state != RunRecord::State::recorded || result.second.state != RunRecord::State::recorded) return;
    const std::string first = events_path(index * times_);
    const std::string second = events_path(index * times_ + 1);
    const bool whole = result.record.ending() != sim::Ending::interrupted && result.second.ending() != sim::Ending::interrupted;
    const bool same_events = result.record.summary.fingerprint == result.second.summary.fingerprint;
    if (whole && !same_events) result.difference = difference(first, second);
    if (whole && same_events && result.record.json != result.second.json) result.difference = "its events are, but its results differ";
    for (const std::string& path : {first, second}) {
      std::filesystem::remove(path);
      std::filesystem::remove(record::EventList::names_of(path));
    }
  }

  static std::string difference(const std::string& first, const std::string& second) {
    const auto found = record::first_difference(first, second);
    if (!found) return "the lists of events are equal";
    return fmt::format("event {} is\n  {}   in the first run, and\n  {}   in the second", found->index, found->first, found->second);
  }

  const config::Scenario& scenario_;
  const Options& options_;
  OutFolder& out_;
  std::size_t times_;
  std::string check_folder_;   // below the staging folder; empty without --repeat-check
  std::vector<RunResult> results_;
};

}   // namespace

std::vector<RunSpec> runs_of(const config::Scenario& scenario) {
  std::vector<RunSpec> out;
  for (const std::string& fidelity : scenario.fidelities)
    for (const config::StrategyChoice& strategy : scenario.strategies)
      for (std::uint32_t i = 0; i < scenario.replicates; ++i) out.push_back({&strategy, fidelity, scenario.seed + i});
  return out;
}

std::vector<RunResult> run_all(const config::Scenario& scenario, const Options& options, OutFolder& out) {
  try {
    return Campaign(scenario, options, out).run();
  } catch (const std::filesystem::filesystem_error& problem) {
    throw UserError(problem.path1().string() + ": " + problem.code().message());
  }
}

}   // namespace ssi::cli
