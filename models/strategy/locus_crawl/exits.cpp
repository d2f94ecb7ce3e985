// Exit: the status goes to where the parent is, found through the parent's birth site; orphans go to init; birth sites learn. And ps.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

using lp::BirthEvent;

void LocusCrawl::departed(const native::Departure& departure, Effects& out) {
  const Pid pid = departure.pid;
  travels_.erase(pid);
  departing_.erase(pid);
  orders_.erase(pid);
  for (Pid orphan : departure.orphans) {
    is_here(Site::orphan, false, out);
    serve_reparent({orphan}, self_, pending_.fresh(), out.cause, out);
  }
  if (is_here(Site::exit, departure.parent_here, out)) return;   // the birth site learns when it is reaped, or its parent leaves
  const bool exit_tells = tracker(pid) == first_hop(departure.parent) && !in_transit_.contains(departure.parent);
  if (tracker(pid) == self_) births_.step(pid, BirthEvent::died_here);
  else if (!exit_tells) tell(tracker(pid), pending_.fresh(), lp::Ended{pid}, out);
  serve_exit({pid, departure.parent, departure.status}, self_, pending_.fresh(), out.cause, out);
}

// On its way it tells the child's birth site, if it comes by there.
void LocusCrawl::serve_exit(const lp::ExitNotice& notice, NodeId from, TxnId txn, CallId cause, Effects& out) {
  if (from != self_ && tracker(notice.child) == self_) births_.step(notice.child, BirthEvent::ended);
  switch (follow(notice, {self_, txn, cause}, from, out)) {
    case Found::here: return take_status(notice, out);
    case Found::zombie:
    case Found::gone: return refuse_status(notice.child, out);
    case Found::sent:
    case Found::stalled: return;
  }
}

// It may have overtaken the FORKED of the same child; then it waits for that.
void LocusCrawl::take_status(const lp::ExitNotice& notice, Effects& out) {
  const Pid child = notice.child;
  const auto& children = processes_.find(notice.pid)->children;
  const auto known = children.find(child);
  if (known == children.end() || known->second) {
    if (!has_fork_under_way(notice.pid)) return refuse_status(child, out);
    early_[child] = notice;
    return;
  }
  hints_.drop(child);
  if (tracker(child) == self_) births_.step(child, BirthEvent::returned);
  processes_.child_exited(notice.pid, child, notice.status, out);
}

// There is no parent any more, or it does not know the child: nobody will ask for the status.
void LocusCrawl::refuse_status(Pid child, Effects& out) {
  hints_.drop(child);
  if (tracker(child) == self_) births_.step(child, BirthEvent::gone);
  else tell(tracker(child), pending_.fresh(), lp::Reaped{child}, out);
}

// A child that has exited meanwhile needs no parent: its EXIT will find none.
void LocusCrawl::serve_reparent(const lp::Reparent& reparent, NodeId from, TxnId txn, CallId cause, Effects& out) {
  if (follow(reparent, {self_, txn, cause}, from, out) != Found::here) return;
  const bool has_parent = processes_.find(processes_.find(reparent.pid)->parent) != nullptr;   // init's already
  if (!has_parent) processes_.reparent(reparent.pid, processes_.init());
}

void LocusCrawl::tell_births_of_reaped(Effects& out) {
  if (!processes_.has_reaped()) return;
  for (Pid pid : processes_.take_reaped()) {
    if (tracker(pid) == self_) continue;
    is_here(Site::reap, false, out);
    tell(tracker(pid), pending_.fresh(), lp::Reaped{pid}, out);
  }
}

void LocusCrawl::serve_list(const CallEvent& event, Effects& out) {
  lp::PendingList pending{{event.id, event.caller}, {}, list_here(out)};
  pending.waiting = members();
  pending.waiting.erase(self_);
  const std::set<NodeId> others = pending.waiting;
  const TxnId txn = pending_.open(std::move(pending));
  if (is_here(Site::list, others.empty(), out)) return end_list_if_over(txn, out);
  for (NodeId other : others) tell(other, txn, lp::ListRequest{}, out);
}

// Who is under way from here has not arrived as far as is known here.
std::vector<ProcessInfo> LocusCrawl::list_here(Effects& out) const {
  auto all = processes_.list();
  for (const auto& [pid, transit] : in_transit_) {
    const native::Process& process = dynamic_cast<const Packed&>(*transit.process).process;
    all.push_back({pid, process.parent, process.group, self_, false});
    for (Pid status : transit.statuses) all.push_back({status, pid, kNoPid, self_, true});
  }
  out.work(costs_.list_per_process * static_cast<std::int64_t>(all.size()));
  return all;
}

void LocusCrawl::serve_listed(NodeId from, TxnId txn, const lp::Listed& listed, Effects& out) {
  auto* pending = pending_.find<lp::PendingList>(txn);
  if (pending == nullptr || pending->waiting.erase(from) == 0) return;   // given up when the circuit broke
  pending->processes.insert(pending->processes.end(), listed.processes->begin(), listed.processes->end());
  end_list_if_over(txn, out);
}

// What two sites named appears once; what has moved to a site that had answered already, perhaps not at all.
void LocusCrawl::end_list_if_over(TxnId txn, Effects& out) {
  if (!pending_.find<lp::PendingList>(txn)->waiting.empty()) return;
  auto pending = pending_.take<lp::PendingList>(txn);
  auto& all = pending->processes;
  std::sort(all.begin(), all.end());
  const auto same = [](const ProcessInfo& a, const ProcessInfo& b) { return a.pid == b.pid; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(pending->processes));
  const NodeId other{self_.value == 0 ? 1U : 0U};
  answer(pending->caller, std::move(result), nodes_ == 1 ? self_ : other, out);
}

}   // namespace ssi::locus_crawl
