// `ssisim conformance --strategy NAME`: which POSIX behaviours a design delivers (models/conformance).
#pragma once
#include "sim/cli/options.hpp"

namespace ssi::cli {

// Prints a table or JSON; returns the exit code: 0 whatever holds or not, 1 or 3 when a run broke. Throws UserError.
int conformance_command(const Options& options);

}   // namespace ssi::cli
