#include <algorithm>
#include <fmt/format.h>
#include <new>
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

constexpr std::size_t kLongestName = 100;
constexpr std::string_view kPathRule = "letters, digits, space and + - _ . only, a letter or digit first, at most 100; results are kept under it";

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.emplace_back(entry.name);
  return names;
}

// A list that must be there and hold something.
const Node* required_list(const Node& object, const std::string& key, const std::string& example, Problems& problems) {
  const Node* node = object.find(key);
  if (node == nullptr) problems.missing(object, key, fmt::format("missing key \"{}\" (add \"{}\": {})", key, key, example));
  else if (!node->is(Type::array)) problems.at_value(*node, fmt::format("must be a list, not {} (write {})", describe(*node), example));
  else if (node->children.empty()) problems.at_value(*node, fmt::format("the list is empty (write {})", example));
  return node != nullptr && node->is(Type::array) ? node : nullptr;
}

// The registry's entry that the node names; nullptr: a problem was added.
template <class Entry>
const Entry* known_entry(const Node& name, const std::vector<Entry>& entries, std::string_view what, Problems& problems) {
  auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name.text; });
  if (name.is(Type::string) && found != entries.end()) return &*found;
  std::vector<std::string> names = names_of(entries);
  if (!name.is(Type::string)) problems.at_value(name, fmt::format("must be the name of a {}, not {} (known: {})", what, describe(name), listed(names)));
  else {
    std::string near = did_you_mean(name.text, names);
    problems.at_value(name, fmt::format("there is no {} {}{} (known: {})", what, in_quotes(name.text), near, listed(names)));
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

// `params` of a strategy or workload; without an entry only its type can be checked.
template <class Entry>
config::Values read_params(const Node& object, const Entry* entry, Inputs& inputs) {
  const Node* node = object.find("params");
  if (node == nullptr && entry != nullptr) {   // what is required is missed at the entry itself
    Node* empty = inputs.document.make(object.source, const_cast<Node*>(&object));
    empty->type = Type::object;
    empty->key = "params";
    empty->line = object.line;
    empty->column = object.column;
    node = empty;
  }
  if (node == nullptr || !expect_object(*node, "{ \"key\": value, ... }", inputs.problems) || entry == nullptr) return {};
  return read_settings(*node, entry->params, {}, inputs.problems);
}

void read_strategies(Inputs& inputs, Scenario& out) {
  const Node* list = required_list(*inputs.scenario, "strategies", fmt::format("[\"{}\"]", strategies().empty() ? "name" : strategies()[0].name), inputs.problems);
  std::set<std::string> labels;
  for (const Node* node : list == nullptr ? std::vector<Node*>{} : list->children) {
    config::StrategyChoice choice;
    const Node* shown = node;   // where the label stands
    if (node->is(Type::object)) {
      refuse_unknown_keys(*node, {"name", "label", "params"}, inputs.problems);
      const StrategyEntry* entry = entry_of(*node, strategies(), "strategy", inputs.problems);
      choice.params = read_params(*node, entry, inputs);
      if (entry != nullptr) choice.name = choice.label = entry->name;
      if (const Node* label = node->find("label")) {
        shown = label;
        choice.label = label->text;
        if (!label->is(Type::string)) inputs.problems.at_value(*label, fmt::format("must be text in quotes, not {} (write \"my variant\")", describe(*label)));
        else if (!usable_in_path(label->text)) inputs.problems.at_value(*label, fmt::format("the label {} cannot be used ({})", in_quotes(label->text), kPathRule));
      }
    } else if (const StrategyEntry* entry = known_entry(*node, strategies(), "strategy", inputs.problems)) {
      choice.name = choice.label = entry->name;
      Node nothing = *node;
      nothing.type = Type::object;
      choice.params = read_settings(nothing, entry->params, {}, inputs.problems);
    }
    if (!choice.label.empty() && !labels.insert(choice.label).second)
      inputs.problems.at_value(*shown, fmt::format("the label {} stands twice (give each entry its own: {{\"name\": ..., \"label\": ...}})", in_quotes(choice.label)));
    out.strategies.push_back(std::move(choice));
  }
}

// "nodes": where first programs start; all nodes when absent. `count` 0: not known, because the platform is wrong.
std::vector<std::uint32_t> read_nodes(const Node& object, std::uint32_t count, Problems& problems) {
  std::vector<std::uint32_t> out;
  const Node* list = object.find("nodes");
  if (list == nullptr) {
    for (std::uint32_t node = 0; node < count; ++node) out.push_back(node);
    return out;
  }
  if (!list->is(Type::array) || list->children.empty()) {
    problems.at_value(*list, fmt::format("must be a list of node numbers, not {} (write [0, 1], or leave it out for all nodes)", describe(*list)));
    return out;
  }
  for (const Node* item : list->children) {
    bool whole = item->is(Type::integer);
    if (!whole) problems.at_value(*item, fmt::format("must be a node number, not {} (write a whole number{})", describe(*item), count == 0 ? "" : fmt::format(" from 0 to {}", count - 1)));
    else if (count > 0 && (item->integer < 0 || item->integer >= count))
      problems.at_value(*item, fmt::format("there is no node {} (the platform has {}: write {})", item->integer, plural(count, "node"), count == 1 ? "0" : fmt::format("0 to {}", count - 1)));
    else if (std::find(out.begin(), out.end(), item->integer) != out.end()) problems.at_value(*item, fmt::format("node {} stands twice (remove one)", item->integer));
    else out.push_back(static_cast<std::uint32_t>(item->integer));
  }
  return out;
}

void read_workloads(Inputs& inputs, std::uint32_t nodes, Scenario& out) {
  const auto& known = workload::workloads();
  std::string example = fmt::format("[{{\"name\": \"{}\"}}]", known.empty() ? "name" : known[0].name);
  const Node* list = required_list(*inputs.scenario, "workloads", example, inputs.problems);
  for (const Node* node : list == nullptr ? std::vector<Node*>{} : list->children) {
    if (!expect_object(*node, example.substr(1, example.size() - 2), inputs.problems)) continue;
    const workload::WorkloadEntry* entry = entry_of(*node, known, "workload", inputs.problems);
    TableOptions options{.other_keys = {"name", "nodes", "params"}};
    config::Values values = read_settings(*node, config::plain<config::WorkloadChoice>(config::workload_fields()), options, inputs.problems);
    auto choice = config::bind<config::WorkloadChoice>(config::workload_fields(), values);
    if (entry != nullptr) choice.name = entry->name;
    choice.nodes = read_nodes(*node, nodes, inputs.problems);
    choice.params = read_params(*node, entry, inputs);
    if (out.duration.ns > 0 && choice.start >= out.duration)
      inputs.problems.at_value(*node->find("start"), fmt::format("starts at {}, when the run is over (write less than the duration, {})", canonical(config::Kind::duration, choice.start.ns),
                                                                 canonical(config::Kind::duration, out.duration.ns)));
    out.workloads.push_back(std::move(choice));
  }
}

void read_fidelity(Inputs& inputs, Scenario& out) {
  static constexpr std::string_view kFidelities[] = {"flow"};
  static constexpr config::Field kField{"fidelity", config::Kind::choice_set, std::string_view("flow"), 0, 0, kFidelities, "how time passes"};
  const Node* node = inputs.scenario->find("fidelity");
  out.fidelities = {"flow"};
  if (node == nullptr) return;
  Node list = *node;   // a string is a list of one
  if (!node->is(Type::array)) {
    list.type = Type::array;
    list.children = {const_cast<Node*>(node)};
  } else if (node->children.empty()) {
    inputs.problems.at_value(*node, "the list is empty (write \"flow\")");
  }
  if (auto value = read_value(list, kField, inputs.problems)) out.fidelities = std::get<std::vector<std::string>>(*value);
}

// A limit as written: a number, or a quantity.
std::optional<std::string> read_limit(const Node& expect, const char* key, Problems& problems) {
  const Node* node = expect.find(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_number() || (node->is(Type::string) && is_quantity(node->text))) return node->text;
  problems.at_value(*node, fmt::format("must be a number or a quantity, not {} (write 0, 1.5 or \"2ms\")", describe(*node)));
  return std::nullopt;
}

void check_expected_strategy(const Node& node, const std::vector<std::string>& labels, Problems& problems) {
  if (std::find(labels.begin(), labels.end(), node.text) != labels.end() && node.is(Type::string)) return;
  problems.at_value(node, fmt::format("there is no strategy with the label {}{}", node.is(Type::string) ? in_quotes(node.text) : describe(node), near_or_all(node.text, labels, "labels")));
}

config::Expect read_expectation(const Node& node, const std::vector<std::string>& labels, Problems& problems) {
  config::Expect out;
  refuse_unknown_keys(node, {"metric", "min", "max", "equals", "strategy"}, problems);
  const Node* metric = node.find("metric");
  if (metric == nullptr) problems.missing(node, "metric", "missing key \"metric\" (add \"metric\": \"calls.spawn.remote.p99\", say)");
  else if (!metric->is(Type::string) || metric->text.empty()) problems.at_value(*metric, fmt::format("must be the name of a metric, not {} (write \"calls.spawn.remote.p99\", say)", describe(*metric)));
  else out.metric = metric->text;
  out.min = read_limit(node, "min", problems);
  out.max = read_limit(node, "max", problems);
  out.equals = read_limit(node, "equals", problems);
  if (node.find("min") == nullptr && node.find("max") == nullptr && node.find("equals") == nullptr)
    problems.at_value(node, "nothing is expected of the metric (add \"min\", \"max\" or \"equals\")");
  if (const Node* strategy = node.find("strategy")) {
    check_expected_strategy(*strategy, labels, problems);
    out.strategy = strategy->text;
  }
  return out;
}

// What is expected of a strategy that --strategy has left out is left out too.
void read_expectations(Inputs& inputs, Scenario& out, std::vector<Problem>& places) {
  const Node* list = inputs.scenario->find("expect");
  if (list == nullptr) return;
  if (!list->is(Type::array)) {
    inputs.problems.at_value(*list, fmt::format("must be a list, not {} (write [{{\"metric\": \"calls.spawn.p99\", \"max\": \"2ms\"}}])", describe(*list)));
    return;
  }
  std::vector<std::string> labels;
  for (const config::StrategyChoice& choice : out.strategies) labels.push_back(choice.label);
  std::vector<std::string> all = labels;
  all.insert(all.end(), inputs.labels_before.begin(), inputs.labels_before.end());
  for (const Node* node : list->children) {
    if (!expect_object(*node, "{\"metric\": \"calls.spawn.p99\", \"max\": \"2ms\"}", inputs.problems)) continue;
    config::Expect expect = read_expectation(*node, all, inputs.problems);
    if (!expect.strategy.empty() && std::find(labels.begin(), labels.end(), expect.strategy) == labels.end()) continue;
    out.expect.push_back(std::move(expect));
    places.push_back({node->source->name, node->line, node->column, pointer_of(*node), {}});
  }
}

void check_name_and_times(const Node& root, const Scenario& read, Problems& problems) {
  const Node* name = root.find("name");
  if (name != nullptr && !read.name.empty() && !usable_in_path(read.name)) problems.at_value(*name, fmt::format("the name {} cannot be used ({})", in_quotes(read.name), kPathRule));
  const Node* warmup = root.find("warmup");
  if (warmup != nullptr && read.duration.ns > 0 && read.warmup >= read.duration)
    problems.at_value(*warmup, fmt::format("the warmup of {} leaves nothing of the run (write less than the duration, {})", canonical(config::Kind::duration, read.warmup.ns),
                                           canonical(config::Kind::duration, read.duration.ns)));
}

}  // namespace

bool usable_in_path(const std::string& name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  auto allowed = [&](char c) { return plain(c) || c == ' ' || c == '+' || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= kLongestName && plain(name.front()) && name.back() != ' ' && std::all_of(name.begin(), name.end(), allowed);
}

config::Scenario read_scenario(Inputs& inputs, std::vector<Problem>& expect_places) {
  const Node& root = *inputs.scenario;
  TableOptions options{.other_keys = {"$schema", "fidelity", "platform", "strategies", "workloads", "expect"}};
  config::Values values = read_settings(root, config::plain<Scenario>(config::scenario_fields()), options, inputs.problems);
  Scenario out = config::bind<Scenario>(config::scenario_fields(), values);
  check_name_and_times(root, out, inputs.problems);
  const Node* platform = root.find("platform");
  if (platform == nullptr) inputs.problems.missing(root, "platform", "missing key \"platform\" (add \"platform\": {\"file\": \"../platforms/rack4-10gbe.json\"})");
  else if (!inputs.platform_broken) out.platform = read_platform(*platform, inputs);
  read_fidelity(inputs, out);
  read_strategies(inputs, out);
  read_workloads(inputs, out.platform.nodes, out);
  read_expectations(inputs, out, expect_places);
  return out;
}

}  // namespace ssi::load
