#include "sim/platform/routes.hpp"

#include <simgrid/s4u.hpp>

#include <deque>
#include <unordered_map>

#include "sim/platform/build.hpp"

namespace ssi::sim {

namespace s4u = simgrid::s4u;

struct Routes::State {
  std::vector<s4u::Host*> hosts;
  std::vector<Link> links;
  std::unordered_map<const s4u::Link*, std::uint32_t> numbers;   // lookup only
  std::vector<std::vector<RouteSpan>> rows;                      // by source, made when it first sends
  std::deque<std::vector<std::uint32_t>> ports;                  // stays where it is: spans refer to it

  std::uint32_t number_of(const s4u::Link* link) {
    const auto [at, fresh] = numbers.emplace(link, static_cast<std::uint32_t>(links.size()));
    if (fresh) links.push_back({link->get_bandwidth(), link->get_latency()});
    return at->second;
  }
};

Routes::Routes(const config::Platform& platform, bool one_machine) : state_(std::make_unique<State>()) {
  state_->hosts = build(platform, one_machine);
  state_->rows.resize(state_->hosts.size());
}
Routes::Routes(Routes&&) noexcept = default;
Routes::~Routes() = default;

std::uint32_t Routes::nodes() const { return static_cast<std::uint32_t>(state_->hosts.size()); }
s4u::Host* Routes::host(NodeId node) const { return state_->hosts[node.value]; }
const std::vector<Routes::Link>& Routes::links() const { return state_->links; }

RouteSpan Routes::between(NodeId from, NodeId to) {
  auto& row = state_->rows[from.value];
  if (row.empty()) row.resize(state_->hosts.size());
  RouteSpan& span = row[to.value];
  if (span.ports) return span;
  std::vector<s4u::Link*> links;
  double latency = 0;
  state_->hosts[from.value]->route_to(state_->hosts[to.value], links, &latency);
  std::vector<std::uint32_t>& ports = state_->ports.emplace_back();
  for (const s4u::Link* link : links) ports.push_back(state_->number_of(link));
  span = {ports.data(), static_cast<std::uint32_t>(ports.size())};
  return span;
}

}  // namespace ssi::sim
