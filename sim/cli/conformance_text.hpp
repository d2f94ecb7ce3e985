// What `ssisim conformance` found, as text.
#pragma once
#include <string>
#include <vector>

namespace ssi::cli {

struct Finding {
  std::string outcome;   // holds, weakened, missing, or broken: the run itself failed
  std::string why;       // empty when it holds
  int trouble = 0;       // of a broken one: the exit code
};

struct Design {
  std::string strategy, label;
  std::vector<Finding> found;   // in the order of conformance::behaviours()
};

// `format`: "table", "markdown" or "json".
std::string conformance_text(const std::string& format, const std::vector<Design>& designs);

}   // namespace ssi::cli
