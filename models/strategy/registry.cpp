#include "models/strategy/registry.hpp"

namespace ssi {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{};
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace ssi
