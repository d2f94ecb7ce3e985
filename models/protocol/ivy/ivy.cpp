#include "models/protocol/ivy/ivy.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::ivy {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;
using NoteKind = coherence::Outcome::Note::Kind;

namespace {

constexpr Table kTables[2] = {rules(false), rules(true)};

}   // namespace

const Table& table_for(const Settings& settings) { return kTables[settings.reads_move ? 1 : 0]; }

Ivy::Ivy(const coherence::Place& place, const Settings& settings) : Ivy(place, settings, table_for(settings)) {}
Ivy::Ivy(const coherence::Place& place, const Settings& settings, const Table& table)
    : place_(place), settings_(settings), table_(&table), zero_(place.page_bytes) {}

// At the beginning a page is zero, and its home owns it.
Ivy::Entry& Ivy::entry(PageId page) {
  const auto [at, fresh] = entries_.try_emplace(page);
  if (!fresh) return at->second;
  const NodeId home = place_.homes.of(page);
  at->second.state = home == place_.self ? State::writer : State::absent;
  at->second.data = PageData(place_.page_bytes);
  at->second.probable_owner = home;
  return at->second;
}

Verdict Ivy::step(Work& w, Event on) {
  const auto where = [&] { return "node " + std::to_string(place_.self.value) + ", page " + std::to_string(w.page.value) + ": state"; };
  w.out.note_step(*table_, w.page, w.entry.state, on);
  return table_->step(hits_, w.entry.state, on, where, [&](auto todo) { act(w, todo); });
}

std::optional<Answer> Ivy::access(Ticket ticket, const Access& access, Out out) {
  Work w{.page = access.page, .entry = entry(access.page), .out = out, .cause = out.effects.cause};
  const Waiter waiter{ticket, access};
  w.waiter = &waiter;
  const bool hit = right(w.page) == Right::write || (!access.writes() && right(w.page) == Right::read);
  if (!hit && w.entry.relay) {   // as behind a lock
    w.entry.waiters.push_back(waiter);
    return std::nullopt;
  }
  if (access.writes() && w.entry.held) on_invalidate(w);   // no use in holding back what a write asks for again
  const Verdict verdict = step(w, access.writes() ? Event::store : Event::load);
  if (w.answer) return w.answer;
  if (verdict == Verdict::go) {
    out.note(NoteKind::fault, w.page);
    out.effects.work(place_.costs.fault);
  }
  w.entry.waiters.push_back(waiter);
  return std::nullopt;
}

void Ivy::on_message(const ssi::Message& message, Out out) {
  const auto& header = message.header;
  std::visit(
      [&](const auto& m) {
        using M = std::remove_cvref_t<decltype(m)>;
        Work w{.page = m.page, .entry = entry(m.page), .out = out, .from = header.from, .txn = header.txn, .cause = header.cause};
        if constexpr (std::is_same_v<M, Read>) on_request(m, false, w);
        else if constexpr (std::is_same_v<M, Write>) on_request(m, true, w);
        else if constexpr (std::is_same_v<M, Page>) on_page(m, w);
        else if constexpr (std::is_same_v<M, InvalidateAck>) on_ack(w);
        else {
          static_assert(std::is_same_v<M, Invalidate>);
          if (keeps(w)) {
            w.entry.held = {header.from, header.txn, header.cause};
            wait_for_end_of_hold(w);
          } else {
            step(w, Event::invalidate);
          }
        }
        settle(w);
      },
      message.body.get<Message>());
}

void Ivy::on_request(const Request& request, bool write, Work& w) {
  SSI_INVARIANT(request.requester != place_.self, "D6: a request came back to who asked");
  w.out.effects.work(place_.costs.lookup);
  w.entry.queue.push_back({request, write, w.txn, w.cause});
}

// Requests in the order of their coming, as far as the entry is not locked. A held page keeps them waiting.
void Ivy::answer_queue(Work& w) {
  std::deque<Queued> later;
  while (!w.entry.queue.empty()) {
    w.asked = std::move(w.entry.queue.front());
    w.entry.queue.pop_front();
    const Event event = w.asked.write ? Event::write : Event::read;
    if (owns(w.page) && !locked(w.entry) && keeps(w)) {
      w.entry.queue.push_front(std::move(w.asked));
      wait_for_end_of_hold(w);
      break;
    }
    if (w.entry.relay || step(w, event) == Verdict::stall) later.push_back(std::move(w.asked));
  }
  for (Queued& queued : w.entry.queue) later.push_back(std::move(queued));
  w.entry.queue = std::move(later);
}

void Ivy::on_page(const Page& m, Work& w) {
  w.came = &m;
  if (w.entry.relay && w.entry.relay->txn == w.txn) {   // not for us
    if (m.with_page) w.out.note(NoteKind::transfer, m.page);
    w.out.effects.send(w.entry.relay->reply_to, w.txn, Message(m), {.cause = w.cause});
    w.entry.relay.reset();
    return;
  }
  SSI_INVARIANT(w.txn == w.entry.txn, "D7: PAGE of no request under way");
  const bool reads = w.entry.state == State::reading || w.entry.state == State::poisoned;
  if (reads) step(w, m.owner ? Event::page_owner : Event::page);
  else step(w, m.copies.empty() ? Event::page_sole : Event::page_write);
}

void Ivy::on_ack(Work& w) {
  SSI_INVARIANT(w.txn == w.entry.txn && w.entry.unacked.erase(w.from), "D7: an acknowledgement that nobody awaits");
  step(w, w.entry.unacked.empty() ? Event::last_ack : Event::ack);
}

// A held INVALIDATE, now.
void Ivy::on_invalidate(Work& w) {
  const Invalidation order = *w.entry.held;
  w.entry.held.reset();
  const auto [from, txn, cause] = std::tuple(w.from, w.txn, w.cause);
  w.from = order.from;
  w.txn = order.txn;
  w.cause = order.cause;
  step(w, Event::invalidate);
  w.from = from;
  w.txn = txn;
  w.cause = cause;
}

void Ivy::on_timer(TimerKey key, std::uint64_t generation, Out out) {
  const PageId page = timed_.page(key.value - place_.timers);
  Work w{.page = page, .entry = entry(page), .out = out};
  w.expired = w.entry.installed_by.value == generation;
  if (w.entry.held && !keeps(w)) on_invalidate(w);
  settle(w);
}

void Ivy::evict(PageId page, Out out) {
  const auto found = entries_.find(page);
  if (found == entries_.end() || found->second.held || found->second.relay) return;
  Work w{.page = page, .entry = found->second, .out = out};
  if (step(w, Event::evict) == Verdict::go) out.note(NoteKind::eviction, page);
}

bool Ivy::keeps(const Work& w) const {
  const State at = w.entry.state;
  return !w.expired && (at == State::reader || at == State::owner || at == State::writer) && w.out.now < w.entry.installed + settings_.hold;
}

void Ivy::wait_for_end_of_hold(Work& w) {
  w.out.effects.set_timer({place_.timers + timed_.of(w.page)}, w.entry.installed_by.value, w.entry.installed + settings_.hold - w.out.now);
}

void Ivy::serve(Work& w) {
  std::vector<Waiter> later;
  for (Waiter& waiter : w.entry.waiters) {
    const Right has = right(w.page);
    if (has == Right::none || (waiter.access.writes() && has != Right::write)) {
      later.push_back(std::move(waiter));
      continue;
    }
    w.waiter = &waiter;
    step(w, waiter.access.writes() ? Event::store : Event::load);
    w.out.outcome.done.push_back({waiter.ticket, *w.answer});
    w.answer.reset();
  }
  w.entry.waiters = std::move(later);
}

void Ivy::settle(Work& w) {
  serve(w);   // before anything is given away: so every transfer lets somebody go on
  // A node that waits for a page asks before others' requests pass through it, or they would be sent away and come back.
  if (!w.entry.waiters.empty() && !locked(w.entry)) {
    w.waiter = &w.entry.waiters.front();
    w.cause = w.out.effects.cause;
    w.out.note(NoteKind::fault, w.page);
    step(w, w.waiter->access.writes() ? Event::store : Event::load);
  }
  answer_queue(w);
}

}   // namespace ssi::ivy
