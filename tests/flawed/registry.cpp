// The registry of `ssisim_flawed`: strategies with planted faults instead of the real ones.
#include "models/strategy/registry.hpp"

#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/memory.hpp"
#include "tests/flawed/flawed.hpp"
#include "tests/flawed/skips_invalidation.hpp"

namespace ssi {
namespace {

// One node skips one invalidation while all boot, which takes the lock of the task list: it misses that the lock is free.
constexpr std::uint32_t kSkips = 2;

std::unique_ptr<Strategy> make_dsm_first(const NodeSetup& setup, const config::Values& params) {
  const auto settings = dsm_first::settings_from(params);
  const std::uint32_t skips = setup.self == NodeId{1} ? kSkips : 0;
  auto whole = dsm_first::memory_of(setup, settings, dsm_first::layout_of(setup, settings));
  auto memory = std::make_unique<flawed::SkipsInvalidation>(std::move(whole), skips);
  return std::make_unique<dsm_first::DsmFirst>(setup, settings, std::move(memory));
}

StrategyEntry flawed_entry() {
  return {.name = "flawed",
          .help = "goes wrong at each spawn",
          .image = Image::per_node,
          .coverage = {.process = "local"},
          .params = flawed::params(),
          .make = flawed::make,
          .check_cluster = flawed::check_cluster};
}

StrategyEntry dsm_first_entry() {
  return {.name = "dsm_first",
          .help = "skips one invalidation",
          .image = Image::per_node,
          .coverage = {.process = "full", .file = "full", .channel = "full", .segment = "full"},
          .params = dsm_first::parameters(),
          .make = make_dsm_first,
          .check_cluster = dsm_first::check_cluster,
          .group_kills_end_exactly = false,
          .forks_begin_anew = true};
}

}   // namespace

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{flawed_entry(), dsm_first_entry()};
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace ssi
