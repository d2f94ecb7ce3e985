#include "models/protocol/directory/cache.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::directory {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;
using enum CacheState;
using NoteKind = coherence::Outcome::Note::Kind;

Cache::Entry& Cache::entry(PageId page) {
  if (last_.entry != nullptr && last_.page == page) return *last_.entry;
  const auto [at, fresh] = entries_.try_emplace(page);
  if (fresh) at->second.data = PageData(place_.page_bytes);
  last_.page = page;
  last_.entry = &at->second;
  return at->second;
}

const Cache::Entry* Cache::find(PageId page) const {
  if (last_.entry != nullptr && last_.page == page) return last_.entry;
  const auto found = entries_.find(page);
  return found == entries_.end() ? nullptr : &found->second;
}

// One event by the table. A stalled access waits, a stalled message is deferred by who called.
Verdict Cache::step(Work& w, CacheEvent on) {
  const auto where = [&] {
    return "node " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": cache state";
  };
  w.out.note_step(*rules_, w.page, w.entry.state, on);
  return rules_->step(hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

std::optional<Answer> Cache::access(Ticket ticket, const Access& access, Out out, Loopback<Message>& loop) {
  Work w{access.page, entry(access.page), out, loop};
  const bool writes = access.writes();
  const Waiter waiter{ticket, access};
  w.waiter = &waiter;
  // An upgrade asks for what INVALIDATE is about to take: no use in holding that back.
  if (writes && w.entry.state == shared && w.entry.deferred) {
    w.order = *w.entry.deferred;
    w.entry.deferred.reset();
    step(w, w.order.event);
  }
  const bool faults = w.entry.state == invalid;
  const Verdict verdict = step(w, writes ? CacheEvent::store : CacheEvent::load);
  if (w.answer) {
    touch(w.page, w.entry);
    return w.answer;
  }
  if (verdict == Verdict::go) {   // a request has left
    out.note(NoteKind::fault, w.page);
    out.effects.work(place_.costs.fault);
  }
  w.entry.waiters.push_back(waiter);
  if (faults && !writes) look_ahead(w.page, out, loop);
  return std::nullopt;
}

void Cache::on_data(TxnId txn, const Data& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop, &m};
  SSI_INVARIANT(txn == w.entry.txn, "D7: DATA of no request under way");
  if (m.right == Right::read) {
    step(w, m.exclusive ? CacheEvent::data_exclusive : CacheEvent::data);
  } else {
    SSI_INVARIANT(!w.entry.answered, "D7: a second DATA");
    w.entry.answered = true;
    w.entry.confirm = m.confirm;
    w.entry.awaited = m.awaited;
    step(w, w.entry.acked.includes(m.awaited) ? CacheEvent::whole : CacheEvent::part);
  }
  settle(w);
}

void Cache::on_ack(NodeId from, TxnId txn, const InvalidateAck& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_INVARIANT(txn == w.entry.txn && w.entry.acked.insert(from), "D7: an acknowledgement that nobody awaits");
  step(w, w.entry.answered && w.entry.acked.includes(w.entry.awaited) ? CacheEvent::whole : CacheEvent::part);
  settle(w);
}

void Cache::on_invalidate(TxnId txn, const Invalidate& m, CallId cause, Out out, Loopback<Message>& loop) {
  order(m.page, {CacheEvent::invalidate, m.collector, false, txn, cause}, out, loop);
}

void Cache::on_forward(TxnId txn, const Forward& m, CallId cause, Out out, Loopback<Message>& loop) {
  order(m.page, {m.write ? CacheEvent::forward_write : CacheEvent::forward_read, m.requester, m.relayed, txn, cause}, out, loop);
}

void Cache::order(PageId page, const Deferred& deferred, Out out, Loopback<Message>& loop) {
  Work w{page, entry(page), out, loop};
  w.order = deferred;
  if (held(w)) {
    defer(w, deferred);
    out.effects.set_timer(timer(page, true), deferred.txn.value, w.entry.installed + settings_.hold - out.now);
  } else if (step(w, deferred.event) == Verdict::stall) {
    defer(w, deferred);
  }
  settle(w);
}

void Cache::defer(Work& w, const Deferred& deferred) {
  SSI_INVARIANT(!w.entry.deferred, "two messages of the home wait for one page");
  w.entry.deferred = deferred;
}

// The page has come less than the hold time ago, and may be kept until that is over.
bool Cache::held(const Work& w) const {
  const CacheState at = w.entry.state;
  return (at == shared || at == exclusive || at == modified) && w.out.now < w.entry.installed + settings_.hold;
}

void Cache::on_put_ack(TxnId txn, const PutAck& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_INVARIANT(txn == w.entry.txn, "D7: PUT_ACK of no PUT under way");
  step(w, m.stale ? CacheEvent::put_stale : CacheEvent::put_ack);
  settle(w);
}

void Cache::on_nack(TxnId txn, const Nack& m, Out out, Loopback<Message>& loop) {
  Work w{m.page, entry(m.page), out, loop};
  SSI_INVARIANT(txn == w.entry.txn, "D7: NACK of no request under way");
  step(w, CacheEvent::nack);
  settle(w);
}

void Cache::on_timer(TimerKey key, std::uint64_t generation, Out out, Loopback<Message>& loop) {
  const std::uint64_t number = key.value - place_.timers;
  const PageId page = timed_.page(number / 2);
  Work w{page, entry(page), out, loop};
  const bool hold = number % 2 == 1;
  if (hold && w.entry.deferred && w.entry.deferred->txn.value == generation) {
    w.order = *w.entry.deferred;
    w.entry.deferred.reset();
    if (step(w, w.order.event) == Verdict::stall) w.entry.deferred = w.order;
  } else if (!hold && w.entry.txn.value == generation) {
    step(w, CacheEvent::retry);
  }
  settle(w);
}

void Cache::evict(PageId page, Out out, Loopback<Message>& loop) {
  const auto found = entries_.find(page);
  if (found == entries_.end() || found->second.deferred) return;   // deferred: it is about to go anyway
  Work w{page, found->second, out, loop};
  const bool silent = w.entry.state == shared && !settings_.tell_shared;
  if (step(w, silent ? CacheEvent::forget : CacheEvent::evict) != Verdict::go) return;
  if (!silent) out.outcome.lost.push_back(page);   // it is not used any more, though it is here until PUT_ACK
  out.note(NoteKind::eviction, page);
}

}   // namespace ssi::directory
