// The storage site in another partition set: who has what open here, and copies that were changed apart.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/directory.hpp"
#include "models/protocol/locus_files/storing.hpp"

namespace ssi::locus {

// Opens and closes that were under way at a CSS are nothing any more: who asked asks again.
void Storing::begin_set(Wire& wire) {
  std::vector<FileId> files, deleted;
  for (auto& [file, served] : served_) {
    if (!served.asks.empty() && served.asks.front().accepts) served.recalled.clear();
    std::erase_if(served.asks, [](const Ask& ask) { return ask.accepts.has_value(); });
    files.push_back(file);
  }
  for (const FileId file : files)
    if (const auto at = served_.find(file); at != served_.end() && at->second.recalled.empty()) grant(file, wire);
  for (auto& [id, after] : afters_) after.old_set = true;
  std::vector<TxnId> closings;
  for (const auto& [txn, closing] : closing_) closings.push_back(txn);
  for (const TxnId txn : closings) on(self_, txn, Closed{}, closing_.at(txn).cause, wire);
  unseen_.clear();   // all tell again
  merging_.clear();
  merge_reads_.clear();
  for (const auto& [file, stored] : pack_.all())
    if (stored.inode && stored.inode->deleted && !stored.committing) deleted.push_back(file);
  for (const FileId file : deleted) saw_delete(file, self_, wire);
}

void Storing::has_open(NodeId user, const std::vector<UseOf>& uses, Wire& wire) {
  std::map<FileId, UseOf> by_file;
  for (const UseOf& use : uses) by_file[use.file] = use;
  std::vector<FileId> gone;
  for (auto& [file, served] : served_) {
    const auto known = served.users.find(user);
    if (known == served.users.end()) continue;
    const auto is = by_file.find(file);
    if (is == by_file.end()) {
      gone.push_back(file);
    } else {
      known->second.reads = is->second.reads;
      known->second.writes = is->second.writes;
    }
  }
  for (const FileId file : gone) drop_user(file, user, wire);
}

void Storing::tell(NodeId to, Report& report, const Settings& settings) const {
  for (const auto& [file, stored] : pack_.all())
    if (stored.inode && settings.css_of(Name::of(file).filegroup) == to) report.copies.push_back({file, stored.inode});
}

// Whole: who gets it may be behind by any number of versions.
void Storing::on(NodeId, TxnId, const Spread& spread, CallId, Wire& wire) {
  const InodePtr inode = pack_.committed(spread.file);
  if (!inode) return;
  for (const NodeId site : inode->sites)
    if (site != self_ && wire.settings.is_member(site))
      wire.send(site, TxnId{++txns_}, NewVersion{.file = spread.file, .inode = inode}, kNoCall);
}

void Storing::on(NodeId from, TxnId txn, const Prevail& prevail, CallId cause, Wire& wire) {
  if (!pack_.committed(prevail.file)) return;
  wire.at.out.work(wire.settings.costs.update);
  served_[prevail.file].cut = true;   // the others pull it whole
  pack_.prevail(prevail.file, prevail.over);
  commit_then({After::What::prevailed, prevail.file, from, txn, cause}, wire);
}

void Storing::on(NodeId from, TxnId txn, const MergeCopies& merge, CallId cause, Wire& wire) {
  const InodePtr mine = pack_.committed(merge.file);
  if (!mine) return wire.send(from, txn, MergedCopies{merge.file, Errno::eio, nullptr}, cause);
  Merging& merging = merging_[merge.file];
  merging = {from, merge.other, txn, cause, mine, merge.theirs, {merge.kept.begin(), merge.kept.end()}};
  read_next(merge.file, merging, wire);
}

void Storing::read_next(FileId file, Merging& merging, Wire& wire) {
  const bool own = merging.my_pages.size() < merging.mine->pages();
  if (!own && merging.their_pages.size() == merging.theirs->pages()) return merge(file, merging, wire);
  const TxnId read{++txns_};
  merge_reads_.emplace(read, file);
  const InodePtr& inode = own ? merging.mine : merging.theirs;
  const std::uint64_t page = own ? merging.my_pages.size() : merging.their_pages.size();
  wire.send(own ? self_ : merging.other, read, ReadPage{file, page, ReadPage::For::pull, inode->version}, merging.cause);
}

void Storing::read(FileId file, const PageData& data, Wire& wire) {
  const auto at = merging_.find(file);
  if (at == merging_.end()) return;
  Merging& merging = at->second;
  if (data.error != Errno::none) {   // one of them has been changed since: the CSS hears of that
    wire.send(merging.css, merging.txn, MergedCopies{file, data.error, pack_.committed(file)}, merging.cause);
    merging_.erase(at);
    return;
  }
  (merging.my_pages.size() < merging.mine->pages() ? merging.my_pages : merging.their_pages).push_back(data.data);
  read_next(file, merging, wire);
}

namespace {

Bytes storing_whole(const std::vector<Bytes>& pages, std::uint64_t size) {
  std::vector<std::byte> out(pages.size() * kPage);
  for (std::size_t page = 0; page < pages.size(); ++page)
    if (pages[page]) std::copy(pages[page]->begin(), pages[page]->end(), out.begin() + static_cast<std::ptrdiff_t>(page * kPage));
  out.resize(size);
  return std::make_shared<const std::vector<std::byte>>(std::move(out));
}

Pack::Pages storing_pages(const Bytes& contents) {
  Pack::Pages out;
  for (std::uint64_t at = 0; at < size_of(contents); at += kPage) {
    const auto from = contents->begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kPage, size_of(contents) - at));
    out[at / kPage] = std::make_shared<const std::vector<std::byte>>(from, from + count);
  }
  return out;
}

}   // namespace

// The new version goes before both, so that all others pull it.
void Storing::merge(FileId file, Merging& merging, Wire& wire) {
  const DirectoryCopy one{storing_whole(merging.my_pages, merging.mine->size), merging.mine->version};
  const DirectoryCopy other{storing_whole(merging.their_pages, merging.theirs->size), merging.theirs->version};
  Inode inode = *merging.mine;
  inode.version.include(merging.theirs->version);
  const MergedDirectory merged = merge_directories(one, other, merging.kept, {self_, inode.version.count(self_) + 1});
  wire.at.out.work(wire.settings.costs.update);
  for (std::size_t i = 0; i < merged.conflicts.size(); ++i) wire.at.out.note(Note::Kind::conflict);
  inode.size = size_of(merged.contents);
  inode.entries = merged.entries;
  ++inode.contents;
  for (const NodeId site : merging.theirs->sites)
    if (!inode.stored_at(site)) inode.sites.push_back(site);
  const After after{After::What::merged, file, merging.css, merging.txn, merging.cause};
  merging_.erase(file);
  if (pack_.changed(file) || pack_.committing(file))
    return wire.send(after.from, after.txn, MergedCopies{file, Errno::eagain, pack_.committed(file)}, after.cause);
  served_[file].cut = true;
  pack_.install(file, inode, storing_pages(merged.contents), true, true);
  commit_then(after, wire);
}

}   // namespace ssi::locus
