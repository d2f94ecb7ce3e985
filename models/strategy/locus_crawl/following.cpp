// Requests that go to where a process is: to its birth site, and from there to its execution site. Who asks may remember where it was.
//
// What a site has sent on to where a process was finds it there, or finds that it has left: then it waits until the birth site knows, and
// asks there again. Where it ended, the birth site has heard of that before the request comes back.
#include "models/base/check.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

using lp::Asker;

void LocusCrawl::stall(Pid pid, lp::Stalled request) {
  const auto carried = carried_.find(pid);
  in_transit_.at(carried == carried_.end() ? pid : carried->second).stalled.push_back(std::move(request));
}

// As if it came now.
void LocusCrawl::resume(const std::vector<lp::Stalled>& stalled, Effects& out) {
  for (const lp::Stalled& one : stalled) serve_any(one.from, one.txn, one.cause, one.body, out);
}

// Where a request goes that is not for this site.
NodeId LocusCrawl::first_hop(Pid pid) const {
  const auto* record = tracker(pid) == self_ ? births_.find(pid) : nullptr;
  return record != nullptr && record->state == lp::BirthState::away ? record->site : tracker(pid);
}

template <class M>
LocusCrawl::Found LocusCrawl::follow(M request, const Asker& asker, NodeId from, Effects& out) {
  const Pid pid = request.pid;
  if (processes_.find(pid) != nullptr) return Found::here;
  if (processes_.is_zombie(pid)) return Found::zombie;
  if (in_transit_.contains(pid) || carried_.contains(pid)) {
    request.missed = false;
    stall(pid, {lp::Message(request), self_, asker.txn, asker.cause});
    return Found::stalled;
  }
  if (tracker(pid) != self_) {
    request.missed = from != self_;
    tell(tracker(pid), asker.txn, request, out, asker.cause);
    return Found::sent;
  }
  const auto* record = births_.find(pid);
  if (record == nullptr) return Found::gone;
  if (record->state == lp::BirthState::zombie) return Found::zombie;
  if (request.missed && record->site == from) {   // that it has ended was lost with a circuit
    births_.step(pid, lp::BirthEvent::gone);
    return Found::gone;
  }
  request.missed = false;
  tell(record->site, asker.txn, request, out, asker.cause);
  return Found::sent;
}

template LocusCrawl::Found LocusCrawl::follow(lp::ExitNotice, const Asker&, NodeId, Effects&);
template LocusCrawl::Found LocusCrawl::follow(lp::Reparent, const Asker&, NodeId, Effects&);
template LocusCrawl::Found LocusCrawl::follow(lp::SetGroup, const Asker&, NodeId, Effects&);

void LocusCrawl::ship_kill(const CallEvent& event, const Kill& kill, Effects& out) {
  const lp::Caller caller{event.id, event.caller};
  if (kill.pid == kNoPid || kill.pid.origin().value >= nodes_) return answer(caller, Result::fail(Errno::esrch), self_, out);
  const TxnId txn = pending_.open(lp::PendingRequest{caller, first_hop(kill.pid)});
  lp::Kill request{kill.pid, self_, kill.signal};
  const auto hint = hints_.find(kill.pid);
  if (!hint || tracker(kill.pid) == self_ || in_transit_.contains(kill.pid) || carried_.contains(kill.pid))
    return serve_kill(request, {self_, txn, event.id}, self_, out);
  request.cached = true;
  pending_.find<lp::PendingRequest>(txn)->asked = *hint;
  tell(*hint, txn, request, out, event.id);
}

// It succeeds exactly if the process lives or is a zombie when it is found.
void LocusCrawl::serve_kill(lp::Kill kill, const Asker& asker, NodeId from, Effects& out) {
  if (from != self_) is_here(Site::served, processes_.find(kill.pid) != nullptr, out);
  const bool cached = std::exchange(kill.cached, false);
  const Found found = follow(kill, asker, from, out);
  if (cached && found == Found::sent) out.note(Note::Kind::stale_location, static_cast<std::uint32_t>(Site::kill));
  if (found == Found::sent || found == Found::stalled) return;
  const bool here = found == Found::here;
  if (here) post(kill.pid, kill.signal, out);
  const Errno error = found == Found::gone ? error_of_gone() : Errno::none;
  if (asker.node == self_) return serve_answer(self_, asker.txn, error, out);
  const bool lives_here = here && processes_.find(kill.pid) != nullptr;
  tell(asker.node, asker.txn, lp::Killed{kill.pid, error, lives_here}, out, asker.cause);
}

// The order is taken where the process is; it goes at its next safe point.
void LocusCrawl::serve_order(const lp::Order& order, const Asker& asker, NodeId from, Effects& out) {
  const Found found = follow(order, asker, from, out);
  if (found == Found::sent || found == Found::stalled) return;
  const Errno error = found == Found::here ? Errno::none : error_of_gone();
  if (found == Found::here) take_order(order.pid, order.to);
  if (asker.node == self_) return serve_answer(self_, asker.txn, error, out);
  tell(asker.node, asker.txn, lp::Ordered{error}, out, asker.cause);
}

void LocusCrawl::serve_answer(NodeId from, TxnId txn, Errno error, Effects& out) {
  if (const auto request = pending_.take<lp::PendingRequest>(txn)) answer(request->caller, result_of(error), from, out);
  // else: given up when the circuit broke
}

}   // namespace ssi::locus_crawl
