// What the client keeps: names, attributes with the time they were learnt, blocks, and bytes written behind.
#include <algorithm>
#include <cstring>

#include "models/base/check.hpp"
#include "models/protocol/nfs/client.hpp"

namespace ssi::nfs {

bool Client::believed(FileId id, Instant now) const {
  const auto found = files_.find(id);
  return found != files_.end() && found->second.checked && now - *found->second.checked < settings_.attribute_timeout;
}

// `ours`: the change that they show is taken to be this client's own, since version 2 does not tell.
void Client::learn(const vnode::Attributes& attributes, Instant now, bool ours) {
  File& file = files_[attributes.file];
  if (!ours && file.attributes.contents != attributes.contents) {
    blocks_ -= file.blocks.size();
    file.blocks.clear();
  }
  const std::uint64_t size = file.attributes.size;
  file.attributes = attributes;
  if (!file.dirty.empty() || !file.writing.empty()) file.attributes.size = std::max(size, attributes.size);
  file.checked = now;
}

void Client::absorb(const Asked& asked, TxnId txn, const vnode::Reply& reply, vnode::Context& at) {
  const auto* write = std::get_if<WriteCall>(&asked.call);
  if (write != nullptr) {
    File& file = files_[write->file];
    file.writing.erase(txn);
    if (!reply.good()) file.lost = reply.error;
  }
  if (reply.error == Errno::estale)
    if (const auto* get = std::get_if<GetattrCall>(&asked.call)) files_[get->file].checked.reset();
  const bool removed = std::holds_alternative<RemoveCall>(asked.call);
  if (!reply.good() || removed || reply.attributes.file == vnode::kNoFile) return;
  learn(reply.attributes, at.now, write != nullptr || std::holds_alternative<SetattrCall>(asked.call));
  const auto* read = std::get_if<ReadCall>(&asked.call);
  if (read == nullptr) return;
  keep(read->file, read->offset / kBlock, reply.data);
  if (const auto task = tasks_.find(asked.task); task != tasks_.end())
    task->second.blocks.insert_or_assign(read->offset / kBlock, reply.data);
}

void Client::keep(FileId id, std::uint64_t index, Bytes data) {
  File& file = files_[id];
  blocks_ += file.blocks.contains(index) ? 0 : 1;
  file.blocks[index] = {std::move(data), ++uses_};
  trim();
}

void Client::trim() {
  while (blocks_ > settings_.cache_blocks) {
    File* of = nullptr;
    std::uint64_t oldest = 0;
    for (auto& [id, file] : files_)
      for (const auto& [index, block] : file.blocks)
        if (of == nullptr || block.used < of->blocks.at(oldest).used) of = &file, oldest = index;
    of->blocks.erase(oldest);
    --blocks_;
  }
}

// Bytes go to the list of those to be sent, in pieces that do not cross a block, and into blocks that are cached.
void Client::patch(File& file, const vnode::Write& write) {
  const std::vector<std::byte>& data = *write.data;
  for (std::uint64_t done = 0; done < data.size();) {
    const std::uint64_t at = write.offset + done, count = std::min<std::uint64_t>(data.size() - done, kBlock - at % kBlock);
    const auto* first = data.data() + done;
    Dirty* last = file.dirty.empty() ? nullptr : &file.dirty.back();
    const bool follows = last != nullptr && last->offset + last->data.size() == at && last->offset / kBlock == at / kBlock;
    if (follows) last->data.insert(last->data.end(), first, first + count);
    else file.dirty.push_back({at, std::vector<std::byte>(first, first + count)});
    if (const auto block = file.blocks.find(at / kBlock); block != file.blocks.end()) {
      std::vector<std::byte> bytes = *block->second.data;
      bytes.resize(std::max<std::size_t>(bytes.size(), at % kBlock + count));
      std::memcpy(bytes.data() + at % kBlock, first, count);
      block->second.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    }
    done += count;
  }
  file.attributes.size = std::max(file.attributes.size, write.offset + data.size());
}

// Sends what is dirty, unless earlier bytes of the file are still under way: they might be overtaken.
bool Client::write_back(FileId id, CallId cause, vnode::Context& at) {
  File& file = files_[id];
  if (file.writing.empty())
    for (Dirty& dirty : std::exchange(file.dirty, {})) {
      auto data = std::make_shared<const std::vector<std::byte>>(std::move(dirty.data));
      file.writing.insert(ask(WriteCall{{id, dirty.offset, std::move(data)}}, cause, 0, at));
    }
  return !file.writing.empty();
}

vnode::Reply Client::assemble(const Task& task, const vnode::Read& read, vnode::Context& at) {
  const File& file = files_[read.file];
  const std::uint64_t size = file.attributes.size;
  std::vector<std::byte> bytes(std::min(read.count, size - std::min(size, read.offset)));
  for (const auto& [index, block] : task.blocks) {
    const std::uint64_t begin = std::max(index * kBlock, read.offset);
    const std::uint64_t end = std::min(index * kBlock + size_of(block), read.offset + bytes.size());
    if (end > begin) std::memcpy(bytes.data() + (begin - read.offset), block->data() + begin % kBlock, end - begin);
    at.out.work(costs_.page);
  }
  at.out.work(costs_.copy_per_kib * static_cast<std::int64_t>((bytes.size() + 1023) / 1024));
  vnode::Reply reply;
  reply.attributes = file.attributes;
  reply.value = bytes.size();
  reply.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return reply;
}

}   // namespace ssi::nfs
