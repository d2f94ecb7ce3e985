#include "sim/platform/build.hpp"

#include <simgrid/s4u.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "models/base/check.hpp"
#include "models/config/shape.hpp"

namespace ssi::sim {
namespace {

namespace s4u = simgrid::s4u;

constexpr double kFlopsPerSecond = 1e9;   // of our own hosts: one flop is one nanosecond

s4u::Host* add_host(s4u::NetZone* zone, const std::string& name, std::uint32_t cores) {
  return zone->create_host(name, kFlopsPerSecond)->set_core_count(static_cast<int>(cores))->seal();
}

std::vector<s4u::Host*> build_one_machine(const config::Platform& platform) {
  auto* zone = s4u::create_full_zone("one machine");   // not the host's name: SimGrid's tracing mixes them up
  s4u::Host* host = add_host(zone, "machine", platform.cores * platform.nodes);
  zone->seal();
  return {host};
}

// Each node has a full-duplex link of its own to a switch that never is the bottleneck: a route is two links.
std::vector<s4u::Host*> build_star(const config::Platform& platform) {
  auto* zone = s4u::create_star_zone(platform.name);
  std::vector<s4u::Host*> hosts;
  for (std::uint32_t i = 0; i < platform.nodes; ++i) {
    const std::string number = std::to_string(i);
    s4u::Host* host = add_host(zone, "node" + number, platform.cores);
    auto* link = zone->create_split_duplex_link("link" + number, static_cast<double>(platform.interconnect.bandwidth_bps) / 8);
    link->set_latency(static_cast<double>(platform.interconnect.latency.ns) * 1e-9)->seal();
    zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {{link, s4u::LinkInRoute::Direction::UP}}, true);
    hosts.push_back(host);
  }
  zone->seal();
  return hosts;
}

// Classic Ethernet: one medium that all nodes share, both ways; a route is that one link.
std::vector<s4u::Host*> build_bus(const config::Platform& platform) {
  auto* zone = s4u::create_star_zone(platform.name);
  auto* cable = zone->create_link("cable", static_cast<double>(platform.interconnect.bandwidth_bps) / 8);
  cable->set_latency(static_cast<double>(platform.interconnect.latency.ns) * 1e-9)->seal();
  std::vector<s4u::Host*> hosts;
  for (std::uint32_t i = 0; i < platform.nodes; ++i) {
    hosts.push_back(add_host(zone, "node" + std::to_string(i), platform.cores));
    zone->add_route(hosts.back()->get_netpoint(), nullptr, nullptr, nullptr, {{cable, s4u::LinkInRoute::Direction::NONE}}, true);
  }
  zone->seal();
  return hosts;
}

std::pair<unsigned, unsigned> pair_of(const std::vector<std::uint32_t>& part) { return {part.at(0), part.at(1)}; }

// Fat tree, torus, dragonfly: SimGrid's own zones. Every link has the platform's latency and bandwidth, each way.
std::vector<s4u::Host*> build_cluster(const config::Platform& platform) {
  const config::Interconnect& net = platform.interconnect;
  config::Shape shape;
  const std::string problem = config::read_shape(net.topology, net.shape, shape);
  SSI_CHECK(problem.empty() && shape.nodes == platform.nodes, "a bad shape passed the reader: " + problem);
  std::vector<s4u::Host*> hosts;
  const s4u::ClusterCallbacks add([&](s4u::NetZone* zone, const std::vector<unsigned long>&, unsigned long id) {
    hosts.push_back(add_host(zone, "node" + std::to_string(id), platform.cores));
    return std::make_pair(hosts.back()->get_netpoint(), static_cast<simgrid::kernel::routing::NetPoint*>(nullptr));
  });
  const double bandwidth = static_cast<double>(net.bandwidth_bps) / 8;
  const double latency = static_cast<double>(net.latency.ns) * 1e-9;
  constexpr auto kBothWays = s4u::Link::SharingPolicy::SPLITDUPLEX;
  s4u::NetZone* zone = nullptr;
  if (net.topology == "torus")
    zone =
        s4u::create_torus_zone(platform.name, nullptr, {shape.parts[0].begin(), shape.parts[0].end()}, add, bandwidth, latency, kBothWays);
  else if (net.topology == "fat_tree")
    zone = s4u::create_fatTree_zone(platform.name, nullptr, {shape.parts[0][0], shape.parts[1], shape.parts[2], shape.parts[3]}, add,
                                    bandwidth, latency, kBothWays);
  else
    zone = s4u::create_dragonfly_zone(platform.name, nullptr,
                                      {pair_of(shape.parts[0]), pair_of(shape.parts[1]), pair_of(shape.parts[2]), shape.parts[3][0]}, add,
                                      bandwidth, latency, kBothWays);
  zone->seal();
  return hosts;
}

// node2 before node10.
bool natural_less(const s4u::Host* a, const s4u::Host* b) {
  const std::string& x = a->get_name();
  const std::string& y = b->get_name();
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < x.size() && j < y.size()) {
    if (digit(x[i]) && digit(y[j])) {
      std::size_t m = i, n = j;
      while (m < x.size() && digit(x[m])) ++m;
      while (n < y.size() && digit(y[n])) ++n;
      if (m - i != n - j) return m - i < n - j;
      if (int order = x.compare(i, m - i, y, j, n - j); order != 0) return order < 0;
      i = m;
      j = n;
    } else if (x[i] != y[j]) {
      return x[i] < y[j];
    } else {
      ++i;
      ++j;
    }
  }
  return x.size() - i < y.size() - j;
}

std::vector<s4u::Host*> load_xml(const config::Platform& platform) {
  std::ifstream file(platform.xml_file);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot be read");
  if (std::string reason = refusal_of(text.str()); !reason.empty()) throw std::runtime_error(reason);
  s4u::Engine::get_instance()->load_platform(platform.xml_file);
  s4u::Engine::get_instance()->seal_platform();   // or routes are not known yet
  std::vector<s4u::Host*> hosts = s4u::Engine::get_instance()->get_all_hosts();
  std::sort(hosts.begin(), hosts.end(), natural_less);
  if (hosts.size() < platform.nodes)
    throw std::runtime_error("has " + std::to_string(hosts.size()) + " hosts, fewer than the " + std::to_string(platform.nodes) +
                             " nodes asked for");
  hosts.resize(platform.nodes);
  return hosts;
}

}   // namespace

std::string refusal_of(const std::string& xml_text) {
  for (const char* word : {"state_file", "HOST_AVAIL", "LINK_AVAIL"})
    if (xml_text.find(word) != std::string::npos)
      return std::string("has a state profile (") + word +
             "): hosts and links of a platform are never switched off here; use the scenario's faults";
  return "";
}

std::vector<s4u::Host*> build(const config::Platform& platform, bool one_machine) {
  if (one_machine) return build_one_machine(platform);
  if (!platform.xml_file.empty()) return load_xml(platform);
  if (platform.interconnect.topology == "star") return build_star(platform);
  if (platform.interconnect.topology == "bus") return build_bus(platform);
  return build_cluster(platform);
}

}   // namespace ssi::sim
