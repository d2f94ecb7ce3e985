#include "models/protocol/lrc/pages.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::lrc {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Ticket;
using NoteKind = coherence::Outcome::Note::Kind;

// At the beginning a page is zero, and its first holder has it.
Pages::Entry& Pages::entry(PageId page) {
  const auto [at, fresh] = entries_.try_emplace(page);
  if (!fresh) return at->second;
  at->second.data = PageData(place_.page_bytes);
  at->second.copy = first_holder(page);
  if (at->second.copy) at->second.state = PageState::clean;
  return at->second;
}

Verdict Pages::step(Work& w, PageEvent on) {
  const auto where = [&] { return "node " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": state"; };
  w.out.note_step(*rules_, w.page, w.entry.state, on);
  return rules_->step(hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

void Pages::act(Work& w, PageAct todo) {
  Entry& e = w.entry;
  switch (todo) {
    case PageAct::none: return;
    case PageAct::ask: return ask(w);
    case PageAct::perform: w.answer = coherence::perform(w.waiter->access, e.data); return;
    case PageAct::twin: e.twin = e.data; return w.out.effects.work(settings_.twin);
    case PageAct::close:
      e.undiffed = w.interval;
      e.has.raise(place_.self, w.interval);
      return;
    case PageAct::diff: return make_diff(w);
    case PageAct::drop:
      w.out.note(NoteKind::invalidation, w.page);
      w.out.effects.work(place_.costs.shootdown);
      w.out.outcome.lost.push_back(w.page);
      return;
    case PageAct::install: return install(w);
    case PageAct::forget:
      e.twin.reset();
      e.undiffed = 0;
      return;
  }
}

std::optional<Answer> Pages::access(Ticket ticket, const Access& access, Out out, Loopback<Message>& loop) {
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

std::vector<PageId> Pages::dirty() const {
  std::vector<PageId> pages;
  for (const auto& [page, e] : entries_)
    if (e.state == PageState::dirty) pages.push_back(page);
  return pages;
}

void Pages::end_interval(const Record& own, Out out, Loopback<Message>& loop) {
  for (const PageId page : own->pages) {
    Work w{page, entry(page), out, loop};
    w.interval = own->number;
    step(w, PageEvent::end);
  }
}

// Of an interval that the copy has already, because it came from a node that knew more, nothing is needed.
void Pages::notice(const Record& other, Out out, Loopback<Message>& loop) {
  for (const PageId page : other->pages) {
    Work w{page, entry(page), out, loop};
    if (w.entry.has.of(other->node) >= other->number) continue;
    w.entry.notices[{other->node, other->number}] = other;
    step(w, PageEvent::notice);
  }
}

void Pages::make_diff(Work& w) {
  Entry& e = w.entry;
  diffs_.keep(w.page, {place_.self, e.undiffed}, std::make_shared<const PageDiff>(*e.twin, e.data));
  e.twin.reset();
  e.undiffed = 0;
  w.out.effects.work(settings_.make_diff);
}

void Pages::validate(const Clock& floor, Out out, Loopback<Message>& loop) {
  for (auto& [page, e] : entries_) {
    Work w{page, e, out, loop};
    if (e.copy && !e.notices.empty()) step(w, PageEvent::validate);
    if (e.copy || e.state == PageState::fetching) continue;
    // No copy, and nobody waits for one: the first holder's will do, which has all by the time that it is asked.
    for (const auto& [stamp, record] : e.notices)
      if (stamp.number <= floor.of(stamp.node)) e.collected.raise(stamp.node, stamp.number);
    std::erase_if(e.notices, [&](const auto& n) { return n.first.number <= floor.of(n.first.node); });
  }
}

bool Pages::validated(const Clock& floor) const {
  for (const auto& [page, e] : entries_)
    for (const auto& [stamp, record] : e.notices)
      if (stamp.number <= floor.of(stamp.node)) return false;
  return true;
}

void Pages::drop(const Clock& floor, Out out, Loopback<Message>& loop) {
  for (auto& [page, e] : entries_) {
    Work w{page, e, out, loop};
    if (e.state == PageState::written && e.undiffed <= floor.of(place_.self)) step(w, PageEvent::collected);
  }
  diffs_.forget(floor);
}

}   // namespace ssi::lrc
