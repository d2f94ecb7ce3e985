#include "models/protocol/vproc/pending.hpp"

namespace ssi::vproc {
namespace {

struct Hasher {
  StateHash& hash;

  void add(const Caller& caller) const {
    hash.add(caller.call);
    hash.add(caller.pid);
  }
  void add(const Kill& kill) const {
    hash.add(kill.pid);
    hash.add(kill.asker);
    kill.route.hash_into(hash);
    hash.add(static_cast<std::uint64_t>(kill.signal));
  }
  void add(const std::vector<Stalled>& all) const {
    hash.add(all.size());
    for (const Stalled& one : all) {
      hash.add(one.body.index());
      hash.add(one.from);
      hash.add(one.txn);
      hash.add(one.cause);
    }
  }
  void operator()(const PendingCreate& p) const {
    add(p.caller);
    hash.add(p.at);
    hash.add(p.child);
    hash.add(p.group);
    hash.add(std::uint64_t{p.registered});
    hash.add(p.early_exit ? p.early_exit->notice.child : kNoPid);
    hash.add(p.rfork);
    hash.add(std::uint64_t{p.place});
    hash.add(std::uint64_t{p.met});
  }
  void operator()(const PendingRfork& p) const {
    add(p.caller);
    hash.add(std::uint64_t{p.waiting});
    hash.add(static_cast<std::uint64_t>(p.error));
    for (const ProcessInfo& child : p.children) hash.add(child.pid);
  }
  void operator()(const PendingKill& p) const {
    add(p.caller);
    hash.add(p.asked);
    add(p.kill);
  }
  void operator()(const PendingGroupKill& p) const {
    add(p.caller);
    hash.add(p.holder);
  }
  void operator()(const PendingSetGroup& p) const {
    add(p.caller);
    hash.add(p.asked);
  }
  void operator()(const PendingList& p) const {
    add(p.caller);
    for (NodeId node : p.waiting) hash.add(node);
    for (const ProcessInfo& info : p.processes) hash.add(info.pid);
  }
  void operator()(const PendingJoin& p) const {
    hash.add(p.holder);
    hash.add(p.group);
    hash.add(static_cast<std::uint64_t>(p.purpose));
    p.asker.hash_into(hash);
    if (const auto* arrival = std::get_if<PendingJoin::Arrival>(&p.who)) {
      hash.add(arrival->create.child);
      hash.add(arrival->create.parent);
      hash.add(arrival->from);
      hash.add(arrival->txn);
    } else if (const auto* coming = std::get_if<PendingJoin::Coming>(&p.who)) {
      hash.add(coming->migrate.pid);
      hash.add(coming->from);
      hash.add(coming->txn);
    } else {
      hash.add(std::get<PendingJoin::Change>(p.who).pid);
    }
  }
  void operator()(const PendingExit& p) const {
    hash.add(p.pid);
    hash.add(p.asked);
    hash.add(std::uint64_t{p.moves});
    hash.add(std::uint64_t{p.located});
    add(p.stalled);
  }
  void operator()(const PendingOrder& p) const {
    add(p.caller);
    hash.add(p.asked);
  }
  void operator()(const PendingMove& p) const {
    hash.add(p.pid);
    hash.add(p.to);
    add(p.caller);
    hash.add(p.seen);
    for (const auto& [pid, moves] : p.travels) {
      hash.add(pid);
      hash.add(std::uint64_t{moves});
      hash.add(std::uint64_t{p.located.contains(pid)});
    }
    add(p.stalled);
  }
};

}   // namespace

void PendingTable::hash_into(StateHash& hash) const {
  hash.add(next_);
  hash.add(records_.size());
  for (const auto& [txn, record] : records_) {
    hash.add(txn);
    hash.add(record.index());
    std::visit(Hasher{hash}, record);
  }
}

}   // namespace ssi::vproc
