// The manager's role.
#include <string>
#include <utility>

#include "models/base/check.hpp"
#include "models/protocol/ivy_central/ivy_central.hpp"

namespace ssi::ivy_central {

using coherence::Out;
using NoteKind = coherence::Outcome::Note::Kind;

IvyCentral::Managed& IvyCentral::manage(PageId page) {
  SSI_CHECK(place_.homes.of(page) == place_.self, "a request reached a node that is not the page's manager");
  const auto [at, fresh] = managed_.try_emplace(page);
  if (fresh) at->second.owner = place_.self;
  return at->second;
}

Verdict IvyCentral::step(Duty& d, ManagerEvent on) {
  const auto where = [&] { return "manager " + std::to_string(place_.self.value) + ", page " + std::to_string(d.page.value) + ": state"; };
  d.out.note_step(*manager_rules_, d.page, d.managed.state, on);
  return manager_rules_->step(manager_hits_, d.managed.state, on, where, [&](auto todo) { act(d, todo); });
}

void IvyCentral::serve(Duty& d, Request request) {
  if (d.managed.state != ManagerState::free) {
    step(d, request.write ? ManagerEvent::write : ManagerEvent::read);
    return d.managed.queue.push_back(std::move(request));
  }
  d.managed.now = std::move(request);
  const bool others = !d.managed.copies.without(d.managed.now.from).empty();
  step(d, !d.managed.now.write ? ManagerEvent::read : others ? ManagerEvent::write : ManagerEvent::write_only);
}

void IvyCentral::go_on(Duty& d) {
  while (d.managed.state == ManagerState::free && !d.managed.queue.empty()) {
    Request next = std::move(d.managed.queue.front());
    d.managed.queue.pop_front();
    serve(d, std::move(next));
  }
  if (d.managed.state == ManagerState::free) d.managed.now = {};
}

void IvyCentral::on_ack(NodeId from, TxnId txn, PageId page, Out out) {
  Duty d{page, manage(page), out};
  SSI_INVARIANT(txn == d.managed.now.txn && d.managed.unacked.erase(from), "D7: an acknowledgement that nobody awaits");
  step(d, d.managed.unacked.empty() ? ManagerEvent::last_ack : ManagerEvent::ack);
}

void IvyCentral::act(Duty& d, ManagerAct todo) {
  Managed& m = d.managed;
  const Request& now = m.now;
  switch (todo) {
    case ManagerAct::none: return;
    case ManagerAct::forward: {
      const bool has_copy = now.write && settings_.grant && now.has_copy && m.copies.contains(now.from);
      d.out.note(NoteKind::forward, d.page);
      return loop_.send(m.owner, now.txn, Forward{d.page, now.from, now.write, !has_copy && m.owner != now.from}, d.out.effects, now.cause);
    }
    case ManagerAct::list: m.copies.insert(now.from); return;
    case ManagerAct::own: m.owner = now.from; return m.copies.clear();
    case ManagerAct::invalidate:
      m.unacked = m.unsent = m.copies.without(now.from);
      if (settings_.invalidations == Settings::Invalidations::serial) return collect(d);
      while (!m.unsent.empty()) collect(d);
      return;
    case ManagerAct::collect: return collect(d);
  }
}

// Sends the next INVALIDATE, if one is left.
void IvyCentral::collect(Duty& d) {
  Managed& m = d.managed;
  if (m.unsent.empty()) return;
  const NodeId next = m.unsent.first();
  m.unsent.erase(next);
  loop_.send(next, m.now.txn, Invalidate{d.page}, d.out.effects, m.now.cause);
}

}   // namespace ssi::ivy_central
