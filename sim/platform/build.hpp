// SimGrid's platform from our settings. The only place that knows zones, links and routes. Hosts are never switched off
// (SimGrid 3.32 can abort then): faults are the net layer's business.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/config/platform.hpp"

namespace simgrid::s4u {
class Host;
}

namespace ssi::sim {

// Arguments for SimGrid's Engine: our model settings first, then the user's --cfg and --log, which win.
// Latency and bandwidth mean what the platform says: no TCP factors, no cross traffic, no TCP window (SimGrid's default
// model LV08 would multiply latencies by 13.01).
std::vector<std::string> engine_arguments(const std::vector<std::string>& users);

// Builds the platform in the Engine of this process and returns one host a node. `one_machine`: one host with all cores.
// Throws std::runtime_error with the reason for an XML file that cannot be used.
std::vector<simgrid::s4u::Host*> build(const config::Platform& platform, bool one_machine);

// Why an XML platform is refused before SimGrid reads it ("" when it is not): state profiles switch hosts or links off.
std::string refusal_of(const std::string& xml_text);

}   // namespace ssi::sim
