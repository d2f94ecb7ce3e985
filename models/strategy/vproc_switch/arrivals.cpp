// Moves from the side that a process comes to, and its pid's origin: MIGRATE, LOCATION.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

void VprocSwitch::serve(const Message& message, const vproc::Migrate& migrate, Effects& out) {
  const Header& header = message.header;
  // It has been there, so it has arrived; a status that comes along too. Before the look at the group, which this may leave.
  settle_if_in_transit(migrate.pid, migrate.moves - 1, out);
  for (const auto& [status, so_far] : dynamic_cast<const Packed&>(*migrate.process).statuses) settle_if_in_transit(status, so_far, out);
  if (processes_.all().size() >= settings_.accept_max) {
    out.send(header.from, header.txn, vproc::Message(vproc::Migrated{migrate.pid, Errno::eagain}));
    return;
  }
  vproc::PendingJoin::Coming coming{migrate, header.from, header.txn};
  if (migrate.registered)
    memberships_.admitted(migrate.group,
                          migrate.under_way ? vproc::Memberships::News{migrate.seen, migrate.news} : vproc::Memberships::News{});
  const bool listed = is_home(migrate.group) || memberships_.state(migrate.group) == vproc::MemberState::member;
  if (is_here(Site::arrival_holder, listed, out)) come_in(coming, header.cause, out);
  else join({home_of(migrate.group), migrate.group, vproc::JoinFor::arrival, {}, coming}, migrate.session, header.cause, out);
}

// The node is registered with the group of the process, so the process may go on here.
void VprocSwitch::come_in(const vproc::PendingJoin::Coming& coming, CallId cause, Effects& out) {
  const vproc::Migrate& migrate = coming.migrate;
  const auto& packed = dynamic_cast<const Packed&>(*migrate.process);
  const Pid pid = migrate.pid;
  out.work(costs_.fork);
  auto& arrived = arrived_[coming.from];
  arrived.erase(arrived.begin(), arrived.lower_bound(migrate.settled_below));
  arrived.insert(coming.txn);

  std::map<Pid, std::uint32_t> moves;
  for (const auto& [status, so_far] : packed.statuses) moves[status] = so_far + 1;
  moves[pid] = migrate.moves;
  for (const auto& [travels, count] : moves) arrived_from(coming.from, travels, count, out);
  put_in(packed, moves, out);
  if (migrate.luggage) parts_.unpack(pid, *migrate.luggage, coming.from, processes_, now_, out);
  if (packed.exec) {
    out.work(costs_.exec);
    processes_.exec(pid, *packed.exec, out);
    parts_.executed(pid, processes_, now_, out);
  }
  if (packed.ordered && *packed.ordered != self_) orders_[pid] = *packed.ordered;
  out.send(coming.from, coming.txn, vproc::Message(vproc::Migrated{pid, Errno::none}), {.cause = cause});
  if (packed.call != kNoCall) out.complete(packed.call, Result::ok(), self_);
  out.order({ProgramOrder::Kind::arrive, pid});
  meet_news(pid, migrate.group, migrate.seen, out);
  meet_verdicts(pid, out);
}

// The origin of the pid is told, unless it is this node or the one that it came from.
void VprocSwitch::arrived_from(NodeId from, Pid pid, std::uint32_t moves, Effects& out) {
  stubs_.erase(pid);
  locations_.drop(pid);
  if (is_home(pid)) {
    if (!membership_ || origins_.find(pid) != nullptr) origins_.step(pid, vproc::OriginEvent::returned, {});   // else its node died
  } else if (home_of(pid) != from) {
    tell_location(pid, moves, from, out);
  }
}

void VprocSwitch::tell_location(Pid pid, std::uint32_t moves, NodeId stub, Effects& out) {
  out.send(home_of(pid), pending_.fresh(), vproc::Message(vproc::Location{pid, {self_, moves}, stub}));
}

// Into the table, and among its relatives: those that are here are known to be, the others by the news that came along.
void VprocSwitch::put_in(const Packed& packed, const std::map<Pid, std::uint32_t>& moves, Effects& out) {
  const Pid pid = packed.process.pid, parent = packed.process.parent;
  processes_.put(packed.process, out);
  for (const auto& [here, count] : moves) {
    const bool status = here != pid;
    if (count > (status ? 1U : 0U)) moves_[here] = count;
    if (count > 1 && status) processes_.tell_when_reaped(here);
  }
  auto* create = pending_.find<vproc::PendingCreate>(packed.parent.created_by);
  if (create) create->met = true;
  if (const auto* living = processes_.find(parent)) {
    children_.erase(pid);
    if (!create && settings_.one_init() && parent == processes_.reaper()) meet_before_adoption(pid);
    else if (!living->children.contains(pid)) processes_.add_child(parent, pid);   // its CREATED is still under way
  } else if (settings_.one_init() && is_reaper_here() && processes_.find(processes_.reaper())->children.contains(pid)) {
    children_.erase(pid);   // ADOPT was faster than REPARENT
    processes_.reparent(pid, processes_.reaper());
  } else {
    parents_[pid] = packed.parent;
  }
  for (const auto& [child, place] : packed.children) {
    if (processes_.find(child) != nullptr) parents_.erase(child);
    else children_[child] = place;
  }
  if (!packed.left_groups.empty()) left_[pid] = packed.left_groups;
}

// What was broadcast to its group while it was under way.
void VprocSwitch::meet_news(Pid pid, Pid group, std::uint64_t seen, Effects& out) {
  if (!is_home(group)) {
    enter_group(pid, group, seen, out);
  } else if (auto* active = holder_.active(group); active && std::max(seen, seen_before(pid, group)) < active->number) {
    active->reached = true;
    post(pid, active->signal, out);
  }
}

// Did it arrive? The circuit has broken, so nothing of the old one can come any more. While it waits for its group the answer is still
// to come.
void VprocSwitch::serve(const Message& message, const vproc::MigrateStatus& status, Effects& out) {
  const Header& header = message.header;
  for (const auto& [txn, record] : pending_.all())
    if (const auto* join = std::get_if<vproc::PendingJoin>(&record))
      if (const auto* coming = std::get_if<vproc::PendingJoin::Coming>(&join->who); coming && coming->txn == header.txn) return;
  const bool arrived = arrived_[header.from].contains(header.txn);
  out.send(header.from, header.txn, vproc::Message(vproc::Migrated{status.pid, arrived ? Errno::none : Errno::ehostdown}));
}

void VprocSwitch::serve(const Message&, const vproc::Location& location, Effects& out) {
  const Pid pid = location.pid;
  settle_if_in_transit(pid, location.place.moves, out);
  const auto* record = origins_.find(pid);
  if (record == nullptr || location.place.moves > record->place.moves) origins_.step(pid, vproc::OriginEvent::located, location.place);
  out.send(location.stub, pending_.fresh(), vproc::Message(vproc::Located{pid, location.place.moves}));
}

}   // namespace ssi::vproc_switch
