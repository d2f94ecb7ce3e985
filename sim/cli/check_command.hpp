// What can be known to be wrong before any run: scenario, expectations, platform, SimGrid's settings.
#pragma once
#include "sim/cli/options.hpp"

namespace ssi::cli {

// Throws UserError with all problems of a kind at once.
load::Loaded load_checked(const Options& options);

}   // namespace ssi::cli
