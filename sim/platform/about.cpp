#include "sim/platform/about.hpp"

#include <simgrid/s4u.hpp>

#include <simgrid/version.h>   // needs macros of s4u.hpp

#include <cstdlib>

namespace ssi::sim {

std::string simgrid_version() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  sg_version_get(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + (patch == 0 ? "" : "." + std::to_string(patch));
}

void print_simgrid_help() {
  std::string program = "ssisim";
  std::string help = "--help";
  char* arguments[] = {program.data(), help.data(), nullptr};
  int count = 2;
  simgrid::s4u::Engine engine(&count, arguments);   // prints and exits
  std::exit(0);
}

}   // namespace ssi::sim
