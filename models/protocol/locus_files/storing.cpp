#include "models/protocol/locus_files/storing.hpp"

#include "models/base/check.hpp"

namespace ssi::locus {

// The copy has to be the latest, which the CSS knows; a newer one it has not heard of yet will do.
void Storing::on(NodeId from, TxnId txn, const BeStorageSite& be, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  const InodePtr inode = pack_.committed(be.file);
  if (!inode || inode->deleted || !inode->version.has_all_of(be.latest)) return wire.send(from, txn, Refuse{be.file}, cause);
  if (be.mode == Mode::search) return wire.send(from, txn, Accept{be.file, inode, {}}, cause);
  if (be.mode == Mode::remove) {
    pack_.remove(be.file);
    return commit_then({After::What::removed, be.file, from, txn, cause}, wire);
  }
  Served& served = served_[be.file];
  Right right = Right::read;
  if (be.mode != Mode::look) (be.mode == Mode::modify ? served.users[be.user].writes : served.users[be.user].reads) += be.times;
  if (be.mode == Mode::modify) {   // alone, it will want to write; else what the others have read may stay until it does
    right = Right::write;
    for (const auto& [site, user] : served.users)
      if (site != be.user && user.token.right != Right::none) right = Right::read;
  }
  ask(be.file, {be.user, right, from, txn, cause, be.mode}, wire);
}

void Storing::on(NodeId from, TxnId txn, const MakeFile& make, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.update);
  const FileId file = pack_.make(make.filegroup, *make.inode);
  commit_then({After::What::made, file, from, txn, cause}, wire);
}

void Storing::on(NodeId from, TxnId, const Join& join, CallId, Wire&) {
  User& user = served_[join.file].users[from];
  user.reads += join.reads;
  user.writes += join.writes;
}

// Who has written goes only if it has been revoked, and then what it wrote is undone.
void Storing::on(NodeId from, TxnId, const Leave& leave, CallId, Wire& wire) {
  const auto at = served_.find(leave.file);
  if (at == served_.end()) return;
  const auto user = at->second.users.find(from);
  if (user != at->second.users.end() && user->second.writes > 0) pack_.undo(leave.file);
  drop_user(leave.file, from, wire);
}

void Storing::on(NodeId from, TxnId txn, const ReadPage& read, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.page);
  serve({from, txn, read, cause}, wire);
}

void Storing::serve(const Reading& reading, Wire& wire) {
  const ReadPage& read = reading.read;
  const InodePtr inode = pack_.committed(read.file);
  const bool stale = !inode || inode->deleted || (read.what == ReadPage::For::pull && inode->version != read.version);
  if (stale) return wire.send(reading.from, reading.txn, PageData{read.file, read.page, Errno::estale}, reading.cause);
  const bool uses = read.what == ReadPage::For::use;
  const Pack::Found found = pack_.page(read.file, read.page, !uses);
  if (!found.at_hand) {
    reads_.emplace(pack_.fetch(read.file, read.page, reading.cause, wire.at.out), reading);
    return;
  }
  wire.send(reading.from, reading.txn, PageData{read.file, read.page, Errno::none, found.data}, reading.cause);
  if (!uses || !wire.settings.read_ahead) return;
  Served& served = served_[read.file];
  const bool in_sequence = read.page == served.last_read + 1 && read.page + 1 < pack_.current(read.file)->pages();
  served.last_read = read.page;
  if (in_sequence && !pack_.page(read.file, read.page + 1, false).at_hand) pack_.fetch(read.file, read.page + 1, kNoCall, wire.at.out);
}

// What cannot be stored is told with the commit: a write has no answer.
void Storing::on(NodeId, TxnId, const WritePage& write, CallId, Wire& wire) {
  wire.at.out.work(wire.settings.costs.page);
  if (!pack_.committed(write.file)) return;
  Served& served = served_[write.file];
  if (!pack_.write(write.file, write.page, write.data, write.size, write.entries)) served.failed = Errno::enospc;
  served.written.insert(write.page);
}

void Storing::on(NodeId, TxnId, const SetInode& set, CallId, Wire& wire) {
  wire.at.out.work(wire.settings.costs.update);
  if (!pack_.committed(set.file)) return;
  served_[set.file].cut |= set.size < pack_.current(set.file)->size;
  pack_.set(set.file, set.size, set.entries, set.parent);
}

void Storing::on(NodeId from, TxnId txn, const CommitRequest& commit, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.io);
  commit_then({After::What::answer_commit, commit.file, from, txn, cause}, wire);
}

// A close commits what was written.
void Storing::on(NodeId from, TxnId txn, const CloseRequest& close, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  Served& served = served_[close.file];
  if (const auto user = served.users.find(from); user != served.users.end()) {
    std::uint32_t& open = close.modify ? user->second.writes : user->second.reads;
    if (open > 0) --open;
    if (user->second.writes == 0 && user->second.token.right == Right::write) user->second.token.right = Right::read;
    if (user->second.reads + user->second.writes == 0) drop_user(close.file, from, wire);
  }
  const After after{After::What::close, close.file, from, txn, cause, close.modify};
  if (close.modify) commit_then(after, wire);
  else carry_on(after, wire);
}

void Storing::drop_user(FileId file, NodeId user, Wire& wire) {
  const auto at = served_.find(file);
  if (at == served_.end()) return;
  Served& served = at->second;
  served.users.erase(user);
  served.recalled.erase(user);
  const auto is_its = [user](const Ask& ask) { return ask.user == user && !ask.accepts; };
  if (!served.asks.empty() && is_its(served.asks.front())) served.recalled.clear();
  std::erase_if(served.asks, is_its);
  if (served.recalled.empty()) grant(file, wire);
  forget_if_unused(file);
}

void Storing::forget_if_unused(FileId file) {
  const auto at = served_.find(file);
  if (at == served_.end()) return;
  const Served& served = at->second;
  const bool used = !served.users.empty() || !served.asks.empty() || !served.waiting.empty() || !served.running.empty();
  if (!used && !pack_.changed(file)) served_.erase(at);
}

void Storing::commit_then(After after, Wire& wire) {
  const FileId file = after.file;
  Served& served = served_[file];
  const bool changed = pack_.changed(file), committing = pack_.committing(file);
  if (!changed && !committing) {
    after.error = std::exchange(served.failed, Errno::none);
    return carry_on(after, wire);
  }
  const CallId cause = after.cause;
  const std::uint64_t id = ++after_ids_;
  afters_.emplace(id, std::move(after));
  (changed ? served.waiting : served.running).push_back(id);
  if (changed && !committing) start_commit(file, cause, wire);
}

void Storing::start_commit(FileId file, CallId cause, Wire& wire) {
  Served& served = served_.at(file);
  served.running = std::exchange(served.waiting, {});
  served.news = {};
  served.news.file = file;
  if (const InodePtr before = pack_.committed(file)) served.news.before = before->version;
  if (!served.cut) served.news.pages = std::make_shared<const std::vector<std::uint64_t>>(served.written.begin(), served.written.end());
  served.written.clear();
  served.cut = false;
  pack_.commit(file, cause, wire.at.out);
}

void Storing::committed(FileId file, bool failed, Wire& wire) {
  Served& served = served_.at(file);
  std::vector<std::uint64_t> afters = std::exchange(served.running, {});
  const Errno error = failed ? Errno::eio : std::exchange(served.failed, Errno::none);
  for (std::uint64_t id : afters) afters_.at(id).error = error;
  if (failed) carry_on(afters, wire);
  else announce(file, served, std::move(afters), wire);
  if (const auto at = served_.find(file); at != served_.end() && !at->second.waiting.empty())
    start_commit(file, afters_.at(at->second.waiting.front()).cause, wire);
  forget_if_unused(file);
  const InodePtr inode = pack_.committed(file);
  if (inode && !inode->deleted) unseen_.erase(file);   // it had been removed on one side of a cut, and stays
  recycle_if_unused(file);
}

void Storing::carry_on(const std::vector<std::uint64_t>& afters, Wire& wire) {
  for (std::uint64_t id : afters) {
    const auto entry = afters_.extract(id);
    carry_on(entry.mapped(), wire);
  }
}

void Storing::carry_on(const After& after, Wire& wire) {
  const InodePtr inode = pack_.committed(after.file);
  switch (after.what) {
    case After::What::answer_commit: wire.send(after.from, after.txn, Done{after.error}, after.cause); break;
    case After::What::close: {
      const TxnId txn{++txns_};
      closing_.emplace(txn, Closing{after.file, after.from, after.txn, after.cause, after.error});
      const NodeId css = wire.settings.css_of(Name::of(after.file).filegroup);
      wire.send(css, txn, StorageClose{after.file, after.from, after.modify, inode ? inode->version : VersionVector{}}, after.cause);
      break;
    }
    case After::What::made:
    case After::What::removed:
      if (after.error != Errno::none) wire.send(after.from, after.txn, Refuse{after.file}, after.cause);
      else wire.send(after.from, after.txn, Accept{after.file, inode, {}}, after.cause);
      if (after.what == After::What::removed && inode && inode->deleted) saw_delete(after.file, self_, wire);
      break;
    case After::What::pulled: pulled(after.file, after.error != Errno::none, wire); break;
    case After::What::prevailed: break;
    case After::What::merged: wire.send(after.from, after.txn, MergedCopies{after.file, after.error, inode}, after.cause); break;
  }
  forget_if_unused(after.file);
}

void Storing::on(NodeId, TxnId txn, const Closed&, CallId, Wire& wire) {
  const auto entry = closing_.extract(txn);
  if (entry.empty()) return;
  const Closing& closing = entry.mapped();
  wire.send(closing.user, closing.txn, Done{closing.error}, closing.cause);
}

void Storing::disk_done(const DiskDone& done, Wire& wire) {
  const Pack::Ended ended = pack_.disk_done(done, wire.at.out);
  if (ended.committed) committed(*ended.committed, ended.failed, wire);
  if (!ended.fetched) return;
  const auto [first, last] = reads_.equal_range(*ended.fetched);
  std::vector<Reading> readings;
  for (auto at = first; at != last; ++at) readings.push_back(at->second);
  reads_.erase(first, last);
  for (const Reading& reading : readings) {
    const ReadPage& read = reading.read;
    if (ended.failed) wire.send(reading.from, reading.txn, PageData{read.file, read.page, Errno::eio}, reading.cause);
    else serve(reading, wire);
  }
}

void Storing::check_invariants() const {
  pack_.check_invariants();
  for (const auto& [file, served] : served_) {
    const std::string name = "file " + std::to_string(file);
    std::size_t writers = 0, holders = 0;
    for (const auto& [site, user] : served.users) {
      writers += user.token.right == Right::write;
      holders += user.token.right != Right::none;
    }
    SSI_INVARIANT(writers == 0 || holders == 1, name + " has a writer and somebody who reads");
    SSI_INVARIANT(served.recalled.empty() || !served.asks.empty(), name + ": a token is recalled for nobody");
    SSI_INVARIANT(served.asks.empty() || !served.recalled.empty(), name + ": a token is asked for and nobody stands against it");
    SSI_INVARIANT(served.waiting.empty() || pack_.committing(file), name + ": a commit is waited for and none is under way");
  }
}

void Storing::hash_into(StateHash& hash) const {
  pack_.hash_into(hash);
  for (const auto& [file, served] : served_) {
    hash.add(file);
    for (const auto& [site, user] : served.users) {
      hash.add(site);
      hash.add(std::uint64_t{user.reads});
      hash.add(std::uint64_t{user.writes});
      hash.add(static_cast<std::uint64_t>(user.token.right));
    }
    hash.add(served.asks.size());
  }
  for (const auto& [file, pull] : pulls_) hash.add(file);
}

}   // namespace ssi::locus
