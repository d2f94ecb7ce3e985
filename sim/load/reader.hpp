// The joined documents into typed settings, with every check that needs more than one value.
#pragma once
#include <string>
#include <vector>

#include "models/config/scenario.hpp"
#include "sim/load/inputs.hpp"

namespace ssi::load {

config::Platform read_platform(const Node& platform, Inputs& inputs);
// Precondition: inputs.scenario is an object. `expect_places`: where each expectation stands.
config::Scenario read_scenario(Inputs& inputs, std::vector<Problem>& expect_places);

// Usable as a folder's name: letters, digits, space and + - _ . ; starts with a letter or digit, at most 100 characters.
bool usable_in_path(const std::string& name);

// The scenario as JSON text that load_scenario reads back to the same: all defaults, the platform inlined, quantities as
// canonical strings ("2us"), keys in table order. `xml_shown`: the name of the XML platform, if it is one.
std::string echo_of(const config::Scenario& scenario, const std::string& xml_shown);

}  // namespace ssi::load
