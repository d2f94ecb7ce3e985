#include "tests/explore/world/designs.hpp"

namespace ssi::test {

using directory::Directory;
using directory::Settings;

namespace {

void add_rows(const coherence::Machine& machine, std::vector<std::uint64_t>& rows) {
  const auto& node = dynamic_cast<const Directory&>(machine);
  const auto& cache = node.cache().hits();
  const auto& home = node.home().hits();
  rows.resize(cache.size() + home.size());
  for (std::size_t i = 0; i < cache.size(); ++i) rows[i] += cache[i];
  for (std::size_t i = 0; i < home.size(); ++i) rows[cache.size() + i] += home[i];
}

}   // namespace

Design directory_design(std::string name, const Settings& settings, directory::Tables tables) {
  return {.name = std::move(name),
          .make = [=](const coherence::Place& place) { return std::make_unique<Directory>(place, settings, tables); },
          .check =
              [](std::span<const coherence::Machine* const> all, PageId page, const coherence::Homes& homes) {
                std::vector<const Directory*> nodes;
                for (const auto* machine : all) nodes.push_back(&dynamic_cast<const Directory&>(*machine));
                directory::check_cluster(nodes, page, homes);
              },
          .coverage = add_rows,
          .symmetric = settings.invalidations == Settings::Invalidations::parallel};
}

Design directory_design(std::string name, const Settings& settings) {
  return directory_design(std::move(name), settings, directory::tables_for(settings));
}

std::vector<Design> directory_designs() {
  std::vector<Design> all;
  const auto add = [&](std::string name, auto change) {
    Settings settings;
    change(settings);
    all.push_back(directory_design(std::move(name), settings));
  };
  add("mesi", [](Settings&) {});
  add("msi", [](Settings& s) { s.exclusive = false; });
  add("mesi unconfirmed", [](Settings& s) { s.confirmed = false; });
  add("mesi nack", [](Settings& s) { s.busy = Settings::Busy::nack; });
  add("mesi tell shared", [](Settings& s) { s.tell_shared = true; });
  add("mesi hold", [](Settings& s) { s.hold = milliseconds(1); });
  add("msi unconfirmed nack tell shared", [](Settings& s) {
    s.exclusive = s.confirmed = false;
    s.tell_shared = true;
    s.busy = Settings::Busy::nack;
  });
  add("mesi relayed", [](Settings& s) { s.forwarding = Settings::Forwarding::relayed; });
  add("msi relayed nack", [](Settings& s) {
    s.exclusive = false;
    s.forwarding = Settings::Forwarding::relayed;
    s.busy = Settings::Busy::nack;
  });
  add("mesi relayed serial tell shared", [](Settings& s) {
    s.forwarding = Settings::Forwarding::relayed;
    s.invalidations = Settings::Invalidations::serial;
    s.tell_shared = true;
  });
  add("mesi no grant", [](Settings& s) { s.grant = false; });
  return all;
}

}   // namespace ssi::test
