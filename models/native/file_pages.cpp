#include "models/native/file_pages.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::native {
namespace {

constexpr std::uint64_t kTokens = hash_of("files.disk") & ~0xffffffffULL;   // so that no other part's request is taken for ours
constexpr std::uint64_t kJournalBlocks = 8192;                              // ext3's default for a disk of this size: 32 MiB, at its start

}   // namespace

void FilePages::keep(std::uint64_t block, Bytes content) {
  Page& page = cache_[block];
  by_use_.erase(page.used);
  page = {std::move(content), ++uses_};
  by_use_.emplace(page.used, block);
}

Bytes FilePages::find(std::uint64_t block) {
  const auto found = cache_.find(block);
  if (found == cache_.end()) return nullptr;
  Bytes content = found->second.content;
  keep(block, content);
  return content;
}

void FilePages::put(std::uint64_t block, Bytes content) {
  keep(block, std::move(content));
  if (options_.disk) dirty_.insert(block);
}

void FilePages::drop(std::uint64_t block) {
  dirty_.erase(block);
  if (const auto found = cache_.find(block); found != cache_.end()) {
    by_use_.erase(found->second.used);
    cache_.erase(found);
  }
}

std::uint64_t FilePages::ask(DiskRequest request, Io io, Effects& out) {
  request.token = kTokens | ++asked_;
  out.disk(request);
  ios_.emplace(request.token, std::move(io));
  return request.token;
}

std::uint64_t FilePages::read(std::uint64_t block, CallId cause, Effects& out) {
  if (const auto found = reading_.find(block); found != reading_.end()) return found->second;
  const std::uint64_t token = ask({.kind = DiskRequest::Kind::read, .block = kJournalBlocks + block, .bytes = kBlockBytes, .cause = cause},
                                  {.kind = DiskRequest::Kind::read, .blocks = {{block, nullptr}}}, out);
  reading_.emplace(block, token);
  return token;
}

std::vector<std::uint64_t> FilePages::write_back(std::set<std::uint64_t> blocks,   // a copy: `dirty_` itself may be given
                                                 CallId cause, Effects& out) {
  std::vector<std::uint64_t> tokens;
  std::vector<std::pair<std::uint64_t, Bytes>> run;
  const auto flush_run = [&] {
    if (run.empty()) return;
    const std::uint64_t first = run.front().first, bytes = run.size() * kBlockBytes;
    const auto parts = run;
    tokens.push_back(ask({.kind = DiskRequest::Kind::write, .block = kJournalBlocks + first, .bytes = bytes, .cause = cause},
                         {.kind = DiskRequest::Kind::write, .blocks = std::move(run)}, out));
    for (const auto& [block, content] : parts) writing_.emplace(block, tokens.back());
    run.clear();
  };
  for (std::uint64_t block : blocks) {
    if (!dirty_.contains(block) || writing_.contains(block)) continue;
    if (!run.empty() && (run.back().first + 1 != block || run.size() == options_.run_max)) flush_run();
    run.emplace_back(block, cache_.at(block).content);
    dirty_.erase(block);
  }
  flush_run();
  return tokens;
}

std::uint64_t FilePages::write_journal(std::uint64_t bytes, CallId cause, Effects& out) {
  const std::uint64_t blocks = (bytes + kBlockBytes - 1) / kBlockBytes;
  if (journal_at_ + blocks > kJournalBlocks) journal_at_ = 0;
  const std::uint64_t at = journal_at_;
  journal_at_ += blocks;
  return ask({.kind = DiskRequest::Kind::write, .block = at, .bytes = blocks * kBlockBytes, .cause = cause},
             {.kind = DiskRequest::Kind::write}, out);
}

std::uint64_t FilePages::flush(CallId cause, Effects& out) {
  return ask({.kind = DiskRequest::Kind::flush, .cause = cause},
             {.kind = DiskRequest::Kind::flush, .blocks = {disk_cache_.begin(), disk_cache_.end()}}, out);
}

void FilePages::commit(const std::map<FileId, std::optional<Inode>>& inodes, FileId next) {
  for (const auto& [id, inode] : inodes) {
    if (inode) image_.inodes.insert_or_assign(id, *inode);
    else image_.inodes.erase(id);
  }
  image_.next = next;
}

Bytes FilePages::on_disk(std::uint64_t block) const {
  if (const auto newer = disk_cache_.find(block); newer != disk_cache_.end()) return newer->second;
  if (const auto older = image_.blocks.find(block); older != image_.blocks.end()) return older->second;
  return std::make_shared<const std::vector<std::byte>>(kBlockBytes);
}

std::optional<FilePages::Done> FilePages::done(const DiskDone& done) {
  const auto entry = ios_.extract(done.token);
  if (entry.empty()) return std::nullopt;
  Io& io = entry.mapped();
  Done out{done.token, {}, done.failed};
  for (auto& [block, content] : io.blocks) {
    out.blocks.push_back(block);
    switch (io.kind) {
      case DiskRequest::Kind::read:
        reading_.erase(block);
        if (!done.failed && !cache_.contains(block)) keep(block, on_disk(block));   // else somebody has written all of it meanwhile
        break;
      case DiskRequest::Kind::write:
        writing_.erase(block);
        if (!done.failed) disk_cache_[block] = std::move(content);
        break;
      case DiskRequest::Kind::flush:
        if (done.failed) break;
        if (const auto now = disk_cache_.find(block); now != disk_cache_.end() && now->second == content) disk_cache_.erase(now);
        image_.blocks[block] = std::move(content);
        break;
    }
  }
  return out;
}

void FilePages::trim() {
  if (!options_.disk) return;
  for (auto oldest = by_use_.begin(); cache_.size() > options_.capacity && oldest != by_use_.end();) {
    const std::uint64_t block = oldest->second;
    ++oldest;
    if (!dirty_.contains(block) && !writing_.contains(block)) drop(block);
  }
}

std::set<std::uint64_t> FilePages::under_way() const {
  std::set<std::uint64_t> tokens;
  for (const auto& [block, token] : writing_) tokens.insert(token);
  return tokens;
}

void FilePages::check_invariants() const {
  SSI_INVARIANT(by_use_.size() == cache_.size(), "a page that is in no order");
  for (std::uint64_t block : dirty_) SSI_INVARIANT(cache_.contains(block), "a dirty page was evicted");
  for (const auto& [block, token] : writing_) SSI_INVARIANT(ios_.contains(token), "a write that nobody has asked for");
}

void FilePages::hash_into(StateHash& hash) const {
  hash.add(cache_.size());
  for (const auto& [block, page] : cache_) {
    hash.add(block);
    for (std::byte byte : *page.content) hash.add(static_cast<std::uint64_t>(byte));
  }
  for (std::uint64_t block : dirty_) hash.add(block);
  hash.add(ios_.size());
}

}   // namespace ssi::native
