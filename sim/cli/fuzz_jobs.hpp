// Many plans in forked children, some at once.
#pragma once
#include <vector>

#include "sim/cli/fuzz_options.hpp"
#include "sim/cli/fuzz_report.hpp"

namespace ssi::cli {

// All plans of all strategies. A child that dies has failed at the plan that it had told of last. Throws UserError.
std::vector<Fuzzed> fuzz_all(const FuzzOptions& options);

}   // namespace ssi::cli
