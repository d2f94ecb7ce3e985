// Pages with homes: a writer sends what it changed there when its interval ends; who needs a page asks its home for a copy
// that has all intervals that its write notices name, and the home answers when it has them.
// Invariant (L4): a page of another home has a twin if and only if it is dirty.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/hlrc/messages.hpp"
#include "models/protocol/hlrc/settings.hpp"
#include "models/protocol/hlrc/table.hpp"
#include "models/protocol/release/intervals.hpp"

namespace ssi::hlrc {

class HomePages {
 public:
  using Hits = PageRules::Hits;
  HomePages(const coherence::Place& place, const Settings& settings, const PageRules& rules)
      : place_(place), settings_(settings), rules_(&rules) {}

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out,
                                          Loopback<Message>& loop);
  std::vector<PageId> dirty() const;
  void end_interval(const release::Interval& interval, coherence::Out out, Loopback<Message>& loop);   // of this node's
  void notice(const release::Interval& interval, coherence::Out out, Loopback<Message>& loop);         // of another's
  void on_flush(NodeId from, const Flush& m, coherence::Out out, Loopback<Message>& loop);
  void on_fetch(NodeId from, TxnId txn, const Fetch& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_page(TxnId txn, const Page& m, coherence::Out out, Loopback<Message>& loop);
  void evict(PageId page, coherence::Out out, Loopback<Message>& loop);

  PageState state(PageId page) const;
  const PageData* copy(PageId page) const;
  void check_invariants() const;
  void hash_into(Digest& digest) const;
  void describe(StateDump& out) const;
  const Hits& hits() const { return hits_; }

 private:
  using Waiter = coherence::Waiter;
  struct Early {   // a FLUSH that overtook the sender's one before
    NodeId from;
    Flush message;
  };
  struct Wanted {   // a FETCH that needs intervals that are still on their way
    NodeId from;
    TxnId txn;
    CallId cause;
    Fetch message;
  };
  struct Entry {
    PageState state = PageState::invalid;
    PageData data;
    std::optional<PageData> twin;
    Clock needed;                // by the write notices
    Clock has;                   // of the copy; at the home: of its memory
    std::uint32_t flushed = 0;   // own interval that wrote this page last
    TxnId txn;                   // of FETCH
    CallId cause{};
    std::vector<Waiter> waiters;
    std::deque<Early> early;     // at the home
    std::deque<Wanted> wanted;   // at the home
  };
  struct Work {
    PageId page;
    Entry& entry;
    coherence::Out out;
    Loopback<Message>& loop;
    const Page* came = nullptr;
    const Waiter* waiter = nullptr;
    std::uint32_t interval = 0;
    std::optional<coherence::Answer> answer{};
  };
  bool here(PageId page) const { return place_.homes.of(page) == place_.self; }
  Entry& entry(PageId page);
  Verdict step(Work& work, PageEvent on);
  void act(Work& work, PageAct act);
  void fetch(Work& work);
  void flush(Work& work);
  void take(NodeId from, const Flush& m, Work& work);
  void answer_wanted(Work& work);
  void settle(Work& work);

  coherence::Place place_;
  Settings settings_;
  const PageRules* rules_;
  std::map<PageId, Entry> entries_;
  PageData zero_{place_.page_bytes};
  std::uint64_t transactions_ = 0;
  Hits hits_{};
};

}   // namespace ssi::hlrc
