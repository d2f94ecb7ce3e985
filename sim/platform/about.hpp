// What SimGrid says of itself.
#pragma once
#include <string>

namespace ssi::sim {

std::string simgrid_version();   // of the library in use: "3.32"

// SimGrid's own help on --cfg and --log, on standard output. Ends the process with 0, as SimGrid does.
[[noreturn]] void print_simgrid_help();

}   // namespace ssi::sim
