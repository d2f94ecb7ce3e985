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
  // A duty that is somebody else's after a view: the node has died, or its surrogate has.
  struct Moved {
    NodeId node;
    Incarnation above;   // pids of later incarnations only: the surrogate has had the others before
    bool died;
  };

  NodeId home_of(Pid pid) const {
    const auto duty = duties_.find(pid.origin());
    return duty == duties_.end() || pid.incarnation() > duty->second.up_to ? pid.origin() : duty->second.surrogate;
  }
  // These have left the view; `up` are the members of the new one that are up, ascending: at least one.
  std::vector<Moved> left(const std::map<NodeId, Incarnation>& gone, const std::vector<NodeId>& up) {
    std::map<NodeId, Moved> moved;
    for (const auto& [node, incarnation] : gone) {
      const auto [duty, is_new] = duties_.try_emplace(node, Duty{incarnation, next_after(node, up)});
      moved[node] = {node, is_new ? Incarnation{} : duty->second.up_to, true};
      duty->second.up_to = incarnation;
    }
    for (auto& [node, duty] : duties_) {
      if (!gone.contains(duty.surrogate)) continue;
      duty.surrogate = next_after(node, up);
      moved[node] = {node, Incarnation{}, gone.contains(node)};
    }
    std::vector<Moved> out;
    for (const auto& [node, one] : moved) out.push_back(one);
    return out;
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
