// A circuit broke: requests to that peer may or may not have been carried out, so their calls end in info(EHOSTDOWN).
// Nothing is rebuilt here: what the peer had to tell us, or we the peer, about its processes is lost with it. Only moves are
// cleared up, so that a process is always on one node.
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::OriginEvent;

// An overload for each kind of record: the peer that it waits for is lost. Records that wait for another peer are kept.
struct VprocSwitch::GiveUp {
  VprocSwitch& node;
  NodeId peer;
  TxnId txn;
  Effects& out;

  template <class T>
  T take() const {
    return *node.pending_.take<T>(txn);
  }
  Result unknown() const { return Result::info(Errno::ehostdown); }

  void operator()(const vproc::PendingCreate& record) const {
    if (record.at != peer) return;
    auto create = take<vproc::PendingCreate>();
    if (create.early_exit) {   // it did start, and has ended
      node.child_created(create, create.early_exit->notice.child, out);
    } else {
      if (create.child != kNoPid && !create.met) node.end_origin(create.child);
      node.answer_create(create, unknown(), out);
    }
    node.group_settled(create.group, txn, std::nullopt, out);
  }
  void operator()(const vproc::PendingKill& record) const {
    if (record.asked == peer) node.answer(take<vproc::PendingKill>().caller, unknown(), peer, out);
  }
  void operator()(const vproc::PendingGroupKill& record) const {
    if (record.holder == peer) node.answer(take<vproc::PendingGroupKill>().caller, unknown(), peer, out);
  }
  void operator()(const vproc::PendingSetGroup& record) const {
    if (record.asked == peer) node.answer(take<vproc::PendingSetGroup>().caller, unknown(), peer, out);
  }
  void operator()(const vproc::PendingList&) const {
    if (node.pending_.find<vproc::PendingList>(txn)->waiting.erase(peer) > 0) node.end_list_if_over(txn, out);
  }
  void operator()(const vproc::PendingJoin& record) const {
    if (record.holder != peer) return;
    const auto join = take<vproc::PendingJoin>();
    if (const auto* arrival = std::get_if<vproc::PendingJoin::Arrival>(&join.who))
      out.send(arrival->from, arrival->txn, vproc::Message(vproc::Created{arrival->create.child, Errno::ehostdown}));
    else if (const auto* coming = std::get_if<vproc::PendingJoin::Coming>(&join.who))
      out.send(coming->from, coming->txn, vproc::Message(vproc::Migrated{coming->migrate.pid, Errno::ehostdown}));
    else node.answer_change(std::get<vproc::PendingJoin::Change>(join.who).pid, join.asker, Errno::ehostdown, out);
    node.settle(join.group, txn, out);
  }
  void operator()(const vproc::PendingRfork&) const {}   // each of its children is given up by itself
  void operator()(const vproc::PendingExit& record) const {
    if (record.asked == peer) node.exit_settled(take<vproc::PendingExit>(), peer, {record.pid, false, false}, out);
  }
  void operator()(const vproc::PendingOrder& record) const {
    if (record.asked == peer) node.answer(take<vproc::PendingOrder>().caller, unknown(), peer, out);
  }
  // Whether it has arrived only the peer knows; until it has said so the process is in neither table.
  void operator()(const vproc::PendingMove& record) const {
    if (record.to == peer) out.send(peer, txn, vproc::Message(vproc::MigrateStatus{record.pid}));
  }
};

void VprocSwitch::give_up_one(TxnId txn, NodeId peer, Effects& out) {
  const auto record = pending_.all().find(txn);
  if (record == pending_.all().end()) return;
  const vproc::Pending copy = record->second;
  std::visit(GiveUp{*this, peer, txn, out}, copy);
}

void VprocSwitch::give_up(NodeId peer, Effects& out) {
  std::vector<TxnId> open;
  for (const auto& [txn, record] : pending_.all()) open.push_back(txn);
  for (TxnId txn : open) give_up_one(txn, peer, out);
  // Perhaps LOCATION was lost, or LOCATED.
  for (const auto& [pid, stub] : stubs_)
    if (pid.origin() == peer) out.send(peer, pending_.fresh(), vproc::Message(vproc::Location{pid, stub.place, self_}));
  for (Pid group : holder_.lost(peer)) end_broadcast_if_over(group, out);
}

}   // namespace ssi::vproc_switch
