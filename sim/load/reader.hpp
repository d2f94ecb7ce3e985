// The joined documents into typed settings, with every check that needs more than one value.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/config/scenario.hpp"
#include "sim/load/inputs.hpp"

namespace ssi::load {

config::Platform read_platform(const Node& platform, Inputs& inputs);
// Precondition: inputs.scenario is an object. `expect_places`: where each expectation stands.
config::Scenario read_scenario(Inputs& inputs, std::vector<Problem>& expect_places);

// Parts of read_scenario. Workloads and faults need the platform's nodes, expectations the strategies' labels. What is expected of a
// strategy that --strategy has left out is left out too.
void read_strategies(Inputs& inputs, config::Scenario& out);
void read_workloads(Inputs& inputs, config::Scenario& out);
void read_membership(Inputs& inputs, config::Scenario& out);
void read_faults(Inputs& inputs, config::Scenario& out);
void read_expectations(Inputs& inputs, config::Scenario& out, std::vector<Problem>& places);

// Usable as a folder's name.
inline constexpr std::string_view kPathRule =
    "letters, digits, space and + - _ . only, a letter or digit first, at most 100; results are kept under it";
bool usable_in_path(const std::string& name);

// The scenario as JSON text that load_scenario reads back to the same: all defaults, the platform inlined, quantities as
// canonical strings ("2us"), keys in table order. `xml_shown`: the name of the XML platform, if it is one.
std::string echo_of(const config::Scenario& scenario, const std::string& xml_shown);

}   // namespace ssi::load
