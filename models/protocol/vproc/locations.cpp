#include "models/protocol/vproc/locations.hpp"

#include <algorithm>

namespace ssi::vproc {

std::optional<NodeId> Locations::find(Pid pid) const {
  const auto found = where_.find(pid.value);
  return found == where_.end() ? std::nullopt : std::optional(found->second);
}

void Locations::remember(Pid pid, NodeId node) {
  if (limit_ == 0) return;
  if (const auto found = where_.find(pid.value); found != where_.end()) {
    found->second = node;
    return;
  }
  if (where_.size() == limit_) {
    where_.erase(order_.front().value);
    order_.pop_front();
  }
  where_.emplace(pid.value, node);
  order_.push_back(pid);
}

void Locations::drop(Pid pid) {
  if (where_.erase(pid.value) > 0) order_.erase(std::find(order_.begin(), order_.end(), pid));
}

void Locations::hash_into(StateHash& hash) const {
  hash.add(order_.size());
  for (Pid pid : order_) {
    hash.add(pid);
    hash.add(where_.at(pid.value));
  }
}

}   // namespace ssi::vproc
