// One node of lazy release consistency: locks, barriers, intervals, and pages with homes (HLRC).
// What a thread has written is seen by who synchronises with it afterwards, and need not be by anybody else.
#pragma once
#include <span>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/hlrc/barriers.hpp"
#include "models/protocol/hlrc/home_pages.hpp"
#include "models/protocol/hlrc/intervals.hpp"
#include "models/protocol/hlrc/locks.hpp"

namespace ssi::hlrc {

class Hlrc final : public coherence::Machine {
 public:
  Hlrc(const coherence::Place& place, const Settings& settings, const PageRules& rules = kPageRules);   // rules: tests alter them

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override;
  bool lock(coherence::Ticket ticket, coherence::LockId lock, coherence::Out out) override;
  void unlock(coherence::LockId lock, coherence::Out out) override;
  bool barrier(coherence::Ticket ticket, coherence::LockId barrier, coherence::Out out) override;
  void on_message(const ssi::Message& message, coherence::Out out) override;
  void on_timer(TimerKey, std::uint64_t, coherence::Out) override {}   // sets none
  bool mine(const ssi::Message& message) const override { return message.body.is<Message>(); }
  bool mine(TimerKey) const override { return false; }
  void evict(PageId page, coherence::Out out) override;
  coherence::Ordering ordering() const override { return coherence::Ordering::release; }

  coherence::Right right(PageId page) const override;
  const PageData* copy(PageId page) const override { return pages_.copy(page); }
  void check_invariants() const override { pages_.check_invariants(); }
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<Hlrc>(*this); }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;
  void describe(StateDump& out) const override { pages_.describe(out); }

  const Locks& locks() const { return locks_; }
  const HomePages& pages() const { return pages_; }
  const Intervals& intervals() const { return intervals_; }

 private:
  void handle(NodeId from, TxnId txn, CallId cause, const Message& message, coherence::Out out);
  void drain(coherence::Out out);
  void end_interval(coherence::Out out);
  void learn(Records records, coherence::Out out);

  coherence::Place place_;
  Intervals intervals_;
  Locks locks_;
  Barriers barriers_;
  HomePages pages_;
  Loopback<Message> loop_;
};

}   // namespace ssi::hlrc
