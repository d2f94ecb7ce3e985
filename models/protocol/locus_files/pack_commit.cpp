// The atomic commit: shadow pages to the disk, then the inode that lists them, then the old blocks are free.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/pack.hpp"

namespace ssi::locus {
namespace {

constexpr std::uint64_t kInodesPerBlock = 16, kRunMax = 32;   // pages written by one request

std::uint64_t inode_block(FileId file) { return Name::of(file).number / kInodesPerBlock % Pack::kFirstDataBlock; }

}   // namespace

void Pack::commit(FileId file, CallId cause, Effects& out) {
  Stored& stored = files_.at(file);
  SSI_CHECK(stored.next && !stored.committing, "a commit of nothing, or two at once");
  stored.committing = std::move(stored.next);
  stored.next.reset();
  if (stored.committing->bumps) stored.committing->inode.version.bump(self_);
  SSI_CHECK(!stored.inode || stored.committing->inode.version.compare(stored.inode->version) == Order::newer,
            "a version of file " + std::to_string(file) + " is replaced by one that is not newer");
  stored.cause = cause;
  stored.failed = false;
  stored.phase = Stored::Phase::data;
  write_pages(file, stored, out);
  if (stored.waits.empty()) go_on(file, out);
}

// New blocks, of which neighbours are written together.
void Pack::write_pages(FileId file, Stored& stored, Effects& out) {
  stored.fresh.clear();
  Request what{file, {}};
  DiskRequest request{DiskRequest::Kind::write, 0, 0, 0, stored.cause};
  const auto flush = [&] {
    if (what.blocks.empty()) return;
    stored.waits.insert(ask(request, std::move(what), out));
    what = Request{file, {}};
  };
  for (const auto& [page, data] : stored.committing->pages) {
    const std::uint64_t block = free_.empty() ? used_++ : *free_.begin();
    free_.erase(block);
    stored.fresh[page] = block;
    const bool follows = !what.blocks.empty() && what.blocks.rbegin()->first + 1 == block && what.blocks.size() < kRunMax;
    if (!follows) {
      flush();
      request.block = kFirstDataBlock + block;
      request.bytes = 0;
    }
    what.blocks[block] = data;
    request.bytes += kPage;
  }
  flush();
}

void Pack::go_on(FileId file, Effects& out) {
  Stored& stored = files_.at(file);
  using Phase = Stored::Phase;
  const Phase done = stored.phase;
  const Request what{file, {}};
  if (done == Phase::data && !stored.fresh.empty()) {
    stored.phase = Phase::data_flush;
    stored.waits.insert(ask({DiskRequest::Kind::flush, 0, 0, 0, stored.cause}, what, out));
  } else if (done == Phase::data || done == Phase::data_flush) {
    stored.phase = Phase::inode;
    stored.waits.insert(ask({DiskRequest::Kind::write, 0, inode_block(file), kPage, stored.cause}, what, out));
  } else if (done == Phase::inode) {
    stored.phase = Phase::inode_flush;
    stored.waits.insert(ask({DiskRequest::Kind::flush, 0, 0, 0, stored.cause}, what, out));
  } else {
    end_commit(file, stored);
  }
}

// The atomic moment: the new inode stands, its pages are the file's. One that failed leaves the old.
void Pack::end_commit(FileId, Stored& stored) {
  const Shadow done = std::move(*stored.committing);
  stored.committing.reset();
  if (stored.failed) {
    for (const auto& [page, block] : stored.fresh) free_block(block);
    return;
  }
  for (auto at = stored.blocks.lower_bound(done.kept); at != stored.blocks.end(); at = stored.blocks.erase(at)) free_block(at->second);
  for (const auto& [page, block] : stored.fresh) {
    if (const auto old = stored.blocks.find(page); old != stored.blocks.end()) free_block(old->second);
    stored.blocks[page] = block;
    keep(block, done.pages.at(page));
  }
  stored.fresh.clear();
  stored.inode = std::make_shared<const Inode>(done.inode);
  if (!stored.next) return;
  stored.next->inode.version = done.inode.version;   // what was written meanwhile goes on from here
}

Pack::Ended Pack::disk_done(const DiskDone& done, Effects& out) {
  const auto entry = requests_.extract(done.token);
  if (entry.empty()) return {};
  const Request& what = entry.mapped();
  if (what.file == vnode::kNoFile) {
    const std::uint64_t block = what.blocks.begin()->first;
    reading_.erase(block);
    if (const auto at = disk_.find(block); at != disk_.end() && !done.failed) keep(block, at->second);
    return {done.token, std::nullopt, done.failed};
  }
  Stored& stored = files_.at(what.file);
  stored.waits.erase(done.token);
  stored.failed |= done.failed;
  for (const auto& [block, data] : what.blocks) disk_[block] = data;
  if (!stored.waits.empty()) return {};
  if (stored.failed) end_commit(what.file, stored);
  else go_on(what.file, out);
  if (stored.committing) return {};
  return {std::nullopt, what.file, stored.failed};
}

void Pack::recycle(FileId file) {
  const auto at = files_.find(file);
  if (at == files_.end()) return;
  SSI_CHECK(at->second.inode && at->second.inode->deleted, "a file that lives is recycled");
  for (const auto& [page, block] : at->second.blocks) free_block(block);
  files_.erase(at);
  Name name = Name::of(file);
  if (name.pool != self_) return;
  ++name.generation;
  used_before_[name.filegroup].push_back(name.file());
}

}   // namespace ssi::locus
