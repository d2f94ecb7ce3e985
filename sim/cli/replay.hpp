// The command that repeats exactly one run of a scenario.
#pragma once
#include <string>

#include "sim/cli/options.hpp"
#include "sim/cli/run_child.hpp"

namespace ssi::cli {

std::string replay_command(const Options& options, const RunSpec& run);

}   // namespace ssi::cli
