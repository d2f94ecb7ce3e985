#include "models/protocol/release/barriers.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::release {

using coherence::LockId;
using coherence::Out;
using coherence::Ticket;

void Barriers::arrive(LockId barrier, Ticket ticket, std::uint32_t parties, const Intervals& known, bool collect, Out out,
                      Loopback<Message>& loop) {
  const TxnId txn = coherence::make_txn(place_.self, std::uint64_t{1} << 39 | ++transactions_);   // apart from those of locks
  waiting_[txn] = ticket;
  const Arrive message{barrier,
                       parties,
                       std::make_shared<const Clock>(known.known()),
                       std::make_shared<const Clock>(known.floor()),
                       known.missing(known.floor()),
                       collect};
  loop.send(manager(barrier), txn, message, out.effects, out.effects.cause);
}

bool Barriers::on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause) {
  Gathering& arrived = arrivals_[m.barrier];
  SSI_INVARIANT(arrived.try_emplace({from, txn}, Arrival{m, cause}).second, "a thread has arrived at a barrier twice");
  return arrived.size() + (flaws_.early_barrier ? 1 : 0) == m.parties;
}

Records Barriers::brought(LockId barrier) const {
  Records all;
  for (const auto& [who, arrival] : arrivals_.at(barrier))
    all.insert(all.end(), arrival.message.records.begin(), arrival.message.records.end());
  return all;
}

bool Barriers::of_all_nodes(const Gathering& all) const {
  NodeSet nodes;
  for (const auto& [who, arrival] : all) nodes.insert(who.first);
  return nodes.size() == place_.nodes;
}

void Barriers::depart(LockId barrier, const Intervals& known, Out out, Loopback<Message>& loop) {
  const auto arrived = arrivals_.extract(barrier);
  const Gathering& all = arrived.mapped();
  const auto floor = of_all_nodes(all) ? std::make_shared<const Clock>(known.known()) : nullptr;
  const auto above = std::make_shared<const Clock>(known.floor());
  const bool collect = floor && std::any_of(all.begin(), all.end(), [](const auto& a) { return a.second.message.collect; });
  if (collect) validating_[barrier].floor = floor;
  for (const auto& [who, arrival] : all) {
    if (collect) validating_[barrier].done[who] = false;
    const Depart message{barrier, above, known.missing(*arrival.message.clock), floor, collect};
    loop.send(who.first, who.second, message, out.effects, arrival.cause);
  }
}

bool Barriers::on_depart(TxnId txn, const Depart& m, Out out) {
  SSI_INVARIANT(waiting_.contains(txn), "D7: DEPART for nobody");
  if (m.collect) collecting_[txn] = m.barrier;
  else finish(txn, out);
  return m.collect;
}

void Barriers::collected(Out out, Loopback<Message>& loop) {
  for (const auto& [txn, barrier] : collecting_) loop.send(manager(barrier), txn, Collected{barrier}, out.effects, out.effects.cause);
  collecting_.clear();
}

void Barriers::on_collected(NodeId from, TxnId txn, const Collected& m, CallId cause, Out out, Loopback<Message>& loop) {
  Validating& validating = validating_[m.barrier];
  auto& all = validating.done;
  const auto found = all.find({from, txn});
  SSI_INVARIANT(found != all.end() && !found->second, "D7: COLLECTED that nobody awaits");
  found->second = true;
  if (!std::all_of(all.begin(), all.end(), [](const auto& one) { return one.second; })) return;
  for (const auto& [who, done] : all) loop.send(who.first, who.second, Resume{m.barrier, validating.floor}, out.effects, cause);
  validating_.erase(m.barrier);
}

void Barriers::on_resume(TxnId txn, Out out) { finish(txn, out); }

void Barriers::finish(TxnId txn, Out out) {
  const auto done = waiting_.extract(txn);
  SSI_INVARIANT(!done.empty(), "D7: nobody waits for that");
  out.outcome.done.push_back({done.mapped(), {}});
}

void Barriers::hash_into(Digest& digest) const {
  digest.add(waiting_.size() << 32 | collecting_.size());
  for (const auto& [barrier, arrived] : arrivals_)
    for (const auto& [who, arrival] : arrived) {
      digest.add(barrier.value);
      digest.add(who.first);
      hash_clock(*arrival.message.clock, digest);
      hash_records(arrival.message.records, digest);
    }
  for (const auto& [barrier, validating] : validating_)
    for (const auto& [who, done] : validating.done) {
      digest.add(who.first);
      digest.add(std::uint64_t{done});
    }
}

}   // namespace ssi::release
