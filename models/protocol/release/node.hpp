// What a node does to synchronise under lazy release consistency: intervals, locks and barriers, which tell who takes part what others
// have written. The other half, how a page gets what was written, is the derived protocol's.
// Invariant: a message that speaks of what this node has not heard of yet waits until it has (a DEPART is on its way).
#pragma once
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/release/barriers.hpp"
#include "models/protocol/release/flaws.hpp"
#include "models/protocol/release/intervals.hpp"
#include "models/protocol/release/locks.hpp"

namespace ssi::release {

// at_release: at every release. when_told: when somebody is told, so a lock that is taken again here makes none (TreadMarks).
enum class Ends : std::uint8_t { at_release, when_told };

class Node : public coherence::Machine {
 public:
  Node(const coherence::Place& place, Ends ends, const Flaws& flaws)
      : place_(place), ends_(ends), flaws_(flaws), intervals_(place.self), locks_(place, flaws), barriers_(place, flaws),
        loop_(place.self) {}

  bool lock(coherence::Ticket ticket, coherence::LockId lock, coherence::Out out) override;
  void unlock(coherence::LockId lock, coherence::Out out) override;
  bool barrier(coherence::Ticket ticket, coherence::LockId barrier, std::uint32_t parties, coherence::Out out) override;
  void on_message(const ssi::Message& message, coherence::Out out) override;
  void on_timer(TimerKey, std::uint64_t, coherence::Out) override {}   // sets none
  bool mine(const ssi::Message& message) const override { return message.body.is<Message>(); }
  bool mine(TimerKey) const override { return false; }
  coherence::Ordering ordering() const override { return coherence::Ordering::release; }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;

  const Locks& locks() const { return locks_; }
  const Intervals& intervals() const { return intervals_; }

 protected:
  // The pages' half. `learn` ends the own interval before it brings others'.
  virtual std::vector<PageId> dirty() const = 0;
  virtual void ended(const Record& own, coherence::Out out) = 0;
  virtual void noticed(const Record& other, coherence::Out out) = 0;
  virtual void on_page_message(const ssi::Message& message, coherence::Out out) = 0;
  virtual bool drain_pages(coherence::Out out) = 0;   // messages of pages to itself; true: there were some
  // Garbage: a node that keeps too much asks for a collection at the next barrier. All validate what they keep up to the floor; once
  // all have, it is dropped.
  virtual bool keeps_too_much() const { return false; }
  virtual void validate(const Clock&, coherence::Out) {}
  virtual bool validated(const Clock&) const { return true; }
  virtual void drop(const Clock&, coherence::Out) {}

  void drain(coherence::Out out);   // derived classes call it at the end of each event of theirs

  coherence::Place place_;

 private:
  struct Early {   // waits for its floor
    NodeId from;
    TxnId txn;
    CallId cause;
    Message message;
  };
  void handle(NodeId from, TxnId txn, CallId cause, const Message& message, coherence::Out out);
  void on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause, coherence::Out out);
  void on_depart(TxnId txn, const Depart& m, coherence::Out out);
  bool waits_for_floor(const Message& message) const;
  void end_interval(coherence::Out out);
  void learn(Records records, coherence::Out out);
  template <class F>
  void with_knowledge(coherence::Out out, F use);

  Ends ends_;
  Flaws flaws_;
  Intervals intervals_;
  Clock collecting_;   // up to which pages have been or are being validated
  Locks locks_;
  Barriers barriers_;
  Loopback<Message> loop_;
  std::vector<Early> early_;
};

}   // namespace ssi::release
