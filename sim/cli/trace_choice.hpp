// Which traces a run writes, and what of it they keep: --trace and --trace-filter as values.
#pragma once
#include <string>
#include <vector>

#include "sim/record/trace_filter.hpp"

namespace ssi::config {
struct Scenario;
}

namespace ssi::cli {

struct TraceChoice {
  struct File {
    bool wanted = false, compressed = false;
    std::string path(const std::string& name) const { return wanted ? name + (compressed ? ".gz" : "") : ""; }
  };
  File chrome, ops, paje;
  record::TraceFilter filter;
  bool any() const { return chrome.wanted || ops.wanted || paje.wanted; }
};

// Each word is a list separated by commas. Throws UserError.
TraceChoice parse_trace_choice(const std::vector<std::string>& traces, const std::vector<std::string>& filters);

// What only shows beside the scenario. Throws UserError.
void check_trace_choice(const TraceChoice& choice, const config::Scenario& scenario);

}   // namespace ssi::cli
