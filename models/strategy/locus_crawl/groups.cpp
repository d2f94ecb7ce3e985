// Signals to groups, and who is in one. No site keeps a list of a group's members: a signal goes to all sites, each of which remembers it
// until it is over, so that members who arrive meanwhile are met. A site answers when those who had left it have arrived.
#include <algorithm>

#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

using lp::Asker;
using For = lp::PendingGroupAsk::For;

void LocusCrawl::kill_group(const CallEvent& event, const KillGroup& kill, Effects& out) {
  const lp::Caller caller{event.id, event.caller};
  const Pid group = kill.group == kNoPid ? processes_.find(event.caller)->group : kill.group;   // killpg(0)
  if (group.origin().value >= nodes_) return answer(caller, Result::fail(Errno::esrch), self_, out);
  is_here(Site::killpg, nodes_ == 1, out);
  if (kill.signal == Signal::none) {
    lp::PendingGroupAsk ask;
    ask.group = group;
    ask.caller = caller;
    return ask_for_group(std::move(ask), out);
  }
  const lp::BroadcastId id{self_, ++asked_broadcasts_};
  lp::PendingBroadcast broadcast{caller, id, {}, false, self_};
  broadcast.waiting = members();
  const TxnId txn = pending_.open(std::move(broadcast));
  for (const NodeId node : members())
    if (node != self_) tell(node, txn, lp::GroupSignal{id.number, group, kill.signal}, out);
  serve_group_signal(self_, txn, {id.number, group, kill.signal}, out);
}

void LocusCrawl::serve_group_signal(NodeId from, TxnId txn, const lp::GroupSignal& signal, Effects& out) {
  const lp::BroadcastId id{from, signal.number};
  lp::Broadcasts::Active& active = broadcasts_.come(id, {signal.group, signal.signal, txn});
  const auto members = processes_.members(signal.group);
  active.reached = !members.empty() || is_under_way(id, signal.group);
  for (Pid member : members) {
    Travels& travels = travels_[member];
    if (lp::has_met(travels.met, id)) continue;   // on another site
    lp::add_met(travels.met, id);
    post(member, signal.signal, out);
  }
}

// A process that comes here, or enters the group, meets what is under way to it.
void LocusCrawl::meet(Pid pid, Pid group, bool only_reached, Effects& out) {
  for (auto& [id, active] : broadcasts_.all()) {
    if (active.group != group || (only_reached && !active.reached) || lp::has_met(travels_[pid].met, id)) continue;
    if (!lp::is_for_later(travels_[pid].before, id) && !only_reached) continue;   // it was no member when that came
    active.reached = true;
    lp::add_met(travels_[pid].met, id);
    post(pid, active.signal, out);
    if (processes_.find(pid) == nullptr) break;
  }
  if (processes_.find(pid) == nullptr) travels_.erase(pid);
}

// Members, or children of members, that have left here and have not met it.
bool LocusCrawl::is_under_way(lp::BroadcastId id, Pid group) const {
  const auto misses = [&](const auto& of) { return !lp::has_met(of.met, id) && lp::is_for_later(of.before, id); };
  const auto leaves = [&](const auto& entry) { return entry.second.group == group && misses(entry.second); };
  const auto is_born = [&](const auto& entry) {
    const auto* fork = std::get_if<lp::PendingFork>(&entry.second);
    return fork != nullptr && fork->of->group == group && misses(*fork->of);
  };
  return std::any_of(in_transit_.begin(), in_transit_.end(), leaves) || std::any_of(pending_.all().begin(), pending_.all().end(), is_born);
}

// After each event.
void LocusCrawl::answer_broadcasts(Effects& out) {
  std::vector<lp::BroadcastId> ready;
  for (const auto& [id, active] : broadcasts_.all())
    if (!active.answered && !is_under_way(id, active.group)) ready.push_back(id);
  for (const lp::BroadcastId id : ready) {
    lp::Broadcasts::Active& active = *broadcasts_.find(id);
    const TxnId txn = active.txn;
    broadcasts_.answer(active);
    if (id.asker != self_) {
      tell(id.asker, txn, lp::GroupSignalled{id.number, active.reached}, out);
      continue;
    }
    auto* broadcast = pending_.find<lp::PendingBroadcast>(txn);
    broadcast->waiting.erase(self_);
    broadcast->reached |= active.reached;
    end_broadcast_if_over(txn, out);
  }
}

void LocusCrawl::end_broadcast_if_over(TxnId txn, Effects& out) {
  if (!pending_.find<lp::PendingBroadcast>(txn)->waiting.empty()) return;
  const auto broadcast = pending_.take<lp::PendingBroadcast>(txn);
  answer(broadcast->caller, result_of(broadcast->reached ? Errno::none : Errno::esrch), broadcast->served, out);
  for (const NodeId node : members())
    if (node != self_) tell(node, txn, lp::GroupOver{broadcast->id.number}, out);
  over(broadcast->id);
}

// What a process has met elsewhere, as far as it may meet it again; of the rest it is known that it is past.
void LocusCrawl::keep_met(lp::Met& met, lp::Met& before) const {
  lp::Met known = broadcasts_.still_known(met);
  for (const lp::BroadcastId id : met)
    if (!lp::has_met(known, id)) lp::put_behind(before, id);
  met = std::move(known);
}

void LocusCrawl::over(lp::BroadcastId id) {
  broadcasts_.over(id);
  for (auto& [pid, travels] : travels_)
    if (std::erase(travels.met, id) > 0) lp::put_behind(travels.before, id);
}

void LocusCrawl::set_group(const CallEvent& event, const SetGroup& set, Effects& out) {
  const Pid pid = set.pid == kNoPid ? event.caller : set.pid;
  const Pid group = set.group == kNoPid ? pid : set.group;
  const native::Process& self = *processes_.find(event.caller);
  const native::Process* target = processes_.find(pid);
  const TxnId txn = pending_.open(lp::PendingRequest{{event.id, event.caller}, first_hop(pid)});
  const Asker asker{self_, txn, event.id};
  if (is_here(Site::setpgid, target != nullptr, out)) {
    const bool may = pid == event.caller || target->parent == event.caller;
    if (may) change_group(pid, group, self.session, asker, out);
    else answer_change(asker, Errno::esrch, out);
  } else if (const auto child = self.children.find(pid); child != self.children.end() && !child->second) {
    serve_set_group({pid, group, event.caller, self.session, self_}, asker, self_, out);
  } else {
    answer_change(asker, Errno::esrch, out);
  }
}

// A child that is not there any more is a zombie, whose group cannot be changed.
void LocusCrawl::serve_set_group(const lp::SetGroup& request, const Asker& asker, NodeId from, Effects& out) {
  const Found found = follow(request, asker, from, out);
  if (found == Found::sent || found == Found::stalled) return;
  if (found != Found::here || processes_.find(request.pid)->parent != request.caller) return answer_change(asker, Errno::esrch, out);
  change_group(request.pid, request.group, request.session, asker, out);
}

// Whether the group exists is seen here if it has a member here. That of the process itself is its own, unless it has led it before.
void LocusCrawl::change_group(Pid pid, Pid group, Pid callers_session, const Asker& asker, Effects& out) {
  const native::Process& process = *processes_.find(pid);
  if (process.session == pid || process.session != callers_session || group.origin().value >= nodes_)
    return answer_change(asker, Errno::eperm, out);
  if (process.group == group) return answer_change(asker, Errno::none, out);
  const auto travels = travels_.find(pid);
  const bool own = group == pid;
  const bool sure = own && (travels == travels_.end() || !travels->second.led);
  lp::PendingGroupAsk ask{own ? For::leader : For::member, pid, group, asker, {}, {}, false, kNoPid, {}};
  if (is_here(Site::group, sure || !processes_.members(group).empty(), out)) {
    ask.exists = !processes_.members(group).empty();
    ask.session = ask.exists ? processes_.find(processes_.members(group).front())->session : kNoPid;
    return enter(ask, out);
  }
  ask_for_group(std::move(ask), out);
}

void LocusCrawl::set_session(const CallEvent& event, Effects& out) {
  const Pid pid = event.caller;
  const TxnId txn = pending_.open(lp::PendingRequest{{event.id, pid}, self_});
  const auto travels = travels_.find(pid);
  const bool sure = travels == travels_.end() || !travels->second.led || !processes_.members(pid).empty();
  lp::PendingGroupAsk ask{For::session, pid, pid, {self_, txn, event.id}, {}, {}, !processes_.members(pid).empty(), kNoPid, {}};
  if (is_here(Site::group, sure, out)) return enter(ask, out);
  ask_for_group(std::move(ask), out);
}

void LocusCrawl::ask_for_group(lp::PendingGroupAsk ask, Effects& out) {
  ask.waiting = members();
  const Pid group = ask.group;
  const TxnId txn = pending_.open(std::move(ask));
  for (const NodeId node : members())
    if (node != self_) tell(node, txn, lp::GroupAsk{group}, out);
  group_known(txn, self_, known_of(group), out);
}

// Who is under way from here is a member still.
lp::GroupKnown LocusCrawl::known_of(Pid group) const {
  lp::GroupKnown out;
  if (const auto members = processes_.members(group); !members.empty()) out = {true, processes_.find(members.front())->session, {}};
  for (const auto& [pid, transit] : in_transit_)
    if (transit.group == group) out = {true, dynamic_cast<const Packed&>(*transit.process).process.session, {}};
  lp::Met met;
  for (const auto& [id, active] : broadcasts_.all())
    if (active.group == group && active.reached) met.push_back(id);
  if (!met.empty()) out.met = std::make_shared<const lp::Met>(std::move(met));
  return out;
}

void LocusCrawl::group_known(TxnId txn, NodeId from, const lp::GroupKnown& known, Effects& out) {
  auto* ask = pending_.find<lp::PendingGroupAsk>(txn);
  if (ask == nullptr || ask->waiting.erase(from) == 0) return;   // given up when the circuit broke
  if (known.exists) {
    ask->exists = true;
    ask->session = known.session;
  }
  if (known.met) ask->met.insert(ask->met.end(), known.met->begin(), known.met->end());
  end_group_ask_if_over(txn, out);
}

void LocusCrawl::end_group_ask_if_over(TxnId txn, Effects& out) {
  if (!pending_.find<lp::PendingGroupAsk>(txn)->waiting.empty()) return;
  const auto ask = pending_.take<lp::PendingGroupAsk>(txn);
  if (ask->purpose == For::call) answer(ask->caller, result_of(ask->exists ? Errno::none : Errno::esrch), self_, out);
  else enter(*ask, out);
}

// The process is here, if it lives; what is under way to the group has to reach it too.
void LocusCrawl::enter(const lp::PendingGroupAsk& ask, Effects& out) {
  const native::Process* process = processes_.find(ask.pid);
  if (process == nullptr) return answer_change(ask.asker, Errno::esrch, out);
  const bool other_session = ask.exists && ask.session != process->session;
  const bool refused = ask.purpose == For::session ? ask.exists : other_session || (!ask.exists && ask.purpose == For::member);
  if (refused) return answer_change(ask.asker, Errno::eperm, out);
  const Errno error = ask.purpose == For::session ? processes_.set_session(ask.pid) : processes_.set_group(ask.pid, ask.pid, ask.group);
  if (error == Errno::none && ask.group == ask.pid) travels_[ask.pid].led = true;
  if (error == Errno::none) travels_[ask.pid].before = broadcasts_.seen();
  answer_change(ask.asker, error, out);
  if (error != Errno::none) return;
  for (const lp::BroadcastId id : ask.met)
    if (auto* active = broadcasts_.find(id)) active->reached = true;
  meet(ask.pid, ask.group, true, out);
}

void LocusCrawl::answer_change(const Asker& asker, Errno error, Effects& out) {
  if (asker.node == self_) return serve_answer(self_, asker.txn, error, out);
  tell(asker.node, asker.txn, lp::SetGroupDone{error}, out, asker.cause);
}

}   // namespace ssi::locus_crawl
