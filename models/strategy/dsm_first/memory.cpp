#include "models/strategy/dsm_first/memory.hpp"

namespace ssi::dsm_first {

Layout layout_of(const NodeSetup& setup, const Settings& settings) {
  const Packing placement = settings.placement == "packed"         ? Packing::packed
                            : settings.placement == "one_per_page" ? Packing::one_per_page
                                                                   : Packing::first_touch;
  return {setup.nodes, settings.page_bytes, placement};
}

std::unique_ptr<coherence::Machine> memory_of(const NodeSetup& setup, const Settings& settings) {
  const Duration shootdown = setup.costs.shootdown + setup.costs.shootdown_per_core * setup.cores;
  const coherence::Place place{.self = setup.self,
                               .nodes = setup.nodes,
                               .page_bytes = settings.page_bytes,
                               .homes = {.kind = coherence::Homes::Kind::interleaved, .nodes = setup.nodes},
                               .costs = {settings.fault, settings.lookup, shootdown, settings.map}};
  return settings.memory.make(place);
}

}   // namespace ssi::dsm_first
