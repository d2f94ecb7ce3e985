#include "models/protocol/vproc/locations.hpp"

#include <algorithm>

namespace ssi::vproc {

std::optional<NodeId> Locations::find(Pid pid) const {
  const NodeId* found = where_.find(pid.value);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void Locations::remember(Pid pid, NodeId node) {
  if (limit_ == 0) return;
  if (NodeId* found = where_.find(pid.value)) {
    *found = node;
    return;
  }
  if (where_.size() == limit_) {
    where_.erase(order_.front().value);
    order_.pop_front();
  }
  *where_.insert(pid.value).first = node;
  order_.push_back(pid);
}

void Locations::drop(Pid pid) {
  if (where_.erase(pid.value)) order_.erase(std::find(order_.begin(), order_.end(), pid));
}

void Locations::hash_into(StateHash& hash) const {
  hash.add(order_.size());
  for (Pid pid : order_) {
    hash.add(pid);
    hash.add(*where_.find(pid.value));
  }
}

}   // namespace ssi::vproc
