// What the acts of the table do.
#include <algorithm>
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/ivy/ivy.hpp"

namespace ssi::ivy {

using NoteKind = coherence::Outcome::Note::Kind;

void Ivy::act(Work& w, Act todo) {
  Entry& e = w.entry;
  switch (todo) {
    case Act::none: return;
    case Act::ask_read: return ask(w, false);
    case Act::ask_write: return ask(w, true);
    case Act::perform: w.answer = coherence::perform(w.waiter->access, e.data); return;
    case Act::install:
      if (w.came && w.came->with_page) e.data = w.came->data;
      e.installed = w.out.now;
      e.installed_by = e.txn;
      return w.out.effects.work(place_.costs.map);
    case Act::install_once: return install_once(w);
    case Act::take:
      e.copies = w.came->copies;
      e.probable_owner = place_.self;
      if (w.came->with_page) e.data = w.came->data;
      return;
    case Act::invalidate_copies: return invalidate_copies(w);
    case Act::collect: return collect(w);
    case Act::drop: e.data = PageData(place_.page_bytes); return w.out.outcome.lost.push_back(w.page);
    case Act::poison: e.eligible = e.waiters.size(); return;
    case Act::acknowledge:
      w.out.effects.work(place_.costs.shootdown);
      w.out.note(NoteKind::invalidation, w.page);
      return w.out.effects.send(w.from, w.txn, Message(InvalidateAck{w.page}), {.cause = w.cause});
    case Act::follow:
      // A manager's record is ahead of this news: it has the order of all writes.
      if (settings_.locate == Settings::Locate::probable_owner || place_.homes.of(w.page) != place_.self) e.probable_owner = w.from;
      return;
    case Act::share:
      send_page(w, false, {});
      e.copies.insert(w.asked.request.requester);
      return;
    case Act::hand_over: {
      NodeSet copies = std::exchange(e.copies, {});
      copies.insert(place_.self);
      copies.erase(w.asked.request.requester);
      return send_page(w, true, std::move(copies));
    }
    case Act::give: {
      NodeSet copies = std::exchange(e.copies, {});
      return send_page(w, true, std::move(copies));
    }
    case Act::forward: return forward(w);
    case Act::rest:
      e.txn = {};
      e.cause = kNoCall;
      e.eligible = 0;
      return;
  }
}

void Ivy::ask(Work& w, bool write) {
  Entry& e = w.entry;
  e.txn = coherence::make_txn(place_.self, ++transactions_);
  e.cause = w.cause;
  const bool by_manager = settings_.locate == Settings::Locate::manager && place_.homes.of(w.page) != place_.self;
  const NodeId to = by_manager ? place_.homes.of(w.page) : e.probable_owner;
  const Request request{w.page, place_.self, place_.self, 0, e.state == State::upgrading};
  if (write || settings_.reads_move) e.probable_owner = place_.self;   // a manager sends those that follow here, where they wait
  if (write) w.out.effects.send(to, e.txn, Message(Write{request}), {.cause = e.cause});
  else w.out.effects.send(to, e.txn, Message(Read{request}), {.cause = e.cause});
}

// See directory: these loads come before the write that invalidated the page; later ones ask again.
void Ivy::install_once(Work& w) {
  auto& waiters = w.entry.waiters;
  const std::size_t eligible = std::min(w.entry.eligible, waiters.size());
  PageData once = w.came->data;
  std::vector<Waiter> later;
  for (std::size_t i = 0; i < waiters.size(); ++i) {
    if (i < eligible && !waiters[i].access.writes()) w.out.outcome.done.push_back({waiters[i].ticket, perform(waiters[i].access, once)});
    else later.push_back(std::move(waiters[i]));
  }
  waiters = std::move(later);
}

void Ivy::invalidate_copies(Work& w) {
  Entry& e = w.entry;
  if (e.txn == TxnId{}) {   // the owner upgrades itself
    e.txn = coherence::make_txn(place_.self, ++transactions_);
    e.cause = w.cause;
  }
  e.unacked = e.unsent = std::exchange(e.copies, {});
  if (settings_.invalidations == Settings::Invalidations::serial) return collect(w);
  for (const NodeId node : std::exchange(e.unsent, {})) w.out.effects.send(node, e.txn, Message(Invalidate{w.page}), {.cause = e.cause});
}

void Ivy::collect(Work& w) {
  Entry& e = w.entry;
  if (e.unsent.empty()) return;
  const NodeId next = e.unsent.first();
  e.unsent.erase(next);
  w.out.effects.send(next, e.txn, Message(Invalidate{w.page}), {.cause = e.cause});
}

void Ivy::send_page(Work& w, bool owner, NodeSet copies) {
  const Request& request = w.asked.request;
  w.out.effects.work(place_.costs.shootdown);
  const bool has_copy = w.asked.write && settings_.grant && request.has_copy && copies.contains(request.requester);
  copies.erase(request.requester);
  if (owner) w.entry.probable_owner = request.requester;
  if (!has_copy) w.out.note(NoteKind::transfer, w.page);
  w.out.outcome.lost.push_back(w.page);
  w.out.effects.send(request.reply_to, w.asked.txn,
                     Message(Page{w.page, owner, !has_copy, std::move(copies), has_copy ? PageData(place_.page_bytes) : w.entry.data}),
                     {.cause = w.asked.cause});
}

// Who asks to own the page is the probable owner from now on.
void Ivy::forward(Work& w) {
  Entry& e = w.entry;
  Request request = w.asked.request;
  ++request.hops;
  if (settings_.forwarding == Settings::Forwarding::relayed) {
    e.relay = Relay{request.reply_to, w.asked.txn};
    request.reply_to = place_.self;
  }
  const NodeId to = e.probable_owner;
  if (w.asked.write || settings_.reads_move) e.probable_owner = request.requester;
  w.out.note(NoteKind::forward, w.page);
  if (w.asked.write) w.out.effects.send(to, w.asked.txn, Message(Write{request}), {.cause = w.asked.cause});
  else w.out.effects.send(to, w.asked.txn, Message(Read{request}), {.cause = w.asked.cause});
}

}   // namespace ssi::ivy
