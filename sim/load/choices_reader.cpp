// Strategies and workloads of a scenario: what the registries know, with params checked by their tables.
#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <set>

#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"
#include "sim/load/reader.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Scenario;
using Type = Node::Type;

// A list that must be there and hold something.
const Node* required_list(const Node& object, const std::string& key, const std::string& example, Problems& problems) {
  const Node* node = object.find(key);
  if (node == nullptr) problems.missing(object, key, fmt::format("missing key \"{}\" (add \"{}\": {})", key, key, example));
  else if (!node->is(Type::array)) problems.at_value(*node, fmt::format("must be a list, not {} (write {})", describe(*node), example));
  else if (node->children.empty()) problems.at_value(*node, fmt::format("the list is empty (write {})", example));
  return node != nullptr && node->is(Type::array) ? node : nullptr;
}

// Stands for params that are not given, so that what is required is missed at the entry itself.
const Node* empty_params(const Node& entry, Document& document) {
  Node* empty = document.make(entry.source, const_cast<Node*>(&entry));   // a parent is only walked up to
  empty->type = Type::object;
  empty->key = "params";
  empty->line = entry.line;
  empty->column = entry.column;
  return empty;
}

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.emplace_back(entry.name);
  return names;
}

// The registry's entry that the node names; nullptr: a problem was added.
template <class Entry>
const Entry* known_entry(const Node& name, const std::vector<Entry>& entries, std::string_view what, Problems& problems) {
  auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name.text; });
  if (name.is(Type::string) && found != entries.end()) return &*found;
  std::vector<std::string> names = names_of(entries);
  if (!name.is(Type::string))
    problems.at_value(name, fmt::format("must be the name of a {}, not {} (known: {})", what, describe(name), listed(names)));
  else {
    std::string near = did_you_mean(name.text, names);
    if (!near.empty()) near = near.substr(2, near.size() - 3) + " ";
    problems.at_value(name, fmt::format("there is no {} {} ({}known: {})", what, in_quotes(name.text), near, listed(names)));
  }
  return nullptr;
}

template <class Entry>
const Entry* entry_of(const Node& object, const std::vector<Entry>& entries, std::string_view what, Problems& problems) {
  const Node* name = object.find("name");
  if (name != nullptr) return known_entry(*name, entries, what, problems);
  problems.missing(object, "name", fmt::format("missing key \"name\" (add the name of a {}; known: {})", what, listed(names_of(entries))));
  return nullptr;
}

TableOptions beside_params(const StrategyEntry& entry) { return {.presets = entry.presets, .refused = entry.refused}; }
TableOptions beside_params(const workload::WorkloadEntry&) { return {}; }

// `params` of a strategy or workload; without an entry only its type can be checked.
template <class Entry>
config::Values read_params(const Node& entry_node, const Entry* entry, Inputs& inputs) {
  const Node* node = entry_node.find("params");
  if (node == nullptr && entry != nullptr) node = empty_params(entry_node, inputs.document);
  if (node == nullptr || !expect_object(*node, "{ \"key\": value, ... }", inputs.problems) || entry == nullptr) return {};
  return read_settings(*node, entry->params, beside_params(*entry), inputs.problems);
}

// An entry of the registry: its values are checked, also when it is given no params at all.
config::StrategyChoice read_named_strategy(const Node& node, Inputs& inputs) {
  const StrategyEntry* entry = known_entry(node, strategies(), "strategy", inputs.problems);
  if (entry == nullptr) return {};
  config::StrategyChoice choice{.name = std::string(entry->name), .label = std::string(entry->name), .params = {}};
  choice.params = read_params(node, entry, inputs);
  return choice;
}

config::StrategyChoice read_strategy(const Node& node, Inputs& inputs) {
  if (!node.is(Type::object)) return read_named_strategy(node, inputs);
  Problems& problems = inputs.problems;
  refuse_unknown_keys(node, {"name", "label", "params"}, problems);
  const StrategyEntry* entry = entry_of(node, strategies(), "strategy", problems);
  config::StrategyChoice choice;
  choice.params = read_params(node, entry, inputs);
  if (entry != nullptr) choice.name = choice.label = entry->name;
  const Node* label = node.find("label");
  if (label == nullptr) return choice;
  choice.label = label->text;
  if (!label->is(Type::string))
    problems.at_value(*label, fmt::format("must be text in quotes, not {} (write \"my variant\")", describe(*label)));
  else if (!usable_in_path(label->text))
    problems.at_value(*label, fmt::format("the label {} cannot be used ({})", in_quotes(label->text), kPathRule));
  return choice;
}

void read_node(const Node& item, std::uint32_t count, std::vector<std::uint32_t>& out, Problems& problems) {
  std::string range = count == 0 ? "0 or more" : count == 1 ? "0" : fmt::format("0 to {}", count - 1);
  if (!item.is(Type::integer))
    problems.at_value(item, fmt::format("must be a node number, not {} (write a whole number, {})", describe(item), range));
  else if (item.integer < 0 || item.integer >= (count == 0 ? std::int64_t{UINT32_MAX} : count))
    problems.at_value(item, fmt::format("there is no node {} ({}write {})", item.integer,
                                        count == 0 ? "" : fmt::format("the platform has {}: ", plural(count, "node")), range));
  else if (std::find(out.begin(), out.end(), item.integer) != out.end())
    problems.at_value(item, fmt::format("node {} stands twice (remove one)", item.integer));
  else out.push_back(static_cast<std::uint32_t>(item.integer));
}

// "nodes": where first programs start; all nodes when absent. `count` 0: not known, because the platform is wrong.
std::vector<std::uint32_t> read_nodes(const Node& object, std::uint32_t count, Problems& problems) {
  std::vector<std::uint32_t> out;
  const Node* list = object.find("nodes");
  if (list == nullptr) {
    out.resize(count);
    std::iota(out.begin(), out.end(), 0U);
    return out;
  }
  if (!list->is(Type::array) || list->children.empty())
    problems.at_value(*list,
                      fmt::format("must be a list of node numbers, not {} (write [0, 1], or leave it out for all nodes)", describe(*list)));
  else
    for (const Node* item : list->children) read_node(*item, count, out, problems);
  return out;
}

config::WorkloadChoice read_workload(const Node& node, const Scenario& scenario, Inputs& inputs) {
  Problems& problems = inputs.problems;
  const workload::WorkloadEntry* entry = entry_of(node, workload::workloads(), "workload", problems);
  TableOptions options{.other_keys = {"name", "nodes", "params"}};
  config::Values values = read_settings(node, config::plain<config::WorkloadChoice>(config::workload_fields()), options, problems);
  auto choice = config::bind<config::WorkloadChoice>(config::workload_fields(), values);
  if (entry != nullptr) choice.name = entry->name;
  choice.nodes = read_nodes(node, scenario.platform.nodes, problems);
  choice.params = read_params(node, entry, inputs);
  if (scenario.duration.ns > 0 && choice.start >= scenario.duration)
    problems.at_value(*node.find("start"), fmt::format("starts at {}, when the run is over (write less than the duration, {})",
                                                       canonical(config::Kind::duration, choice.start.ns),
                                                       canonical(config::Kind::duration, scenario.duration.ns)));
  return choice;
}

}   // namespace

void read_strategies(Inputs& inputs, Scenario& out) {
  const std::string example = strategies().empty() ? "[\"name\"]" : fmt::format("[\"{}\"]", strategies()[0].name);
  const Node* list = required_list(*inputs.scenario, "strategies", example, inputs.problems);
  std::set<std::string> labels;
  for (const Node* node : list == nullptr ? std::vector<Node*>{} : list->children) {
    config::StrategyChoice choice = read_strategy(*node, inputs);
    const Node* label = node->find("label");
    if (!choice.label.empty() && !labels.insert(choice.label).second)
      inputs.problems.at_value(
          label == nullptr ? *node : *label,
          fmt::format("the label {} stands twice (give each entry its own: {{\"name\": ..., \"label\": ...}})", in_quotes(choice.label)));
    out.strategies.push_back(std::move(choice));
  }
}

void read_workloads(Inputs& inputs, Scenario& out) {
  const auto& known = workload::workloads();
  const std::string object = fmt::format("{{\"name\": \"{}\"}}", known.empty() ? "name" : known[0].name);
  const Node* list = required_list(*inputs.scenario, "workloads", "[" + object + "]", inputs.problems);
  for (const Node* node : list == nullptr ? std::vector<Node*>{} : list->children)
    if (expect_object(*node, object, inputs.problems)) out.workloads.push_back(read_workload(*node, out, inputs));
}

}   // namespace ssi::load
