#include "models/protocol/hlrc/home_pages.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::hlrc {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Ticket;
using NoteKind = coherence::Outcome::Note::Kind;

// At the beginning a page is zero, and its home has it.
HomePages::Entry& HomePages::entry(PageId page) {
  const auto [at, fresh] = entries_.try_emplace(page);
  if (!fresh) return at->second;
  at->second.state = here(page) ? PageState::clean : PageState::invalid;
  at->second.data = PageData(place_.page_bytes);
  return at->second;
}

Verdict HomePages::step(Work& w, PageEvent on) {
  const auto where = [&] { return "node " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": state"; };
  w.out.note_step(*rules_, w.page, w.entry.state, on);
  return rules_->step(hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

void HomePages::act(Work& w, PageAct todo) {
  Entry& e = w.entry;
  switch (todo) {
    case PageAct::none: return;
    case PageAct::fetch: return fetch(w);
    case PageAct::perform: w.answer = coherence::perform(w.waiter->access, e.data); return;
    case PageAct::twin:
      if (here(w.page)) return;   // the home's writes are where they belong
      e.twin = e.data;
      return w.out.effects.work(settings_.twin);
    case PageAct::flush: return flush(w);
    case PageAct::drop:
      w.out.note(NoteKind::invalidation, w.page);
      w.out.effects.work(place_.costs.shootdown);
      w.out.outcome.lost.push_back(w.page);
      if (!here(w.page)) e.data = PageData(place_.page_bytes);
      return;
    case PageAct::install:
      if (w.came) {
        e.data = w.came->data;
        e.has = *w.came->has;
      }
      e.txn = {};
      e.cause = kNoCall;
      return w.out.effects.work(place_.costs.map);
  }
}

std::optional<Answer> HomePages::access(Ticket ticket, const Access& access, Out out, Loopback<Message>& loop) {
  using Kind = Access::Kind;
  SSI_CHECK(access.kind != Kind::add && access.kind != Kind::exchange && access.kind != Kind::compare_swap,
            "release consistency has no atomic words: they need a lock");
  Work w{access.page, entry(access.page), out, loop};
  const Waiter waiter{ticket, access};
  w.waiter = &waiter;
  if (step(w, access.writes() ? PageEvent::store : PageEvent::load) == Verdict::go && !w.answer) {
    out.note(NoteKind::fault, w.page);
    out.effects.work(place_.costs.fault);
  }
  if (w.answer) return w.answer;
  w.entry.waiters.push_back(waiter);
  return std::nullopt;
}

// The home itself only waits.
void HomePages::fetch(Work& w) {
  Entry& e = w.entry;
  if (e.txn == TxnId{}) e.cause = w.out.effects.cause;
  e.txn = coherence::make_txn(place_.self, ++transactions_);
  if (!here(w.page))
    w.loop.send(place_.homes.of(w.page), e.txn, Fetch{w.page, std::make_shared<const Clock>(e.needed)}, w.out.effects, e.cause);
}

void HomePages::flush(Work& w) {
  Entry& e = w.entry;
  const std::uint32_t previous = std::exchange(e.flushed, w.interval);
  e.needed.raise(place_.self, w.interval);
  e.has.raise(place_.self, w.interval);
  if (here(w.page)) return answer_wanted(w);
  auto diff = std::make_shared<const PageDiff>(*e.twin, e.data);
  e.twin.reset();
  w.out.effects.work(settings_.make_diff);
  w.loop.send(place_.homes.of(w.page), coherence::make_txn(place_.self, ++transactions_),
              Flush{w.page, w.interval, previous, std::move(diff)}, w.out.effects, w.out.effects.cause);
}

std::vector<PageId> HomePages::dirty() const {
  std::vector<PageId> pages;
  for (const auto& [page, e] : entries_)
    if (e.state == PageState::dirty) pages.push_back(page);
  return pages;
}

void HomePages::end_interval(const release::Interval& interval, Out out, Loopback<Message>& loop) {
  for (const PageId page : interval.pages) {
    Work w{page, entry(page), out, loop};
    w.interval = interval.number;
    step(w, PageEvent::end);
  }
}

void HomePages::notice(const release::Interval& interval, Out out, Loopback<Message>& loop) {
  for (const PageId page : interval.pages) {
    Work w{page, entry(page), out, loop};
    w.entry.needed.raise(interval.node, interval.number);
    if (!w.entry.has.covers(w.entry.needed)) step(w, PageEvent::notice);
  }
}

// A sender's diffs of a page are applied in its order, whatever the network does.
void HomePages::on_flush(NodeId from, const Flush& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_CHECK(here(m.page), "FLUSH reached a node that is not the page's home");
  w.entry.early.push_back({from, m});
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < w.entry.early.size() && !again; ++i) {
      const Early early = w.entry.early[i];
      if (w.entry.has.of(early.from) != early.message.previous) continue;
      w.entry.early.erase(w.entry.early.begin() + static_cast<std::ptrdiff_t>(i));
      take(early.from, early.message, w);
      again = true;
    }
  }
  answer_wanted(w);
  if (w.entry.has.covers(w.entry.needed)) step(w, PageEvent::complete);
  settle(w);
}

void HomePages::take(NodeId from, const Flush& m, Work& w) {
  m.diff->apply(w.entry.data);
  w.entry.has.raise(from, m.interval);
  w.out.effects.work(settings_.apply_diff);
}

void HomePages::on_fetch(NodeId from, TxnId txn, const Fetch& m, CallId cause, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  out.effects.work(place_.costs.lookup);
  w.entry.wanted.push_back({from, txn, cause, m});
  answer_wanted(w);
}

void HomePages::answer_wanted(Work& w) {
  Entry& e = w.entry;
  std::deque<Wanted> later;
  for (Wanted& wanted : e.wanted) {
    if (!e.has.covers(*wanted.message.needed)) {
      later.push_back(std::move(wanted));
      continue;
    }
    w.out.note(NoteKind::transfer, w.page);
    w.loop.send(wanted.from, wanted.txn, Page{w.page, std::make_shared<const Clock>(e.has), e.data}, w.out.effects, wanted.cause);
  }
  e.wanted = std::move(later);
}

void HomePages::on_page(TxnId txn, const Page& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop, &m};
  SSI_INVARIANT(txn == w.entry.txn, "D7: PAGE of no FETCH under way");
  step(w, m.has->covers(w.entry.needed) ? PageEvent::page : PageEvent::old);
  settle(w);
}

void HomePages::settle(Work& w) {
  if (w.entry.state != PageState::clean && w.entry.state != PageState::dirty) return;
  for (const Waiter& waiter : std::exchange(w.entry.waiters, {})) {
    w.waiter = &waiter;
    step(w, waiter.access.writes() ? PageEvent::store : PageEvent::load);
    w.out.outcome.done.push_back({waiter.ticket, *w.answer});
    w.answer.reset();
  }
}

void HomePages::evict(PageId page, Out out, Loopback<Message>& loop) {
  const auto found = entries_.find(page);
  if (found == entries_.end() || here(page)) return;
  Work w{page, found->second, out, loop};
  if (step(w, PageEvent::evict) == Verdict::go) out.note(NoteKind::eviction, page);
}

}   // namespace ssi::hlrc
