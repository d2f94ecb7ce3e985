#include "sim/cli/check_command.hpp"

#include <fmt/format.h>

#include "sim/cli/children.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cluster/run.hpp"
#include "sim/report/expect.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::cli {
namespace {

std::string lines_of(const std::vector<load::Problem>& problems) {
  std::string out;
  for (const load::Problem& problem : problems) out += "\n  " + load::to_string(problem);
  return out;
}

// What only the report can tell of the scenario's expectations, at their places in the file.
void add_expectation_problems(load::Loaded& loaded) {
  for (const report::ExpectProblem& found : report::check_expectations(loaded.scenario)) {
    const std::string near = found.unknown_metric.empty() ? "" : load::did_you_mean(found.unknown_metric, report::metric_names());
    const std::string hint = found.unknown_metric.empty() ? "" : near.empty() ? " (see ssisim list metrics)" : near;
    load::Problem problem = loaded.expect_places.at(found.index);
    problem.pointer += "/" + found.key;
    problem.text = found.text + hint;
    loaded.problems.push_back(std::move(problem));
  }
}

// SimGrid throws on some bad files and settings and ends the process on others, so a child finds out.
void check_platform(const config::Scenario& scenario, const Options& options) {
  std::string problem;
  bool checked = false;
  const auto body = [&](std::size_t, ChildPipe& pipe) {
    pipe.send('C', sim::check_platform(scenario.platform, options.simgrid_arguments));
  };
  run_children(1, 1, body,
               {.frame =
                    [&](std::size_t, const Frame& frame) {
                      checked = frame.kind == 'C';
                      problem = frame.payload;
                    },
                .ended =
                    [&](const ChildEnd& end) {
                      if (!checked && problem.empty()) problem = "SimGrid refused it (see above): its process " + end.how();
                    }});
  if (interrupted() != 0 || problem.empty()) return;
  if (const auto list = problem.find("\nExisting config keys"); list != std::string::npos)
    problem = problem.substr(0, list) + " (see ssisim --help-simgrid)";
  const std::string& file = scenario.platform.xml_file;
  const std::string settings = options.simgrid_arguments.empty() ? "" : fmt::format(" with {}", fmt::join(options.simgrid_arguments, " "));
  throw UserError(fmt::format("platform {}{}: {}", file.empty() ? scenario.platform.name : file, settings, problem));
}

}   // namespace

load::Loaded load_checked(const Options& options) {
  load::Loaded loaded = load::load_scenario(options.scenario, options.overrides);
  add_expectation_problems(loaded);
  if (!loaded.problems.empty())
    throw UserError(fmt::format("{} problem{} in the scenario:{}", loaded.problems.size(), loaded.problems.size() == 1 ? "" : "s",
                                lines_of(loaded.problems)));
  check_trace_choice(options.trace, loaded.scenario);
  check_platform(loaded.scenario, options);
  return loaded;
}

}   // namespace ssi::cli
