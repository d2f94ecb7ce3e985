// Pages without homes: who needs one asks the writers that its write notices name for their diffs, in parallel the fewest that can have
// all of them, and applies them in the order of happens-before. Who has no copy gets one from the page's first holder.
// Invariant (L4): there is a twin if and only if a page is dirty, or was and its diff was not made yet.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/lrc/diff_store.hpp"
#include "models/protocol/lrc/messages.hpp"
#include "models/protocol/lrc/settings.hpp"
#include "models/protocol/lrc/table.hpp"
#include "models/protocol/release/intervals.hpp"

namespace ssi::lrc {

class Pages {
 public:
  using Hits = PageRules::Hits;
  using Record = release::Record;
  Pages(const coherence::Place& place, const Settings& settings, const PageRules& rules, const Flaws& flaws)
      : place_(place), settings_(settings), rules_(&rules), flaws_(flaws) {}

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out,
                                          Loopback<Message>& loop);
  std::vector<PageId> dirty() const;
  void end_interval(const Record& own, coherence::Out out, Loopback<Message>& loop);
  void notice(const Record& other, coherence::Out out, Loopback<Message>& loop);
  void on_get_diffs(NodeId from, TxnId txn, const GetDiffs& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_diffs(NodeId from, TxnId txn, const Diffs& m, coherence::Out out, Loopback<Message>& loop);
  void on_get_copy(NodeId from, TxnId txn, const GetCopy& m, CallId cause, coherence::Out out, Loopback<Message>& loop);
  void on_copy(TxnId txn, const Copy& m, coherence::Out out, Loopback<Message>& loop);

  // A collection: copies are made current up to the floor, then diffs up to it are dropped.
  bool keeps_too_much() const { return settings_.collect > 0 && diffs_.bytes() > settings_.collect; }
  void validate(const Clock& floor, coherence::Out out, Loopback<Message>& loop);
  bool validated(const Clock& floor) const;
  void drop(const Clock& floor, coherence::Out out, Loopback<Message>& loop);

  PageState state(PageId page) const;
  const PageData* copy(PageId page) const;
  const DiffStore& diffs() const { return diffs_; }
  void check_invariants() const;
  void hash_into(Digest& digest) const;
  void describe(StateDump& out) const;
  const Hits& hits() const { return hits_; }

 private:
  using Waiter = coherence::Waiter;
  struct Wanted {   // GET_COPY that has to wait until the copy has what is needed
    NodeId from;
    TxnId txn;
    CallId cause;
    GetCopy message;
  };
  struct Entry {
    PageState state = PageState::invalid;
    PageData data;
    bool copy = false;   // `data` is one, be it out of date
    std::optional<PageData> twin;
    std::uint32_t undiffed = 0;        // written: the own interval that the twin is of
    Clock has;                         // intervals in `data`
    Clock collected;                   // intervals that the first holder's copy has to have: their diffs are gone
    std::map<Stamp, Record> notices;   // not in `data`
    TxnId txn;                         // fetching
    CallId cause{};
    NodeSet asked;   // ... whose DIFFS are awaited
    bool copy_asked = false;
    std::set<Stamp> tried;   // ... what was asked of somebody
    std::vector<Waiter> waiters;
    std::vector<Wanted> wanted;   // at the first holder
  };
  struct Work {
    PageId page;
    Entry& entry;
    coherence::Out out;
    Loopback<Message>& loop;
    const Waiter* waiter = nullptr;
    std::uint32_t interval = 0;
    std::optional<coherence::Answer> answer{};
  };
  bool first_holder(PageId page) const { return place_.homes.of(page) == place_.self; }
  Entry& entry(PageId page);
  Verdict step(Work& work, PageEvent on);
  void act(Work& work, PageAct act);
  void ask(Work& work);
  void make_diff(Work& work);
  void install(Work& work);
  std::vector<Record> in_order(const Entry& entry) const;
  Stamps missing(const Work& work) const;
  std::map<NodeId, Stamps> whom_to_ask(const Entry& entry, const Stamps& missing) const;
  void go_on(Work& work);   // after an answer
  void settle(Work& work);
  void answer_wanted(Work& work);

  coherence::Place place_;
  Settings settings_;
  const PageRules* rules_;
  Flaws flaws_;
  std::map<PageId, Entry> entries_;
  DiffStore diffs_;
  PageData zero_{place_.page_bytes};
  std::uint64_t transactions_ = 0;
  Hits hits_{};
};

}   // namespace ssi::lrc
