// Routes of the platform as numbers of ports (links in one direction), asked of SimGrid once a pair.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "models/base/ids.hpp"
#include "models/config/platform.hpp"

namespace simgrid::s4u {
class Host;
}

namespace ssi::sim {

// Ports of one route, in order.
struct RouteSpan {
  const std::uint32_t* ports = nullptr;
  std::uint32_t count = 0;
};

class Routes {
 public:
  struct Link { double bandwidth_bytes_per_s, latency_s; };

  // Builds the platform in this process's Engine.
  Routes(const config::Platform& platform, bool one_machine);
  Routes(Routes&&) noexcept;
  ~Routes();

  std::uint32_t nodes() const;
  simgrid::s4u::Host* host(NodeId node) const;
  // Links met so far; a route may add some.
  const std::vector<Link>& links() const;
  RouteSpan between(NodeId from, NodeId to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ssi::sim
