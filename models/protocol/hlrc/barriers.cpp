#include "models/protocol/hlrc/barriers.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::hlrc {

using coherence::LockId;
using coherence::Out;
using coherence::Ticket;

void Barriers::arrive(LockId barrier, Ticket ticket, const Intervals& known, bool collect, Out out, Loopback<Message>& loop) {
  SSI_CHECK(!ticket_, "two threads of a node at a barrier");
  ticket_ = ticket;
  const NodeId manager{static_cast<std::uint32_t>(barrier.value % place_.nodes)};
  const TxnId txn = coherence::make_txn(place_.self, std::uint64_t{1} << 39 | ++transactions_);   // apart from those of locks
  loop.send(manager, txn, Arrive{barrier, std::make_shared<const Clock>(known.known()), known.own_since(told_), collect}, out.effects,
            out.effects.cause);
}

bool Barriers::on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause) {
  auto& arrived = arrivals_[m.barrier];
  SSI_INVARIANT(arrived.try_emplace(from, Arrival{m, txn, cause}).second, "a node has arrived at a barrier twice");
  return arrived.size() == place_.nodes;
}

Records Barriers::brought(LockId barrier) const {
  Records all;
  for (const auto& [node, arrival] : arrivals_.at(barrier))
    all.insert(all.end(), arrival.message.records.begin(), arrival.message.records.end());
  return all;
}

void Barriers::depart(LockId barrier, const Intervals& known, Out out, Loopback<Message>& loop) {
  const auto arrived = arrivals_.extract(barrier);
  const auto& all = arrived.mapped();
  const bool collect = std::any_of(all.begin(), all.end(), [](const auto& a) { return a.second.message.collect; });
  for (const auto& [node, arrival] : all)
    loop.send(node, arrival.txn, Depart{barrier, known.missing(*arrival.message.clock), collect}, out.effects, arrival.cause);
}

void Barriers::on_depart(const Depart&, const Intervals& known, Out out) {
  told_ = known.own();
  out.outcome.done.push_back({*ticket_, {}});
  ticket_.reset();
}

void Barriers::hash_into(Digest& digest) const {
  digest.add(std::uint64_t{ticket_.has_value()} << 32 | told_);
  for (const auto& [barrier, arrived] : arrivals_)
    for (const auto& [node, arrival] : arrived) {
      digest.add(barrier.value);
      digest.add(node);
      hash_clock(*arrival.message.clock, digest);
      hash_records(arrival.message.records, digest);
    }
}

}   // namespace ssi::hlrc
