// Reads and writes of contents: whose turn it is, which pages have to come from the disk first, and the bytes themselves.
#include <algorithm>
#include <cstring>

#include "models/base/check.hpp"
#include "models/native/file_store.hpp"

namespace ssi::native {

using vnode::Reply;

void FileStore::data(const Asker& asker, DataOperation operation, FileId file, vnode::Context& at) {
  at.out.work(costs_.io);
  const Inode* inode = inodes_.find(file);
  if (inode == nullptr) return answer(asker, Reply::fail(Errno::estale), at);
  if (inode->directory) return answer(asker, Reply::fail(Errno::eisdir), at);
  inodes_.hold(file);   // it stays until this is over
  const std::uint64_t id = ++started_;
  running_.emplace(id, Running{asker, std::move(operation), file});
  turns_[file].waiting.push_back(id);
  give_turns(file, at);
}

// First come, first served; reads that follow each other go together.
void FileStore::give_turns(FileId file, vnode::Context& at) {
  for (;;) {
    const auto found = turns_.find(file);
    if (found == turns_.end()) return;
    Turns& turns = found->second;
    if (turns.waiting.empty()) {
      if (turns.active.empty()) turns_.erase(found);
      return;
    }
    const std::uint64_t id = turns.waiting.front();
    Running& running = running_.at(id);
    const bool alone = !std::holds_alternative<vnode::Read>(running.operation);
    if (!turns.active.empty() && (alone || turns.alone)) return;
    turns.waiting.pop_front();
    turns.active.insert(id);
    turns.alone = alone;
    if (auto* write = std::get_if<vnode::Write>(&running.operation); write != nullptr && write->append)
      write->offset = inodes_.find(file)->size;
    collect(id, at);
  }
}

// Pages that must be at hand: all of a read; the edges of a write or cut that keep some of their old bytes.
std::set<std::uint64_t> FileStore::needed(const Running& running) const {
  const std::uint64_t size = inodes_.find(running.file)->size;
  std::set<std::uint64_t> out;
  if (const auto* read = std::get_if<vnode::Read>(&running.operation)) {
    const std::uint64_t end = read->offset + std::min(read->count, size - std::min(size, read->offset));
    for (std::uint64_t index = read->offset / kBlockBytes; index * kBlockBytes < end; ++index) out.insert(index);
  } else if (const auto* write = std::get_if<vnode::Write>(&running.operation)) {
    const std::uint64_t end = write->offset + size_of(write->data);
    if (write->offset % kBlockBytes != 0) out.insert(write->offset / kBlockBytes);
    if (end % kBlockBytes != 0 && end < size) out.insert(end / kBlockBytes);
  } else {
    const std::uint64_t cut = std::get<vnode::SetSize>(running.operation).size;
    if (cut % kBlockBytes != 0 && cut < size) out.insert(cut / kBlockBytes);
  }
  return out;
}

void FileStore::collect(std::uint64_t id, vnode::Context& at) {
  Running& running = running_.at(id);
  const Inode& inode = *inodes_.find(running.file);
  for (std::uint64_t index : needed(running)) {
    if (running.pages.contains(index)) continue;
    const auto block = inode.blocks.find(index);
    Bytes page = block == inode.blocks.end() ? nullptr : pages_.find(block->second);
    if (block == inode.blocks.end() || page != nullptr) {
      running.pages.emplace(index, std::move(page));
      at.out.work(costs_.page);
    } else if (!running.failed) {
      running.waits.insert(pages_.read(block->second, running.asker.cause, at.out));
      at.out.work(costs_.disk_request);
    }
  }
  if (running.waits.empty()) finish(id, at);
}

void FileStore::finish(std::uint64_t id, vnode::Context& at) {
  const auto entry = running_.extract(id);
  const Running& running = entry.mapped();
  Reply reply = running.failed ? Reply::fail(Errno::eio)
                               : std::visit([&](const auto& operation) { return carry_out(running, operation, at); }, running.operation);
  turns_.at(running.file).active.erase(id);
  const bool writes = !std::holds_alternative<vnode::Read>(running.operation);
  if (writes && settings_.disk && pages_.unwritten() > settings_.dirty_max) throttled_.push_back({running.asker, std::move(reply)});
  else answer(running.asker, std::move(reply), at);
  inodes_.release(running.file);
  give_turns(running.file, at);
}

Reply FileStore::state_of(FileId file, std::uint64_t value) const {
  Reply reply = inodes_.attributes(file);
  reply.value = value;
  return reply;
}

Reply FileStore::carry_out(const Running& running, const vnode::Read& read, vnode::Context& at) {
  const std::uint64_t size = inodes_.find(running.file)->size;
  std::vector<std::byte> bytes(std::min(read.count, size - std::min(size, read.offset)));
  for (const auto& [index, page] : running.pages) {
    const std::uint64_t begin = std::max(index * kBlockBytes, read.offset);
    const std::uint64_t end = std::min((index + 1) * kBlockBytes, read.offset + bytes.size());
    if (page && end > begin) std::memcpy(bytes.data() + (begin - read.offset), page->data() + begin % kBlockBytes, end - begin);
  }
  at.out.work(costs_.copy_per_kib * static_cast<std::int64_t>((bytes.size() + 1023) / 1024));
  Reply reply = state_of(running.file, bytes.size());
  reply.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return reply;
}

Reply FileStore::carry_out(const Running& running, const vnode::Write& write, vnode::Context& at) {
  const std::uint64_t count = size_of(write.data), end = write.offset + count;
  const Inode& inode = *inodes_.find(running.file);
  const std::uint64_t first = write.offset / kBlockBytes, behind = (end + kBlockBytes - 1) / kBlockBytes;
  std::uint64_t fresh = 0;
  for (std::uint64_t index = first; index < behind; ++index) fresh += !inode.blocks.contains(index);
  if (fresh > inodes_.free_blocks()) return Reply::fail(Errno::enospc);
  if (count == 0) return state_of(running.file, write.offset);
  if (end > inode.size) inodes_.set_size(running.file, end);
  for (std::uint64_t index = first; index < behind; ++index) {
    const bool mapped = inodes_.map_block(running.file, index);
    SSI_CHECK(mapped, "blocks were counted and are missing");
    const auto old = running.pages.find(index);
    std::vector<std::byte> page = old != running.pages.end() && old->second ? *old->second : std::vector<std::byte>(kBlockBytes);
    const std::uint64_t from = std::max(index * kBlockBytes, write.offset), to = std::min((index + 1) * kBlockBytes, end);
    std::memcpy(page.data() + from % kBlockBytes, write.data->data() + (from - write.offset), to - from);
    pages_.put(inode.blocks.at(index), std::make_shared<const std::vector<std::byte>>(std::move(page)));
    at.out.work(costs_.page);
  }
  inodes_.changed(running.file);
  at.out.work(costs_.copy_per_kib * static_cast<std::int64_t>((count + 1023) / 1024));
  return state_of(running.file, end);
}

// Bytes behind the end are zero, so that a file that grows again shows none of its old ones.
Reply FileStore::carry_out(const Running& running, const vnode::SetSize& set, vnode::Context& at) {
  for (const auto& [index, page] : running.pages) {
    if (!page) continue;
    std::vector<std::byte> kept(page->begin(), page->begin() + static_cast<std::ptrdiff_t>(set.size % kBlockBytes));
    kept.resize(kBlockBytes);
    pages_.put(inodes_.find(running.file)->blocks.at(index), std::make_shared<const std::vector<std::byte>>(std::move(kept)));
  }
  inodes_.set_size(running.file, set.size);
  at.out.work(costs_.update);
  return state_of(running.file, set.size);
}

}   // namespace ssi::native
