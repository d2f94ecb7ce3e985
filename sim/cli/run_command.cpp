#include "sim/cli/run_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "sim/cli/check_command.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/help.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/out_folder.hpp"
#include "sim/cli/replay.hpp"
#include "sim/cli/run_all.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/platform/about.hpp"
#include "sim/platform/build.hpp"
#include "sim/report/perf.hpp"
#include "sim/report/results.hpp"
#include "sim/report/write_file.hpp"

namespace ssi::cli {
namespace {

using Clock = std::chrono::steady_clock;
using State = RunRecord::State;

// What went wrong in the runs, each told once on standard error.
struct Troubles {
  bool bug = false, invariant = false, no_progress = false, interrupted = false, file = false;
};

void tell(const std::string& what, const RunResult& run, const std::string& reason, const Options& options) {
  complain(fmt::format("{} ({}): {}\n  replay: {}", what, name_of(run.spec), reason, replay_command(options, run.spec)));
}

void judge_record(const RunResult& run, const RunRecord& record, const Options& options, Troubles& troubles) {
  if (record.state == State::not_started) return;
  if (!record.file_problem.empty()) complain(record.file_problem);
  troubles.file |= !record.file_problem.empty();
  if (record.state == State::died) {
    tell("a run died", run, record.reason, options);
    troubles.bug = true;
    return;
  }
  switch (record.ending()) {
    case sim::Ending::finished: return;
    case sim::Ending::interrupted: troubles.interrupted = true; return;
    case sim::Ending::no_progress: troubles.no_progress = true; return tell("no progress", run, record.reason, options);
    case sim::Ending::invariant_broken: troubles.invariant = true; return tell("an invariant was broken", run, record.reason, options);
    case sim::Ending::bug: troubles.bug = true; return tell("a check of ours failed", run, record.reason, options);
  }
}

Troubles judge(const std::vector<RunResult>& runs, const Options& options) {
  Troubles troubles;
  for (const RunResult& run : runs) {
    judge_record(run, run.record, options, troubles);
    judge_record(run, run.second, options, troubles);
    if (run.difference.empty()) continue;
    tell("a run is not repeatable", run, run.difference, options);
    troubles.bug = true;
  }
  return troubles;
}

// INTERFACE: with several runs the first of 130/143, 1, 3, 4, 5 wins. A file that could not be written comes before what
// the scenario expected.
int exit_code(const Troubles& troubles, std::size_t missed) {
  if (interrupted() != 0) return kSignal + interrupted();
  if (troubles.interrupted) return kSignal + SIGTERM;   // a child alone was told to end
  if (troubles.bug) return kBug;
  if (troubles.invariant) return kInvariant;
  if (troubles.no_progress) return kNoProgress;
  if (troubles.file) return kUserError;
  return missed > 0 ? kMissed : kDone;
}

// All of SimGrid's settings in force: ours, then the user's.
std::vector<std::string> simgrid_settings(const Options& options) {
  std::vector<std::string> words = sim::engine_arguments(options.simgrid_arguments);
  words.erase(words.begin());   // the program's name
  return words;
}

report::Results results_of(const load::Loaded& loaded, const std::vector<RunResult>& runs, const Options& options) {
  const report::ResultsHead head{.version = program_version(),
                                 .simgrid = sim::simgrid_version(),
                                 .simgrid_cfg = simgrid_settings(options),
                                 .scenario_echo = loaded.echo};
  std::vector<std::string> texts;
  for (const RunResult& run : runs)
    if (run.record.state == State::recorded) texts.push_back(run.record.json);
  return report::make_results(head, loaded.scenario, texts, texts.size() == runs.size());
}

std::string perf_of(const std::vector<RunResult>& runs, double wall_seconds) {
  std::vector<report::RunCost> costs;
  for (const RunResult& run : runs)
    if (run.record.state == State::recorded)
      costs.push_back({.label = run.spec.strategy->label,
                       .fidelity = run.spec.fidelity,
                       .seed = run.spec.seed,
                       .wall_seconds = run.record.end.wall_seconds,
                       .cpu_seconds = run.record.end.cpu_seconds,
                       .peak_memory_bytes = run.record.end.peak_memory_bytes,
                       .events = run.record.summary.events});
  return report::perf_json(wall_seconds, costs);
}

void write_results(OutFolder& out, const report::Results& results, const std::string& perf) {
  try {
    report::write_file(out.staging() + "/results.json", results.json);
    report::write_file(out.staging() + "/perf.json", perf);
    out.commit();
  } catch (const report::WriteError& problem) { throw UserError(problem.what()); }
}

}   // namespace

int run_command(const Options& options) {
  const auto began = Clock::now();
  const load::Loaded loaded = load_checked(options);
  if (options.validate) {
    write_output(fmt::format("{}: valid, {} runs\n", options.scenario, runs_of(loaded.scenario).size()));
    return kDone;
  }
  OutFolder out(options.out.empty() ? "results/" + path_component(loaded.scenario.name) : options.out);
  const std::vector<RunResult> runs = run_all(loaded.scenario, options, out);
  const Troubles troubles = judge(runs, options);
  const report::Results results = results_of(loaded, runs, options);
  const int code = exit_code(troubles, results.missed);
  try {
    write_results(out, results, perf_of(runs, std::chrono::duration<double>(Clock::now() - began).count()));
    write_output(options.format == "json" ? results.json : results.table);
  } catch (const UserError& problem) {
    complain(problem.what());
    return code == kDone || code == kMissed ? kUserError : code;   // what went wrong before is the greater trouble
  }
  complain("results are in " + (options.out.empty() ? "results/" + path_component(loaded.scenario.name) : options.out));
  return code;
}

}   // namespace ssi::cli
