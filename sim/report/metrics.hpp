// Metrics by name: the path of a figure inside a run, without `_ns`, and without the place where it is `all`.
// One table drives lookup, the check of an `expect`, and `ssisim list metrics`.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/json.hpp"

namespace ssi::report {

enum class Quantity : std::uint8_t { number, time, bytes };
enum class Better : std::uint8_t { less, more, neither };   // which change of it is for the better

// `pattern`: segments in capitals stand for any of CALL (a call), PLACE (all, local, remote; may be left out), ERROR (ESRCH, ...),
// N (a number), TYPE (of a message, a table, a transition), NODE (a node's number).
struct MetricInfo {
  std::string_view pattern;
  Quantity quantity;
  Better better;
  std::string_view meaning;
};
std::span<const MetricInfo> metric_table();

// nullptr: no such metric in this version.
const MetricInfo* find_metric(std::string_view path);

// Names to suggest from: all that the table gives without N, TYPE and NODE.
std::vector<std::string> metric_names();

// The figure of a run, or null when the run has none (a percentile of no calls). `path` has been found by find_metric.
Json metric_value(const Json& run, std::string_view path);

}   // namespace ssi::report
