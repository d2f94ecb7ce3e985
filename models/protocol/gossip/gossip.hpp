// Load information by gossip, as MOSIX spreads it: each period a node tells its load to two nodes drawn at random.
// A node's table is a guess about the others: it has an age, and counts what was placed there since the last news.
//
// Invariant: choose() never names a node whose news are older than `max_age`; this node's own load is always exact.
// Source: Barak & La'adan, "The MOSIX multicomputer operating system for high performance cluster computing", 1998.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/port/message.hpp"

namespace ssi::gossip {

// My load. Neither asked for nor answered.
struct Load {
  static constexpr std::string_view kName = "LOAD";
  std::uint32_t load{};
};
inline std::uint64_t bytes_of(const Load&) { return kHeaderBytes + 4; }
using Message = std::variant<Load>;

struct Settings {
  Duration period;    // between two tellings
  Duration max_age;   // older news are not believed
};

class Gossip {
 public:
  static constexpr std::uint32_t kPeers = 2;   // told each period

  Gossip(NodeId self, std::uint32_t nodes, Settings settings, TimerKey key, Stream draws)
      : self_(self), nodes_(nodes), settings_(settings), key_(key), draws_(draws) {}

  // Sets the first timer, at a random phase of the period. Does nothing the second time, or on a single node.
  void start(Effects& out);
  bool started() const { return generation_ > 0; }
  void on_timer(const TimerEvent& timer, std::uint32_t own_load, Effects& out);
  void on_message(Instant now, NodeId from, const Load& news);

  // The node with the least load that is known, ties by node id.
  NodeId choose(Instant now, std::uint32_t own_load) const;
  void placed(NodeId node);   // a process was sent there: counted until the next news

  std::optional<std::uint32_t> known(NodeId node) const;
  void hash_into(StateHash& hash) const;

 private:
  struct News {
    std::uint32_t load;
    Instant heard;
  };
  NodeId peer(std::uint64_t draw, NodeId not_this) const;
  void tell(NodeId peer, std::uint32_t own_load, Effects& out) const;

  NodeId self_;
  std::uint32_t nodes_;
  Settings settings_;
  TimerKey key_;
  Stream draws_;
  std::uint64_t generation_ = 0;
  std::map<NodeId, News> table_;
};

}   // namespace ssi::gossip
