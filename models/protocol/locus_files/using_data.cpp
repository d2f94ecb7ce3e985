// The using site: contents, pages that are kept and read ahead, and writes that leave at once.
#include <algorithm>
#include <cstring>

#include "models/base/check.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

using vnode::Reply;

namespace {

std::int64_t kib(std::uint64_t bytes) { return static_cast<std::int64_t>((bytes + 1023) / 1024); }

}   // namespace

void Using::queue(std::uint64_t id, FileId file, Wire& wire) {
  wire.at.out.work(wire.settings.costs.io);
  const auto use = uses_.find(file);
  if (use == uses_.end()) return fail(id, Errno::estale, wire);
  tasks_.at(id).file = file;
  use->second.turns.push_back(id);
  run(file, wire);
}

void Using::run(FileId file, Wire& wire) {
  for (;;) {
    const auto at = uses_.find(file);
    if (at == uses_.end()) return;
    Use& use = at->second;
    if (use.turns.empty()) return forget_if_unused(file);
    if (use.detached) return;
    const std::uint64_t id = use.turns.front();
    Task& task = tasks_.at(id);
    if (use.failed != Errno::none) task.failed = use.failed;
    if (task.failed != Errno::none) {
      use.turns.pop_front();
      use.active = false;
      fail(id, task.failed, wire);
    } else if (step(id, use, wire)) {
      use.turns.pop_front();
      use.active = false;
    } else {
      return;
    }
    if (use.storage == self_) use.pages.clear();   // the SS has them
    give_way(use, file, wire);
  }
}

bool Using::step(std::uint64_t id, Use& use, Wire& wire) {
  Task& task = tasks_.at(id);
  if (const auto* sync = std::get_if<vnode::Sync>(&task.operation)) {
    if (task.page == 1) return finish(id, {}, wire), true;
    if (!std::exchange(task.sent, true)) ask(id, Test::commit, use.storage, CommitRequest{sync->file}, wire);
    return false;
  }
  const auto* read = std::get_if<vnode::Read>(&task.operation);
  if (!has(use, task.file, read != nullptr ? Right::read : Right::write, task, wire)) return false;
  use.active = true;
  if (read != nullptr) return go(id, use, vnode::Read(*read), wire);
  if (const auto* write = std::get_if<vnode::Write>(&task.operation)) return go(id, use, vnode::Write(*write), 0, wire);
  if (const auto* set = std::get_if<vnode::SetSize>(&task.operation)) return go(id, use, vnode::SetSize(*set), wire);
  if (const auto* put = std::get_if<PutRecord>(&task.operation)) {
    Record record = put->record;
    record.entry.changed = {use.storage, use.inode.version.count(use.storage) + 1};
    return go(id, use, vnode::Write{put->directory, record.offset, record_bytes(record), false}, put->entries, wire);
  }
  use.inode.parent = std::get<SetParent>(task.operation).parent;
  wire.request(Test::write, use.storage, {}, SetInode{task.file, use.inode.size, use.inode.entries, use.inode.parent}, task.cause);
  finish(id, {}, wire);
  return true;
}

void Using::fetch(Use& use, FileId file, std::uint64_t page, std::uint64_t id, Wire& wire) {
  if (!use.coming.insert(page).second) return;
  const TxnId txn{++txns_};
  asked_.emplace(txn, Asked{id, use.storage, file, page, use.token.serial});
  wire.request(Test::page, use.storage, txn, ReadPage{file, page, ReadPage::For::use, {}}, tasks_.at(id).cause);
}

bool Using::has_page(Use& use, FileId file, std::uint64_t page, std::uint64_t id, Wire& wire) {
  const bool in_sequence = page == use.last_read + 1, has = use.pages.contains(page);
  if (!has) fetch(use, file, page, id, wire);
  const bool ahead = in_sequence && wire.settings.read_ahead && use.storage != self_ && page + 1 < use.inode.pages();
  if (ahead && !use.pages.contains(page + 1)) fetch(use, file, page + 1, id, wire);
  return has;
}

// A page that comes after its token has gone is not kept; nobody waits for it then.
void Using::on(NodeId, TxnId txn, const PageData& data, CallId, Wire& wire) {
  const auto asked = answered(txn);
  if (!asked) return;
  if (const auto task = tasks_.find(asked->task); task != tasks_.end() && std::holds_alternative<Search>(task->second.operation))
    return searched(asked->task, data, wire);
  const auto at = uses_.find(data.file);
  if (at == uses_.end() || at->second.token.serial != asked->serial || at->second.token.right == Right::none) return;
  Use& use = at->second;
  use.coming.erase(data.page);
  if (use.detached) return;
  if (data.error == Errno::none) use.pages[data.page] = data.data;
  else if (use.active) tasks_.at(use.turns.front()).failed = data.error;
  run(data.file, wire);
}

bool Using::go(std::uint64_t id, Use& use, const vnode::Read& read, Wire& wire) {
  Task& task = tasks_.at(id);
  const std::uint64_t size = use.inode.size, count = std::min(read.count, size - std::min(size, read.offset));
  const std::uint64_t first = read.offset / kPage, behind = (read.offset + count + kPage - 1) / kPage;
  for (task.page = std::max(task.page, first); task.page < behind && count > 0; ++task.page) {
    if (!has_page(use, task.file, task.page, id, wire)) return false;
    use.last_read = task.page;
    wire.at.out.work(wire.settings.costs.page);
  }
  std::vector<std::byte> bytes(count);
  for (std::uint64_t page = first; page < behind && count > 0; ++page) {
    const Bytes& data = use.pages.at(page);
    const std::uint64_t from = std::max(page * kPage, read.offset), to = std::min(page * kPage + size_of(data), read.offset + count);
    if (to > from) std::memcpy(bytes.data() + (from - read.offset), data->data() + from % kPage, to - from);
  }
  wire.at.out.work(wire.settings.costs.copy_per_kib * kib(count));
  Reply reply;
  reply.value = count;
  reply.attributes = use.inode.attributes(task.file);
  reply.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  task.storage = use.storage;
  finish(id, std::move(reply), wire);
  return true;
}

// A page that is not wholly replaced is read first.
bool Using::go(std::uint64_t id, Use& use, const vnode::Write& write, std::int64_t entries, Wire& wire) {
  Task& task = tasks_.at(id);
  const std::uint64_t offset = write.append ? use.inode.size : write.offset, count = size_of(write.data), end = offset + count;
  const std::uint64_t first = offset / kPage, behind = (end + kPage - 1) / kPage, size = std::max(use.inode.size, count > 0 ? end : 0);
  for (std::uint64_t page : {first, behind - 1}) {
    const bool whole = offset <= page * kPage && (page + 1) * kPage <= end;
    const bool covers = offset <= page * kPage && end >= use.inode.size;
    if (count == 0 || whole || covers || page >= use.inode.pages() || use.pages.contains(page)) continue;
    fetch(use, task.file, page, id, wire);
    return false;
  }
  use.inode.size = size;
  use.inode.entries += static_cast<std::uint64_t>(entries);
  if (count > 0) ++use.inode.contents;
  for (std::uint64_t page = first; page < behind && count > 0; ++page) {
    std::vector<std::byte> bytes(std::min(kPage, size - page * kPage));
    if (const auto old = use.pages.find(page); old != use.pages.end() && old->second)
      std::memcpy(bytes.data(), old->second->data(), std::min(bytes.size(), old->second->size()));
    const std::uint64_t from = std::max(page * kPage, offset), to = std::min((page + 1) * kPage, end);
    std::memcpy(bytes.data() + from % kPage, write.data->data() + (from - offset), to - from);
    put(use, task.file, page, std::make_shared<const std::vector<std::byte>>(std::move(bytes)), task.cause, wire);
  }
  wire.at.out.work(wire.settings.costs.copy_per_kib * kib(count));
  Reply reply;
  reply.value = end;
  reply.attributes = use.inode.attributes(task.file);
  task.storage = use.storage;
  finish(id, std::move(reply), wire);
  return true;
}

void Using::put(Use& use, FileId file, std::uint64_t page, Bytes data, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.page);
  use.pages[page] = data;
  wire.request(Test::write, use.storage, {}, WritePage{file, page, std::move(data), use.inode.size, use.inode.entries}, cause);
}

// What is behind the new end is zero if the file grows again: the last page that is left is written short.
bool Using::go(std::uint64_t id, Use& use, const vnode::SetSize& set, Wire& wire) {
  Task& task = tasks_.at(id);
  const std::uint64_t page = set.size / kPage, left = set.size % kPage;
  const bool cuts = left != 0 && set.size < use.inode.size;
  if (cuts && !use.pages.contains(page)) {
    fetch(use, task.file, page, id, wire);
    return false;
  }
  use.inode.size = set.size;
  ++use.inode.contents;
  if (cuts) {
    const Bytes& old = use.pages.at(page);
    std::vector<std::byte> kept(left);
    if (old) std::memcpy(kept.data(), old->data(), std::min(left, old->size()));
    put(use, task.file, page, std::make_shared<const std::vector<std::byte>>(std::move(kept)), task.cause, wire);
  }
  use.pages.erase(use.pages.lower_bound(use.inode.pages()), use.pages.end());
  wire.request(Test::write, use.storage, {}, SetInode{task.file, use.inode.size, use.inode.entries, use.inode.parent}, task.cause);
  Reply reply;
  reply.attributes = use.inode.attributes(task.file);
  task.storage = use.storage;
  finish(id, std::move(reply), wire);
  return true;
}

}   // namespace ssi::locus
