// Barriers of all nodes, one thread each. A barrier's manager collects what everybody has written and tells each what it
// lacks: 2 (N - 1) messages. Afterwards all clocks are equal, so that older records are forgotten.
#pragma once
#include <map>
#include <optional>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/hlrc/messages.hpp"

namespace ssi::hlrc {

class Barriers {
 public:
  explicit Barriers(const coherence::Place& place) : place_(place) {}

  void arrive(coherence::LockId barrier, coherence::Ticket ticket, const Intervals& known, bool collect, coherence::Out out,
              Loopback<Message>& loop);
  // At the manager. True: all have come; `learn` what they bring, then `depart`.
  bool on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause);
  Records brought(coherence::LockId barrier) const;
  void depart(coherence::LockId barrier, const Intervals& known, coherence::Out out, Loopback<Message>& loop);
  // At each node, after what DEPART says has been learnt.
  void on_depart(const Depart& m, const Intervals& known, coherence::Out out);
  bool waiting() const { return ticket_.has_value(); }

  void hash_into(Digest& digest) const;

 private:
  struct Arrival {
    Arrive message;
    TxnId txn;
    CallId cause;
  };
  coherence::Place place_;
  std::optional<coherence::Ticket> ticket_;                           // of this node's thread
  std::map<coherence::LockId, std::map<NodeId, Arrival>> arrivals_;   // at the manager
  std::uint32_t told_ = 0;                                            // own intervals up to the last barrier
  std::uint64_t transactions_ = 0;
};

}   // namespace ssi::hlrc
