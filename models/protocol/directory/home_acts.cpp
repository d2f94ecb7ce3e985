// What the acts of the home's table do.
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/directory/home.hpp"

namespace ssi::directory {

using coherence::Right;
using enum HomeState;
using NoteKind = coherence::Outcome::Note::Kind;

void Home::act(Work& w, HomeAct todo) {
  Entry& e = w.entry;
  switch (todo) {
    case HomeAct::none: return;
    case HomeAct::list: e.sharers.insert(e.now.from); return;
    case HomeAct::unlist: e.sharers.erase(e.now.from); return;
    case HomeAct::send_shared: return send(w, e.now.from, Data{.page = w.page, .right = Right::read, .data = e.memory});
    case HomeAct::send_shared_here:
      if (e.now.from == place_.self) act(w, HomeAct::send_shared);
      return;
    case HomeAct::send_exclusive:
      return send(w, e.now.from, Data{.page = w.page, .right = Right::read, .exclusive = true, .data = e.memory});
    case HomeAct::send_owned: return send_owned(w);
    case HomeAct::forward: return forward(w);
    case HomeAct::invalidate: return invalidate(w);
    case HomeAct::own: e.owner = e.now.from; return;
    case HomeAct::store: return store(w);
    case HomeAct::list_both: e.sharers = {e.owner, e.now.from}; return;
    case HomeAct::confirm_ack: return send(w, e.now.from, PutAck{w.page, false});
    case HomeAct::stale_ack: return send(w, e.now.from, PutAck{w.page, true});
    case HomeAct::collect: {
      e.sharers.erase(w.from);
      if (e.uninvalidated.empty()) return;
      const NodeId next = e.uninvalidated.first();
      e.uninvalidated.erase(next);
      return send(w, next, Invalidate{w.page, place_.self});
    }
  }
}

void Home::send(Work& w, NodeId to, Message message) {
  if (to != place_.self && carries_page(message)) w.out.note(NoteKind::transfer, w.page);
  w.loop.send(to, w.entry.now.txn, std::move(message), w.out.effects, w.entry.now.cause);
}

// The others' acknowledgements go to the new owner, unless this home has collected them.
void Home::send_owned(Work& w) {
  Entry& e = w.entry;
  const bool has_copy = settings_.grant && std::get<GetWrite>(e.now.message).has_copy && e.sharers.contains(e.now.from);
  NodeSet awaited = e.sharers.without(e.now.from);
  const bool confirm = e.state == settling;
  send(w, e.now.from,
       Data{.page = w.page,
            .right = Right::write,
            .with_page = !has_copy,
            .confirm = confirm,
            .awaited = std::move(awaited),
            .data = has_copy ? PageData(place_.page_bytes) : e.memory});
  e.sharers.clear();
  e.owner = e.now.from;
}

void Home::forward(Work& w) {
  const bool write = std::holds_alternative<GetWrite>(w.entry.now.message);
  w.out.note(NoteKind::forward, w.page);
  const bool relayed = settings_.forwarding == Settings::Forwarding::relayed || (!write && w.entry.now.from == place_.self);
  send(w, w.entry.owner, Forward{w.page, w.entry.now.from, write, relayed});
}

// To all but who asked: at once, or one after the other's acknowledgement.
void Home::invalidate(Work& w) {
  Entry& e = w.entry;
  const bool collects = e.state == invalidating;
  const NodeSet others = e.sharers.without(e.now.from);
  const bool serial = collects && settings_.invalidations == Settings::Invalidations::serial;
  if (serial) {
    e.uninvalidated = others.without(others.first());
    return send(w, others.first(), Invalidate{w.page, place_.self});
  }
  for (const NodeId node : others) send(w, node, Invalidate{w.page, collects ? place_.self : e.now.from});
}

void Home::store(Work& w) {
  if (w.back) {
    if (w.back->dirty) w.entry.memory = w.back->data;
    return;
  }
  const auto& put = std::get<Put>(w.entry.now.message);
  if (put.dirty) w.entry.memory = put.data;
}

void Home::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "home of page " + std::to_string(page.value);
    const bool busy = is_busy(e.state);
    SSI_INVARIANT(busy || e.queue.empty(), where + ": a request waits for nothing (D8)");
    SSI_INVARIANT(e.state != uncached || e.sharers.empty(), where + ": uncached, with sharers");
    SSI_INVARIANT(e.state == invalidating || e.uninvalidated.empty(), where + ": invalidates while it does not");
  }
}

namespace {

void hash_request(const Home::Request& r, Digest& digest) {
  digest.add(r.message.index());
  digest.add(r.from);
  digest.add(r.txn);
  digest.carry(r.cause.value);
  if (const auto* write = std::get_if<GetWrite>(&r.message)) digest.add(std::uint64_t{write->has_copy});
  if (const auto* put = std::get_if<Put>(&r.message)) {
    digest.add(std::uint64_t{put->owned} << 1 | std::uint64_t{put->dirty});
    if (put->dirty) digest.add(put->data);
  }
}

}   // namespace

void Home::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    const bool busy = is_busy(e.state);
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state));
    if (e.state == uncached || e.state == shared || e.state == invalidating) digest.add(e.memory);   // else it is not looked at
    if (busy || e.state == owned) digest.add(e.owner);
    digest.add(e.sharers);
    digest.add(e.uninvalidated);
    if (busy) hash_request(e.now, digest);
    digest.add(e.queue.size());
    for (const Request& request : e.queue) hash_request(request, digest);
  }
}

void Home::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("home of " + std::to_string(page.value), "state " + std::to_string(static_cast<int>(e.state)) + ", owner " +
                                                         std::to_string(e.owner.value) + ", sharers " + std::to_string(e.sharers.size()) +
                                                         ", queued " + std::to_string(e.queue.size()));
}

}   // namespace ssi::directory
