// The registry of `ssisim_flawed`: the planted fault instead of the real strategies.
#include "models/strategy/registry.hpp"

#include "tests/flawed/flawed.hpp"

namespace ssi {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{{"flawed",
                                                "goes wrong at each spawn",
                                                Image::per_node,
                                                {.process = "local"},
                                                flawed::params(),
                                                0,
                                                flawed::make,
                                                flawed::check_cluster}};
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) { return name == "flawed" ? &strategies().front() : nullptr; }

}   // namespace ssi
