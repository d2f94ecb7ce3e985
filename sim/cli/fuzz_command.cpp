#include "sim/cli/fuzz_command.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "sim/cli/children.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/fuzz_failure.hpp"
#include "sim/cli/fuzz_jobs.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/load/plan.hpp"

namespace ssi::cli {
namespace {

using fuzz::Verdict;

// The plan of a file, in a child, since it may end the process.
std::vector<Fuzzed> run_one(const FuzzOptions& options) {
  const load::LoadedPlan loaded = load::load_plan(options.plan);
  refuse_problems("plan", loaded.problems);
  std::vector<Fuzzed> out{{
      .strategy = loaded.plan.strategy,
  }};
  const auto body = [&](std::size_t, ChildPipe& pipe) {
    Verdict verdict = run_checked(loaded.plan, true);
    pipe.send('R', line_of(verdict, true));
    if (!failed(verdict)) return;
    verdict.trace = fuzz::run_plan(loaded.plan, {.keep_trace = true}).trace;
    pipe.send('F', packed(failure_of(verdict, loaded.plan.order.seed, options.plan)));
  };
  const auto frame = [&](std::size_t, const Frame& got) {
    if (got.kind == 'R') add_line(out[0], got.payload);
    if (got.kind == 'F') out[0].failures.push_back(unpacked(got.payload));
    if (got.kind == kFailedFrame) out[0].failures.push_back({.kind = name_of(Verdict::Kind::bug), .problems = {got.payload}});
  };
  const auto ended = [&](const ChildEnd& end) {
    if (!end.clean()) out[0].failures.push_back({.kind = name_of(Verdict::Kind::bug), .problems = {"its process " + end.how()}});
  };
  run_children(1, 1, body, {.frame = frame, .ended = ended});
  return out;
}

}   // namespace

int fuzz_command(const std::vector<std::string>& words) {
  const FuzzOptions options = parse_fuzz_options(words);
  if (options.help) {
    write_output(fuzz_help());
    return kDone;
  }
  const std::vector<Fuzzed> found = options.plan.empty() ? fuzz_all(options) : run_one(options);
  write_output(fuzz_text(options.format, found, interrupted() == 0));
  return interrupted() != 0 ? kSignal + interrupted() : exit_code_of(found);
}

}   // namespace ssi::cli
