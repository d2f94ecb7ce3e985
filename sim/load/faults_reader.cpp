// The scenario's faults: each kind by its table, nodes that exist, groups that are a partition, nothing that strikes what is down.
#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "models/strategy/registry.hpp"
#include "sim/load/reader.hpp"
#include "sim/load/settings.hpp"
#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Fault;
using config::FaultKind;
using config::Scenario;
using Type = Node::Type;

constexpr const char* kExample = "{\"at\": \"3s\", \"kind\": \"crash\", \"node\": 2}";

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const FaultKind& kind : config::fault_kinds()) names.emplace_back(kind.name);
  return names;
}

const FaultKind* read_kind(const Node& object, Problems& problems) {
  const Node* kind = object.find("kind");
  if (kind == nullptr) {
    problems.missing(object, "kind", fmt::format("missing key \"kind\" (add the kind of a fault; known: {})", listed(kind_names())));
    return nullptr;
  }
  const FaultKind* found = kind->is(Type::string) ? config::find_fault_kind(kind->text) : nullptr;
  if (found == nullptr && kind->is(Type::string) && in_later_version(kind->text))
    problems.at_value(*kind, fmt::format("faults of the kind {} are not in this version (remove it)", in_quotes(kind->text)));
  else if (found == nullptr)
    problems.at_value(*kind,
                      fmt::format("there is no fault of the kind {}{}", kind->is(Type::string) ? in_quotes(kind->text) : describe(*kind),
                                  near_or_all(kind->text, kind_names(), "kinds")));
  return found;
}

// `count` 0: not known, because the platform is wrong.
void check_node(const Node& value, std::int64_t number, std::uint32_t count, Problems& problems) {
  if (count != 0 && number >= count)
    problems.at_value(value,
                      fmt::format("there is no node {} (the platform has {}: write 0 to {})", number, plural(count, "node"), count - 1));
}

void read_member(const Node& item, std::uint32_t count, std::vector<int>& seen, std::vector<std::uint32_t>& out, Problems& problems) {
  if (!item.is(Type::integer) || item.integer < 0 || item.integer >= std::int64_t{UINT32_MAX})
    return problems.at_value(item, fmt::format("must be a node number, not {} (write a whole number, 0 or more)", describe(item)));
  check_node(item, item.integer, count, problems);
  if (count != 0 && item.integer >= count) return;
  const auto node = static_cast<std::uint32_t>(item.integer);
  if (count == 0) return;
  if (seen[node]++ != 0) problems.at_value(item, fmt::format("node {} stands twice (remove one)", node));
  else out.push_back(node);
}

std::string missing_nodes(const std::vector<int>& seen) {
  std::vector<std::string> out;
  for (std::size_t node = 0; node < seen.size(); ++node)
    if (seen[node] == 0) out.push_back(std::to_string(node));
  return listed(out);
}

void read_groups(const Node& object, std::uint32_t count, Fault& fault, Problems& problems) {
  const Node* list = object.find("groups");
  if (list == nullptr) return problems.missing(object, "groups", "missing key \"groups\" (add \"groups\": [[0, 1], \"rest\"])");
  if (!list->is(Type::array) || list->children.size() < 2)
    return problems.at_value(*list, "must be a list of at least two groups (write [[0, 1], \"rest\"])");
  std::vector<int> seen(count);
  bool rest = false;
  for (const Node* group : list->children) {
    std::vector<std::uint32_t>& out = fault.groups.emplace_back();
    const bool last = group == list->children.back();
    if (group->is(Type::string) && group->text == "rest" && last) {
      rest = true;
      for (std::uint32_t node = 0; node < count; ++node)
        if (seen[node] == 0) out.push_back(node);
      if (count != 0 && out.empty()) problems.at_value(*group, "no node is left for it (remove it, or a node from another group)");
    } else if (group->is(Type::array) && !group->children.empty()) {
      for (const Node* item : group->children) read_member(*item, count, seen, out, problems);
    } else {
      problems.at_value(*group,
                        fmt::format("must be a list of node numbers, not {} (write [0, 1], or \"rest\" as the last)", describe(*group)));
    }
  }
  if (!rest && std::find(seen.begin(), seen.end(), 0) != seen.end())
    problems.at_value(*list, fmt::format("each node stands in one group; missing: {} (add it, or end with \"rest\")", missing_nodes(seen)));
}

void check_times(const Node& object, const Fault& fault, const Scenario& scenario, Problems& problems) {
  const Node* at = object.find("at");
  if (at != nullptr && scenario.duration.ns > 0 && fault.at >= scenario.duration)
    problems.at_value(*at,
                      fmt::format("strikes at {}, when the run is over (write less than the duration, {})",
                                  canonical(config::Kind::duration, fault.at.ns), canonical(config::Kind::duration, scenario.duration.ns)));
}

void check_place(const Node& object, const Fault& fault, std::uint32_t count, Problems& problems) {
  if (const Node* node = object.find("node"); node != nullptr && node->is(Type::integer)) check_node(*node, node->integer, count, problems);
  const Node* peer = object.find("peer");
  if (peer == nullptr || !peer->is(Type::integer)) return;
  check_node(*peer, peer->integer, count, problems);
  if (peer->integer == static_cast<std::int64_t>(fault.node))
    problems.at_value(*peer, "is the node itself (write another, or leave it out for all)");
}

bool is_one_machine(const config::StrategyChoice& choice) {
  const StrategyEntry* entry = find_strategy(choice.name);
  return entry != nullptr && entry->image == Image::one_machine;
}

// One machine has no network, and its sockets are not slow one by one.
void check_strategies(const Node& object, const Fault& fault, const Scenario& scenario, Problems& problems) {
  const bool touches = fault.kind == "crash" || fault.kind == "pause" || fault.kind == "disk_stall" || fault.kind == "random";
  const auto& all = scenario.strategies;
  if (!touches && !all.empty() && std::all_of(all.begin(), all.end(), is_one_machine))
    problems.at_value(object, fmt::format("a {} does not touch one machine (remove it, or add another strategy)", fault.kind));
}

// A link that is degraded by nothing, random faults of no kind.
void check_effect(const Node& object, const Fault& fault, Problems& problems) {
  if (fault.kind == "link_degrade" && fault.bandwidth == 0 && fault.latency.ns == 0 && fault.loss == 0)
    problems.at_value(object, "has no effect (add \"bandwidth\", \"latency\" or \"loss\")");
  if (fault.kind == "random" && fault.kinds.empty()) problems.at_value(*object.find("kinds"), "the list is empty (write [\"crash\"])");
  if (fault.kind == "random" && (fault.between.ns > 0) == (fault.count > 0))
    problems.at_value(object, "how often? (add either \"between\", the mean time between the faults of a node, or \"count\")");
}

Fault read_fault(const Node& object, const Scenario& scenario, Inputs& inputs) {
  Problems& problems = inputs.problems;
  const FaultKind* kind = read_kind(object, problems);
  if (kind == nullptr) return {};
  TableOptions options{.other_keys = {"kind"}};
  if (kind->groups) options.other_keys.emplace_back("groups");
  const config::Values values = read_settings(object, config::plain<Fault>(kind->fields), options, problems);
  Fault fault = config::bind<Fault>(kind->fields, values);
  fault.kind = kind->name;
  const std::uint32_t count = scenario.platform.nodes;
  if (kind->groups) read_groups(object, count, fault, problems);
  check_times(object, fault, scenario, problems);
  check_place(object, fault, count, problems);
  check_effect(object, fault, problems);
  check_strategies(object, fault, scenario, problems);
  return fault;
}

bool overlap(const Fault& a, const Fault& b) {
  const bool before = a.lasts.ns != 0 && a.at + a.lasts <= b.at;
  const bool after = b.lasts.ns != 0 && b.at + b.lasts <= a.at;
  return !before && !after;
}

// What is down cannot crash, and what is paused cannot be paused.
void check_overlaps(const std::vector<std::pair<const Node*, Fault>>& read, Problems& problems) {
  for (std::size_t i = 0; i < read.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Fault& a = read[j].second;
      const Fault& b = read[i].second;
      const bool once = b.kind == "crash" || b.kind == "pause" || b.kind == "slow_node" || b.kind == "disk_stall";
      if (once && a.kind == b.kind && a.node == b.node && overlap(a, b))
        problems.at_value(*read[i].first,
                          fmt::format("node {} is struck by a {} that is not over (move one, or give the first an end)", b.node, b.kind));
    }
}

// Who is believed dead must have stopped before.
void check_membership(const Node& block, const Scenario& scenario, Problems& problems) {
  const config::Membership& it = scenario.membership;
  if (it.by_majority() && it.lease >= it.suspect_after)
    problems.at_value(block, "the lease must end before suspect_after (a node that is believed dead could still serve)");
  if (it.by_majority() && it.heartbeat >= it.lease)
    problems.at_value(block, "the heartbeat must be shorter than the lease (or nobody ever serves)");
  if (const Node* witness = block.find("witness"); witness != nullptr && witness->is(Type::integer))
    check_node(*witness, witness->integer, scenario.platform.nodes, problems);
  const auto watches = [&](const config::StrategyChoice& choice) {
    const StrategyEntry* entry = find_strategy(choice.name);
    return entry == nullptr || (it.by_sets() ? entry->has_sets : entry->watches);
  };
  if (std::none_of(scenario.strategies.begin(), scenario.strategies.end(), watches))
    problems.at_key(block, fmt::format("has no effect: no strategy of this scenario agrees on {} (remove it)",
                                       it.by_sets() ? "partition sets" : "views"));
}

}   // namespace

void read_membership(Inputs& inputs, Scenario& out) {
  const Node* block = inputs.scenario->find("membership");
  if (block == nullptr || !expect_object(*block, "{\"mode\": \"majority\"}", inputs.problems)) return;
  const auto fields = config::membership_fields();
  const std::size_t before = inputs.problems.size();
  out.membership =
      config::bind<config::Membership>(fields, read_settings(*block, config::plain<config::Membership>(fields), {}, inputs.problems));
  if (inputs.problems.size() == before) check_membership(*block, out, inputs.problems);
}

void read_faults(Inputs& inputs, Scenario& out) {
  const Node* list = inputs.scenario->find("faults");
  if (list == nullptr) return;
  if (!list->is(Type::array))
    return inputs.problems.at_value(*list, fmt::format("must be a list, not {} (write [{}])", describe(*list), kExample));
  std::vector<std::pair<const Node*, Fault>> read;
  for (const Node* node : list->children)
    if (expect_object(*node, kExample, inputs.problems)) read.emplace_back(node, read_fault(*node, out, inputs));
  check_overlaps(read, inputs.problems);
  for (auto& [node, fault] : read) out.faults.push_back(std::move(fault));
}

}   // namespace ssi::load
