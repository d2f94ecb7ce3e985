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

void Locations::hash_into(StateHash& hash) const {
  hash.add(order_.size());
  for (Pid pid : order_) {
    hash.add(pid);
    where_.find(pid.value)->hash_into(hash);
  }
}

}   // namespace ssi::vproc
