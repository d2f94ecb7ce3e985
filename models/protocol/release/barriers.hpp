// Barriers: a barrier's manager collects what everybody has written and tells each what it lacks: 2 messages for each thread of another
// node, so 2 (N - 1) when each node has one. When all nodes have come, what happened before is known to all: older records are forgotten.
#pragma once
#include <map>
#include <optional>
#include <set>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/release/flaws.hpp"
#include "models/protocol/release/messages.hpp"

namespace ssi::release {

class Barriers {
 public:
  Barriers(const coherence::Place& place, const Flaws& flaws) : place_(place), flaws_(flaws) {}

  void arrive(coherence::LockId barrier, coherence::Ticket ticket, std::uint32_t parties, const Intervals& known, bool collect,
              coherence::Out out, Loopback<Message>& loop);
  // At the manager. True: all have come; `learn` what they bring, then `depart`.
  bool on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause);
  Records brought(coherence::LockId barrier) const;
  void depart(coherence::LockId barrier, const Intervals& known, coherence::Out out, Loopback<Message>& loop);
  // At each node, after what DEPART says has been learnt. True: pages have to be validated before its thread goes on.
  bool on_depart(TxnId txn, const Depart& m, coherence::Out out);
  void collected(coherence::Out out, Loopback<Message>& loop);   // at each node: they have been
  bool collecting() const { return !collecting_.empty(); }
  void on_collected(NodeId from, TxnId txn, const Collected& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_resume(TxnId txn, coherence::Out out);

  void hash_into(Digest& digest) const;

 private:
  struct Arrival {
    Arrive message;
    CallId cause;
  };
  using Gathering = std::map<std::pair<NodeId, TxnId>, Arrival>;
  NodeId manager(coherence::LockId barrier) const { return {static_cast<std::uint32_t>(barrier.value % place_.nodes)}; }
  bool of_all_nodes(const Gathering& all) const;
  void finish(TxnId txn, coherence::Out out);

  coherence::Place place_;
  Flaws flaws_;
  std::map<TxnId, coherence::Ticket> waiting_;        // threads of this node
  std::map<TxnId, coherence::LockId> collecting_;     // of them, those that wait until pages are validated
  std::map<coherence::LockId, Gathering> arrivals_;   // at the manager
  struct Validating {
    std::shared_ptr<const Clock> floor;
    std::map<std::pair<NodeId, TxnId>, bool> done;
  };
  std::map<coherence::LockId, Validating> validating_;   // at the manager
  std::uint64_t transactions_ = 0;
};

}   // namespace ssi::release
