#include "models/base/check.hpp"

#include <string_view>

namespace ssi {
namespace {

// The path from the room on (models/..., sim/...), so that the text does not depend on where the build was made.
std::string where(std::string_view file, int line) {
  for (std::string_view room : {"models/", "sim/", "tests/"})
    if (auto at = file.rfind(room); at != std::string_view::npos) file.remove_prefix(at);
  return std::string(file) + ":" + std::to_string(line);
}

}   // namespace

void check_failed(const char* file, int line, const char* expression, const std::string& what) {
  throw CheckFailed(where(file, line) + ": check failed: " + expression + ": " + what);
}

void invariant_broken(const char* file, int line, const char* expression, const std::string& what) {
  throw InvariantBroken(where(file, line) + ": invariant broken: " + expression + ": " + what);
}

}   // namespace ssi
