// paje.trace: SimGrid's own tracing of hosts and links, for the tools that its users have. An empty path: none.
#pragma once
#include <string>
#include <vector>

namespace ssi::cli {

// SimGrid's arguments with those that make it trace into `path`, without its ".gz"; times in nanoseconds.
std::vector<std::string> with_paje(std::vector<std::string> simgrid_arguments, const std::string& path);

// After the run: looks whether SimGrid wrote it to the end, which it does not tell, and compresses it where `path` ends in ".gz".
// What went wrong, or "".
std::string close_paje(const std::string& path);

}   // namespace ssi::cli
