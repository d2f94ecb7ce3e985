#include "sim/cluster/faults.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::sim {

void Faults::cut(NodeId from, NodeId to, bool begins, Instant now) {
  Path& it = path(from, to);
  SSI_CHECK(begins || it.cuts > 0, "a path is mended that was not cut");
  if (begins && it.cuts++ == 0) it.cut_since = now;
  if (!begins) --it.cuts;
}

void Faults::degrade(NodeId from, NodeId to, const config::Fault& fault, bool begins) {
  auto& bad = path(from, to).bad;
  if (begins) bad.push_back({&fault});
  else std::erase_if(bad, [&](const Bad& one) { return one.fault == &fault; });
}

std::optional<Instant> Faults::silent_since(NodeId node, NodeId peer) const {
  std::optional<Instant> first;
  const auto see = [&first](bool is_so, Instant since) {
    if (is_so && (!first || since < *first)) first = since;
  };
  for (const Path* one : {&path(node, peer), &path(peer, node)}) see(one->cuts > 0, one->cut_since);
  see(silent(peer), states_[peer.value].since);
  return first;
}

// Faults of one path lose independently of each other.
bool Faults::loses(NodeId from, NodeId to) {
  bool lost = false;
  for (const Bad& one : path(from, to).bad) {
    if (one.fault->loss <= 0) continue;
    const double draw = draws_.unit();
    lost = lost || draw < one.fault->loss;
  }
  return lost;
}

// Latencies add up; the least bandwidth is a queue that messages leave one after the other.
Instant Faults::passes(NodeId from, NodeId to, std::uint64_t bytes, Instant now) {
  Path& it = path(from, to);
  std::int64_t slowest = 0;
  Duration latency{};
  for (const Bad& one : it.bad) {
    latency += one.fault->latency;
    if (one.fault->bandwidth > 0 && (slowest == 0 || one.fault->bandwidth < slowest)) slowest = one.fault->bandwidth;
  }
  if (slowest == 0) return now + latency;
  constexpr std::int64_t kNanosecondBits = 8'000'000'000;
  it.free_at = std::max(it.free_at, now) + Duration{static_cast<std::int64_t>(static_cast<__int128>(bytes) * kNanosecondBits / slowest)};
  return it.free_at + latency;
}

}   // namespace ssi::sim
