// Who does the duty of a node that is no member any more: knows where its pids are and holds the lists of the groups that its processes
// led (the surrogate origin of OpenSSI). Every member comes to the same table in the same view, without a message: the next member that
// is up in the ring after the dead node, and whoever has a duty keeps it while it lives.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi::vproc {

struct Duty {
  Incarnation up_to;   // of the dead node: pids of later ones are its own again
  NodeId surrogate;
  friend bool operator==(const Duty&, const Duty&) = default;
};

class Duties {
 public:
  NodeId home_of(Pid pid) const {
    const auto duty = duties_.find(pid.origin());
    return duty == duties_.end() || pid.incarnation() > duty->second.up_to ? pid.origin() : duty->second.surrogate;
  }
  // These have left the view; `up` are the members of the new one that are up, ascending. Returns whose duty has gone to somebody else.
  std::vector<NodeId> left(const std::map<NodeId, Incarnation>& gone, const std::vector<NodeId>& up) {
    std::vector<NodeId> changed;
    for (const auto& [node, incarnation] : gone) {
      const auto duty = duties_.find(node);
      if (duty == duties_.end()) duties_[node] = {incarnation, next_after(node, up)};
      else duty->second.up_to = incarnation;
      changed.push_back(node);
    }
    for (auto& [node, duty] : duties_) {
      if (!gone.contains(duty.surrogate)) continue;
      duty.surrogate = next_after(node, up);
      if (!gone.contains(node)) changed.push_back(node);
    }
    return changed;
  }
  void set(std::map<NodeId, Duty> duties) { duties_ = std::move(duties); }
  const std::map<NodeId, Duty>& all() const { return duties_; }
  void hash_into(StateHash& hash) const {
    for (const auto& [node, duty] : duties_) {
      hash.add(node);
      hash.add(std::uint64_t{duty.up_to.value});
      hash.add(duty.surrogate);
    }
  }

 private:
  static NodeId next_after(NodeId node, const std::vector<NodeId>& up) {
    for (NodeId one : up)
      if (one > node) return one;
    return up.front();
  }

  std::map<NodeId, Duty> duties_;
};

}   // namespace ssi::vproc
