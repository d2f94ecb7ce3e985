// The scenario's expectations. That a metric exists is for who makes the results to say.
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
  problems.at_value(node,
                    fmt::format("there is no strategy with the label {}{}", node.is(Type::string) ? in_quotes(node.text) : describe(node),
                                near_or_all(node.text, labels, "labels")));
}

config::Expect read_expectation(const Node& node, const std::vector<std::string>& labels, Problems& problems) {
  config::Expect out;
  refuse_unknown_keys(node, {"metric", "min", "max", "equals", "strategy"}, problems);
  const Node* metric = node.find("metric");
  if (metric == nullptr) problems.missing(node, "metric", "missing key \"metric\" (add \"metric\": \"calls.spawn.remote.p99\", say)");
  else if (!metric->is(Type::string) || metric->text.empty())
    problems.at_value(*metric,
                      fmt::format("must be the name of a metric, not {} (write \"calls.spawn.remote.p99\", say)", describe(*metric)));
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

}   // namespace

void read_expectations(Inputs& inputs, Scenario& out, std::vector<Problem>& places) {
  const Node* list = inputs.scenario->find("expect");
  if (list == nullptr) return;
  if (!list->is(Type::array)) {
    inputs.problems.at_value(
        *list, fmt::format("must be a list, not {} (write [{{\"metric\": \"calls.spawn.p99\", \"max\": \"2ms\"}}])", describe(*list)));
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

}   // namespace ssi::load
