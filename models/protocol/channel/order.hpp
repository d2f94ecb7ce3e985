// What keeps a stream's messages in order when its ends move between nodes. Of a pair of nodes messages arrive as they were sent; an
// end that was on node A and is on node B has to come after what A had sent for it: `Gates` holds it back until then.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/ids.hpp"
#include "models/protocol/channel/messages.hpp"

namespace ssi::channel {

// How many messages each peer has sent here and got from here.
class Tally {
 public:
  std::uint64_t sent_to(NodeId node) const { return get(sent_, node); }
  std::uint64_t received_from(NodeId node) const { return get(received_, node); }
  void sent(NodeId node) { ++sent_[node]; }
  void received(NodeId node) { ++received_[node]; }
  void lost(NodeId node) {   // a new circuit counts anew
    sent_.erase(node);
    received_.erase(node);
  }

 private:
  static std::uint64_t get(const std::map<NodeId, std::uint64_t>& table, NodeId node) {
    const auto found = table.find(node);
    return found == table.end() ? 0 : found->second;
  }
  std::map<NodeId, std::uint64_t> sent_, received_;
};

// At the home: what may not go on yet, for each stream and the node whose ends are meant (this one, too).
class Gates {
 public:
  using Key = std::pair<std::uint64_t, NodeId>;
  struct Condition {
    NodeId node;
    std::uint64_t number{};
  };

  void close(Key key, Condition until) { closed_[key].push_back(until); }
  bool is_closed(Key key) const { return closed_.contains(key); }
  // One that has opened, if there is one, now that more has come in or a node is lost. `has_come(stream, condition)` decides.
  template <class F>
  std::optional<Key> open(F&& has_come) {
    for (auto& [key, conditions] : closed_) {
      std::erase_if(conditions, [&, stream = key.first](const Condition& c) { return has_come(stream, c); });
      if (!conditions.empty()) continue;
      const Key opened = key;
      closed_.erase(opened);
      return opened;
    }
    return std::nullopt;
  }
  void lost(NodeId node) {
    for (auto& [key, conditions] : closed_) std::erase_if(conditions, [&](const Condition& c) { return c.node == node; });
  }
  bool empty() const { return closed_.empty(); }

 private:
  std::map<Key, std::vector<Condition>> closed_;
};

}   // namespace ssi::channel
