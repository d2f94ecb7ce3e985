// What the acts of the cache's table do.
#include <algorithm>
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/directory/cache.hpp"

namespace ssi::directory {

using coherence::Out;
using coherence::Right;
using enum CacheState;
using NoteKind = coherence::Outcome::Note::Kind;

void Cache::act(Work& w, CacheAct todo) {
  Entry& e = w.entry;
  switch (todo) {
    case CacheAct::none: return;
    case CacheAct::ask_read: return request(w, GetRead{w.page});
    case CacheAct::ask_write: return request(w, GetWrite{w.page, e.state == upgrading});
    case CacheAct::put: {
      const bool dirty = e.state == evicting && e.dirty;
      return request(w, Put{w.page, e.state == evicting, dirty, dirty ? e.data : PageData(place_.page_bytes)});
    }
    case CacheAct::install: return install(w);
    case CacheAct::install_once: return install_once(w);
    case CacheAct::perform:
      e.dirty = e.dirty || w.waiter->access.writes();
      w.answer = coherence::perform(w.waiter->access, e.data);
      return;
    case CacheAct::keep:
      if (w.data && w.data->with_page) e.data = w.data->data;
      return;
    case CacheAct::confirm:
      if (e.confirm) send(w, place_.homes.of(w.page), e.txn, Confirm{w.page}, e.cause);
      return;
    case CacheAct::drop:
      e.data = PageData(place_.page_bytes);
      e.dirty = false;
      w.out.outcome.lost.push_back(w.page);
      return;
    case CacheAct::acknowledge:
      w.out.effects.work(place_.costs.shootdown);
      w.out.note(NoteKind::invalidation, w.page);
      return send(w, w.order.to, w.order.txn, InvalidateAck{w.page}, w.order.cause);
    case CacheAct::poison: e.eligible = e.waiters.size(); return;
    case CacheAct::share: return share_or_give(w, Right::read);
    case CacheAct::give: return share_or_give(w, Right::write);
    case CacheAct::back_off: return back_off(w);
    case CacheAct::rest: return rest(e);
  }
}

void Cache::send(Work& w, NodeId to, TxnId txn, Message message, CallId cause) {
  if (to != place_.self && carries_page(message)) w.out.note(NoteKind::transfer, w.page);
  w.loop.send(to, txn, std::move(message), w.out.effects, cause);
}

void Cache::request(Work& w, Message message) {
  if (w.entry.txn == TxnId{}) {   // a retry keeps its transaction
    w.entry.txn = coherence::make_txn(place_.self, ++transactions_);
    w.entry.cause = w.out.effects.cause;
  } else {
    w.out.note(NoteKind::retry, w.page);
  }
  send(w, place_.homes.of(w.page), w.entry.txn, std::move(message), w.entry.cause);
}

void Cache::install(Work& w) {
  if (w.data && w.data->with_page) w.entry.data = w.data->data;
  w.entry.installed = w.out.now;
  w.entry.dirty = w.entry.state == modified;
  w.out.effects.work(place_.costs.map);
  touch(w.page, w.entry);
}

// The page may be out of date already, but was current after these loads began: they come before the write that
// invalidated it. Later ones would not be: they ask again.
void Cache::install_once(Work& w) {
  auto& waiters = w.entry.waiters;
  const std::size_t eligible = std::min(w.entry.eligible, waiters.size());
  PageData once = w.data->data;
  std::vector<Waiter> later;
  for (std::size_t i = 0; i < waiters.size(); ++i) {
    if (i < eligible && !waiters[i].access.writes()) w.out.outcome.done.push_back({waiters[i].ticket, perform(waiters[i].access, once)});
    else later.push_back(std::move(waiters[i]));
  }
  waiters = std::move(later);
}

// To who asked, or to the home: relayed, and for memory's sake when the copy stays here to be read.
void Cache::share_or_give(Work& w, Right right) {
  const Entry& e = w.entry;
  const NodeId home = place_.homes.of(w.page);
  w.out.effects.work(place_.costs.shootdown);
  if (!w.order.relayed)
    send(w, w.order.to, w.order.txn,
         Data{.page = w.page, .right = right, .confirm = right == Right::write && settings_.confirmed, .data = e.data}, w.order.cause);
  if (w.order.relayed || right == Right::read) {
    const bool dirty = e.dirty;
    send(w, home, w.order.txn, WriteBack{w.page, dirty, dirty ? e.data : PageData(place_.page_bytes)}, w.order.cause);
  }
  if (right == Right::read) {
    w.entry.dirty = false;
    w.out.outcome.lost.push_back(w.page);
  }
}

void Cache::back_off(Work& w) { w.out.effects.set_timer(timer(w.page, false), w.entry.txn.value, settings_.retry); }

void Cache::rest(Entry& e) {
  e.txn = {};
  e.cause = kNoCall;
  e.answered = e.confirm = false;
  e.awaited.clear();
  e.acked.clear();
  e.eligible = 0;
}

void Cache::serve(Work& w) {
  std::erase_if(w.entry.waiters, [&](const Waiter& waiter) {
    const bool writes = waiter.access.writes();
    const bool may = writes ? w.entry.state == exclusive || w.entry.state == modified
                            : w.entry.state == shared || w.entry.state == exclusive || w.entry.state == modified;
    if (!may) return false;
    w.waiter = &waiter;
    step(w, writes ? CacheEvent::store : CacheEvent::load);
    w.out.outcome.done.push_back({waiter.ticket, std::move(*w.answer)});
    w.answer.reset();
    return true;
  });
}

void Cache::settle(Work& w) {
  serve(w);   // before anything is taken away: so every transfer lets somebody go on
  if (w.entry.deferred && w.entry.txn == TxnId{}) {
    const Deferred deferred = *w.entry.deferred;
    w.entry.deferred.reset();
    w.order = deferred;
    if (held(w)) {
      w.entry.deferred = deferred;
      w.out.effects.set_timer(timer(w.page, true), deferred.txn.value, w.entry.installed + settings_.hold - w.out.now);
    } else {
      step(w, deferred.event);
    }
  }
  if (!w.entry.waiters.empty() && w.entry.txn == TxnId{}) {
    const bool writes = w.entry.waiters.front().access.writes();
    w.waiter = &w.entry.waiters.front();
    w.out.note(NoteKind::fault, w.page);
    step(w, writes ? CacheEvent::store : CacheEvent::load);
  }
  trim(w.out, w.loop);
}

}   // namespace ssi::directory
