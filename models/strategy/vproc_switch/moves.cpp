// Moves from the side that a process leaves: orders, the safe point, MIGRATE, and how it ends. Exec on another node is a move
// that carries no image.
//
// Between MIGRATE and MIGRATED the process is in no table: who asks for it, here where it was last known to be, waits. Later this node
// knows where it went until the pid's origin does (LOCATION, LOCATED).
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;

void VprocSwitch::migrate(const CallEvent& event, const Migrate& migrate, Effects& out) {
  const vproc::Caller caller{event.id, event.caller};
  const Pid pid = migrate.pid == kNoPid ? event.caller : migrate.pid;
  if (migrate.node.value >= nodes_) return answer(caller, Result::fail(Errno::einval), self_, out);
  if (pid.origin().value >= nodes_) return answer(caller, Result::fail(Errno::esrch), self_, out);
  if (!can_take(migrate.node)) return answer(caller, Result::fail(Errno::ehostdown), self_, out);
  if (pid.sequence() == kInitSequence) return answer(caller, Result::fail(Errno::eperm), self_, out);
  if (pid == event.caller) {
    if (is_here(Site::migrate, migrate.node == self_, out)) return answer(caller, Result::ok(), self_, out);
    if (parts_.keep(pid)) return answer(caller, Result::fail(Errno::eagain), self_, out);
    return depart(pid, {migrate.node, caller}, out);
  }
  if (is_here(Site::order, processes_.find(pid) != nullptr, out)) {
    take_order(pid, migrate.node);
    return answer(caller, Result::ok(), self_, out);
  }
  const TxnId txn = pending_.open(vproc::PendingOrder{caller, self_});
  pass_order({pid, migrate.node, self_}, {self_, txn, event.id}, {false, hint_for(pid)}, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Move& move, Effects& out) {
  const Header& header = message.header;
  pass_order(move, {move.asker, header.txn, header.cause}, {true, std::nullopt}, out);
}

void VprocSwitch::pass_order(const vproc::Move& move, const Asker& asker, Origin of, Effects& out) {
  const Found found = find_for(move.pid, move, asker, of, out);
  if (found.as == Found::As::sent) {
    if (asker.node == self_) pending_.find<vproc::PendingOrder>(asker.txn)->asked = found.to;
    return;
  }
  const bool here = found.as == Found::As::here;
  const vproc::MoveTaken taken{move.pid, here ? moves_of(move.pid) : 0, here ? Errno::none : Errno::esrch};
  if (here) take_order(move.pid, move.to);
  if (asker.node != self_) return out.send(asker.node, asker.txn, vproc::Message(taken), {.cause = asker.cause});
  answer(pending_.take<vproc::PendingOrder>(asker.txn)->caller, result_of(taken.error), self_, out);
}

void VprocSwitch::serve(const Message& message, const vproc::MoveTaken& taken, Effects& out) {
  const NodeId from = message.header.from;
  const auto pending = pending_.take<vproc::PendingOrder>(message.header.txn);
  if (!pending) return;   // given up when the circuit broke
  if (taken.error == Errno::none) learn(taken.pid, {from, taken.moves});
  answer(pending->caller, result_of(taken.error), from, out);
}

// The newest order counts. One that comes when it is about to leave already goes along.
void VprocSwitch::take_order(Pid pid, NodeId to) {
  if (to == self_ && !departing_.contains(pid)) orders_.erase(pid);
  else orders_[pid] = to;
}

void VprocSwitch::depart(Pid pid, Departing departing, Effects& out) {
  departing_[pid] = std::move(departing);
  out.order({ProgramOrder::Kind::depart, pid});
}

void VprocSwitch::stands_still(const Frozen& frozen) {
  const auto found = departing_.find(frozen.pid);
  if (found == departing_.end()) return;   // it has ended meanwhile
  found->second.stands = true;
  found->second.memory = frozen.memory;
}

// A safe point: nothing that this node does for the process is under way. Wait and pause are no obstacle.
bool VprocSwitch::is_settled(Pid pid) const {
  const auto& blocked = processes_.find(pid)->blocked;
  if ((blocked && blocked->in == native::Blocked::In::part) || parts_.keep(pid)) return false;
  for (const auto& [txn, record] : pending_.all()) {
    const bool concerns = std::visit(
        [pid](const auto& pending) {
          if constexpr (requires { pending.caller; }) return pending.caller.pid == pid;
          else if constexpr (requires { pending.who; }) {
            const auto* change = std::get_if<vproc::PendingJoin::Change>(&pending.who);
            return change != nullptr && change->pid == pid;
          } else return false;
        },
        record);
    if (concerns) return false;
  }
  return true;
}

// After each event.
void VprocSwitch::go_where_ordered(Effects& out) {
  if (recoveries_.collects()) return;   // groups are being put together here
  std::vector<Pid> ready;
  for (const auto& [pid, to] : orders_)
    if (!departing_.contains(pid) && is_settled(pid)) ready.push_back(pid);
  for (Pid pid : ready) {
    const NodeId to = orders_.extract(pid).mapped();
    if (to != self_ && can_take(to))
      depart(pid, {to, {kNoCall, pid}}, out);   // ordered here while it was about to leave, and then refused elsewhere
  }
  ready.clear();
  for (const auto& [pid, departing] : departing_)
    if (departing.stands && is_settled(pid)) ready.push_back(pid);
  for (Pid pid : ready) {
    const Departing departing = departing_.extract(pid).mapped();
    if (can_take(departing.to)) ship(pid, departing, out);
    else stays(pid, departing, out);
  }
}

// Where it was to go is nobody any more.
void VprocSwitch::stays(Pid pid, const Departing& departing, Effects& out) {
  if (departing.caller.call != kNoCall) answer(departing.caller, Result::fail(Errno::ehostdown), self_, out);
  out.order({ProgramOrder::Kind::arrive, pid});
}

// Takes the process out of everything here. Who is related to it goes on believing that it is here, by the news of its last move.
std::shared_ptr<Packed> VprocSwitch::pack(Pid pid, const Departing& departing, Effects& out) {
  auto packed = std::make_shared<Packed>();
  const native::Process& process = *processes_.find(pid);
  const vproc::Place here{self_, moves_of(pid)};
  const auto place_of = [&](Pid relative) { return vproc::Place{self_, moves_of(relative)}; };
  if (processes_.find(process.parent) != nullptr) {
    packed->parent = {place_of(process.parent), {}};
    children_[pid] = here;
  } else {
    packed->parent = parents_.extract(pid).mapped();
  }
  for (const auto& [child, status] : process.children) {
    if (status) {
      packed->statuses[child] = moves_of(child);
      moves_.erase(child);
    } else if (processes_.find(child) != nullptr) {
      packed->children[child] = place_of(child);
      parents_[child] = {here, {}};
    } else {
      packed->children[child] = children_.extract(child).mapped();
    }
  }
  if (auto left = left_.extract(pid)) packed->left_groups = std::move(left.mapped());
  if (auto order = orders_.extract(pid); order && order.mapped() != departing.to) packed->ordered = order.mapped();
  packed->exec = departing.exec;
  packed->call = departing.caller.call;
  moves_.erase(pid);
  packed->process = processes_.take(pid, out);
  return packed;
}

void VprocSwitch::ship(Pid pid, const Departing& departing, Effects& out) {
  out.work(costs_.fork);
  const std::uint32_t moves = moves_of(pid) + 1;
  const auto luggage = parts_.pack(pid, departing.to, departing.exec.has_value(), processes_, now_, out);
  const Pid group = processes_.find(pid)->group, session = processes_.find(pid)->session;
  const bool leads = is_home(group);
  const std::uint64_t seen = leads ? holder_.done() : memberships_.seen(group, pid);
  const auto packed = pack(pid, departing, out);

  vproc::PendingMove record{pid, group, departing.to, departing.caller, packed, luggage, seen, leads};
  record.travels[pid] = moves;
  for (const auto& [status, so_far] : packed->statuses) record.travels[status] = so_far + 1;
  const auto travels = record.travels;
  const std::uint64_t image = departing.exec ? 0 : departing.memory.dirty;
  vproc::Migrate migrate{.pid = pid, .group = group, .session = session, .process = packed, .luggage = luggage, .seen = seen};
  migrate.image_bytes = static_cast<std::uint64_t>(departing.exec ? settings_.create_bytes : settings_.migrate_bytes) + image;
  migrate.moves = moves;
  migrate.registered = leads;
  if (leads) {
    holder_.grant(group, session, departing.to);
    if (const auto* active = holder_.active(group)) {
      migrate.news = active->signal;
      migrate.under_way = true;
      migrate.seen = record.seen = active->number;
    }
  }
  const TxnId txn = pending_.open(std::move(record));
  if (!leads) {
    memberships_.begin(group, txn);
    memberships_.leave(group, pid);
  }
  for (const auto& [travels_too, count] : travels) in_transit_[travels_too] = txn;
  migrate.settled_below = oldest_move_to(departing.to);
  out.send(departing.to, txn, vproc::Message(migrate));
}

TxnId VprocSwitch::oldest_move_to(NodeId node) const {
  for (const auto& [txn, record] : pending_.all())
    if (const auto* move = std::get_if<vproc::PendingMove>(&record); move && move->to == node) return txn;
  return {};
}

void VprocSwitch::serve(const Message& message, const vproc::Migrated& migrated, Effects& out) {
  const TxnId txn = message.header.txn;
  if (pending_.find<vproc::PendingMove>(txn) == nullptr) return;   // that it has arrived was seen otherwise
  if (migrated.error == Errno::none) has_arrived(txn, out);
  else comes_back(txn, migrated.error, out);
}

// News of a process after so many moves, which only the node that it moved to can have caused.
void VprocSwitch::settle_if_in_transit(Pid pid, std::uint32_t moves, Effects& out) {
  const auto moving = in_transit_.find(pid);
  if (moving == in_transit_.end()) return;
  const TxnId txn = moving->second;
  if (pending_.find<vproc::PendingMove>(txn)->travels.at(pid) <= moves) has_arrived(txn, out);
}

// `since`: where those that travelled are now, if it is known that they have moved on; who is not among them is not any more.
void VprocSwitch::has_arrived(TxnId txn, Effects& out, const std::map<Pid, vproc::Place>* since) {
  out.work(costs_.exit);   // what is left of it here is taken down
  const auto move = *pending_.take<vproc::PendingMove>(txn);
  parts_.left(move.pid, processes_, now_, out);
  for (const auto& [pid, moves] : move.travels) {
    in_transit_.erase(pid);
    if (since != nullptr && !since->contains(pid)) continue;
    const vproc::Place now_at = since == nullptr ? vproc::Place{move.to, moves} : since->at(pid);
    if (is_home(pid)) origins_.step(pid, vproc::OriginEvent::departed, now_at);
    else if (home_of(pid) != now_at.node && !move.located.contains(pid)) stubs_[pid] = {now_at, pid != move.pid};
  }
  const vproc::Place there = since == nullptr ? vproc::Place{move.to, move.travels.at(move.pid)} : since->at(move.pid);
  for (const auto& [child, place] : dynamic_cast<const Packed&>(*move.process).children)
    if (const auto link = parents_.find(child); link != parents_.end() && link->second.place.node == self_) link->second.place = there;
  if (const auto as_child = children_.find(move.pid); as_child != children_.end()) as_child->second = there;
  group_settled(move.group, txn, there.node, out);
  resume(move.stalled, out);
}

// It goes on here as if it had never left.
void VprocSwitch::comes_back(TxnId txn, Errno error, Effects& out) {
  const auto move = *pending_.take<vproc::PendingMove>(txn);
  const auto& packed = dynamic_cast<const Packed&>(*move.process);
  for (const auto& [pid, moves] : move.travels) in_transit_.erase(pid);
  if (move.luggage) parts_.taken_back(*move.luggage, move.to, processes_, now_, out);
  std::map<Pid, std::uint32_t> before = move.travels;
  for (auto& [pid, moves] : before) --moves;
  put_in(packed, before, out);
  if (packed.ordered) orders_[move.pid] = *packed.ordered;
  if (move.caller.call != kNoCall) out.complete(move.caller.call, result_of(error), self_);
  out.order({ProgramOrder::Kind::arrive, move.pid});
  if (move.registered) holder_.give_back(move.group, move.to, 1);
  meet_news(move.pid, move.group, move.seen, out);
  meet_verdicts(move.pid, out);
  group_settled(move.group, txn, std::nullopt, out);
  resume(move.stalled, out);
}

void VprocSwitch::serve(const Message&, const vproc::Located& located, Effects&) { is_located(located.pid, located.moves); }

// Its origin knows.
void VprocSwitch::is_located(Pid pid, std::uint32_t moves) {
  if (const auto stub = stubs_.find(pid); stub != stubs_.end() && stub->second.place.moves <= moves) stubs_.erase(stub);
  if (const auto moving = in_transit_.find(pid); moving != in_transit_.end()) {
    auto& move = *pending_.find<vproc::PendingMove>(moving->second);
    if (move.travels.at(pid) <= moves) move.located.insert(pid);
  }
  if (const auto leaving = leaving_.find(pid); leaving != leaving_.end()) {
    auto& exit = *pending_.find<vproc::PendingExit>(leaving->second);
    if (exit.moves <= moves) exit.located = true;
  }
}

}   // namespace ssi::vproc_switch
