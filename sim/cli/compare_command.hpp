// `ssisim compare BASELINE RESULT`: a gate for CI.
#pragma once
#include <string>
#include <vector>

namespace ssi::cli {

// Each of the two is a folder that --out made, or a results.json. Returns the exit code: 0, or 5 when the result is worse. Throws
// UserError.
int compare_command(const std::vector<std::string>& words);

std::string compare_help();

}   // namespace ssi::cli
