// `ssisim fuzz`: random plans against what designs promise (sim/fuzz), in forked children.
#pragma once
#include <string>
#include <vector>

namespace ssi::cli {

// Prints a table or JSON, writes plans that fail; returns the exit code. Throws UserError.
int fuzz_command(const std::vector<std::string>& words);

}   // namespace ssi::cli
