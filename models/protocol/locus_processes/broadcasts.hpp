// Signals to groups that are on their way: each is remembered by every site until its asker says that it is over, so that a process that
// arrives meanwhile can be met. Of one asker they come in the order of their numbers.
//
// Invariant: one that is active here has come and is not over; one that is neither active nor above `seen` is over.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/locus_processes/messages.hpp"

namespace ssi::locus_processes {

class Broadcasts {
 public:
  struct Active {
    Pid group;
    Signal signal = Signal::none;
    TxnId txn;               // of its asker
    bool reached = false;    // somebody was here
    bool answered = false;   // not while members of it that had left here are under way
  };
  Active& come(BroadcastId id, Active active) {
    seen_[id.asker] = id.number;
    if (!active.answered) ++unanswered_;
    return active_.emplace(id, active).first->second;
  }
  Active* find(BroadcastId id) {
    const auto found = active_.find(id);
    return found == active_.end() ? nullptr : &found->second;
  }
  void answer(Active& active) {
    active.answered = true;
    --unanswered_;
  }
  void over(BroadcastId id) {
    const auto entry = active_.extract(id);
    if (!entry.empty() && !entry.mapped().answered) --unanswered_;
  }
  // What is left of what a process has met elsewhere: those that are still active, or have yet to come here.
  Met still_known(const Met& met) const {
    Met out;
    for (const BroadcastId id : met) {
      const auto seen = seen_.find(id.asker);
      if (active_.contains(id) || seen == seen_.end() || id.number > seen->second) out.push_back(id);
    }
    return out;
  }
  // The last of each asker that has come here.
  Met seen() const {
    Met out;
    for (const auto& [asker, number] : seen_) out.push_back({asker, number});
    return out;
  }
  std::map<BroadcastId, Active>& all() { return active_; }
  const std::map<BroadcastId, Active>& all() const { return active_; }
  bool any_unanswered() const { return unanswered_ > 0; }
  void hash_into(StateHash& hash) const {
    for (const auto& [id, active] : active_) {
      hash.add(id.asker);
      hash.add(id.number);
      hash.add(active.group);
      hash.add(std::uint64_t{active.answered});
    }
    for (const auto& [asker, number] : seen_) hash.add(number);
  }

 private:
  std::map<BroadcastId, Active> active_;
  std::map<NodeId, std::uint64_t> seen_;   // the last of each asker
  std::size_t unanswered_ = 0;
};

// `before`: the last of each asker that had come when a process entered its group. It is not for who enters later.
inline bool is_for_later(const Met& before, BroadcastId id) {
  const auto of_asker = std::find_if(before.begin(), before.end(), [id](BroadcastId last) { return last.asker == id.asker; });
  return of_asker == before.end() || of_asker->number < id.number;
}
// It is over here and may be active elsewhere; what its asker sent before is dealt with too.
inline void put_behind(Met& before, BroadcastId id) {
  const auto place = std::find_if(before.begin(), before.end(), [id](BroadcastId last) { return last.asker >= id.asker; });
  if (place != before.end() && place->asker == id.asker) place->number = std::max(place->number, id.number);
  else before.insert(place, id);
}
inline bool has_met(const Met& met, BroadcastId id) { return std::binary_search(met.begin(), met.end(), id); }
inline void add_met(Met& met, BroadcastId id) {
  const auto place = std::lower_bound(met.begin(), met.end(), id);
  if (place == met.end() || *place != id) met.insert(place, id);
}

}   // namespace ssi::locus_processes
