#include "sim/fuzz/draw_faults.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "models/base/random.hpp"

namespace ssi::fuzz {
namespace {

Fault crash_of(std::uint32_t node, std::uint64_t at, bool after) { return {.at = at, .kind = "crash", .after = after, .node = node}; }

// On one machine any node is the machine.
std::uint32_t machines_of(const Plan& plan, const StrategyEntry& strategy) { return strategy.image == Image::one_machine ? 1 : plan.nodes; }

void draw_one(Plan& plan, std::uint32_t machines, std::uint64_t events, Stream& draws) {
  const std::uint64_t kind = draws.below(4);
  const std::uint64_t at = 1 + draws.below(events);
  const auto node = static_cast<std::uint32_t>(draws.below(machines));
  const bool after = draws.below(2) == 1;
  if (kind == 0 && machines > 1) {
    const auto further = static_cast<std::uint32_t>(1 + draws.below(machines - 1));
    plan.faults.push_back({.at = at, .kind = "circuit_break", .after = after, .node = node, .peer = (node + further) % machines});
    return;
  }
  plan.faults.push_back(crash_of(node, at, after));
  if (kind == 1) return;   // it stays down
  const std::uint64_t later = 1 + draws.below(events);
  plan.faults.push_back({.at = at + later, .kind = "restart", .after = false, .node = node});
}

// Who watches each other goes on only with a majority of the last view, or when all that have crashed have started again.
void leave_a_majority(Plan& plan, std::uint64_t events) {
  std::vector<Fault> in_order = plan.faults;
  std::stable_sort(in_order.begin(), in_order.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
  std::set<std::uint32_t> crashed, down;   // ever, and in the end
  for (const Fault& fault : in_order) {
    if (fault.kind == "crash") crashed.insert(fault.node), down.insert(fault.node);
    if (fault.kind == "restart") down.erase(fault.node);
  }
  if (2 * crashed.size() < plan.nodes) return;
  std::uint64_t end = in_order.back().at + events;
  for (std::uint32_t node : down) plan.faults.push_back({.at = end++, .kind = "restart", .after = false, .node = node});
}

}   // namespace

void draw_faults(Plan& plan, const StrategyEntry& strategy, std::uint64_t events, std::uint32_t most) {
  Stream draws = RandomRoot(plan.order.seed).stream("faults");
  const std::uint64_t silence = draws.below(3);
  plan.order.silence = std::array<std::uint32_t, 3>{10, 1000, 100'000}[silence];
  plan.membership = strategy.watches;
  for (std::uint64_t count = 1 + draws.below(most); count > 0; --count)
    draw_one(plan, machines_of(plan, strategy), std::max<std::uint64_t>(events, 1), draws);
  if (plan.membership) leave_a_majority(plan, std::max<std::uint64_t>(events, 1));
}

std::vector<Plan> every_crash(const Plan& plan, const StrategyEntry& strategy, std::uint64_t events) {
  std::vector<Plan> out;
  for (std::uint32_t node = 0; node < machines_of(plan, strategy); ++node)
    for (std::uint64_t at = 1; at <= events; ++at)
      for (bool after : {false, true}) {
        out.push_back(plan);
        out.back().membership = strategy.watches;
        out.back().faults = {crash_of(node, at, after)};
        if (plan.nodes > 1 && strategy.watches) leave_a_majority(out.back(), events);
      }
  return out;
}

}   // namespace ssi::fuzz
