#include <fmt/format.h>
#include <algorithm>

#include "sim/load/reader.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Scenario;
using Type = Node::Type;

constexpr std::size_t kLongestName = 100;

// A string is a list of one.
void read_fidelity(Inputs& inputs, Scenario& out) {
  const config::Field& field = config::fidelity_field();
  out.fidelities = std::get<std::vector<std::string>>(config::default_of(field));
  Node* node = inputs.scenario->find("fidelity");
  if (node == nullptr) return;
  Node list = *node;
  if (!node->is(Type::array)) {
    list.type = Type::array;
    list.children = {node};
  } else if (node->children.empty()) {
    inputs.problems.at_value(*node, "the list is empty (write \"flow\")");
  }
  if (auto value = read_value(list, field, inputs.problems)) out.fidelities = std::get<std::vector<std::string>>(*value);
}

void check_name_and_times(const Node& root, const Scenario& read, Problems& problems) {
  const Node* name = root.find("name");
  if (name != nullptr && !read.name.empty() && !usable_in_path(read.name))
    problems.at_value(*name, fmt::format("the name {} cannot be used ({})", in_quotes(read.name), kPathRule));
  const Node* warmup = root.find("warmup");
  if (warmup != nullptr && read.duration.ns > 0 && read.warmup >= read.duration)
    problems.at_value(*warmup,
                      fmt::format("the warmup of {} leaves nothing of the run (write less than the duration, {})",
                                  canonical(config::Kind::duration, read.warmup.ns), canonical(config::Kind::duration, read.duration.ns)));
}

}   // namespace

bool usable_in_path(const std::string& name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  auto allowed = [&](char c) { return plain(c) || c == ' ' || c == '+' || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= kLongestName && plain(name.front()) && name.back() != ' ' &&
         std::all_of(name.begin(), name.end(), allowed);
}

config::Scenario read_scenario(Inputs& inputs, std::vector<Problem>& expect_places) {
  const Node& root = *inputs.scenario;
  TableOptions options{.other_keys = {"fidelity", "platform", "strategies", "workloads", "membership", "faults", "expect", "$schema"}};
  config::Values values = read_settings(root, config::plain<Scenario>(config::scenario_fields()), options, inputs.problems);
  Scenario out = config::bind<Scenario>(config::scenario_fields(), values);
  check_schema_key(root, inputs.problems);
  check_name_and_times(root, out, inputs.problems);
  const Node* platform = root.find("platform");
  if (platform == nullptr)
    inputs.problems.missing(root, "platform", "missing key \"platform\" (add \"platform\": {\"file\": \"../platforms/rack4-10gbe.json\"})");
  else if (!inputs.platform_broken) out.platform = read_platform(*platform, inputs);
  read_fidelity(inputs, out);
  read_strategies(inputs, out);
  read_workloads(inputs, out);
  read_membership(inputs, out);
  read_faults(inputs, out);
  if (const Node* block = root.find("membership"); block != nullptr && out.membership.on() && out.platform.memory.capacity > 0)
    inputs.problems.at_key(*block, "has no place beside a memory with a limit in this version (remove it, or \"capacity\" of the memory)");
  if (const Node* faults = root.find("faults"); faults != nullptr && !out.faults.empty() && out.platform.memory.capacity > 0)
    inputs.problems.at_key(*faults, "has no place beside a memory with a limit in this version (remove it, or \"capacity\" of the memory)");
  read_expectations(inputs, out, expect_places);
  return out;
}

}   // namespace ssi::load
