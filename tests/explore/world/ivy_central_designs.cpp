#include "tests/explore/world/designs.hpp"

namespace ssi::test {

using ivy_central::IvyCentral;
using ivy_central::Settings;

Design ivy_central_design(std::string name, const Settings& settings, const ivy_central::NodeRules& rules,
                          const ivy_central::ManagerRules& manager) {
  return {.name = std::move(name),
          .make = [settings, &rules,
                   &manager](const coherence::Place& place) { return std::make_unique<IvyCentral>(place, settings, rules, manager); },
          .check =
              [](std::span<const coherence::Machine* const> all, PageId page, const coherence::Homes& homes) {
                std::vector<const IvyCentral*> nodes;
                for (const auto* machine : all) nodes.push_back(&dynamic_cast<const IvyCentral&>(*machine));
                ivy_central::check_cluster(nodes, page, homes);
              },
          .coverage =
              [](const coherence::Machine& machine, std::vector<std::uint64_t>& rows) {
                const auto& node = dynamic_cast<const IvyCentral&>(machine);
                rows.resize(node.node_hits().size() + node.manager_hits().size());
                for (std::size_t i = 0; i < node.node_hits().size(); ++i) rows[i] += node.node_hits()[i];
                for (std::size_t i = 0; i < node.manager_hits().size(); ++i) rows[node.node_hits().size() + i] += node.manager_hits()[i];
              },
          .symmetric = settings.invalidations == Settings::Invalidations::parallel};
}

std::vector<Design> ivy_central_designs() {
  const auto design = [](std::string name, const Settings& settings) {
    return ivy_central_design(std::move(name), settings, ivy_central::kNodeRules, ivy_central::kManagerRules);
  };
  return {design("ivy central", {}),
          design("ivy central, serial, no grant", {.invalidations = Settings::Invalidations::serial, .grant = false}),
          design("ivy central, hold", {.hold = milliseconds(1)})};
}

}   // namespace ssi::test
