// What ssisim says about itself: --help, --version, list.
#pragma once
#include <string>

namespace ssi::cli {

std::string program_version();   // "0.1.0"
std::string help_text();
std::string version_text();
std::string list_text(const std::string& topic);   // one of list_topics()

}   // namespace ssi::cli
