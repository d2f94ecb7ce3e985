// The cache role: one node's copies of pages, and the accesses that wait for them (table.hpp: CacheRules).
// Invariant: an entry has bytes if and only if its state keeps a copy; what belongs to a request is empty when none is under way.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/port/page_numbers.hpp"
#include "models/protocol/directory/messages.hpp"
#include "models/protocol/directory/settings.hpp"
#include "models/protocol/directory/table.hpp"

namespace ssi::directory {

class Cache {
 public:
  using Hits = CacheRules::Hits;
  Cache(const coherence::Place& place, const Settings& settings, const CacheRules& rules)
      : place_(place), settings_(settings), rules_(&rules) {}

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out,
                                          Loopback<Message>& loop);
  void on_data(TxnId txn, const Data& m, coherence::Out out, Loopback<Message>& loop);
  void on_ack(NodeId from, TxnId txn, const InvalidateAck& m, coherence::Out out, Loopback<Message>& loop);
  void on_invalidate(TxnId txn, const Invalidate& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_forward(TxnId txn, const Forward& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_put_ack(TxnId txn, const PutAck& m, coherence::Out out, Loopback<Message>& loop);
  void on_nack(TxnId txn, const Nack& m, coherence::Out out, Loopback<Message>& loop);
  void on_timer(TimerKey key, std::uint64_t generation, coherence::Out out, Loopback<Message>& loop);
  void evict(PageId page, coherence::Out out, Loopback<Message>& loop);

  CacheState state(PageId page) const;
  const PageData* copy(PageId page) const;   // nullptr: none that may be read
  std::vector<PageId> pages() const;         // that are not plainly invalid
  void check_invariants() const;
  void hash_into(Digest& digest) const;
  void describe(StateDump& out) const;
  const Hits& hits() const { return hits_; }   // rows reached; no part of the state

 private:
  using Waiter = coherence::Waiter;
  // A message that has to wait: a FORWARD for what makes us owner, or the end of the hold time. There is one at most: a home
  // asks a node for one thing at a time, but for an INVALIDATE that a FORWARD overtakes, and that is never held back then.
  struct Deferred {
    CacheEvent event;
    NodeId to;   // collector, or requester
    bool relayed;
    TxnId txn;
    CallId cause;
  };
  struct Entry {
    CacheState state = CacheState::invalid;
    PageData data;
    bool dirty = false;   // differs, or may differ, from the home's memory
    Instant installed;
    TxnId txn;                // of the request or PUT under way
    CallId cause{};           // on whose behalf
    bool answered = false;    // DATA to write has come
    bool confirm = false;     // ... and the home waits for CONFIRM
    NodeSet awaited, acked;   // INVALIDATE_ACK: from whom, and who has sent one
    std::vector<Waiter> waiters;
    std::size_t eligible = 0;   // poisoned: so many waited before the last INVALIDATE
    std::optional<Deferred> deferred;
    std::uint64_t used = 0;   // place in `recent_`; 0: not there
  };
  struct Work {   // what is handled now
    PageId page;
    Entry& entry;
    coherence::Out out;
    Loopback<Message>& loop;
    const Data* data = nullptr;
    NodeId from{};
    Deferred order{};   // INVALIDATE or FORWARD that is carried out
    const Waiter* waiter = nullptr;
    std::optional<coherence::Answer> answer{};
  };

  // The entry that was asked for last: most look-ups of an event are of one page. Entries stay where they are; a copy begins without.
  struct Last {
    PageId page{};
    Entry* entry = nullptr;
    Last() = default;
    Last(const Last&) {}
    Last& operator=(const Last&) {
      entry = nullptr;
      return *this;
    }
  };

  Entry& entry(PageId page);
  const Entry* find(PageId page) const;   // nullptr: never asked for
  Verdict step(Work& work, CacheEvent on);
  void act(Work& work, CacheAct act);
  void send(Work& work, NodeId to, TxnId txn, Message message, CallId cause);
  void request(Work& work, Message message);
  void install(Work& work);
  void install_once(Work& work);
  void share_or_give(Work& work, coherence::Right right);
  void back_off(Work& work);
  void rest(Entry& entry);
  void settle(Work& work);   // after an event: serve, then what was deferred, then ask for who still waits
  void serve(Work& work);
  void order(PageId page, const Deferred& deferred, coherence::Out out, Loopback<Message>& loop);
  void defer(Work& work, const Deferred& deferred);
  bool held(const Work& work) const;
  void touch(PageId page, Entry& entry);
  void trim(coherence::Out out, Loopback<Message>& loop);
  void look_ahead(PageId page, coherence::Out out, Loopback<Message>& loop);
  TimerKey timer(PageId page, bool hold) { return {place_.timers + timed_.of(page) * 2 + (hold ? 1 : 0)}; }

  coherence::Place place_;
  Settings settings_;
  const CacheRules* rules_;
  std::map<PageId, Entry> entries_;
  Last last_;
  PageNumbers timed_;
  std::map<std::uint64_t, PageId> recent_;   // cache_pages: copies of others' pages, by last use
  std::uint64_t uses_ = 0, transactions_ = 0;
  PageId last_fault_{};
  std::int64_t stride_ = 0;
  Hits hits_{};
};

}   // namespace ssi::directory
