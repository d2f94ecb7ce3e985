#include "sim/cli/cli.hpp"

#include <exception>

#include "sim/cli/compare_command.hpp"
#include "sim/cli/conformance_command.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/fuzz_command.hpp"
#include "sim/cli/help.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/run_command.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/load/load.hpp"
#include "sim/platform/about.hpp"
#include "sim/report/results.hpp"

namespace ssi::cli {
namespace {

int answer(const std::string& text) {
  write_output(text);
  return kDone;
}

int dispatch(const Options& options) {
  switch (options.verb) {
    case Verb::run: return run_command(options);
    case Verb::conformance: return conformance_command(options);
    case Verb::compare: return compare_command(options.words);
    case Verb::fuzz: return fuzz_command(options.words);
    case Verb::list: return answer(list_text(options.topic));
    case Verb::schema: return answer(options.topic == "results" ? report::results_schema() : load::schema(options.topic));
    case Verb::help: return answer(help_text());
    case Verb::version: return answer(version_text());
    case Verb::help_simgrid: sim::print_simgrid_help();
  }
  return kBug;
}

}   // namespace

int main(int argc, const char* const* argv) {
  guard_standard_descriptors();
  catch_interrupts();
  try {
    return dispatch(parse_options(argc, argv));
  } catch (const UserError& mistake) {
    complain(mistake.what());
    return kUserError;
  } catch (const std::exception& bug) {
    complain(std::string("bug: ") + bug.what());
    return kBug;
  }
}

}   // namespace ssi::cli
