// The home's side: what it is asked changes its tables and yields replies, some to others who waited.
#pragma once
#include <deque>
#include <map>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/segment/messages.hpp"

namespace ssi::segment {

inline constexpr std::int32_t kOwnerDied = 1;   // status of a lock that was taken over from a dead holder

class Home {
 public:
  struct To {
    NodeId node;
    Reply reply;
  };
  using Replies = std::vector<To>;

  Home(NodeId self, std::uint64_t bytes_max) : self_(self), bytes_max_(bytes_max) {}

  void serve(NodeId from, const Get& get, Replies& out);
  void serve(NodeId from, const Remove& remove, Replies& out);
  void serve(NodeId from, const Attach& attach, Replies& out);
  void serve(NodeId from, const Detach& detach, Replies& out);
  void serve(NodeId from, const Hold& hold, Replies& out);
  void serve(NodeId from, const Down& down, Replies& out);
  void serve(NodeId from, const Up& up, Replies& out);
  void serve(NodeId from, const Lock& lock, Replies& out);
  void serve(NodeId from, const Unlock& unlock, Replies& out);
  void serve(NodeId from, const Died& died, Replies& out);
  void serve(NodeId from, const Meet& meet, Replies& out);
  void serve(NodeId from, const Cancel& cancel, Replies& out);
  void hold(std::uint64_t id, NodeId node, std::int64_t by);   // one more attachment of a node, or one less
  void lost(NodeId node, bool robust, Replies& out);

  struct Segment {
    std::uint64_t key{};   // 0: none
    std::uint64_t bytes{};
    std::map<NodeId, std::int64_t> attached{};   // ATTACH by node; no zeros
    bool removed = false;
  };
  const std::map<std::uint64_t, Segment>& segments() const { return segments_; }
  bool idle() const;   // nothing that somebody holds or waits for
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Waiting {
    NodeId node;
    Ticket ticket{};
    Pid pid{kNoPid};
  };
  struct Semaphore {
    std::uint64_t value = 0;
    std::deque<Waiting> waiting{};
  };
  struct Mutex {
    Pid holder{kNoPid};
    NodeId node{};
    std::deque<Waiting> waiting{};
  };
  struct Meeting {
    std::uint32_t parties = 0;
    std::deque<Waiting> waiting{};
  };
  static void reply(Waiting to, Errno error, Replies& out, std::uint64_t value = 0, std::int32_t status = 0) {
    if (to.ticket != 0) out.push_back({to.node, {to.ticket, error, status, value}});
  }
  void free_if_unused(std::uint64_t id);
  void pass_on(std::uint64_t key, std::int32_t status, Replies& out);

  NodeId self_;
  std::uint64_t bytes_max_;
  std::uint64_t made_ = 0;
  std::map<std::uint64_t, Segment> segments_;
  std::map<std::uint64_t, std::uint64_t> keys_;   // to ids
  std::map<std::uint64_t, Semaphore> semaphores_;
  std::map<std::uint64_t, Mutex> mutexes_;
  std::map<std::uint64_t, Meeting> barriers_;
};

// An id fits 32 bits and names the node that made it; 0 is none.
inline constexpr std::uint32_t kNodeShift = 20;
constexpr std::uint64_t make_id(NodeId node, std::uint64_t number) { return std::uint64_t{node.value} << kNodeShift | number; }
constexpr NodeId node_of(std::uint64_t id) { return {static_cast<std::uint32_t>(id >> kNodeShift)}; }

}   // namespace ssi::segment
