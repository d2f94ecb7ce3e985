#include "models/protocol/ivy_central/ivy_central.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::ivy_central {

using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;
using NoteKind = coherence::Outcome::Note::Kind;

IvyCentral::IvyCentral(const coherence::Place& place, const Settings& settings, const NodeRules& rules, const ManagerRules& manager)
    : place_(place), settings_(settings), rules_(&rules), manager_rules_(&manager), zero_(place.page_bytes), loop_(place.self) {}

// At the beginning a page is zero, and its manager owns it.
IvyCentral::Entry& IvyCentral::entry(PageId page) {
  const auto [at, fresh] = entries_.try_emplace(page);
  if (!fresh) return at->second;
  at->second.state = place_.homes.of(page) == place_.self ? State::writer : State::absent;
  at->second.data = PageData(place_.page_bytes);
  return at->second;
}

Verdict IvyCentral::step(Work& w, Event on) {
  const auto where = [&] { return "node " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": state"; };
  w.out.note_step(*rules_, w.page, w.entry.state, on);
  return rules_->step(node_hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

void IvyCentral::act(Work& w, Act todo) {
  Entry& e = w.entry;
  const auto send = [&](NodeId to, TxnId txn, Message message, CallId cause) {
    loop_.send(to, txn, std::move(message), w.out.effects, cause);
  };
  switch (todo) {
    case Act::none: return;
    case Act::ask_read:
    case Act::ask_write:
      e.txn = coherence::make_txn(place_.self, ++transactions_);
      e.cause = w.out.effects.cause;
      if (todo == Act::ask_read) return send(place_.homes.of(w.page), e.txn, Read{w.page}, e.cause);
      return send(place_.homes.of(w.page), e.txn, Write{w.page, e.state == State::upgrading}, e.cause);
    case Act::perform: w.answer = coherence::perform(w.waiter->access, e.data); return;
    case Act::install:
      if (w.came && w.came->with_page) e.data = w.came->data;
      e.installed = w.out.now;
      return w.out.effects.work(place_.costs.map);
    case Act::confirm: return send(place_.homes.of(w.page), e.txn, Confirm{w.page}, e.cause);
    case Act::share: return send_page(w, false);
    case Act::give: return send_page(w, true);
    case Act::drop: e.data = PageData(place_.page_bytes); return w.out.outcome.lost.push_back(w.page);
    case Act::acknowledge:
      w.out.effects.work(place_.costs.shootdown);
      w.out.note(NoteKind::invalidation, w.page);
      return send(w.order.from, w.order.txn, InvalidateAck{w.page}, w.order.cause);
    case Act::rest:
      e.txn = {};
      e.cause = kNoCall;
      return;
  }
}

void IvyCentral::send_page(Work& w, bool write) {
  w.out.effects.work(place_.costs.shootdown);
  if (w.order.with_page) w.out.note(NoteKind::transfer, w.page);
  w.out.outcome.lost.push_back(w.page);
  Page page{w.page, write, w.order.with_page, w.order.with_page ? w.entry.data : PageData(place_.page_bytes)};
  loop_.send(w.order.requester, w.order.txn, std::move(page), w.out.effects, w.order.cause);
}

std::optional<Answer> IvyCentral::access(Ticket ticket, const coherence::Access& access, Out out) {
  Work w{.page = access.page, .entry = entry(access.page), .out = out};
  const Waiter waiter{ticket, access};
  w.waiter = &waiter;
  const Verdict verdict = step(w, access.writes() ? Event::store : Event::load);
  if (w.answer) return w.answer;
  if (verdict == Verdict::go) {
    out.note(NoteKind::fault, w.page);
    out.effects.work(place_.costs.fault);
  }
  w.entry.waiters.push_back(waiter);
  drain(out);
  return std::nullopt;
}

void IvyCentral::on_message(const ssi::Message& message, Out out) {
  handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
  drain(out);
}

void IvyCentral::drain(Out out) {
  loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
}

void IvyCentral::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  const auto ask = [&](PageId page, bool write, bool has_copy) {
    Duty d{page, manage(page), out};
    out.effects.work(place_.costs.lookup);
    serve(d, {from, txn, cause, write, has_copy});
    go_on(d);
  };
  const auto obey_order = [&](PageId page, Event event, NodeId requester, bool with_page) {
    Work w{.page = page, .entry = entry(page), .out = out};
    obey(w, {event, from, requester, with_page, txn, cause});
    settle(w);
  };
  std::visit(Overload{[&](const Read& m) { ask(m.page, false, false); }, [&](const Write& m) { ask(m.page, true, m.has_copy); },
                      [&](const Forward& m) {
                        const Event event = m.requester == place_.self ? Event::forward_self
                                            : m.write                  ? Event::forward_write
                                                                       : Event::forward_read;
                        obey_order(m.page, event, m.requester, m.with_page);
                      },
                      [&](const Invalidate& m) { obey_order(m.page, Event::invalidate, from, false); },
                      [&](const Page& m) {
                        Work w{.page = m.page, .entry = entry(m.page), .out = out, .came = &m};
                        SSI_INVARIANT(txn == w.entry.txn, "D7: PAGE of no request under way");
                        step(w, m.write ? Event::page_write : Event::page_read);
                        settle(w);
                      },
                      [&](const InvalidateAck& m) { on_ack(from, txn, m.page, out); },
                      [&](const Confirm& m) {
                        Duty d{m.page, manage(m.page), out};
                        SSI_INVARIANT(txn == d.managed.now.txn, "D7: CONFIRM of no transaction under way");
                        step(d, ManagerEvent::confirm);
                        go_on(d);
                      }},
             message);
}

bool IvyCentral::keeps(const Entry& e, Instant now) const {
  const bool rests = e.state == State::reader || e.state == State::owner || e.state == State::writer;
  return rests && now < e.installed + settings_.hold;
}

// An order of the manager, of which there is one at a time.
void IvyCentral::obey(Work& w, const Order& order) {
  if (keeps(w.entry, w.out.now)) {
    w.entry.held = order;
    return w.out.effects.set_timer({place_.timers + timed_.of(w.page)}, order.txn.value, w.entry.installed + settings_.hold - w.out.now);
  }
  w.order = order;
  step(w, order.event);
}

void IvyCentral::on_timer(TimerKey key, std::uint64_t generation, Out out) {
  const PageId page = timed_.page(key.value - place_.timers);
  Work w{.page = page, .entry = entry(page), .out = out};
  if (!w.entry.held || w.entry.held->txn.value != generation) return;
  w.order = *std::exchange(w.entry.held, std::nullopt);
  step(w, w.order.event);
  settle(w);
  drain(out);
}

void IvyCentral::evict(PageId page, Out out) {
  const auto found = entries_.find(page);
  if (found == entries_.end() || found->second.held) return;
  Work w{.page = page, .entry = found->second, .out = out};
  if (step(w, Event::evict) == Verdict::go) out.note(NoteKind::eviction, page);
}

// Who waits goes on, before the next order of the manager can come; who still waits asks again.
void IvyCentral::settle(Work& w) {
  for (Waiter& waiter : std::exchange(w.entry.waiters, {})) {
    const Right has = right(w.page);
    if (has == Right::none || (waiter.access.writes() && has != Right::write)) {
      w.entry.waiters.push_back(std::move(waiter));
      continue;
    }
    w.waiter = &waiter;
    step(w, waiter.access.writes() ? Event::store : Event::load);
    w.out.outcome.done.push_back({waiter.ticket, *w.answer});
    w.answer.reset();
  }
  if (w.entry.waiters.empty() || w.entry.txn != TxnId{}) return;
  w.waiter = &w.entry.waiters.front();
  w.out.note(NoteKind::fault, w.page);
  step(w, w.waiter->access.writes() ? Event::store : Event::load);
}

}   // namespace ssi::ivy_central
