// Plans that fail: found, written, described.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/fuzz_options.hpp"
#include "sim/cli/fuzz_report.hpp"
#include "sim/load/load.hpp"

namespace ssi::cli {

// Throws UserError with all of them, unless there are none.
void refuse_problems(const char* where, const std::vector<load::Problem>& problems);

// With `twice` the same plan must do the same again.
fuzz::Verdict run_checked(const fuzz::Plan& plan, bool twice);

// Writes the plan, under its strategy, seed and first fault, into the folder of the options; where. Throws UserError.
std::string written(const FuzzOptions& options, const fuzz::Plan& plan, std::uint64_t seed);

Failure failure_of(const fuzz::Verdict& verdict, std::uint64_t seed, const std::string& path);
// Made small, if asked for, and written.
Failure shrunk_failure(const FuzzOptions& options, const fuzz::Plan& plan, fuzz::Verdict verdict, std::uint64_t seed, bool shrink);

}   // namespace ssi::cli
