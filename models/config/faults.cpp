#include "models/config/faults.hpp"

#include <algorithm>
#include <array>

#include "models/base/distributions.hpp"

namespace ssi::config {
namespace {

using F = Fault;

constexpr double kLongestFault = 100.0 * 86'400 * 1e9;   // as long as a run
constexpr double kMostNodes = 1e6;

const Bound<F> kAt{{"at", Kind::duration, std::monostate{}, 0, kLongestFault, {}, "when it strikes"}, &F::at};
const Bound<F> kFor{{"for", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "how long it lasts; 0ns: for good"}, &F::lasts};
const Bound<F> kNode{{"node", Kind::integer, std::monostate{}, 0, kMostNodes, {}, "that it strikes"}, &F::node};
const Bound<F> kPeer{
    {"peer", Kind::integer, std::int64_t{-1}, -1, kMostNodes, {}, "the other end; -1: the node's own link, so to every other node"},
    &F::peer};
const Bound<F> kOneWay{{"one_way", Kind::boolean, false, 0, 0, {}, "only what the node sends is concerned; what is sent to it arrives"},
                       &F::one_way};

const std::array kCrash{
    kAt, Bound<F>{{"for", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "then the node starts again; 0ns: never"}, &F::lasts},
    kNode};
const std::array kOneNode{kAt, kFor, kNode};
const std::array kEvacuate{kAt, kNode};
const std::array kPartition{
    kAt, kFor,
    Bound<F>{{"one_way", Kind::boolean, false, 0, 0, {}, "only what the first group sends is lost; what is sent to it arrives"},
             &F::one_way}};
const std::array kLinkDown{kAt, kFor, kNode, kPeer, kOneWay};
const std::array kLinkDegrade{
    kAt,
    kFor,
    kNode,
    kPeer,
    kOneWay,
    Bound<F>{{"bandwidth", Kind::bandwidth, std::int64_t{0}, 0, 1e15, {}, "of the path between two nodes; 0bps: as it is"}, &F::bandwidth},
    Bound<F>{{"latency", Kind::duration, std::int64_t{0}, 0, 1e12, {}, "besides the platform's"}, &F::latency},
    Bound<F>{{"loss", Kind::ratio, 0.0, 0, 1, {}, "probability that a message is lost and has to be sent again"}, &F::loss}};
const std::array kSlowNode{kAt, kFor, kNode,
                           Bound<F>{{"factor", Kind::ratio, std::monostate{}, 1, 1e6, {}, "work takes so many times as long"}, &F::factor}};

constexpr std::array<std::string_view, 6> kDrawn{"crash", "partition", "link_down", "slow_node", "pause", "disk_stall"};
const std::array kRandom{
    Bound<F>{{"at", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "from when on faults are drawn"}, &F::at},
    Bound<F>{{"for", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "for how long; 0ns: to the end"}, &F::lasts},
    Bound<F>{{"kinds", Kind::choice_set, std::string_view{"crash"}, 0, 0, kDrawn, "which are drawn, each as often"}, &F::kinds},
    Bound<F>{{"between", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "mean time between the faults of one node"}, &F::between},
    Bound<F>{{"count", Kind::integer, std::int64_t{0}, 0, 1e6, {}, "instead: so many in all, each at any moment and of any node"},
             &F::count},
    Bound<F>{{"mean_for", Kind::duration, std::int64_t{0}, 0, kLongestFault, {}, "mean time that a fault lasts; 0ns: for good"},
             &F::mean_for},
    Bound<F>{{"factor", Kind::ratio, 10.0, 1, 1e6, {}, "of the slow_node that are drawn"}, &F::factor}};

Fault drawn(const Fault& random, std::uint32_t node, std::uint32_t nodes, Duration at, Stream& draws) {
  const std::uint64_t kind = draws.below(random.kinds.size());
  const Duration lasts = random.mean_for.ns == 0
                             ? Duration{}
                             : Duration{std::max<std::int64_t>(1, exponential(draws, static_cast<double>(random.mean_for.ns)).ns)};
  Fault fault{.kind = random.kinds[kind], .at = at, .lasts = lasts, .node = node, .factor = random.factor, .kinds = {}, .groups = {}};
  if (fault.kind != "partition") return fault;
  const std::uint64_t more = draws.below(std::max<std::uint32_t>(nodes - 1, 1));   // so many others, in order of their numbers
  fault.groups.resize(2);
  for (std::uint32_t i = 0; i < nodes; ++i) fault.groups[i <= more ? 0 : 1].push_back((node + i) % nodes);
  return fault;
}

// One node's faults: a Poisson process with pauses, since a node is struck again only when the fault before is over.
void draw(const Fault& random, std::uint32_t node, std::uint32_t nodes, Duration ends, Stream draws, std::vector<Fault>& out) {
  for (Duration at = random.at;;) {
    at += exponential(draws, static_cast<double>(random.between.ns));
    Fault fault = drawn(random, node, nodes, at, draws);
    if (at >= ends) return;
    const Duration lasts = fault.lasts;
    out.push_back(std::move(fault));
    if (lasts.ns == 0) return;
    at += lasts;
  }
}

void draw_count(const Fault& random, std::uint32_t nodes, Duration ends, Stream draws, std::vector<Fault>& out) {
  for (std::uint32_t i = 0; i < random.count; ++i) {
    const auto node = static_cast<std::uint32_t>(draws.below(nodes));
    const auto after = static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>((ends - random.at).ns)));
    out.push_back(drawn(random, node, nodes, random.at + Duration{after}, draws));
  }
}

}   // namespace

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kAll{
      {"crash", "a node dies with all that is not on its disk; with \"for\" it starts again", kCrash},
      {"partition", "groups of nodes that reach each other within the group only", kPartition, true},
      {"link_down", "nothing passes between a node and its peer, or between it and all others", kLinkDown},
      {"link_degrade", "less bandwidth, more latency or loss between a node and its peer, or all others", kLinkDegrade},
      {"slow_node", "a node whose cores take so many times as long", kSlowNode},
      {"pause", "a node that stops, and comes back not knowing", kOneNode},
      {"disk_stall", "a disk that answers nothing", kOneNode},
      {"evacuate", "planned maintenance: what runs on a node is ordered to the others, by the design's own migration", kEvacuate},
      {"random", "faults of some kinds, drawn from the seed", kRandom},
  };
  return kAll;
}

const FaultKind* find_fault_kind(std::string_view name) {
  for (const FaultKind& kind : fault_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

std::vector<Fault> fault_plan(const std::vector<Fault>& faults, const RandomRoot& random, std::uint32_t nodes, Duration duration) {
  std::vector<Fault> plan;
  for (std::uint32_t i = 0; i < faults.size(); ++i) {
    if (faults[i].kind != "random") {
      if (faults[i].at < duration) plan.push_back(faults[i]);
      continue;
    }
    const Duration ends = faults[i].lasts.ns == 0 ? duration : std::min(duration, faults[i].at + faults[i].lasts);
    if (faults[i].count > 0) draw_count(faults[i], nodes, ends, random.stream("faults", i), plan);
    else
      for (std::uint32_t node = 0; node < nodes; ++node) draw(faults[i], node, nodes, ends, random.stream("faults", i, node), plan);
  }
  std::stable_sort(plan.begin(), plan.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
  return plan;
}

}   // namespace ssi::config
