#include "models/protocol/release/locks.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::release {

using coherence::LockId;
using coherence::Ticket;

// At the beginning the token is at the manager.
Locks::Entry& Locks::entry(LockId lock) {
  const bool here = manager(lock) == place_.self;
  const auto [at, fresh] = entries_.try_emplace(lock);
  if (fresh) {
    at->second.state = here ? LockState::idle : LockState::elsewhere;
    at->second.last = manager(lock);
  }
  return at->second;
}

Verdict Locks::step(Work& w, LockEvent on) {
  const auto where = [&] { return "node " + std::to_string(place_.self.value) + ", lock " + std::to_string(w.lock.value) + ": state"; };
  return kLockRules.step(hits_, w.entry.state, on, where, [&](LockAct todo) {
    switch (todo) {
      case LockAct::none: return;
      case LockAct::ask: return ask(w);
      case LockAct::enter: w.entered = true; return;
      case LockAct::pass: return pass(w);
    }
  });
}

bool Locks::want(LockId lock, Ticket ticket, Knowledge at) {
  Work w{lock, entry(lock), at};
  step(w, LockEvent::want);
  if (!w.entered) w.entry.waiters.push_back(ticket);
  return w.entered;
}

// To the manager; if that is this node, to who asked last.
void Locks::ask(Work& w) {
  const Acquire message{w.lock, place_.self, std::make_shared<const Clock>(w.at.known.known())};
  const bool here = manager(w.lock) == place_.self;
  const NodeId to = here ? std::exchange(w.entry.last, place_.self) : manager(w.lock);
  Effects& out = w.at.out.effects;
  w.at.loop.send(to, coherence::make_txn(place_.self, ++transactions_), message, out, out.cause);
}

void Locks::on_acquire(TxnId txn, const Acquire& m, CallId cause, Knowledge at) {
  Work w{m.lock, entry(m.lock), at};
  if (manager(m.lock) == place_.self) {
    const NodeId last = std::exchange(w.entry.last, m.requester);
    if (last != place_.self) return at.loop.send(last, txn, m, at.out.effects, cause);
  }
  SSI_INVARIANT(!w.entry.next, "L7: two nodes are to get a lock's token next");
  w.entry.next = m;
  w.entry.next_txn = txn;
  w.entry.next_cause = cause;
  step(w, LockEvent::asked);
}

void Locks::pass(Work& w) {
  const Acquire next = *std::exchange(w.entry.next, std::nullopt);
  w.at.before_pass();
  const Intervals& known = w.at.known;
  Grant grant{w.lock, std::make_shared<const Clock>(known.floor()), known.missing(*next.clock)};
  if (flaws_.tells_own_only) std::erase_if(grant.records, [&](const Record& record) { return record->node != place_.self; });
  w.at.loop.send(next.requester, w.entry.next_txn, grant, w.at.out.effects, w.entry.next_cause);
  w.entry.next_txn = {};
  w.entry.next_cause = kNoCall;
}

void Locks::release(LockId lock, Knowledge at) {
  Work w{lock, entry(lock), at};
  step(w, LockEvent::release);
  settle(w);
}

// Another node that has asked goes first: threads of this node ask again.
void Locks::settle(Work& w) {
  if (w.entry.next) step(w, LockEvent::asked);
  if (w.entry.waiters.empty()) return;
  step(w, LockEvent::want);
  if (!w.entered) return;
  w.at.out.outcome.done.push_back({w.entry.waiters.front(), {}});
  w.entry.waiters.pop_front();
}

void Locks::on_grant(const Grant& m, Knowledge at) {
  Work w{m.lock, entry(m.lock), at};
  step(w, LockEvent::grant);
  at.out.outcome.done.push_back({w.entry.waiters.front(), {}});
  w.entry.waiters.pop_front();
}

LockState Locks::state(LockId lock) const {
  const auto found = entries_.find(lock);
  if (found != entries_.end()) return found->second.state;
  return manager(lock) == place_.self ? LockState::idle : LockState::elsewhere;
}

void Locks::hash_into(Digest& digest) const {
  for (const auto& [lock, e] : entries_) {
    digest.add(lock.value);
    digest.add(static_cast<std::uint64_t>(e.state));
    digest.add(e.waiters.size());
    for (const Ticket ticket : e.waiters) digest.carry(ticket.value);
    digest.add(e.last);
    digest.add(std::uint64_t{e.next.has_value()});
    if (!e.next) continue;
    digest.add(e.next->requester);
    digest.add(e.next_txn);
    hash_clock(*e.next->clock, digest);
  }
}

}   // namespace ssi::release
