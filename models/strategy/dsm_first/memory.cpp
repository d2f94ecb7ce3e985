#include "models/strategy/dsm_first/memory.hpp"

#include <algorithm>

namespace ssi::dsm_first {

Layout layout_of(const NodeSetup& setup, const Settings& settings) {
  const Packing placement = settings.placement == "packed"         ? Packing::packed
                            : settings.placement == "one_per_page" ? Packing::one_per_page
                                                                   : Packing::first_touch;
  return {setup.nodes, settings.page_bytes, placement};
}

// An option that names a node: another one stands in for it when it is missing.
void replace_node(config::Values& options, std::string_view key, const Layout& layout) {
  const config::Value* given = config::find_value(options, key);
  const std::int64_t node = given == nullptr ? 0 : std::get<std::int64_t>(*given);
  const NodeId at{static_cast<std::uint32_t>(std::min<std::int64_t>(node, layout.nodes() - 1))};
  std::erase_if(options, [key](const auto& option) { return option.first == key; });
  options.emplace_back(key, std::int64_t{layout.stands_in_for(at).value});
}

std::unique_ptr<coherence::Machine> memory_of(const NodeSetup& setup, const Settings& settings, const Layout& layout) {
  protocol::Choice memory = settings.memory;
  for (const std::string_view key : {"home_node", "manager"}) replace_node(memory.options, key, layout);
  const Duration shootdown = setup.costs.shootdown + setup.costs.shootdown_per_core * setup.cores;
  const coherence::Place place{.self = setup.self,
                               .nodes = setup.nodes,
                               .page_bytes = settings.page_bytes,
                               .homes = {.kind = coherence::Homes::Kind::interleaved, .nodes = setup.nodes},
                               .costs = {settings.fault, settings.lookup, shootdown, settings.map}};
  return memory.make(place);
}

}   // namespace ssi::dsm_first
