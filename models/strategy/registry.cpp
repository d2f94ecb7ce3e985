#include "models/strategy/registry.hpp"

#include "models/strategy/isolated/isolated.hpp"
#include "models/strategy/smp/smp.hpp"

namespace ssi {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{
      {"smp", "one machine with all the cores: one kernel, no network; what the others are measured against",
       Image::one_machine, {.process = "full"}, {}, 0, smp::make, smp::check_cluster},
      {"isolated", "no single system image: a kernel on each node that knows of no other; a remote pid does not exist",
       Image::per_node, {.process = "local"}, {}, 0, isolated::make, isolated::check_cluster},
  };
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace ssi
