// Getting a page: whom to ask, what they answer, in which order it is applied.
#include <algorithm>
#include <utility>

#include "models/base/check.hpp"
#include "models/protocol/lrc/pages.hpp"

namespace ssi::lrc {

using coherence::Out;
using NoteKind = coherence::Outcome::Note::Kind;

namespace {

// A linear extension of happens-before: who knows more has the larger sum.
std::uint64_t knowledge(const release::Interval& interval) {
  std::uint64_t sum = 0;
  for (const auto& [node, ticks] : interval.clock.ticks()) sum += ticks;
  return sum;
}

}   // namespace

Stamps Pages::missing(const Work& w) const {
  Stamps found;
  for (const auto& [stamp, record] : w.entry.notices)
    if (!diffs_.find(w.page, stamp)) found.push_back(stamp);
  return found;
}

// The latest interval of each writer, without those that another's knows: who wrote the page knowing an interval had its diff, or a copy
// that was made with it, so that it may have to be asked of its writer in a second round.
std::map<NodeId, Stamps> Pages::whom_to_ask(const Entry& e, const Stamps& missing) const {
  std::map<NodeId, Record> latest;
  for (const Stamp stamp : missing)
    if (!e.tried.contains(stamp)) latest[stamp.node] = e.notices.at(stamp);   // ascending: the last one stays
  std::map<NodeId, Record> fewest = latest;
  std::erase_if(fewest, [&](const auto& one) {
    const auto knows = [&](const auto& other) {
      return other.first != one.first && other.second->clock.of(one.first) >= one.second->number;
    };
    return std::any_of(latest.begin(), latest.end(), knows);
  });
  std::map<NodeId, Stamps> asked;
  for (const Stamp stamp : missing) {
    const auto knows = [&](const auto& one) { return one.second->clock.of(stamp.node) >= stamp.number; };
    const bool writer = e.tried.contains(stamp) || fewest.contains(stamp.node);
    asked[writer ? stamp.node : std::find_if(fewest.begin(), fewest.end(), knows)->first].push_back(stamp);
  }
  return asked;
}

void Pages::ask(Work& w) {
  Entry& e = w.entry;
  if (e.txn == TxnId{}) {
    e.txn = coherence::make_txn(place_.self, ++transactions_);
    e.cause = w.out.effects.cause;
  }
  if (!e.copy && !e.copy_asked) {
    e.copy_asked = true;
    w.loop.send(place_.homes.of(w.page), e.txn, GetCopy{w.page, std::make_shared<const Clock>(e.collected)}, w.out.effects, e.cause);
  }
  const Stamps lacking = missing(w);
  for (const auto& [node, stamps] : whom_to_ask(e, lacking)) {
    e.asked.insert(node);
    w.loop.send(node, e.txn, GetDiffs{w.page, std::make_shared<const Stamps>(stamps)}, w.out.effects, e.cause);
  }
  e.tried.insert(lacking.begin(), lacking.end());
  SSI_INVARIANT(!e.asked.empty() || e.copy_asked, "D8: a page is waited for, and nobody was asked");
}

void Pages::on_get_diffs(NodeId from, TxnId txn, const GetDiffs& m, CallId cause, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  out.effects.work(place_.costs.lookup);
  auto found = std::make_shared<std::vector<Diffs::One>>();
  for (const Stamp stamp : *m.wanted) {
    if (stamp == Stamp{place_.self, w.entry.undiffed}) step(w, PageEvent::asked);
    if (auto diff = diffs_.find(m.page, stamp)) found->push_back({stamp, std::move(diff)});
    else SSI_INVARIANT(stamp.node != place_.self, "L6: a diff is asked for that its writer has dropped");
  }
  loop.send(from, txn, Diffs{m.page, std::move(found)}, out.effects, cause);
}

void Pages::on_diffs(NodeId from, TxnId txn, const Diffs& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_INVARIANT(txn == w.entry.txn && w.entry.asked.contains(from), "D7: DIFFS that nobody awaits");
  w.entry.asked.erase(from);
  for (const Diffs::One& one : *m.found) diffs_.keep(m.page, one.stamp, one.diff);
  go_on(w);
}

// A dirty page goes as it is: what is written now belongs to an interval of which the requester hears later, and has then.
void Pages::on_get_copy(NodeId from, TxnId txn, const GetCopy& m, CallId cause, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_CHECK(first_holder(m.page), "GET_COPY reached a node that is not the page's first holder");
  out.effects.work(place_.costs.lookup);
  w.entry.wanted.push_back({from, txn, cause, m});
  answer_wanted(w);
}

void Pages::answer_wanted(Work& w) {
  std::vector<Wanted> later;
  for (Wanted& wanted : w.entry.wanted) {
    if (!w.entry.has.covers(*wanted.message.needed)) {
      later.push_back(std::move(wanted));
      continue;
    }
    w.out.note(NoteKind::transfer, w.page);
    w.loop.send(wanted.from, wanted.txn, Copy{w.page, std::make_shared<const Clock>(w.entry.has), w.entry.data}, w.out.effects,
                wanted.cause);
  }
  w.entry.wanted = std::move(later);
}

void Pages::on_copy(TxnId txn, const Copy& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  Entry& e = w.entry;
  SSI_INVARIANT(txn == e.txn && e.copy_asked, "D7: COPY of no GET_COPY under way");
  e.copy_asked = false;
  e.copy = true;
  e.data = m.data;
  e.has = *m.has;
  e.collected = {};
  std::erase_if(e.notices, [&](const auto& n) { return n.first.number <= e.has.of(n.first.node); });
  go_on(w);
}

void Pages::go_on(Work& w) {
  const bool awaits = !w.entry.asked.empty() || w.entry.copy_asked;
  const bool does = w.entry.copy && missing(w).empty();
  step(w, awaits ? PageEvent::part : does ? PageEvent::whole : PageEvent::more);
  settle(w);
}

std::vector<Pages::Record> Pages::in_order(const Entry& e) const {
  std::vector<Record> records;
  for (const auto& [stamp, record] : e.notices) records.push_back(record);
  if (flaws_.applies_unordered) return records;
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    const std::uint64_t x = knowledge(*a), y = knowledge(*b);
    return x != y ? x < y : a->node < b->node;
  });
  return records;
}

void Pages::install(Work& w) {
  Entry& e = w.entry;
  for (const Record& record : in_order(e)) {
    diffs_.find(w.page, {record->node, record->number})->apply(e.data);
    e.has.raise(record->node, record->number);
    w.out.effects.work(settings_.apply_diff);
  }
  e.notices.clear();
  e.tried.clear();
  e.txn = {};
  e.cause = kNoCall;
  w.out.effects.work(place_.costs.map);
}

void Pages::settle(Work& w) {
  answer_wanted(w);
  if (w.entry.state == PageState::invalid || w.entry.state == PageState::fetching) return;
  for (const Waiter& waiter : std::exchange(w.entry.waiters, {})) {
    w.waiter = &waiter;
    step(w, waiter.access.writes() ? PageEvent::store : PageEvent::load);
    w.out.outcome.done.push_back({waiter.ticket, *w.answer});
    w.answer.reset();
  }
}

}   // namespace ssi::lrc
