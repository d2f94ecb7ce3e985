// Operations that wait for another node, one plain record each, keyed by the transaction id of the request. A record is
// made when the request leaves and taken when its answer arrives; an answer without a record is to a request that was
// given up when its circuit broke.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/protocol/vproc/asker.hpp"
#include "models/protocol/vproc/messages.hpp"

namespace ssi::vproc {

// The call that an operation serves. The caller may die meanwhile; then nobody is answered.
struct Caller {
  CallId call;
  Pid pid;
};

struct PendingCreate {
  struct EarlyExit {
    ExitNotice notice;
    TxnId txn;
    CallId cause;
  };
  Caller caller;   // the parent
  NodeId at;
  Pid child, group;   // child: kNoPid when the other node allocates it
  bool registered = false;
  std::optional<EarlyExit> early_exit{};      // the child's EXIT_NOTICE has overtaken CREATED
  TxnId rfork{};                              // of the PendingRfork that it is part of; 0: of none
  std::uint32_t place{};                      // among its children
  std::shared_ptr<const Luggage> luggage{};   // to be taken back if it is refused
  bool met = false;                           // the child has moved here before CREATED
};
// The children of one rfork, each of which is a PendingCreate, or was.
struct PendingRfork {
  Caller caller;
  std::vector<ProcessInfo> children;   // in the order of the call; kNoPid: not yet, or failed
  std::uint32_t waiting{};
  Errno error = Errno::none;   // of a child that could not be made
};
struct PendingKill {
  Caller caller;
  NodeId asked;
  Kill kill;
};
struct PendingGroupKill {
  Caller caller;
  NodeId holder;
};
struct PendingOrder {   // a move that somebody else asks for
  Caller caller;
  NodeId asked;
};
struct PendingSetGroup {
  Caller caller;
  NodeId asked;
};
struct PendingList {
  Caller caller;
  std::set<NodeId> waiting;
  std::vector<ProcessInfo> processes;
};

// Waits for the holder of `group` to list this node.
struct PendingJoin {
  struct Arrival {
    Create create;
    NodeId from;
    TxnId txn;
    bool orphaned = false;   // `from` is dead
  };                         // a process that is to start here
  struct Coming {
    Migrate migrate;
    NodeId from;
    TxnId txn;
    bool orphaned = false;   // `from` is dead: this is where the process is
  };                         // one that moves here
  struct Change {
    Pid pid;
  };   // a process here that enters the group
  NodeId holder;
  Pid group;
  JoinFor purpose;
  Asker asker;   // of a change: who is answered
  std::variant<Arrival, Change, Coming> who;
  Pid session{};
};

// A request to a process that is between two nodes, or whose status is. It is served again when that is settled.
struct Stalled {
  Message body;
  NodeId from;
  TxnId txn;
  CallId cause;
  ViewId view{};   // of the sender
};

// A process that has exited; its parent's node has not acknowledged the status yet. Who asks for the process waits.
struct PendingExit {
  Pid pid;
  NodeId asked;
  std::uint32_t moves{};   // that bring the status to its parent
  bool located = false;    // its origin has learnt where the status lies before this node has
  Pid parent{};            // and the rest of what its notice says
  std::int32_t status{};
  TxnId created_by{};
  bool lost = false;   // the notice was passed on to a node that is dead: it is sent again
  std::vector<Stalled> stalled{};
};

// A process that has left, and its children's statuses with it; the other node has not acknowledged it yet. Who asks for one of them
// waits. Refused, it goes on here as if it had never left.
struct PendingMove {
  Pid pid, group;
  NodeId to;
  Caller caller;   // of its own migrate or exec; kNoCall: somebody else's order
  std::shared_ptr<const Luggage> process, luggage;
  std::uint64_t seen{};
  bool registered = false;
  std::map<Pid, std::uint32_t> travels{};   // it and the statuses: how many moves of each this one makes
  std::set<Pid> located{};                  // of which the origin has learnt already that they have arrived
  std::vector<Stalled> stalled{};
};

using Pending = std::variant<PendingCreate, PendingKill, PendingGroupKill, PendingSetGroup, PendingList, PendingJoin, PendingExit,
                             PendingRfork, PendingOrder, PendingMove>;

class PendingTable {
 public:
  // Ids that no other node and no other incarnation uses.
  PendingTable(NodeId self, Incarnation incarnation)
      : next_((std::uint64_t{self.value} << 44) | (std::uint64_t{incarnation.value & 0xfffU} << 32)) {}

  TxnId fresh() { return TxnId{++next_}; }
  template <class T>
  TxnId open(T record) {
    const TxnId txn = fresh();
    if (spare_.nodes.empty()) {
      records_.emplace_hint(records_.end(), txn, std::move(record));
      return txn;
    }
    auto node = std::move(spare_.nodes.back());
    spare_.nodes.pop_back();
    node.key() = txn;
    node.mapped().template emplace<T>(std::move(record));
    records_.insert(records_.end(), std::move(node));
    return txn;
  }
  template <class T>
  T* find(TxnId txn) {
    const auto found = records_.find(txn);
    return found == records_.end() ? nullptr : std::get_if<T>(&found->second);
  }
  template <class T>
  std::optional<T> take(TxnId txn) {
    std::optional<T> out;
    const auto found = records_.find(txn);
    if (T* record = found == records_.end() ? nullptr : std::get_if<T>(&found->second)) {
      out.emplace(std::move(*record));
      spare_.nodes.push_back(records_.extract(found));
    }
    return out;
  }
  const std::map<TxnId, Pending>& all() const { return records_; }
  void hash_into(StateHash& hash) const;

 private:
  // Nodes of records that were taken, for the next ones: none is allocated once there have been as many at once. Not copied.
  struct Spare {
    Spare() = default;
    Spare(const Spare&) {}
    Spare& operator=(const Spare&) { return *this; }
    std::vector<std::map<TxnId, Pending>::node_type> nodes;
  };

  std::uint64_t next_;
  std::map<TxnId, Pending> records_;
  Spare spare_;
};

}   // namespace ssi::vproc
