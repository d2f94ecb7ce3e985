#include "tests/explore/world/designs.hpp"

namespace ssi::test {

using ivy::Ivy;
using ivy::Settings;

Design ivy_design(std::string name, const Settings& settings, const ivy::Table& table) {
  return {.name = std::move(name),
          .make = [settings, &table](const coherence::Place& place) { return std::make_unique<Ivy>(place, settings, table); },
          .check =
              [](std::span<const coherence::Machine* const> all, PageId page, const coherence::Homes&) {
                std::vector<const Ivy*> nodes;
                for (const auto* machine : all) nodes.push_back(&dynamic_cast<const Ivy&>(*machine));
                ivy::check_cluster(nodes, page);
              },
          .coverage =
              [](const coherence::Machine& machine, std::vector<std::uint64_t>& rows) {
                const auto& hits = dynamic_cast<const Ivy&>(machine).hits();
                rows.resize(hits.size());
                for (std::size_t i = 0; i < hits.size(); ++i) rows[i] += hits[i];
              },
          .symmetric = settings.invalidations == Settings::Invalidations::parallel};
}

Design ivy_design(std::string name, const Settings& settings) { return ivy_design(std::move(name), settings, ivy::table_for(settings)); }

std::vector<Design> ivy_designs() {
  std::vector<Design> all;
  const auto add = [&](std::string name, auto change) {
    Settings settings;
    change(settings);
    all.push_back(ivy_design(std::move(name), settings));
  };
  add("ivy dynamic", [](Settings&) {});
  add("ivy dynamic, reads move", [](Settings& s) { s.reads_move = true; });
  add("ivy manager", [](Settings& s) { s.locate = Settings::Locate::manager; });
  add("ivy manager, reads move", [](Settings& s) {
    s.locate = Settings::Locate::manager;
    s.reads_move = true;
  });
  add("giantvm", [](Settings& s) {
    s.reads_move = true;
    s.forwarding = Settings::Forwarding::relayed;
    s.invalidations = Settings::Invalidations::serial;
  });
  add("ivy dynamic, relayed", [](Settings& s) { s.forwarding = Settings::Forwarding::relayed; });
  add("ivy dynamic, hold", [](Settings& s) { s.hold = milliseconds(1); });
  add("ivy dynamic, no grant", [](Settings& s) { s.grant = false; });
  return all;
}

}   // namespace ssi::test
