// results.json as a whole, from the texts of the runs in scenario order. Holds nothing that depends on the host: no wall
// time, no path, no process id.
#pragma once
#include <string>
#include <vector>

#include "models/config/scenario.hpp"

namespace ssi::report {

struct ResultsHead {
  std::string version, simgrid;           // ssisim's and SimGrid's
  std::vector<std::string> simgrid_cfg;   // --cfg and --log in force
  std::string scenario_echo;              // JSON text
};

struct Results {
  std::string json;         // ends in a newline
  std::string table;        // the same for people, see table.hpp
  std::size_t missed = 0;   // expectations
};

// `runs`: what run_json gave, in scenario order; `all_there`: none is left out.
Results make_results(const ResultsHead& head, const config::Scenario& scenario, const std::vector<std::string>& runs, bool all_there);

// JSON Schema (draft-07) of results.json.
std::string results_schema();

}   // namespace ssi::report
