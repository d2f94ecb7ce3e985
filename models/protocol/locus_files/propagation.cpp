// Propagation: after its commit a storage site tells the others, and each of them pulls the pages that differ in the background, two
// messages a page, and commits them as one.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/storing.hpp"

namespace ssi::locus {

// The CSS learns with the close, or of what made or removed the file; else it is told too.
void Storing::announce(FileId file, Served& served, std::vector<std::uint64_t> afters, Wire& wire) {
  NewVersion news = std::exchange(served.news, {});
  news.inode = pack_.committed(file);
  bool css_knows = false, own = true;
  for (std::uint64_t id : afters) {
    const After& after = afters_.at(id);
    css_knows |= after.what != After::What::answer_commit && after.what != After::What::prevailed && !after.old_set;
    own &= after.what != After::What::pulled;
  }
  if (!own) return carry_on(afters, wire);
  const bool first = wire.settings.notice_before_answer && news.inode->directory;
  std::set<NodeId> told(news.inode->sites.begin(), news.inode->sites.end());
  told.erase(self_);
  std::erase_if(told, [&](NodeId site) { return !wire.settings.is_member(site); });   // they hear of it after a merge
  const std::set<NodeId> packs = told;
  if (!css_knows) told.insert(wire.settings.css_of(Name::of(file).filegroup));
  news.wants_answer = first && !packs.empty();
  const TxnId txn{++txns_};
  const CallId cause = afters.empty() ? kNoCall : afters_.at(afters.front()).cause;
  for (NodeId site : told) wire.send(site, txn, news, news.wants_answer ? cause : kNoCall);
  if (news.wants_answer) noting_.emplace(txn, Noting{packs, file, std::move(afters)});
  else carry_on(afters, wire);
}

void Storing::on(NodeId from, TxnId txn, const Noted&, CallId, Wire& wire) {
  const auto at = noting_.find(txn);
  if (at == noting_.end()) return;
  at->second.sites.erase(from);
  if (!at->second.sites.empty()) return;
  const auto entry = noting_.extract(at);
  carry_on(entry.mapped().afters, wire);
}

void Storing::on(NodeId from, TxnId txn, const NewVersion& version, CallId cause, Wire& wire) {
  if (version.inode->stored_at(self_)) pull(version.file, from, version, wire);
  if (version.wants_answer) wire.send(from, txn, Noted{}, cause);
}

void Storing::pull(FileId file, NodeId from, const NewVersion& version, Wire& wire) {
  const InodePtr own = pack_.committed(file);
  if (own && own->version.has_all_of(version.inode->version)) return;
  if (own && own->version.compare(version.inode->version) == Order::conflict) return;   // the CSS sees to that
  if (const auto under_way = pulls_.find(file); under_way != pulls_.end()) {
    under_way->second.newer = version;
    under_way->second.newer_from = from;
    return;
  }
  Pull& made = pulls_.emplace(file, Pull{from, version.inode}).first->second;
  const std::uint64_t pages = version.inode->pages();
  made.all = !own || own->version != version.before || !version.pages;
  if (made.all)
    for (std::uint64_t page = 0; page < pages; ++page) made.missing.insert(page);
  else
    for (std::uint64_t page : *version.pages)
      if (page < pages) made.missing.insert(page);
  next_page(file, made, wire);
}

void Storing::next_page(FileId file, Pull& pull, Wire& wire) {
  if (!pull.missing.empty()) {
    const TxnId txn{++txns_};
    pulling_.emplace(txn, file);
    return wire.send(pull.from, txn, ReadPage{file, *pull.missing.begin(), ReadPage::For::pull, pull.inode->version}, kNoCall);
  }
  pull.committing = true;
  if (const InodePtr own = pack_.committed(file); !wire.settings.members.empty()) {   // after a merge
    if (pack_.committing(file) || (own && own->version.compare(pull.inode->version) != Order::older)) return pulled(file, true, wire);
    pack_.undo(file);   // who wrote it has had an error
  }
  SSI_CHECK(!pack_.changed(file), "a file that is written here is replaced by a version that was pulled");
  pack_.install(file, *pull.inode, std::move(pull.pages), pull.all);
  commit_then({After::What::pulled, file, self_, {}, kNoCall}, wire);
}

// The version that was announced may have been replaced meanwhile; the newer one was announced before this answer.
void Storing::on(NodeId, TxnId txn, const PageData& data, CallId, Wire& wire) {
  if (const auto merged = merge_reads_.extract(txn); !merged.empty()) return read(merged.mapped(), data, wire);
  const auto entry = pulling_.extract(txn);
  if (entry.empty()) return;
  const FileId file = entry.mapped();
  const auto at = pulls_.find(file);
  if (at == pulls_.end()) return;
  if (data.error != Errno::none) return pulled(file, true, wire);
  at->second.missing.erase(data.page);
  if (data.data) at->second.pages[data.page] = data.data;
  next_page(file, at->second, wire);
}

void Storing::pulled(FileId file, bool failed, Wire& wire) {
  const auto entry = pulls_.extract(file);
  const Pull& pull = entry.mapped();
  if (!failed && pull.inode->deleted) saw_delete(file, self_, wire);
  if (pull.newer) this->pull(file, pull.newer_from, *pull.newer, wire);
  recycle_if_unused(file);
}

void Storing::on(NodeId from, TxnId, const DeleteSeen& seen, CallId, Wire& wire) { saw_delete(seen.file, from, wire); }

// Only the pack that owns the number gives it out again, once nobody can take the old file for the new one.
void Storing::saw_delete(FileId file, NodeId site, Wire& wire) {
  if (const NodeId pool = Name::of(file).pool; pool != self_) {   // who is cut off is told in the next set
    if (wire.settings.is_member(pool)) wire.send(pool, {}, DeleteSeen{file}, kNoCall);
    return;
  }
  const InodePtr inode = pack_.committed(file);
  if (!inode) return;
  std::set<NodeId>& unseen = unseen_.try_emplace(file, inode->sites.begin(), inode->sites.end()).first->second;
  unseen.erase(site);
  if (!unseen.empty()) return;
  unseen_.erase(file);
  std::set<NodeId> told(inode->sites.begin(), inode->sites.end());
  told.insert(wire.settings.css_of(Name::of(file).filegroup));
  for (NodeId to : told) wire.send(to, {}, Recycled{file}, kNoCall);
}

void Storing::on(NodeId, TxnId, const Recycled& recycled, CallId, Wire&) {
  recycled_.insert(recycled.file);
  recycle_if_unused(recycled.file);
}

// Not while a later version of the deleted file is on its way to the disk: two sides of a cut may both have removed it.
void Storing::recycle_if_unused(FileId file) {
  if (!recycled_.contains(file) || pack_.committing(file) || pack_.changed(file) || pulls_.contains(file)) return;
  recycled_.erase(file);
  const InodePtr inode = pack_.committed(file);
  if (inode && inode->deleted) pack_.recycle(file);   // else another side of a cut had changed it, and it stays
}

// Its users are gone: what they wrote and did not commit is undone, unless somebody else writes the file too. A version that was being
// pulled from there is given up; the old one is whole.
void Storing::site_lost(NodeId site, Wire& wire) {
  std::vector<FileId> used;
  for (const auto& [file, served] : served_)
    if (served.users.contains(site)) used.push_back(file);
  for (FileId file : used) {
    Served& served = served_.at(file);
    const bool wrote = served.users.at(site).writes > 0;
    bool others = false;
    for (const auto& [other, user] : served.users) others |= other != site && user.writes > 0;
    if (wrote && !others) {
      pack_.undo(file);
      served.written.clear();
      served.cut = false;
    }
    drop_user(file, site, wire);
  }
  std::erase_if(pulls_, [site](const auto& entry) { return entry.second.from == site && !entry.second.committing; });
  std::erase_if(pulling_, [this](const auto& entry) { return !pulls_.contains(entry.second); });
  std::erase_if(merging_, [site](const auto& entry) { return entry.second.other == site || entry.second.css == site; });
  std::erase_if(merge_reads_, [this](const auto& entry) { return !merging_.contains(entry.second); });
  std::vector<TxnId> notings, closings;
  for (auto& [txn, noting] : noting_)
    if (noting.sites.erase(site) == 1 && noting.sites.empty()) notings.push_back(txn);
  for (TxnId txn : notings) {
    const auto entry = noting_.extract(txn);
    carry_on(entry.mapped().afters, wire);
  }
  for (const auto& [txn, closing] : closing_) closings.push_back(txn);
  for (TxnId txn : closings) {   // the lock table that it was to change is gone
    const Closing& closing = closing_.at(txn);
    if (wire.settings.css_of(Name::of(closing.file).filegroup) == site) on(site, txn, Closed{}, closing.cause, wire);
  }
}

}   // namespace ssi::locus
