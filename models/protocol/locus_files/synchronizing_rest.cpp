// The CSS: locks of whole files, sites that are lost, and what always holds.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/synchronizing.hpp"

namespace ssi::locus {

using Outcome = vnode::LockTable::Outcome;

void Synchronizing::on(NodeId from, TxnId txn, const LockRequest& request, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  std::vector<std::uint64_t> freed;
  const std::uint64_t id = ++lock_ids_;
  const Outcome outcome = locks_.lock(id, request.lock, freed);
  const std::pair owner(request.lock.file, request.lock.owner);
  if (outcome == Outcome::waits) locking_.emplace(id, Locking{from, txn, cause, request.lock});
  else wire.send(from, txn, Locked{outcome == Outcome::refused ? Errno::eagain : Errno::none}, cause);
  if (outcome == Outcome::granted && request.lock.kind != LockFile::Kind::unlock) owners_[owner] = from;
  if (!locks_.holds(owner.first, owner.second) && outcome != Outcome::granted) owners_.erase(owner);
  if (request.lock.kind == LockFile::Kind::unlock) owners_.erase(owner);
  unlocked(freed, wire);
}

void Synchronizing::on(NodeId from, TxnId, const Withdraw& withdraw, CallId, Wire& wire) {
  for (const auto& [id, locking] : locking_) {
    if (locking.from != from || locking.txn != withdraw.lock) continue;
    const auto entry = locking_.extract(id);
    std::vector<std::uint64_t> freed;
    locks_.withdraw(entry.key(), freed);
    wire.send(from, withdraw.lock, Locked{Errno::eintr}, entry.mapped().cause);
    return unlocked(freed, wire);
  }
}

void Synchronizing::unlocked(const std::vector<std::uint64_t>& freed, Wire& wire) {
  for (std::uint64_t id : freed) {
    const auto entry = locking_.extract(id);
    const Locking& locking = entry.mapped();
    owners_[{locking.lock.file, locking.lock.owner}] = locking.from;
    wire.send(locking.from, locking.txn, Locked{}, locking.cause);
  }
}

// What it had open is closed and what it had locked is free; what it was asked for is asked of another site.
void Synchronizing::site_lost(NodeId site, Wire& wire) {
  down_.insert(site);
  std::vector<std::uint64_t> freed;
  std::vector<std::pair<FileId, std::uint64_t>> owned;
  std::vector<std::uint64_t> waiting;
  for (const auto& [id, locking] : locking_)
    if (locking.from == site) waiting.push_back(id);
  for (std::uint64_t id : waiting) {
    locking_.erase(id);
    locks_.withdraw(id, freed);
  }
  for (const auto& [owner, from] : owners_)
    if (from == site) owned.push_back(owner);
  for (const auto& owner : owned) {
    owners_.erase(owner);
    locks_.drop_owner(owner.first, owner.second, freed);
  }
  unlocked(freed, wire);

  std::vector<TxnId> lost;
  std::vector<FileId> ids, ready;
  for (const auto& [txn, poll] : polls_)
    if (poll.at == site) lost.push_back(txn);
  for (TxnId txn : lost) on(site, txn, Refuse{}, polls_.at(txn).cause, wire);
  for (auto& [id, file] : files_) {
    for (std::size_t i = file.busy ? 1 : 0; i < file.requests.size();)
      if (file.requests[i].from == site) file.requests.erase(file.requests.begin() + static_cast<std::ptrdiff_t>(i));
      else ++i;
    if (file.busy && file.requests.front().redirected.erase(site) == 1 && file.requests.front().redirected.empty()) ready.push_back(id);
    if (file.users.erase(site) == 1) ids.push_back(id);
  }
  for (FileId id : ready) finish(id, wire);
  for (FileId id : ids)
    if (files_.contains(id)) next(id, wire);
}

void Synchronizing::check_invariants() const {
  for (const auto& [id, file] : files_) {
    const std::string name = "file " + std::to_string(id);
    std::uint32_t writes = 0;
    for (const auto& [site, user] : file.users) {
      writes += user.writes;
      SSI_INVARIANT(user.reads + user.writes > 0, name + " is open on a site that does not use it");
      SSI_INVARIANT(!file.modified_at || user.storage == *file.modified_at, name + " is modified at one site and used at another");
    }
    SSI_INVARIANT(file.modified_at.has_value() == (writes > 0), name + ": where it is modified is not known");
    SSI_INVARIANT(!file.directory || writes <= 1, "directory " + std::to_string(id) + " is changed by two");
    SSI_INVARIANT(!file.busy || !file.requests.empty(), name + " is busy for nobody");
  }
  locks_.check_invariants();
}

bool Synchronizing::quiet() const {
  for (const auto& [id, file] : files_)
    if (!file.requests.empty()) return false;
  return polls_.empty();
}

void Synchronizing::hash_into(StateHash& hash) const {
  for (const auto& [id, file] : files_) {
    hash.add(id);
    file.latest.hash_into(hash);
    for (const auto& [site, user] : file.users) {
      hash.add(site);
      hash.add(std::uint64_t{user.reads});
      hash.add(std::uint64_t{user.writes});
    }
    hash.add(file.requests.size());
  }
  locks_.hash_into(hash);
}

}   // namespace ssi::locus
