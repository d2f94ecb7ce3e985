// A circuit broke: requests to that peer may or may not have been carried out, so their calls end in info(EHOSTDOWN). Only moves are
// cleared up, so that a process is always on one site; what the peer kept of others' births is rebuilt in partition sets only
// (rebirths.cpp).
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

// An overload for each kind of record.
struct LocusCrawl::GiveUp {
  LocusCrawl& node;
  NodeId peer;
  TxnId txn;
  Effects& out;

  static Result unknown() { return Result::info(Errno::ehostdown); }

  void operator()(const lp::PendingFork& record) const {
    if (record.at != peer) return;
    const auto fork = *node.pending_.take<lp::PendingFork>(txn);
    if (fork.child != kNoPid && !node.early_.contains(fork.child)) node.births_.step(fork.child, lp::BirthEvent::gone);
    node.early_.erase(fork.child);
    node.answer_fork(fork, unknown(), out);
  }
  void operator()(const lp::PendingRfork&) const {}   // each of its children is given up by itself
  void operator()(const lp::PendingRequest& record) const {
    if (record.asked == peer) node.answer(node.pending_.take<lp::PendingRequest>(txn)->caller, unknown(), peer, out);
  }
  void operator()(const lp::PendingBroadcast&) const {
    if (node.pending_.find<lp::PendingBroadcast>(txn)->waiting.erase(peer) > 0) node.end_broadcast_if_over(txn, out);
  }
  void operator()(const lp::PendingGroupAsk&) const {
    if (node.pending_.find<lp::PendingGroupAsk>(txn)->waiting.erase(peer) > 0) node.end_group_ask_if_over(txn, out);
  }
  void operator()(const lp::PendingList&) const {
    if (node.pending_.find<lp::PendingList>(txn)->waiting.erase(peer) > 0) node.end_list_if_over(txn, out);
  }
};

void LocusCrawl::give_up(NodeId peer, Effects& out) {
  std::vector<TxnId> open;
  for (const auto& [txn, record] : pending_.all()) open.push_back(txn);
  for (TxnId txn : open) {
    const auto record = pending_.all().find(txn);
    if (record == pending_.all().end()) continue;
    const lp::Pending copy = record->second;
    std::visit(GiveUp{*this, peer, txn, out}, copy);
  }
  // Whether who went there has arrived only the peer knows. A birth site that is lost does not tell any more.
  std::vector<std::pair<Pid, std::uint32_t>> unsure;
  std::vector<Pid> lost;
  for (const auto& [pid, transit] : in_transit_) {
    if (sets_) {   // with the site it is in another set, arrived or not; who tracks it is told anew
      if (transit.to == peer) lost.push_back(pid);
      continue;
    }
    if (transit.to == peer) tell(peer, pending_.fresh(), lp::MoveStatus{pid, transit.moves, transit.number}, out);
    else if (pid.origin() == peer) unsure.emplace_back(pid, transit.moves);
  }
  for (const auto& [pid, moves] : unsure) settle(pid, moves, out);
  for (const Pid pid : lost) {
    limbo_[pid] = peer;
    const std::vector<lp::Stalled> stalled = take_down(pid, out);
    resume(stalled, out);
  }
  std::vector<lp::BroadcastId> ended;
  for (const auto& [id, active] : broadcasts_.all())
    if (id.asker == peer) ended.push_back(id);
  for (const lp::BroadcastId id : ended) over(id);
}

}   // namespace ssi::locus_crawl
