// Where processes that are neither here nor related to one here were last met. A hint: it may be wrong, and then the
// node that it names says NOT_HERE. Of two the one after more moves is kept. Bounded; the oldest hint goes first.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>

#include "models/base/flat_map.hpp"
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/protocol/vproc/place.hpp"

namespace ssi::vproc {

class Locations {
 public:
  explicit Locations(std::size_t limit) : limit_(limit) {}   // 0: remembers nothing

  std::optional<Place> find(Pid pid) const;
  void remember(Pid pid, Place place);
  void drop(Pid pid);
  void drop_all_at(NodeId node);
  std::size_t size() const { return where_.size(); }
  void hash_into(StateHash& hash) const;

 private:
  std::size_t limit_;
  FlatMap<Place> where_;    // by Pid::value
  std::deque<Pid> order_;   // the same pids, oldest first
};

}   // namespace ssi::vproc
