// Routes of the platform as numbers of ports (links in one direction), asked of SimGrid once a pair.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/base/ids.hpp"
#include "models/config/platform.hpp"

namespace simgrid::s4u {
class Host;
}

namespace ssi::sim {

// Ports of one route, in order. Two hosts of a zone with coordinates may have no link between them, only a distance.
class RouteSpan {
 public:
  RouteSpan() = default;
  RouteSpan(const std::uint32_t* ports, std::uint32_t size, double distance) : distance_s(distance), count(size), ports_(ports) {}
  // A star's: out of one node's link, into the other's. Needs no table of pairs.
  RouteSpan(std::uint32_t out, std::uint32_t in) : count(2), star_{out, in} {}

  std::uint32_t port(std::uint32_t hop) const { return ports_ ? ports_[hop] : star_[hop]; }
  double distance_s = 0;   // latency of the route beyond that of its links
  std::uint32_t count = 0;

 private:
  const std::uint32_t* ports_ = nullptr;
  std::uint32_t star_[2]{};
};

class Routes {
 public:
  struct Link {
    double bandwidth_bytes_per_s, latency_s;
    std::string name;
    bool shared;   // false: a fat pipe, as fast for all its messages together as for one
  };

  // Builds the platform in this process's Engine.
  Routes(const config::Platform& platform, bool one_machine);
  Routes(Routes&&) noexcept;
  ~Routes();

  std::uint32_t nodes() const;
  simgrid::s4u::Host* host(NodeId node) const;
  // Links met so far; a route may add some.
  const std::vector<Link>& links() const;
  RouteSpan between(NodeId from, NodeId to);
  // Throws std::runtime_error for a route that messages cannot take: none at all, or over a radio. Looks at all pairs of up to
  // 256 nodes, of more at the first node's.
  void check();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}   // namespace ssi::sim
