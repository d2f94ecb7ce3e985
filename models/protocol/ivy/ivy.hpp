// One node of IVY: its copies, what it owns, and where it believes that the owners of other pages are (table.hpp).
// Invariant: of each page one node is the owner, or ownership is under way in one PAGE.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/page_numbers.hpp"
#include "models/protocol/ivy/messages.hpp"
#include "models/protocol/ivy/settings.hpp"
#include "models/protocol/ivy/table.hpp"

namespace ssi::ivy {

class Ivy final : public coherence::Machine {
 public:
  using Hits = Table::Hits;
  using Waiter = coherence::Waiter;
  struct Queued {   // somebody's request that waits for what we do, or for the end of the hold time
    Request request;
    bool write;
    TxnId txn;
    CallId cause;
  };
  struct Relay {   // relayed: we have passed a request on, and owe the page to who sent it
    NodeId reply_to;
    TxnId txn;
  };
  struct Invalidation {
    NodeId from;
    TxnId txn;
    CallId cause;
  };
  struct Entry {
    State state = State::absent;
    PageData data;
    Instant installed;
    TxnId installed_by;   // the transaction that brought the page
    NodeId probable_owner;
    NodeSet copies;            // owner, writer, collecting: who else may have a copy
    NodeSet unacked, unsent;   // collecting: who has not acknowledged; serial: was not asked yet
    TxnId txn;                 // of the request or invalidation under way
    CallId cause{};
    std::vector<Waiter> waiters;
    std::size_t eligible = 0;   // poisoned: so many waited before the last INVALIDATE
    std::deque<Queued> queue;
    std::optional<Relay> relay;   // the entry is locked, as by a fault of its own
    std::optional<Invalidation> held;
  };

  Ivy(const coherence::Place& place, const Settings& settings);
  Ivy(const coherence::Place& place, const Settings& settings, const Table& table);   // for tests, which alter it

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override;
  void on_message(const ssi::Message& message, coherence::Out out) override;
  void on_timer(TimerKey key, std::uint64_t generation, coherence::Out out) override;
  bool mine(const ssi::Message& message) const override { return message.body.is<Message>(); }
  bool mine(TimerKey key) const override { return key.value >= place_.timers && key.value - place_.timers < std::uint64_t{1} << 48; }
  void evict(PageId page, coherence::Out out) override;

  coherence::Right right(PageId page) const override;
  const PageData* copy(PageId page) const override;
  std::optional<NodeId> believed_at(PageId page) const override { return probable_owner(page); }
  void check_invariants() const override;
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<Ivy>(*this); }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;
  void describe(StateDump& out) const override;

  const Entry* find(PageId page) const;   // nullptr: as at the beginning
  NodeId probable_owner(PageId page) const;
  bool owns(PageId page) const;
  const Hits& hits() const { return hits_; }   // rows reached; no part of the state

 private:
  struct Work {
    PageId page;
    Entry& entry;
    coherence::Out out;
    NodeId from{};
    TxnId txn{};   // of what is handled
    CallId cause{};
    const Page* came = nullptr;
    const Waiter* waiter = nullptr;
    Queued asked{};
    std::optional<coherence::Answer> answer{};
    bool expired = false;   // the hold time is over
  };
  Entry& entry(PageId page);
  Verdict step(Work& work, Event on);
  void act(Work& work, Act act);
  void ask(Work& work, bool write);
  void install_once(Work& work);
  void invalidate_copies(Work& work);
  void collect(Work& work);
  void send_page(Work& work, bool owner, NodeSet copies);
  void forward(Work& work);
  void on_request(const Request& request, bool write, Work& work);
  void on_page(const Page& page, Work& work);
  void on_invalidate(Work& work);
  void on_ack(Work& work);
  void settle(Work& work);   // after an event: serve who waits, answer who asked, ask for who still waits
  void serve(Work& work);
  void answer_queue(Work& work);
  bool locked(const Entry& e) const { return e.txn != TxnId{} || e.relay; }
  bool keeps(const Work& work) const;   // within the hold time
  void wait_for_end_of_hold(Work& work);

  coherence::Place place_;
  Settings settings_;
  const Table* table_;
  std::map<PageId, Entry> entries_;
  PageNumbers timed_;
  PageData zero_;   // of pages that this node owns from the beginning and has not touched
  std::uint64_t transactions_ = 0;
  Hits hits_{};
};

const Table& table_for(const Settings& settings);

// What only all nodes together can see of a page: D1, D3, D4, D6.
void check_cluster(std::span<const Ivy* const> nodes, PageId page);

}   // namespace ssi::ivy
