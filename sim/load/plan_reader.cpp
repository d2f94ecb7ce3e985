#include <fmt/format.h>

#include <algorithm>

#include "models/strategy/registry.hpp"
#include "sim/load/inputs.hpp"
#include "sim/load/parse.hpp"
#include "sim/load/plan.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using fuzz::Op;
using fuzz::OpKind;
using fuzz::Plan;
using Type = Node::Type;

constexpr std::string_view kOpExample = R"({"id": 1, "call": "spawn", "node": 0})";
constexpr std::string_view kPlanFaultExample = R"({"at": 100, "kind": "circuit_break", "node": 0, "peer": 1})";

bool has_word(std::string_view words, std::string_view word) {
  const std::string all = " " + std::string(words) + " ";
  return all.find(" " + std::string(word) + " ") != std::string::npos;
}

template <class S>
S read_table(const Node& object, std::span<const config::Bound<S>> table, const TableOptions& options, Problems& problems) {
  return config::bind<S>(table, read_settings(object, config::plain<S>(table), options, problems));
}

void read_strategy_of(const Node& root, Inputs& inputs, Plan& plan) {
  Problems& problems = inputs.problems;
  std::vector<std::string> known;
  for (const StrategyEntry& entry : strategies()) known.emplace_back(entry.name);
  const Node* name = root.find("strategy");
  if (name == nullptr) return problems.missing(root, "strategy", fmt::format("missing key \"strategy\" (add one of: {})", listed(known)));
  const StrategyEntry* entry = name->is(Type::string) ? find_strategy(name->text) : nullptr;
  if (entry == nullptr)
    return problems.at_value(*name, name->is(Type::string) ? fmt::format("there is no strategy {}{}", in_quotes(name->text),
                                                                         near_or_all(name->text, known, "strategies"))
                                                           : fmt::format("must be the name of a strategy, not {}", describe(*name)));
  plan.strategy = entry->name;
  const Node* params = root.find("params");
  if (params == nullptr)
    for (const config::Field& field : entry->params) plan.params.emplace_back(field.key, config::default_of(field));
  else if (expect_object(*params, "{ \"key\": value, ... }", problems)) {
    const TableOptions options{.presets = entry->presets, .refused = entry->refused};
    plan.params = read_settings(*params, entry->params, options, problems);
  }
}

// Every node number of the entry is one of the plan's.
void check_nodes(const Node& entry, const Plan& plan, Problems& problems) {
  for (const char* key : {"node", "peer"}) {
    const Node* node = entry.find(key);
    if (node != nullptr && node->is(Type::integer) && node->integer >= plan.nodes)
      problems.at_value(*node, fmt::format("there is no node {} (the plan has {}: write 0 to {})", node->integer,
                                           plural(plan.nodes, "node"), plan.nodes - 1));
  }
}

// What the call has no use for means nothing; what it needs is there.
void check_uses(const Node& entry, std::string_view what, std::string_view uses, const std::vector<std::string>& always,
                Problems& problems) {
  for (const Node* child : entry.children)
    if (!has_word(uses, child->key) && std::find(always.begin(), always.end(), child->key) == always.end())
      problems.at_key(*child, fmt::format("has no effect on {} (remove it)", what));
}

void check_op(const Node& entry, const Op& op, std::uint32_t before, Problems& problems) {
  const OpKind* kind = fuzz::find_op_kind(op.call);
  if (kind == nullptr) return;
  check_uses(entry, op.call, kind->uses, {"id", "by", "call"}, problems);
  if (op.id <= before) problems.at_value(*entry.find("id"), fmt::format("{} does not ascend (write more than {})", op.id, before));
  if (op.by == 0 && op.call != "spawn")
    problems.missing(entry, "by", fmt::format("{} needs a program that calls (add \"by\": the id of the op that made it)", op.call));
  if (kind->uses == "name" && op.name.empty()) problems.missing(entry, "name", "missing key \"name\" (add \"name\": \"a\")");
  if (!has_word(kind->uses, "signal")) return;
  const auto signals = fuzz::signals_of(op.call);
  if (std::find(signals.begin(), signals.end(), op.signal) != signals.end()) return;
  const Node* signal = entry.find("signal");
  const std::string right = listed({signals.begin(), signals.end()});
  if (signal == nullptr) problems.missing(entry, "signal", fmt::format("missing key \"signal\" (add one of: {})", right));
  else problems.at_value(*signal, fmt::format("{} is not for {} (write one of: {})", in_quotes(op.signal), op.call, right));
}

const Node* list_of(const Node& root, const char* key, std::string_view example, Problems& problems) {
  const Node* list = root.find(key);
  if (list == nullptr || list->is(Type::array)) return list;
  problems.at_value(*list, fmt::format("must be a list, not {} (write [{}])", describe(*list), example));
  return nullptr;
}

void read_ops(const Node& root, Plan& plan, Problems& problems) {
  const Node* list = list_of(root, "ops", kOpExample, problems);
  std::uint32_t before = 0;
  for (const Node* entry : list == nullptr ? std::vector<Node*>{} : list->children) {
    if (!expect_object(*entry, kOpExample, problems)) continue;
    const std::size_t trouble = problems.size();
    plan.ops.push_back(read_table(*entry, fuzz::op_fields(), {}, problems));
    if (problems.size() > trouble) continue;
    check_nodes(*entry, plan, problems);
    check_op(*entry, plan.ops.back(), before, problems);
    before = plan.ops.back().id;
  }
}

void read_plan_faults(const Node& root, Plan& plan, Problems& problems) {
  const Node* list = list_of(root, "faults", kPlanFaultExample, problems);
  for (const Node* entry : list == nullptr ? std::vector<Node*>{} : list->children) {
    if (!expect_object(*entry, kPlanFaultExample, problems)) continue;
    const std::size_t trouble = problems.size();
    plan.faults.push_back(read_table(*entry, fuzz::fault_fields(), {}, problems));
    if (problems.size() > trouble) continue;
    check_nodes(*entry, plan, problems);
    const std::string& name = plan.faults.back().kind;
    const auto kind = std::find_if(fuzz::kFaultKinds.begin(), fuzz::kFaultKinds.end(), [&](const auto& one) { return one.name == name; });
    check_uses(*entry, name, kind->uses, {"at", "kind"}, problems);
  }
}

Plan read_plan(const Node& root, Inputs& inputs) {
  Problems& problems = inputs.problems;
  Plan plan = read_table(root, fuzz::plan_fields(), {.other_keys = {"strategy", "params", "order", "ops", "faults"}}, problems);
  read_strategy_of(root, inputs, plan);
  const Node* order = root.find("order");
  if (order != nullptr && expect_object(*order, "{ \"seed\": 1 }", problems))
    plan.order = read_table(*order, fuzz::order_fields(), {}, problems);
  read_ops(root, plan, problems);
  read_plan_faults(root, plan, problems);
  return plan;
}

}   // namespace

LoadedPlan load_plan(const std::string& path) {
  LoadedPlan loaded;
  Inputs inputs;
  const Node* root = read_document(path, inputs);
  if (root != nullptr && expect_object(*root, "{ \"strategy\": ..., \"nodes\": ..., \"ops\": [...] }", inputs.problems))
    loaded.plan = read_plan(*root, inputs);
  loaded.problems = inputs.problems.sorted();
  return loaded;
}

config::Values read_params_of(const StrategyEntry& strategy, const std::vector<std::string>& sets, std::vector<Problem>& found) {
  Inputs inputs;
  config::Values out;
  for (const std::string& set : sets) {
    const Source* source = inputs.document.add_source("--set");
    const std::size_t equals = set.find('=');
    const std::string key = set.starts_with("params.") && equals != std::string::npos ? set.substr(7, equals - 7) : "";
    const auto field = std::find_if(strategy.params.begin(), strategy.params.end(), [&](const auto& one) { return one.key == key; });
    if (field == strategy.params.end()) {
      std::vector<std::string> known;
      for (const config::Field& one : strategy.params) known.push_back("params." + std::string(one.key));
      inputs.problems.whole(
          *source, fmt::format("{} sets nothing of {} (write params.KEY=VALUE; known: {})", in_quotes(set), strategy.name, listed(known)));
      continue;
    }
    const std::string text = set.substr(equals + 1);
    Problems as_json;
    const Node* node = parse_json(text, *source, inputs.document, as_json);
    if (node == nullptr) node = inputs.document.make_text(source, nullptr, key, text);
    if (const auto value = read_value(*node, *field, inputs.problems)) out.emplace_back(field->key, *value);
  }
  found = inputs.problems.sorted();
  return config::with_preset(strategy.presets, out);
}

}   // namespace ssi::load
