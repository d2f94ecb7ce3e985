// `ssisim --scenario FILE`: check, run, report; returns the exit code.
#pragma once
#include "sim/cli/options.hpp"

namespace ssi::cli {

int run_command(const Options& options);   // throws UserError

}   // namespace ssi::cli
