#include "sim/cli/fuzz_failure.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/heap_shaker.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/fuzz/shrink.hpp"
#include "sim/load/plan.hpp"
#include "sim/report/write_file.hpp"

namespace ssi::cli {

using fuzz::Plan;
using fuzz::Verdict;

void refuse_problems(const char* where, const std::vector<load::Problem>& problems) {
  std::string lines;
  for (const load::Problem& problem : problems) lines += "\n  " + load::to_string(problem);
  if (!problems.empty())
    throw UserError(fmt::format("{} problem{} in the {}:{}", problems.size(), problems.size() == 1 ? "" : "s", where, lines));
}

std::string written(const FuzzOptions& options, const Plan& plan, std::uint64_t seed) {
  std::string path = fmt::format("{}/{}-s{}", options.out, plan.strategy, seed);
  if (options.exhaustive && !plan.faults.empty()) {   // there are many of one seed
    const fuzz::Fault& fault = plan.faults.front();
    path += fmt::format("-n{}-{}{}", fault.node, fault.after ? "after" : "before", fault.at);
  }
  path += ".json";
  try {
    std::filesystem::create_directories(options.out);
    report::write_file(path, load::plan_text(plan));
  } catch (const std::filesystem::filesystem_error& failed) {
    throw UserError(fmt::format("{}: {}", options.out, failed.code().message()));
  } catch (const report::WriteError& failed) { throw UserError(failed.what()); }
  return path;
}

Failure failure_of(const Verdict& verdict, std::uint64_t seed, const std::string& path) {
  Failure out{.seed = seed, .kind = name_of(verdict.kind), .problems = verdict.problems, .trace = verdict.trace, .plan = path};
  if (!path.empty()) out.replay = "ssisim fuzz --plan " + path;
  return out;
}

Verdict run_checked(const Plan& plan, bool twice) {
  Verdict verdict = fuzz::run_plan(plan);
  if (!twice || verdict.kind != Verdict::Kind::good) return verdict;
  const auto shaken = shake_heap(plan.order.seed);   // other addresses
  if (fuzz::run_plan(plan).trace_hash == verdict.trace_hash) return verdict;
  verdict.kind = Verdict::Kind::bug;
  verdict.problems = {"two runs of this plan differ"};
  return verdict;
}

Failure shrunk_failure(const FuzzOptions& options, const Plan& plan, Verdict verdict, std::uint64_t seed, bool shrink) {
  Plan small = plan;
  std::string how;
  if (shrink) {
    fuzz::Shrinker shrinker{.run = [](const Plan& one) { return fuzz::run_plan(one); }, .stop = [] { return interrupted() != 0; }};
    small = shrinker.shrink(plan, verdict);
    how = fmt::format("from {} calls on {} nodes to {} calls on {} nodes, in {} runs", plan.ops.size(), plan.nodes, small.ops.size(),
                      small.nodes, shrinker.runs);
  }
  small.description = verdict.problems.empty() ? "" : verdict.problems.front();
  Verdict traced = fuzz::run_plan(small, {.keep_trace = true});
  if (traced.kind == Verdict::Kind::good) traced = verdict;
  Failure failure = failure_of(traced, seed, written(options, small, seed));
  failure.shrunk = how;
  return failure;
}

}   // namespace ssi::cli
