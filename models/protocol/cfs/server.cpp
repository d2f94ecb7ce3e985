#include "models/protocol/cfs/server.hpp"

#include "models/base/check.hpp"

namespace ssi::cfs {

using vnode::Reply;

void Server::ask_store(vnode::Operation operation, Storing storing, CallId cause) {
  const std::uint64_t token = ++started_;
  stores_.emplace(token, std::move(storing));
  to_store_.push_back({token, std::move(operation), cause});
}

void Server::on(NodeId from, TxnId txn, const Want& want, CallId cause, Wire& wire) {
  enter(want.key, {from, txn, cause, want.write, want.has_copy}, wire);
}

void Server::enter(Key key, Request request, Wire& wire) {
  Busy& busy = busy_[key];
  busy.requests.push_back(request);
  if (busy.requests.size() == 1) serve(key, wire);
}

void Server::serve(Key key, Wire& wire) {
  Busy& busy = busy_.at(key);
  if (!busy.asked) recall(key, busy, wire);
  if (!busy.awaited.empty() || busy.storing) return;
  const Request& first = busy.requests.front();
  if (first.job != 0) {
    ++jobs_.at(first.job).has;
    return go_on(first.job, wire);
  }
  const Entry& entry = entries_[key];
  if (key.index != kInode && first.has_copy && entry.readers.contains(first.from)) return grant(key, nullptr, wire);
  busy.storing = true;
  if (key.index == kInode) ask_store(vnode::GetAttributes{key.file}, Fetch{key}, first.cause);
  else ask_store(vnode::Read{key.file, key.index * kPage, kPage}, Fetch{key}, first.cause);
}

// Who wants to write stands against everybody else, who wants to read against a writer.
void Server::recall(Key key, Busy& busy, Wire& wire) {
  const Request& first = busy.requests.front();
  const Entry& entry = entries_[key];
  busy.asked = true;
  const bool all = first.job != 0;   // the operation is the server's own: not even its client keeps what stands against it
  if (entry.writer && (all || entry.writer->first != first.from)) busy.awaited.insert(*entry.writer);
  if (first.write)
    for (const auto& [node, granted] : entry.readers)
      if (all || node != first.from) busy.awaited.emplace(node, granted);
  for (const auto& [node, granted] : busy.awaited) wire.mail.push_back({node, first.txn, Recall{key, granted, !first.write}, first.cause});
}

void Server::grant(Key key, const Reply* fetched, Wire& wire) {
  const Request first = busy_.at(key).requests.front();
  Grant grant{key, first.write};
  if (fetched != nullptr) {
    grant.has_data = true;
    grant.error = fetched->error;
    grant.data = fetched->data;
    grant.attributes = fetched->attributes;
  }
  Entry& entry = entries_[key];
  if (grant.error == Errno::none) {
    entry.readers.erase(first.from);
    if (first.write) entry.writer = {first.from, first.txn};
    else entry.readers[first.from] = first.txn;
  }
  wire.mail.push_back({first.from, first.txn, std::move(grant), first.cause});
  finish(key, wire);
}

void Server::finish(Key key, Wire& wire) {
  Busy& busy = busy_.at(key);
  busy.requests.pop_front();
  busy.asked = busy.storing = false;
  if (const auto entry = entries_.find(key); entry != entries_.end() && entry->second.readers.empty() && !entry->second.writer)
    entries_.erase(entry);
  if (busy.requests.empty()) busy_.erase(key);
  else serve(key, wire);
}

// A token that was given up already is not given up again.
void Server::give_back(Key key, NodeId from, TxnId granted, bool keeps_copy) {
  Entry& entry = entries_[key];
  if (entry.writer && entry.writer->first == from && entry.writer->second == granted) {
    entry.writer.reset();
    if (keeps_copy) entry.readers[from] = granted;
  } else if (const auto reader = entry.readers.find(from); reader != entry.readers.end() && reader->second == granted) {
    entry.readers.erase(reader);
  }
}

// A size never shrinks here: only a shipped SetSize, which takes all tokens, does that.
void Server::take_back(const Write& write, const Bytes& data, std::uint64_t size, bool wrote, Wire& wire) {
  if (wrote && write.key.index == kInode) ask_store(vnode::SetSize{write.key.file, size}, write, write.cause);
  else if (wrote && data) ask_store(vnode::Write{write.key.file, write.key.index * kPage, data}, write, write.cause);
  else taken(write, {}, wire);
}

void Server::taken(const Write& write, const Reply& reply, Wire& wire) {
  if (write.answers) wire.mail.push_back({write.from, write.txn, Done{std::make_shared<const Reply>(reply)}, write.cause});
  const auto busy = busy_.find(write.key);
  if (write.counts && busy != busy_.end() && busy->second.awaited.erase(write.from) == 1) serve(write.key, wire);
}

bool Server::writes(Key key, NodeId from, TxnId granted) const {
  const auto entry = entries_.find(key);
  return entry != entries_.end() && entry->second.writer == std::pair(from, granted);
}

void Server::on(NodeId from, const Surrender& surrender, Wire& wire) {
  const auto busy = busy_.find(surrender.key);
  if (busy == busy_.end()) return;
  const auto awaited = busy->second.awaited.find(from);
  if (awaited == busy->second.awaited.end() || awaited->second != surrender.granted) return;   // a RELEASE was taken for the answer
  const bool wrote = writes(surrender.key, from, surrender.granted);
  give_back(surrender.key, from, surrender.granted, surrender.keeps_copy);
  take_back({surrender.key, from, {}, busy->second.requests.front().cause, false, true}, surrender.data, surrender.size, wrote, wire);
}

// One of a grant that was given up since, which has been overtaken, is only answered.
void Server::on(NodeId from, TxnId txn, const Release& release, CallId cause, Wire& wire) {
  const bool current = writes(release.key, from, release.granted);
  const bool gives_up = current && !release.keeps;
  if (gives_up) give_back(release.key, from, release.granted, false);
  take_back({release.key, from, txn, cause, true, gives_up}, release.data, release.size, current, wire);
}

void Server::stored(std::uint64_t token, const Reply& reply, Wire& wire) {
  const auto entry = stores_.extract(token);
  SSI_CHECK(!entry.empty(), "the store answers what was not asked");
  if (const auto* job = std::get_if<std::uint64_t>(&entry.mapped())) end(*job, reply, wire);
  else if (const auto* fetch = std::get_if<Fetch>(&entry.mapped())) grant(fetch->key, &reply, wire);
  else taken(std::get<Write>(entry.mapped()), reply, wire);
}

void Server::check_invariants() const {
  for (const auto& [key, entry] : entries_)
    SSI_INVARIANT(!entry.writer || entry.readers.empty(), "a page of file " + std::to_string(key.file) + " has a writer and readers");
  for (const auto& [key, busy] : busy_) SSI_INVARIANT(!busy.requests.empty(), "nobody wants a token that is busy");
  locks_.check_invariants();
}

void Server::hash_into(StateHash& hash) const {
  hash.add(entries_.size());
  for (const auto& [key, entry] : entries_) {
    hash.add(key.file);
    hash.add(key.index);
    for (const auto& [node, granted] : entry.readers) hash.add(node);
    if (entry.writer) hash.add(entry.writer->first);
  }
  hash.add(jobs_.size());
  locks_.hash_into(hash);
}

}   // namespace ssi::cfs
