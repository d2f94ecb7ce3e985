#include "sim/platform/routes.hpp"

#include <simgrid/s4u.hpp>

#include <deque>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "sim/platform/build.hpp"

namespace ssi::sim {

namespace s4u = simgrid::s4u;

struct Routes::State {
  std::vector<s4u::Host*> hosts;
  std::vector<Link> links;
  std::unordered_map<const s4u::Link*, std::uint32_t> numbers;   // lookup only
  std::vector<std::vector<std::optional<RouteSpan>>> rows;       // by source, made when it first sends
  std::deque<std::vector<std::uint32_t>> ports;                  // stays where it is: spans refer to it

  std::vector<std::uint32_t> up, down;   // of a star: each node's link, out and in

  std::uint32_t number_of(const s4u::Link* link) {
    const auto [at, fresh] = numbers.emplace(link, static_cast<std::uint32_t>(links.size()));
    if (fresh)
      links.push_back(
          {link->get_bandwidth(), link->get_latency(), link->get_name(), link->get_sharing_policy() != s4u::Link::SharingPolicy::FATPIPE});
    return at->second;
  }
};

Routes::Routes(const config::Platform& platform, bool one_machine) : state_(std::make_unique<State>()) {
  state_->hosts = build(platform, one_machine);
  state_->rows.resize(state_->hosts.size());
  if (one_machine || nodes() < 2 || !platform.xml_file.empty() || platform.interconnect.topology != "star") return;
  state_->up.resize(nodes());
  state_->down.resize(nodes());
  for (std::uint32_t from = 0; from < nodes(); ++from) {   // every route of a node begins with its own link
    const std::uint32_t to = (from + 1) % nodes();
    std::vector<s4u::Link*> links;
    double latency = 0;
    state_->hosts[from]->route_to(state_->hosts[to], links, &latency);
    state_->up[from] = state_->number_of(links.at(0));
    state_->down[to] = state_->number_of(links.at(1));
  }
}
Routes::Routes(Routes&&) noexcept = default;
Routes::~Routes() = default;

std::uint32_t Routes::nodes() const { return static_cast<std::uint32_t>(state_->hosts.size()); }
s4u::Host* Routes::host(NodeId node) const { return state_->hosts[node.value]; }
const std::vector<Routes::Link>& Routes::links() const { return state_->links; }

RouteSpan Routes::between(NodeId from, NodeId to) {
  if (!state_->up.empty()) return {state_->up[from.value], state_->down[to.value]};
  auto& row = state_->rows[from.value];
  if (row.empty()) row.resize(state_->hosts.size());
  std::optional<RouteSpan>& span = row[to.value];
  if (span) return *span;
  std::vector<s4u::Link*> links;
  double latency = 0;
  state_->hosts[from.value]->route_to(state_->hosts[to.value], links, &latency);
  std::vector<std::uint32_t>& ports = state_->ports.emplace_back();
  for (const s4u::Link* link : links) {
    ports.push_back(state_->number_of(link));
    latency -= link->get_latency();
  }
  constexpr double kRounding = 1e-12;
  span = RouteSpan(ports.data(), static_cast<std::uint32_t>(ports.size()), latency > kRounding ? latency : 0);
  return *span;
}

void Routes::check() {
  constexpr std::uint32_t kAllPairs = 256;
  for (std::uint32_t i = 0; i < nodes(); ++i)
    for (std::uint32_t j = 0; j < nodes(); ++j) {
      if (i == j || (nodes() > kAllPairs && i != 0 && j != 0)) continue;
      std::vector<s4u::Link*> links;
      double latency = 0;
      state_->hosts[i]->route_to(state_->hosts[j], links, &latency);
      const std::string pair = state_->hosts[i]->get_name() + " and " + state_->hosts[j]->get_name();
      if (links.empty() && latency <= 0) throw std::runtime_error("no route between " + pair);
      for (const s4u::Link* link : links)
        if (link->get_sharing_policy() == s4u::Link::SharingPolicy::WIFI)
          throw std::runtime_error("the route between " + pair + " goes over a radio, " + link->get_name() +
                                   "; only wired platforms are served");
    }
}

}   // namespace ssi::sim
