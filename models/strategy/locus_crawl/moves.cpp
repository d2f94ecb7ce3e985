// Migration, and exec on another site, which is a move without an image: the process is frozen and shipped, and goes on where it arrives.
// The birth site is told, and tells the site that was left (SETTLED): until then who asks for the process there waits.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

using lp::BirthEvent;

std::uint32_t LocusCrawl::moves_of(Pid pid) const {
  const auto found = travels_.find(pid);
  return found == travels_.end() ? 0 : found->second.moves;
}

void LocusCrawl::migrate(const CallEvent& event, const Migrate& migrate, Effects& out) {
  const lp::Caller caller{event.id, event.caller};
  const Pid pid = migrate.pid == kNoPid ? event.caller : migrate.pid;
  if (migrate.node.value >= nodes_) return answer(caller, Result::fail(Errno::einval), self_, out);
  if (pid.origin().value >= nodes_) return answer(caller, Result::fail(Errno::esrch), self_, out);
  if (pid.sequence() == kInitSequence) return answer(caller, Result::fail(Errno::eperm), self_, out);
  if (pid == event.caller) {
    if (is_here(Site::migrate, migrate.node == self_, out)) return answer(caller, Result::ok(), self_, out);
    return depart(pid, {migrate.node, caller}, out);
  }
  is_here(Site::order, processes_.find(pid) != nullptr, out);
  const TxnId txn = pending_.open(lp::PendingRequest{caller, first_hop(pid)});
  serve_order({pid, migrate.node, self_}, {self_, txn, event.id}, self_, out);
}

// The newest order counts. One that comes when it is about to leave already goes along.
void LocusCrawl::take_order(Pid pid, NodeId to) {
  if (to == self_ && !departing_.contains(pid)) orders_.erase(pid);
  else orders_[pid] = to;
}

void LocusCrawl::depart(Pid pid, Departing departing, Effects& out) {
  departing_[pid] = std::move(departing);
  out.order({ProgramOrder::Kind::depart, pid});
}

void LocusCrawl::stands_still(const Frozen& frozen) {
  const auto found = departing_.find(frozen.pid);
  if (found == departing_.end()) return;   // it has ended meanwhile
  found->second.stands = true;
  found->second.memory = frozen.memory;
}

// A safe point: nothing that this site does for the process is under way. Wait and pause are no obstacle.
bool LocusCrawl::is_settled(Pid pid) const {
  const auto& blocked = processes_.find(pid)->blocked;
  if ((blocked && blocked->in == native::Blocked::In::part) || parts_.keep(pid)) return false;
  return std::none_of(pending_.all().begin(), pending_.all().end(), [pid](const auto& entry) {
    if (const auto* ask = std::get_if<lp::PendingGroupAsk>(&entry.second); ask != nullptr && ask->pid == pid) return true;
    return std::visit([pid](const auto& record) { return record.caller.pid == pid; }, entry.second);
  });
}

// After each event.
void LocusCrawl::go_where_ordered(Effects& out) {
  std::vector<Pid> ready;
  for (const auto& [pid, to] : orders_)
    if (!departing_.contains(pid) && is_settled(pid)) ready.push_back(pid);
  for (Pid pid : ready) {
    const NodeId to = orders_.extract(pid).mapped();
    if (to != self_) depart(pid, {to, {kNoCall, pid}}, out);   // ordered here while it was about to leave, and then refused elsewhere
  }
  ready.clear();
  for (const auto& [pid, departing] : departing_)
    if (departing.stands && is_settled(pid)) ready.push_back(pid);
  for (Pid pid : ready) {
    const Departing departing = departing_.extract(pid).mapped();
    if (reaches(departing.to)) {
      ship(pid, departing, out);
      continue;
    }
    if (departing.caller.call != kNoCall) out.complete(departing.caller.call, Result::fail(Errno::ehostdown), self_);
    out.order({ProgramOrder::Kind::arrive, pid});
  }
}

// Takes the process out of the table, with the statuses that wait for it: of those that were born here it is known at once that they have
// left, the birth sites of others learn when it has arrived.
void LocusCrawl::ship(Pid pid, const Departing& departing, Effects& out) {
  out.work(costs_.fork);
  const auto luggage = parts_.pack(pid, departing.to, departing.exec.has_value(), processes_, now_, out);
  auto packed = std::make_shared<Packed>();
  if (const auto travels = travels_.extract(pid); !travels.empty()) packed->travels = travels.mapped();
  const std::uint32_t moves = ++packed->travels.moves;
  if (const auto order = orders_.extract(pid); !order.empty() && order.mapped() != departing.to) packed->ordered = order.mapped();
  packed->exec = departing.exec;
  packed->call = departing.caller.call;
  packed->process = processes_.take(pid, out);

  lp::Transit transit{
      departing.to,          moves, ++moves_made_, departing.caller, packed, luggage, packed->process.group, packed->travels.met,
      packed->travels.before};
  for (Pid status : packed->process.zombies) {
    transit.statuses.push_back(status);
    carried_[status] = pid;
    if (tracker(status) == self_) births_.step(status, BirthEvent::died_here);
  }
  if (tracker(pid) == self_) births_.step(pid, BirthEvent::left, departing.to, moves);
  lp::Migrate message{pid, moves, packed, luggage};
  message.image_bytes = static_cast<std::uint64_t>(departing.exec ? settings_.create_bytes : settings_.migrate_bytes) +
                        (departing.exec ? 0 : departing.memory.dirty);
  message.number = message.settled_below = transit.number;
  for (const auto& [other, earlier] : in_transit_)
    if (earlier.to == departing.to) message.settled_below = std::min(message.settled_below, earlier.number);
  in_transit_.emplace(pid, std::move(transit));
  tell(departing.to, pending_.fresh(), message, out);
}

void LocusCrawl::serve_migrate(NodeId from, TxnId txn, CallId cause, const lp::Migrate& migrate, Effects& out) {
  const Pid pid = migrate.pid;
  if (processes_.all().size() >= settings_.accept_max) return tell(from, txn, lp::Refused{pid, migrate.moves, Errno::eagain}, out, cause);
  const auto& packed = dynamic_cast<const Packed&>(*migrate.process);
  out.work(costs_.fork);
  auto& arrived = arrived_[from];
  arrived.erase(arrived.begin(), arrived.lower_bound(migrate.settled_below));
  arrived.insert(migrate.number);
  const std::vector<lp::Stalled> stalled = take_down(pid, out);   // it has been here, and comes back before that was settled

  Travels travels = packed.travels;
  keep_met(travels.met, travels.before);
  put_in(packed, travels, out);
  if (migrate.luggage) parts_.unpack(pid, *migrate.luggage, from, processes_, now_, out);
  if (packed.exec) {
    out.work(costs_.exec);
    processes_.exec(pid, *packed.exec, out);
    parts_.executed(pid, processes_, now_, out);
  }
  if (packed.ordered && *packed.ordered != self_) orders_[pid] = *packed.ordered;
  hints_.drop(pid);
  if (tracker(pid) == self_) tell(from, txn, lp::Settled{pid, migrate.moves}, out, cause);
  else tell(tracker(pid), txn, lp::Moved{pid, from, migrate.moves}, out, cause);
  if (packed.call != kNoCall) out.complete(packed.call, Result::ok(), self_);
  out.order({ProgramOrder::Kind::arrive, pid});
  resume(stalled, out);
  if (processes_.find(pid) != nullptr) meet(pid, packed.process.group, false, out);
}

// Into the table. A parent here knows it as a child, or is about to; one that gave it up when a circuit broke does not.
void LocusCrawl::put_in(const Packed& packed, const Travels& travels, Effects& out) {
  native::Process process = packed.process;
  const Pid pid = process.pid, parent = process.parent;
  const auto* living = processes_.find(parent);
  const bool known = living == nullptr || living->children.contains(pid);
  const bool early = !known && has_fork_under_way(parent);
  if (!known && !early) process.parent = processes_.init();
  for (Pid status : process.zombies)
    if (tracker(status) == self_) births_.step(status, BirthEvent::returned);
  if (tracker(pid) == self_) births_.step(pid, BirthEvent::returned);
  const Pid now_of = process.parent;
  processes_.put(std::move(process), out);
  if (!known) processes_.add_child(now_of, pid);
  if (early) early_[pid] = std::nullopt;
  travels_[pid] = travels;
}

// At the birth site: it always knows the last site that has said that the process is there.
void LocusCrawl::serve_moved(NodeId from, const lp::Moved& moved, Effects& out) {
  births_.step(moved.pid, BirthEvent::moved, from, moved.moves);
  if (moved.from == self_) settle(moved.pid, moved.moves, out);
  else tell(moved.from, pending_.fresh(), lp::Settled{moved.pid, moved.moves}, out);
}

// What is left here of a process that has arrived; who waited for it is returned. Its children's statuses are not here any more either.
std::vector<lp::Stalled> LocusCrawl::take_down(Pid pid, Effects& out) {
  auto entry = in_transit_.extract(pid);
  if (entry.empty()) return {};
  lp::Transit& transit = entry.mapped();
  out.work(costs_.exit);
  parts_.left(pid, processes_, now_, out);
  for (Pid status : transit.statuses) {
    carried_.erase(status);
    const bool told = tracker(status) == self_ || tracker(status) == transit.to;
    if (!told && !processes_.is_zombie(status)) tell(tracker(status), pending_.fresh(), lp::Ended{status}, out);
  }
  return std::move(transit.stalled);
}

void LocusCrawl::settle(Pid pid, std::uint32_t moves, Effects& out) {
  const auto found = in_transit_.find(pid);
  if (found == in_transit_.end() || found->second.moves > moves) return;   // it has come back meanwhile
  const std::vector<lp::Stalled> stalled = take_down(pid, out);
  resume(stalled, out);
}

// Refused: it goes on here as if it had never left.
void LocusCrawl::comes_back(Pid pid, std::uint32_t moves, Errno error, Effects& out) {
  const auto found = in_transit_.find(pid);
  if (found == in_transit_.end() || found->second.moves != moves) return;
  const lp::Transit transit = std::move(in_transit_.extract(found).mapped());
  const auto& packed = dynamic_cast<const Packed&>(*transit.process);
  for (Pid status : transit.statuses) carried_.erase(status);
  if (transit.luggage) parts_.taken_back(*transit.luggage, transit.to, processes_, now_, out);
  Travels travels = packed.travels;
  --travels.moves;
  keep_met(travels.met, travels.before);
  put_in(packed, travels, out);
  if (packed.ordered) orders_[pid] = *packed.ordered;
  if (transit.caller.call != kNoCall) out.complete(transit.caller.call, result_of(error), self_);
  out.order({ProgramOrder::Kind::arrive, pid});
  resume(transit.stalled, out);
  if (processes_.find(pid) != nullptr) meet(pid, packed.process.group, false, out);
}

// Did it arrive? The circuit has broken, so nothing of the old one can come any more.
void LocusCrawl::serve_move_status(NodeId from, TxnId txn, const lp::MoveStatus& status, Effects& out) {
  const bool arrived = arrived_[from].contains(status.number);
  if (arrived) tell(from, txn, lp::Settled{status.pid, status.moves}, out);
  else tell(from, txn, lp::Refused{status.pid, status.moves, Errno::ehostdown}, out);
}

}   // namespace ssi::locus_crawl
