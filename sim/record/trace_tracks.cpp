#include "sim/record/trace_tracks.hpp"

#include <string>

namespace ssi::record {
namespace {

constexpr std::uint32_t kCard = 1U << 15;        // kernel tracks come before it,
constexpr std::uint32_t kCoresFrom = 1U << 16;   // and these behind

std::uint32_t& slot(std::vector<std::uint32_t>& tids, std::uint32_t lane) {
  if (lane >= tids.size()) tids.resize(lane + std::size_t{1});
  return tids[lane];
}

std::string numbered(const char* name, std::uint32_t lane) { return lane == 0 ? name : name + (" " + std::to_string(lane + 1)); }

std::uint32_t pid_of(NodeId node) { return node.value + 1; }

}   // namespace

// tids begin after the pids: one a node, and one for the run.
Track TraceTracks::make(std::uint32_t pid) { return {pid, static_cast<std::uint32_t>(places_.size()) + 2 + made_++}; }

Track TraceTracks::kernel(NodeId node, std::uint32_t lane) {
  std::uint32_t& tid = slot(places_[node.value].kernel, lane);
  if (tid != 0) return {pid_of(node), tid};
  const Track track = make(pid_of(node));
  tid = track.tid;
  if (lane == 0) events_.name_process(track, "node " + std::to_string(node.value), node.value + 1);
  events_.name_track(track, numbered("kernel", lane), lane);
  return track;
}

Track TraceTracks::core(NodeId node, std::uint32_t lane) {
  std::uint32_t& tid = slot(places_[node.value].core, lane);
  if (tid != 0) return {pid_of(node), tid};
  const Track track = make(pid_of(node));
  tid = track.tid;
  events_.name_track(track, lane < cores_ ? "core " + std::to_string(lane) : "sharing " + std::to_string(lane - cores_), kCoresFrom + lane);
  return track;
}

Track TraceTracks::card(NodeId node, std::uint32_t lane) {
  std::uint32_t& tid = slot(places_[node.value].card, lane);
  if (tid != 0) return {pid_of(node), tid};
  kernel(node, 0);   // which names the node
  const Track track = make(pid_of(node));
  tid = track.tid;
  events_.name_track(track, numbered("network card", lane), kCard + lane);
  return track;
}

Track TraceTracks::run() {
  if (run_.tid != 0) return run_;
  run_ = make(static_cast<std::uint32_t>(places_.size()) + 1);
  events_.name_process(run_, "run", 0);
  events_.name_track(run_, "run", 0);
  return run_;
}

}   // namespace ssi::record
