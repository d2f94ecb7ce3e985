// Operations that are shipped to the server, and which tokens they need for themselves.
#include "models/base/check.hpp"
#include "models/protocol/cfs/server.hpp"

namespace ssi::cfs {

using vnode::Reply;

void Server::on(NodeId from, TxnId txn, const Ship& ship, CallId cause, Wire& wire) {
  const std::uint64_t id = ++started_;
  Job& job = jobs_.emplace(id, Job{from, txn, cause, *ship.operation}).first->second;
  if (const auto* request = std::get_if<vnode::Lock>(&job.operation)) return lock(id, *request, wire);
  if (const auto* get = std::get_if<vnode::GetAttributes>(&job.operation)) job.needs.emplace_back(Key{get->file, kInode}, false);
  if (const auto* open = std::get_if<vnode::Open>(&job.operation)) job.needs.emplace_back(Key{open->file, kInode}, false);   // for the size
  if (const auto* set = std::get_if<vnode::SetSize>(&job.operation)) {
    job.needs.emplace_back(Key{set->file, kInode}, true);   // then no page can be asked for
  }
  go_on(id, wire);
}

// One token after the other, in the order in which clients take them.
void Server::go_on(std::uint64_t id, Wire& wire) {
  Job& job = jobs_.at(id);
  if (job.has == 1 && std::holds_alternative<vnode::SetSize>(job.operation) && job.needs.size() == 1) {
    const vnode::FileId file = job.needs.front().first.file;
    std::set<Key> keys;
    for (auto entry = entries_.lower_bound({file, 0}); entry != entries_.end() && entry->first.file == file; ++entry)
      keys.insert(entry->first);
    for (auto busy = busy_.lower_bound({file, 0}); busy != busy_.end() && busy->first.file == file; ++busy) keys.insert(busy->first);
    keys.erase({file, kInode});
    for (const Key& key : keys) job.needs.emplace_back(key, true);
  }
  if (job.has < job.needs.size()) {
    const auto [key, write] = job.needs[job.has];
    return enter(key, {job.from, job.txn, job.cause, write, false, id}, wire);
  }
  ask_store(job.operation, id, job.cause);
}

void Server::end(std::uint64_t id, const Reply& reply, Wire& wire) {
  const auto entry = jobs_.extract(id);
  const Job& job = entry.mapped();
  wire.mail.push_back({job.from, job.txn, Done{std::make_shared<const Reply>(reply)}, job.cause});
  for (const auto& [key, write] : job.needs) finish(key, wire);
}

void Server::lock(std::uint64_t id, const vnode::Lock& lock, Wire& wire) {
  std::vector<std::uint64_t> freed;
  const auto outcome = locks_.lock(id, lock, freed);
  if (outcome == vnode::LockTable::Outcome::granted) end(id, {}, wire);
  if (outcome == vnode::LockTable::Outcome::refused) end(id, Reply::fail(Errno::eagain), wire);
  for (std::uint64_t granted : freed) end(granted, {}, wire);
}

void Server::on(NodeId from, const Withdraw& withdraw, Wire& wire) {
  for (const auto& [id, job] : jobs_) {
    if (job.from != from || job.txn != withdraw.lock || !std::holds_alternative<vnode::Lock>(job.operation)) continue;
    std::vector<std::uint64_t> freed;
    locks_.withdraw(id, freed);
    end(id, Reply::fail(Errno::eintr), wire);
    for (std::uint64_t granted : freed) end(granted, {}, wire);
    return;
  }
}

// What it had not given back is lost; what others wait for is not its any more.
void Server::client_lost(NodeId client, Wire& wire) {
  for (auto& [key, entry] : entries_) {
    entry.readers.erase(client);
    if (entry.writer && entry.writer->first == client) entry.writer.reset();
  }
  std::vector<Key> freed;
  for (auto& [key, busy] : busy_) {
    for (std::size_t i = 1; i < busy.requests.size();) {
      if (busy.requests[i].from == client && busy.requests[i].job == 0)
        busy.requests.erase(busy.requests.begin() + static_cast<std::ptrdiff_t>(i));
      else ++i;
    }
    if (busy.awaited.erase(client) == 1) freed.push_back(key);
  }
  for (const Key& key : freed)
    if (busy_.contains(key)) serve(key, wire);
}

}   // namespace ssi::cfs
