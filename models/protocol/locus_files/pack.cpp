#include "models/protocol/locus_files/pack.hpp"

#include "models/base/check.hpp"

namespace ssi::locus {

const Pack::Stored* Pack::find(FileId file) const {
  const auto at = files_.find(file);
  return at == files_.end() ? nullptr : &at->second;
}

InodePtr Pack::committed(FileId file) const {
  const Stored* stored = find(file);
  return stored == nullptr ? nullptr : stored->inode;
}

const Inode* Pack::current(FileId file) const {
  const Stored* stored = find(file);
  if (stored == nullptr) return nullptr;
  if (stored->next) return &stored->next->inode;
  return stored->committing ? &stored->committing->inode : stored->inode.get();
}

void Pack::format(FileId file, const Inode& inode) {
  files_[file].inode = std::make_shared<const Inode>(inode);
  const Name name = Name::of(file);
  if (name.pool == self_) next_number_[name.filegroup] = std::max(next_number_[name.filegroup], name.number);
}

FileId Pack::make(std::uint32_t filegroup, const Inode& inode) {
  std::vector<FileId>& again = used_before_[filegroup];
  FileId file = vnode::kNoFile;
  if (again.empty()) {
    std::uint32_t& number = next_number_[filegroup];
    file = Name{0, filegroup, self_, ++number}.file();
  } else {
    file = again.back();
    again.pop_back();
  }
  files_[file].next = Shadow{inode};
  return file;
}

Pack::Shadow& Pack::shadow(FileId file) {
  Stored& stored = files_.at(file);
  if (!stored.next) stored.next = Shadow{*current(file)};
  return *stored.next;
}

bool Pack::write(FileId file, std::uint64_t page, Bytes data, std::uint64_t size, std::uint64_t entries) {
  if (free_.empty() && used_ >= capacity_) return false;
  Shadow& next = shadow(file);
  next.pages[page] = std::move(data);
  next.inode.size = size;
  next.inode.entries = entries;
  ++next.inode.contents;
  return true;
}

void Pack::set(FileId file, std::uint64_t size, std::uint64_t entries, FileId parent) {
  Shadow& next = shadow(file);
  next.inode.size = size;
  next.inode.entries = entries;
  next.inode.parent = parent;
  ++next.inode.contents;
  next.kept = std::min(next.kept, next.inode.pages());
  next.pages.erase(next.pages.lower_bound(next.inode.pages()), next.pages.end());
}

void Pack::remove(FileId file) {
  set(file, 0, 0, 0);
  shadow(file).inode.deleted = true;
}

void Pack::install(FileId file, const Inode& inode, Pages pages, bool all, bool bumps) {
  Stored& stored = files_[file];
  stored.next = Shadow{inode, std::move(pages), all ? 0 : inode.pages(), bumps};
}

void Pack::prevail(FileId file, const VersionVector& over) { shadow(file).inode.version.include(over); }

void Pack::undo(FileId file) {
  const auto at = files_.find(file);
  if (at != files_.end()) at->second.next.reset();
}

// Layer by layer: what is not committed, what is being committed, what is.
Pack::Found Pack::page(FileId file, std::uint64_t page, bool committed_only) {
  const Stored& stored = files_.at(file);
  if (!committed_only)
    for (const std::optional<Shadow>* layer : {&stored.next, &stored.committing}) {
      if (!*layer) continue;
      if (const auto at = (*layer)->pages.find(page); at != (*layer)->pages.end()) return {true, at->second};
      if (page >= (*layer)->kept) return {};
    }
  const auto block = stored.blocks.find(page);
  if (block == stored.blocks.end()) return {};
  const auto cached = cache_.find(block->second);
  if (cached == cache_.end()) return {false};
  Bytes data = cached->second.first;
  keep(block->second, data);
  return {true, std::move(data)};
}

// A block that is being read is not read twice.
std::uint64_t Pack::fetch(FileId file, std::uint64_t page, CallId cause, Effects& out) {
  const std::uint64_t block = files_.at(file).blocks.at(page);
  if (const auto at = reading_.find(block); at != reading_.end()) return at->second;
  Request what;
  what.blocks[block] = nullptr;
  const std::uint64_t token = ask({DiskRequest::Kind::read, 0, kFirstDataBlock + block, kPage, cause}, std::move(what), out);
  reading_[block] = token;
  return token;
}

std::uint64_t Pack::ask(DiskRequest request, Request what, Effects& out) {
  request.token = ++asked_;
  out.work(costs_.disk_request);
  out.disk(request);
  requests_.emplace(request.token, std::move(what));
  return request.token;
}

void Pack::keep(std::uint64_t block, Bytes data) {
  auto& [contents, used] = cache_[block];
  if (used != 0) by_use_.erase(used);
  contents = std::move(data);
  used = ++uses_;
  by_use_[used] = block;
  while (cache_.size() > cache_pages_) {
    cache_.erase(by_use_.begin()->second);
    by_use_.erase(by_use_.begin());
  }
}

void Pack::free_block(std::uint64_t block) {
  disk_.erase(block);
  if (const auto at = cache_.find(block); at != cache_.end()) {
    by_use_.erase(at->second.second);
    cache_.erase(at);
  }
  free_.insert(block);
}

Pack::Pages Pack::durable(FileId file) const {
  Pages out;
  for (const auto& [page, block] : files_.at(file).blocks) out[page] = disk_.at(block);
  return out;
}

Pack::Image Pack::image() const {
  Image out{{}, {}, next_number_, used_before_};
  for (const auto& [file, stored] : files_) {
    if (!stored.inode) continue;
    out.files[file] = {stored.inode, stored.blocks};
    for (const auto& [page, block] : stored.blocks) out.disk[block] = disk_.at(block);
  }
  return out;
}

void Pack::restore(const Image& image) {
  disk_ = image.disk;
  next_number_ = image.next_number;
  used_before_ = image.used_before;
  for (const auto& [file, stored] : image.files) {
    files_[file].inode = stored.first;
    files_[file].blocks = stored.second;
  }
  for (const auto& [block, data] : disk_)
    while (used_ <= block)
      if (used_++ < block) free_.insert(used_ - 1);
}

void Pack::check_invariants() const {
  std::set<std::uint64_t> blocks;
  for (const auto& [file, stored] : files_) {
    for (const auto& [page, block] : stored.blocks) {
      SSI_INVARIANT(disk_.contains(block), "a committed page of file " + std::to_string(file) + " is not on the disk");
      SSI_INVARIANT(blocks.insert(block).second && !free_.contains(block), "a block belongs to two files, or to none");
    }
    SSI_INVARIANT(stored.committing || stored.waits.empty(), "a commit is over and waits for the disk");
  }
}

void Pack::hash_into(StateHash& hash) const {
  for (const auto& [file, stored] : files_) {
    hash.add(file);
    if (stored.inode) stored.inode->version.hash_into(hash);
    hash.add(stored.next ? stored.next->pages.size() + 1 : 0);
    hash.add(stored.committing ? stored.committing->pages.size() + 1 : 0);
  }
  hash.add(requests_.size());
}

}   // namespace ssi::locus
