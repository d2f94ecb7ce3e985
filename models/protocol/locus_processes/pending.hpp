// Operations that wait for another site, one plain record each, by the transaction id of the request; and who has left and is not known to
// have arrived. An answer without a record is to a request that was given up when its circuit broke.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/locus_processes/messages.hpp"

namespace ssi::locus_processes {

// The call that an operation serves. The caller may die meanwhile; then nobody is answered.
struct Caller {
  CallId call;
  Pid pid;
};
// Who is answered when a request has been carried out: a site, by its transaction.
struct Asker {
  NodeId node;
  TxnId txn;
  CallId cause;
};

struct PendingFork {
  Caller caller;   // the parent
  NodeId at;
  Pid child;                                 // kNoPid: the other site names it
  std::shared_ptr<const Inheritance> of{};   // to be taken back if it is refused
  TxnId rfork{};                             // of the PendingRfork that it is part of; 0: of none
  std::uint32_t place{};                     // among its children
};
struct PendingRfork {   // its children: each is a PendingFork, or was
  Caller caller;
  std::vector<ProcessInfo> children;   // in the order of the call; kNoPid: not yet, or failed
  std::uint32_t waiting{};
  Errno error = Errno::none;
};
struct PendingRequest {   // a kill, an order to move, or setpgid of a child elsewhere
  Caller caller;
  NodeId asked;
};
struct PendingBroadcast {
  Caller caller;
  BroadcastId id;
  std::set<NodeId> waiting;
  bool reached = false;
  NodeId served;
};
// Is there such a group, and in which session? Before a process enters it, or (kNoPid) because a call asks.
struct PendingGroupAsk {
  enum class For : std::uint8_t { member, leader, session, call } purpose = For::call;
  Pid pid, group;
  Asker asker;     // who is answered: of a process that enters
  Caller caller;   // ... or of a call
  std::set<NodeId> waiting;
  bool exists = false;
  Pid session;
  Met met{};
};
struct PendingList {
  Caller caller;
  std::set<NodeId> waiting;
  std::vector<ProcessInfo> processes;
};
using Pending = std::variant<PendingFork, PendingRfork, PendingRequest, PendingBroadcast, PendingGroupAsk, PendingList>;

class PendingTable {
 public:
  // Ids that no other site and no other incarnation uses.
  PendingTable(NodeId self, Incarnation incarnation)
      : next_((std::uint64_t{self.value} << 44) | (std::uint64_t{incarnation.value & 0xfffU} << 32)) {}

  TxnId fresh() { return TxnId{++next_}; }
  template <class T>
  TxnId open(T record) {
    const TxnId txn = fresh();
    records_.emplace_hint(records_.end(), txn, std::move(record));
    return txn;
  }
  template <class T>
  T* find(TxnId txn) {
    const auto found = records_.find(txn);
    return found == records_.end() ? nullptr : std::get_if<T>(&found->second);
  }
  template <class T>
  std::optional<T> take(TxnId txn) {
    T* record = find<T>(txn);
    if (record == nullptr) return std::nullopt;
    std::optional<T> out(std::move(*record));
    records_.erase(txn);
    return out;
  }
  const std::map<TxnId, Pending>& all() const { return records_; }
  void hash_into(StateHash& hash) const {
    hash.add(next_);
    for (const auto& [txn, record] : records_) {
      hash.add(txn);
      hash.add(record.index());
    }
  }

 private:
  std::uint64_t next_;
  std::map<TxnId, Pending> records_;
};

// A request to a process that is between two sites. It is served again when that is settled.
struct Stalled {
  Message body;
  NodeId from;
  TxnId txn;
  CallId cause;
};
// A process that has left, and its children's statuses with it. The birth site has not said yet that it knows. Refused, it goes on here as
// if it had never left.
struct Transit {
  NodeId to;
  std::uint32_t moves{};
  std::uint64_t number{};   // of this site's moves
  Caller caller;            // of its own migrate or exec; kNoCall: somebody else's order
  std::shared_ptr<const Luggage> process, luggage;
  Pid group;
  Met met{}, before{};
  std::vector<Pid> statuses{};
  std::vector<Stalled> stalled{};
};

// Where processes were met that are born elsewhere: a hint. Bounded; the oldest goes first.
class Hints {
 public:
  explicit Hints(std::size_t limit) : limit_(limit) {}   // 0: remembers nothing
  std::optional<NodeId> find(Pid pid) const {
    const auto found = where_.find(pid);
    return found == where_.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(Pid pid, NodeId site) {
    if (limit_ == 0) return;
    if (where_.insert_or_assign(pid, site).second) order_.push_back(pid);
    while (where_.size() > limit_) {
      where_.erase(order_.front());
      order_.pop_front();
    }
  }
  void drop(Pid pid) {
    if (where_.erase(pid) > 0) std::erase(order_, pid);
  }
  void hash_into(StateHash& hash) const {
    for (const auto& [pid, site] : where_) {
      hash.add(pid);
      hash.add(site);
    }
  }

 private:
  std::size_t limit_;
  std::map<Pid, NodeId> where_;
  std::deque<Pid> order_;   // the same pids, oldest first
};

}   // namespace ssi::locus_processes
