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
    hash.add(kill.not_at);
    hash.add(static_cast<std::uint64_t>(kill.signal));
  }
  void operator()(const PendingCreate& p) const {
    add(p.caller);
    hash.add(p.at);
    hash.add(p.child);
    hash.add(p.group);
    hash.add(std::uint64_t{p.registered});
    hash.add(p.early_exit ? p.early_exit->child : kNoPid);
    hash.add(p.rfork);
    hash.add(std::uint64_t{p.place});
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
    } else {
      hash.add(std::get<PendingJoin::Change>(p.who).pid);
    }
  }
  void operator()(const PendingExit& p) const {
    hash.add(p.pid);
    hash.add(p.parent_node);
    hash.add(p.stalled.size());
    for (const auto& stalled : p.stalled) {
      add(stalled.kill);
      stalled.asker.hash_into(hash);
    }
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
