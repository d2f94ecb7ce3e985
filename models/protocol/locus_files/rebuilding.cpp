// The CSS in another partition set: lock table, latest versions and who has what open, built again from using and storage sites (Popek,
// Walker 1985, ch. 5); and files of which sites have different versions (Parker et al., IEEE TSE 1983; Walker et al. 1983, 4.4).
//
// Rules. An older copy is replaced. A file that was changed on one side and removed on the other stays. Directories are merged. Another
// file that both sides have changed is in conflict: both versions stay, and nobody opens it.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/protocol/locus_files/synchronizing.hpp"

namespace ssi::locus {
namespace {

using Holder = std::pair<NodeId, InodePtr>;

// One holder of each version that no other goes before.
std::vector<Holder> newest_of(const std::map<NodeId, InodePtr>& copies) {
  std::vector<Holder> out;
  for (const auto& [site, inode] : copies) {
    const auto older = [&](const auto& other) { return inode->version.compare(other.second->version) == Order::older; };
    const auto same = [&](const auto& other) { return inode->version == other.second->version; };
    if (std::none_of(copies.begin(), copies.end(), older) && std::none_of(out.begin(), out.end(), same)) out.emplace_back(site, inode);
  }
  return out;
}

bool are_alike(const std::map<NodeId, InodePtr>& copies) {
  return std::all_of(copies.begin(), copies.end(),
                     [&](const auto& copy) { return copy.second->version == copies.begin()->second->version; });
}

}   // namespace

void Synchronizing::begin_set() {
  unlinked_before_.clear();
  for (const auto& [id, file] : files_)
    if (file.unlinked) unlinked_before_.insert(id);
  files_.clear();
  polls_.clear();
  locks_ = {};
  locking_.clear();
  owners_.clear();
  down_.clear();
  reports_.clear();
  apart_.clear();
  kept_.clear();
}

void Synchronizing::take(NodeId from, const ReportPtr& report) { reports_[from] = report; }

void Synchronizing::rebuild(Wire& wire) {
  std::map<FileId, Copies> copies;
  std::map<FileId, std::map<NodeId, UseOf>> uses;
  for (const auto& [from, report] : reports_) {
    for (const CopyOf& copy : report->copies) copies[copy.file][from] = copy.inode;
    for (const UseOf& use : report->uses) uses[use.file][from] = use;
    for (vnode::Lock lock : report->locks) {
      std::vector<std::uint64_t> freed;
      lock.no_wait = true;   // two sides may have held it: the first keeps it
      if (locks_.lock(++lock_ids_, lock, freed) == vnode::LockTable::Outcome::granted) owners_[{lock.file, lock.owner}] = from;
    }
  }
  reports_.clear();
  apart_ = std::move(copies);
  for (const auto& [id, of_file] : apart_)
    if (was_removed_and_changed(of_file)) kept_.insert(id);
  std::vector<FileId> ids;
  for (const auto& [id, of_file] : apart_) ids.push_back(id);
  for (const FileId id : ids) settle_copies(id, wire);
  for (const auto& [id, by_site] : uses) settle_users(id, by_site, wire);
  std::erase_if(apart_, [](const auto& file) { return are_alike(file.second); });
  for (const FileId id : unlinked_before_)
    if (const auto at = files_.find(id); at != files_.end()) {
      at->second.unlinked = true;
      next(id, wire);
    }
}

bool Synchronizing::was_removed_and_changed(const Copies& copies) const {
  const auto newest = newest_of(copies);
  const auto live = std::count_if(newest.begin(), newest.end(), [](const Holder& holder) { return !holder.second->deleted; });
  return newest.size() > 1 && live == 1;
}

void Synchronizing::settle_copies(FileId id, Wire& wire) {
  const Copies& copies = apart_.at(id);
  const auto newest = newest_of(copies);
  std::vector<Holder> live;
  VersionVector all;
  for (const Holder& holder : newest) {
    all.include(holder.second->version);
    if (!holder.second->deleted) live.push_back(holder);
  }
  if (!live.empty()) enter(id, *live.front().second);
  const auto& [site, inode] = live.empty() ? newest.front() : live.front();
  if (newest.size() > 1 && live.size() <= 1) return wire.send(site, TxnId{++txns_}, Prevail{id, all}, kNoCall);
  if (newest.size() > 1 && inode->directory) return merge_copies(id, site, live[1].first, wire);
  if (newest.size() > 1) {
    files_.at(id).conflict = true;
    wire.at.out.note(Note::Kind::conflict);
    return;
  }
  const auto other = std::find_if(copies.begin(), copies.end(), [&](const auto& copy) { return copy.second->version != inode->version; });
  const bool restores = !kept_.empty() && inode->directory && !inode->deleted && other != copies.end();
  if (restores) return merge_copies(id, site, other->first, wire);   // a file that stays may have lost its name here
  const auto lacks = [&](NodeId member) { return !inode->deleted && wire.settings.is_member(member) && !copies.contains(member); };
  if (other != copies.end() || std::any_of(inode->sites.begin(), inode->sites.end(), lacks))
    wire.send(site, TxnId{++txns_}, Spread{id}, kNoCall);
}

void Synchronizing::merge_copies(FileId id, NodeId at, NodeId other, Wire& wire) {
  files_.at(id).merging = true;
  MergeCopies merge{id, other, apart_.at(id).at(other), {kept_.begin(), kept_.end()}};
  wire.send(at, TxnId{++txns_}, std::move(merge), kNoCall);
}

// If one of them was changed meanwhile its site has told that too.
void Synchronizing::on(NodeId from, TxnId, const MergedCopies& merged, CallId, Wire& wire) {
  const auto at = files_.find(merged.file);
  const auto apart = apart_.find(merged.file);
  if (at == files_.end() || apart == apart_.end()) return;
  at->second.merging = false;
  if (merged.inode) apart->second[from] = merged.inode;
  const auto newest = newest_of(apart->second);
  if (newest.size() == 1) {
    at->second.latest.include(newest.front().second->version);
    apart_.erase(apart);
  } else if (++at->second.tries < 8) {
    settle_copies(merged.file, wire);
  }
  serve(merged.file, wire);
}

// All who use it have to use the newest version, and one storage site while somebody writes.
void Synchronizing::settle_users(FileId id, const std::map<NodeId, UseOf>& uses, Wire& wire) {
  const auto at = files_.find(id);
  std::optional<NodeId> modified;
  for (const auto& [from, use] : uses)
    if (use.writes > 0 && !modified) modified = use.storage;
  bool is_changed = false;
  for (const auto& [from, use] : uses) {
    bool stays = at != files_.end() && !at->second.conflict && !at->second.merging && (!modified || use.storage == *modified);
    if (stays) {
      const auto copy = apart_.at(id).find(use.storage);
      stays = copy != apart_.at(id).end() && copy->second->version == at->second.latest;
      stays = stays && !(at->second.directory && use.writes > 0 && std::exchange(is_changed, is_changed || use.writes > 0));
    }
    if (!stays) {
      wire.send(from, TxnId{++txns_}, Revoke{id}, kNoCall);
      continue;
    }
    at->second.users[from] = {use.reads, use.writes, use.storage};
    if (use.writes > 0) at->second.modified_at = use.storage;
  }
}

}   // namespace ssi::locus
