// Every strategy, by hand, in one table: it drives --help, `ssisim list`, the schema and the contract test.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/random.hpp"
#include "models/config/fields.hpp"
#include "models/config/membership.hpp"
#include "models/config/platform.hpp"
#include "models/config/presets.hpp"
#include "models/port/strategy.hpp"

namespace ssi {

// What one node's machine is told at boot.
struct NodeSetup {
  NodeId self;
  std::uint32_t nodes{};   // in the image: 1 for `smp`
  std::uint32_t cores{};   // of this node
  Incarnation incarnation{1};
  RandomRoot random;   // draw named streams from it
  config::NodeCosts costs;
  config::Membership membership{};         // how it learns of the others' ends
  std::shared_ptr<const Durable> disk{};   // what the incarnation before has left on it; nullptr: an empty one
};

// Findings of a check over all nodes; empty is good.
struct Report {
  std::vector<std::string> problems;
  void add(std::string what) { problems.push_back(std::move(what)); }
};

enum class Image : std::uint8_t {
  one_machine,   // all the scenario's cores in one node, no network; node numbers are its sockets
  per_node,      // one kernel on each node
};

// How much of a class of calls is cluster-wide: "full", "partial" (by naming the node), "local" (each its own), "none".
struct Coverage {
  std::string_view process, file = "none", channel = "none", segment = "none";
};

struct StrategyEntry {
  std::string_view name, help;   // one line
  Image image;
  Coverage coverage;
  std::vector<config::Field> params{};
  std::uint32_t dispatch_sites = 0;   // places of the design that test locality
  std::unique_ptr<Strategy> (*make)(const NodeSetup& setup, const config::Values& params) = nullptr;
  // What only the whole cluster can see. `nodes` are all of this strategy's type.
  void (*check_cluster)(std::span<const Strategy* const> nodes, Report& report) = nullptr;
  Coverage (*covers)(const config::Values& params) = nullptr;   // where it depends on the settings; else `coverage`
  bool watches = false;                                         // its nodes agree on views
  std::span<const config::Preset> presets{};                    // of `params`
  std::span<const config::Refused> refused{};
  bool survives_crashes = false;   // what it promises holds for survivors when a node crashes
  // A group's kill(2) ends when all members have the signal, since one holder has the list; else members are marked at one
  // instant, or site by site, and waited for afterwards, while others are born.
  bool group_kills_end_exactly = true;
  bool forks_begin_anew = false;   // a fork lets its caller's signals act first (Linux: ERESTARTNOINTR); else it is a step
  bool has_sets = false;           // its nodes agree on partition sets

  Coverage coverage_with(const config::Values& values) const { return covers ? covers(values) : coverage; }
};

const std::vector<StrategyEntry>& strategies();
const StrategyEntry* find_strategy(std::string_view name);   // nullptr: no such strategy

}   // namespace ssi
