// Shared memory of a process that moves or starts a copy of itself: its attachments, and the mutexes that it holds.
#include <algorithm>

#include "models/parts/cluster_segments.hpp"

namespace ssi::parts {

using native::PartContext;

namespace {

// What a process is attached to, on its way to another node, and the mutexes that it holds, which no child inherits.
struct Attachments final : Luggage {
  struct One {
    std::uint64_t id, bytes;
    std::uint32_t times;
  };
  Pid of;
  std::vector<One> all;
  std::set<std::uint64_t> held;
  std::uint64_t bytes() const override { return all.size() * 20 + held.size() * 8; }
};

}   // namespace

// The mutexes that it holds have gone along.
void ClusterSegments::left(Pid gone, PartContext& at) {
  detach_all(gone, at);
  held_.erase(gone);
}

// A lock of the coherence protocol is its node's, not the process's.
bool ClusterSegments::keeps(Pid pid) const {
  const auto is_its = [pid](const auto& entry) { return entry.second.pid == pid; };
  if (const auto held = held_.find(pid); releases() && held != held_.end() && !held->second.empty()) return true;
  return std::any_of(pending_.begin(), pending_.end(), is_its) || std::any_of(running_.begin(), running_.end(), is_its) ||
         std::any_of(ordering_.begin(), ordering_.end(), is_its);
}

std::shared_ptr<const Luggage> ClusterSegments::pack(Pid pid, NodeId to, bool exec, PartContext& at) {
  auto out = std::make_shared<Attachments>();
  out->of = pid;
  if (const auto held = held_.find(pid); held != held_.end()) out->held = held->second;
  for (const auto& [id, local] : attached_)
    if (const auto own = local.times.find(pid); !exec && own != local.times.end()) out->all.push_back({id, local.bytes, own->second});
  for (const Attachments::One& one : out->all) tell(segment::node_of(one.id), segment::Hold{one.id, to, 1}, at);
  if (out->all.empty() && out->held.empty()) return nullptr;
  return out;
}

void ClusterSegments::unpack(Pid pid, const Luggage& luggage, NodeId, PartContext&) {
  const auto& packed = dynamic_cast<const Attachments&>(luggage);
  if (packed.of == pid && !packed.held.empty()) held_[pid] = packed.held;
  for (const Attachments::One& one : packed.all) {
    Local& local = attached_[one.id];
    local.bytes = one.bytes;
    ++local.registrations;
    local.times[pid] = one.times;
  }
}

void ClusterSegments::taken_back(const Luggage& luggage, NodeId to, PartContext& at) {
  for (const Attachments::One& one : dynamic_cast<const Attachments&>(luggage).all)
    tell(segment::node_of(one.id), segment::Hold{one.id, to, -1}, at);
}

}   // namespace ssi::parts
