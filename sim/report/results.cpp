#include "sim/report/results.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/report/comparison.hpp"
#include "sim/report/expect.hpp"
#include "sim/report/json.hpp"
#include "sim/report/table.hpp"

namespace ssi::report {

Results make_results(const ResultsHead& head, const config::Scenario& scenario, const std::vector<std::string>& texts, bool all_there) {
  std::vector<Json> runs;
  for (const std::string& text : texts) runs.push_back(Json::parse(text));
  const bool all_finished = std::all_of(runs.begin(), runs.end(), [](const Json& run) { return run.at("ending") == "finished"; });
  Results out;
  out.missed = evaluate_expectations(scenario, runs);

  Json document = Json::object();
  document["schema_version"] = 1;
  document["ssisim"] = {{"version", head.version}, {"simgrid", head.simgrid}, {"simgrid_cfg", head.simgrid_cfg}};
  document["scenario"] = Json::parse(head.scenario_echo);
  document["complete"] = all_there && all_finished;
  document["runs"] = runs;
  document["comparison"] = comparison_json(runs);
  out.json = document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  out.table = table(document);
  return out;
}

}   // namespace ssi::report
