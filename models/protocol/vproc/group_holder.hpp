// The holder's side of process groups: at the leader's origin lies the list of the other nodes that have members, and
// broadcasts to a group are made one at a time, as under a lock of its list. Members on the holder itself are not listed:
// the native table knows them.
//
// A node is listed as long as it has registrations that it has not given back; each join and each CREATE of the holder
// gives it one more, so that a LEAVE that crosses one of them does not unlist a node that will have a member.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/protocol/vproc/asker.hpp"

namespace ssi::vproc {

class GroupHolder {
 public:
  struct Broadcast {
    std::uint64_t number{};
    Signal signal = Signal::none;
    Asker asker;
    bool reached = false;
    std::optional<NodeId> other;                  // the first other node that took part
    std::set<std::pair<NodeId, TxnId>> waiting;   // acknowledgements that are awaited
    std::set<TxnId> creates;                      // creations by members here that were under way at its start
    bool over() const { return waiting.empty() && creates.empty(); }
  };
  struct Request {
    Signal signal = Signal::none;
    Asker asker;
  };
  struct Group {
    Pid session;
    std::map<NodeId, std::uint32_t> registrations;
    std::optional<Broadcast> active;
    std::deque<Request> queue;
  };

  const Group* find(Pid group) const;   // nullptr: no other node has members, no broadcast is under way
  Broadcast* active(Pid group);
  std::uint64_t done() const { return broadcasts_; }   // every broadcast up to this one was applied on this node

  void grant(Pid group, Pid session, NodeId node, std::uint32_t registrations = 1);
  void goes_on_after(std::uint64_t broadcast) { broadcasts_ = std::max(broadcasts_, broadcast); }   // of the holder before
  void give_back(Pid group, NodeId node, std::uint32_t registrations);
  Broadcast& begin(Pid group, const Request& request, std::set<TxnId> creates);
  void queue(Pid group, const Request& request) { groups_.at(group).queue.push_back(request); }
  // The broadcast that nothing is awaited for any more; it is no longer active.
  std::optional<Broadcast> take_over(Pid group);
  std::optional<Request> next(Pid group);
  // The node is lost: its registrations, and what was awaited from it. Returns the groups with an active broadcast.
  std::vector<Pid> lost(NodeId node);

  const std::map<Pid, Group>& all() const { return groups_; }
  void hash_into(StateHash& hash) const;

 private:
  void drop_if_idle(Pid group);

  std::map<Pid, Group> groups_;
  std::uint64_t broadcasts_ = 0;   // of all groups of this holder
};

}   // namespace ssi::vproc
