#include "models/protocol/vproc/locations.hpp"

#include <algorithm>

namespace ssi::vproc {

std::optional<Place> Locations::find(Pid pid) const {
  const Place* found = where_.find(pid.value);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void Locations::remember(Pid pid, Place place) {
  if (limit_ == 0) return;
  if (Place* found = where_.find(pid.value)) {
    if (place.moves >= found->moves) *found = place;
    return;
  }
  if (where_.size() == limit_) {
    where_.erase(order_.front().value);
    order_.pop_front();
  }
  *where_.insert(pid.value).first = place;
  order_.push_back(pid);
}

void Locations::drop(Pid pid) {
  if (where_.erase(pid.value)) order_.erase(std::find(order_.begin(), order_.end(), pid));
}

void Locations::drop_all_at(NodeId node) {
  std::erase_if(order_, [&](Pid pid) {
    const bool there = where_.find(pid.value)->node == node;
    if (there) where_.erase(pid.value);
    return there;
  });
}

void Locations::hash_into(StateHash& hash) const {
  hash.add(order_.size());
  for (Pid pid : order_) {
    hash.add(pid);
    where_.find(pid.value)->hash_into(hash);
  }
}

}   // namespace ssi::vproc
