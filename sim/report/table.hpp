// The results for people, at most 100 columns wide unless names are long: calls by strategy and place, work, expectations.
#pragma once
#include <string>

#include "sim/report/json.hpp"

namespace ssi::report {

// `document`: all of results.json. Counts are sums over the seeds, times and rates medians, ratios geometric means.
std::string table(const Json& document);

}   // namespace ssi::report
