// Reads, writes and commits under tokens.
#include <algorithm>
#include <cstring>

#include "models/base/check.hpp"
#include "models/protocol/cfs/client.hpp"

namespace ssi::cfs {

using vnode::Reply;

void Client::queue(std::uint64_t id, FileId file, Wire& wire) {
  wire.at.out.work(costs_.io);
  turns_[file].push_back(id);
  if (turns_[file].size() == 1) run(file, wire);
}

// Tried again from the start whenever a token has come; tokens that are pinned stay.
void Client::run(FileId file, Wire& wire) {
  while (turns_.contains(file)) {
    const std::uint64_t id = turns_.at(file).front();
    const auto found = tasks_.find(id);
    if (found != tasks_.end()) {
      Task& task = found->second;
      if (task.shipping) return;
      std::optional<Reply> reply;
      if (task.failed != Errno::none) reply = Reply::fail(task.failed);
      else if (const auto* read = std::get_if<vnode::Read>(&task.operation)) reply = go(task, *read, wire);
      else if (const auto* write = std::get_if<vnode::Write>(&task.operation)) reply = go(task, *write, wire);
      else reply = go(id, task, std::get<vnode::Sync>(task.operation), wire);
      if (!reply) return;
      unpin(task, wire);
      answer(id, std::move(*reply), self_, wire);
      trim(wire);
    }
    turns_.at(file).pop_front();
    if (turns_.at(file).empty()) turns_.erase(file);
  }
}

Client::Has Client::acquire(Task& task, Key key, bool write, Wire& wire) {
  Token& token = tokens_[key];
  const bool enough = token.state == State::write || (!write && token.state == State::read);
  if (enough) {
    token.pinned = true;
    token.used = ++uses_;
    task.pinned.insert(key);
    step(key, token, write ? On::want_write : On::want_read);
    return Has::yes;
  }
  // An upgrade gives up its pin: the server may have to invalidate the copy first.
  if (token.pinned) {
    token.pinned = false;
    task.pinned.erase(key);
    if (token.deferred) {
      const Recall recall = *std::exchange(token.deferred, std::nullopt);
      surrender(key, token, recall, wire);
    }
  }
  const bool copy = token.state == State::read;
  if (step(key, token, write ? On::want_write : On::want_read) == Verdict::go) token.want = send(Want{key, write, copy}, task.cause, wire);
  return Has::waits;
}

// All pages at once; true when all are here.
bool Client::pages(Task& task, FileId file, std::uint64_t offset, std::uint64_t count, bool write, Wire& wire) {
  bool all = true;
  for (std::uint64_t index = offset / kPage; count > 0 && index * kPage < offset + count; ++index)
    if (!task.pinned.contains({file, index})) all = (acquire(task, {file, index}, write, wire) == Has::yes) && all;
  return all;
}

std::optional<Reply> Client::go(Task& task, const vnode::Read& read, Wire& wire) {
  if (acquire(task, {read.file, kInode}, false, wire) == Has::waits) return std::nullopt;
  const vnode::Attributes attributes = tokens_.at({read.file, kInode}).attributes;
  const std::uint64_t count = std::min(read.count, attributes.size - std::min(attributes.size, read.offset));
  if (!pages(task, read.file, read.offset, count, false, wire)) return std::nullopt;
  std::vector<std::byte> bytes(count);
  for (std::uint64_t index = read.offset / kPage; count > 0 && index * kPage < read.offset + count; ++index) {
    const Bytes& page = tokens_.at({read.file, index}).data;
    const std::uint64_t begin = std::max(index * kPage, read.offset), end = std::min(index * kPage + size_of(page), read.offset + count);
    if (end > begin) std::memcpy(bytes.data() + (begin - read.offset), page->data() + begin % kPage, end - begin);
    wire.at.out.work(costs_.page);
  }
  wire.at.out.work(costs_.copy_per_kib * static_cast<std::int64_t>((count + 1023) / 1024));
  Reply reply;
  reply.attributes = attributes;
  reply.value = count;
  reply.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return reply;
}

std::optional<Reply> Client::go(Task& task, const vnode::Write& write, Wire& wire) {
  const std::uint64_t count = size_of(write.data);
  const Key inode{write.file, kInode};
  bool exclusive = write.append || (count > 0 && write.offset / kPage != (write.offset + count - 1) / kPage);
  const auto known = tokens_.find(inode);
  const bool have = known != tokens_.end() && (known->second.state == State::read || known->second.state == State::write);
  exclusive = exclusive || (have && write.offset + count > known->second.attributes.size);
  if (acquire(task, inode, exclusive, wire) == Has::waits) return std::nullopt;
  const std::uint64_t size = tokens_.at(inode).attributes.size, offset = write.append ? size : write.offset;
  if (count > 0 && offset + count > size && acquire(task, inode, true, wire) == Has::waits) return std::nullopt;
  if (!pages(task, write.file, offset, count, true, wire)) return std::nullopt;
  for (std::uint64_t index = offset / kPage; count > 0 && index * kPage < offset + count; ++index) {
    write_page(tokens_.at({write.file, index}), index, offset, write);
    wire.at.out.work(costs_.page);
  }
  Token& token = tokens_.at(inode);
  if (count > 0 && offset + count > size) {
    token.attributes.size = offset + count;
    token.dirty = token.changed = true;
  }
  wire.at.out.work(costs_.copy_per_kib * static_cast<std::int64_t>((count + 1023) / 1024));
  Reply reply;
  reply.attributes = token.attributes;
  reply.value = offset + count;
  return reply;
}

void Client::write_page(Token& token, std::uint64_t page, std::uint64_t offset, const vnode::Write& write) {
  const std::uint64_t begin = std::max(page * kPage, offset), end = std::min((page + 1) * kPage, offset + write.data->size());
  std::vector<std::byte> bytes = token.data ? *token.data : std::vector<std::byte>{};
  bytes.resize(std::max<std::size_t>(bytes.size(), end - page * kPage));
  std::memcpy(bytes.data() + (begin - page * kPage), write.data->data() + (begin - offset), end - begin);
  token.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  token.dirty = token.changed = true;
}

// What was written here goes to the server, which then makes all it has of the file durable. Other nodes' dirty pages are theirs.
std::optional<Reply> Client::go(std::uint64_t id, Task& task, const vnode::Sync& sync, Wire& wire) {
  for (auto token = tokens_.lower_bound({sync.file, 0}); token != tokens_.end() && token->first.file == sync.file; ++token) {
    Token& own = token->second;
    if (!own.dirty) continue;
    Release back{token->first, own.granted, true};
    if (token->first.index == kInode) back.size = own.attributes.size;
    else back.data = own.data;
    own.dirty = false;
    releases_.emplace(send(std::move(back), task.cause, wire), token->first);
  }
  for (const auto& [txn, key] : releases_)
    if (key.file == sync.file) task.waits.insert(txn);
  if (task.waits.empty()) ship(id, wire);
  return std::nullopt;
}

void Client::unpin(Task& task, Wire& wire) {
  for (const Key& key : std::exchange(task.pinned, {})) {
    const auto found = tokens_.find(key);
    found->second.pinned = false;
    if (!found->second.deferred) continue;
    const Recall recall = *std::exchange(found->second.deferred, std::nullopt);
    surrender(key, found->second, recall, wire);
    if (found->second.state == State::none) tokens_.erase(found);
  }
}

// The least recently used page goes: a copy without a word, contents that only this node has to the server.
void Client::trim(Wire& wire) {
  while (tokens_.size() > capacity_) {
    auto oldest = tokens_.end();
    for (auto token = tokens_.begin(); token != tokens_.end(); ++token) {
      const bool idle = !token->second.pinned && (token->second.state == State::read || token->second.state == State::write);
      if (idle && (oldest == tokens_.end() || token->second.used < oldest->second.used)) oldest = token;
    }
    if (oldest == tokens_.end()) return;
    Token& token = oldest->second;
    step(oldest->first, token, On::evict);
    if (token.state == State::none) {
      tokens_.erase(oldest);
      continue;
    }
    Release release{oldest->first, token.granted, false};
    if (oldest->first.index == kInode) release.size = token.attributes.size;
    else release.data = token.changed ? token.data : nullptr;
    token.dirty = token.changed = false;
    token.data = nullptr;
    releases_.emplace(send(std::move(release), kNoCall, wire), oldest->first);
    return;   // it is in use until DONE: more would all go at once
  }
}

}   // namespace ssi::cfs
