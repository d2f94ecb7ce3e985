// Contents of files: pages of the page cache, which is shared memory as everything else; offsets, locks, the disk.
#include <algorithm>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/files.hpp"
#include "models/strategy/dsm_first/queues.hpp"

namespace ssi::dsm_first {
namespace {

Word page_of(Thread& t, std::uint64_t data, std::uint64_t position) {
  const std::uint64_t size = t.layout().page_bytes();
  return {t.layout().data(Table::page_cache, data, position / size), static_cast<std::uint32_t>(position % size)};
}

void charge(Thread& t, std::uint64_t bytes) { t.work(t.costs().copy_per_kib * static_cast<std::int64_t>((bytes + 1023) / 1024)); }

Code<std::vector<std::byte>> copy_from(Thread& t, std::uint64_t data, std::uint64_t from, std::uint64_t count) {
  std::vector<std::byte> out;
  while (out.size() < count) {
    const Word at = page_of(t, data, from + out.size());
    const std::uint64_t bytes = std::min<std::uint64_t>(count - out.size(), t.layout().page_bytes() - at.offset);
    const Bytes part = co_await t.read(at, static_cast<std::uint32_t>(bytes));
    out.insert(out.end(), part->begin(), part->end());
    t.work(t.costs().file_page);
  }
  charge(t, count);
  co_return out;
}

Code<> copy_to(Thread& t, std::uint64_t data, std::uint64_t to, const Bytes& bytes) {
  for (std::uint64_t done = 0; done < size_of(bytes);) {
    const Word at = page_of(t, data, to + done);
    const std::uint64_t count = std::min<std::uint64_t>(size_of(bytes) - done, t.layout().page_bytes() - at.offset);
    const auto begin = bytes->begin() + static_cast<std::ptrdiff_t>(done);
    const Bytes part = std::make_shared<const std::vector<std::byte>>(begin, begin + static_cast<std::ptrdiff_t>(count));
    co_await t.write(at, part);
    t.work(t.costs().file_page);
    done += count;
  }
  charge(t, size_of(bytes));
}

struct Opened {
  Object entry = kNone, inode = kNone;
  std::uint64_t flags = 0;
};

// A descriptor of a file; else the call ends in EBADF.
Code<Opened> opened(Thread& t, std::int32_t number) {
  Opened found;
  found.entry = co_await described(t, number);
  std::uint64_t kind = open_file::none;
  if (found.entry != kNone) kind = co_await t.load(entry_of(t, found.entry) + open_file::kind);
  if (kind != open_file::file) {
    t.fail(Errno::ebadf);
    co_return Opened{};
  }
  found.inode = co_await t.load(entry_of(t, found.entry) + open_file::in);
  found.flags = co_await t.load(entry_of(t, found.entry) + open_file::flags);
  co_return found;
}

}   // namespace

// Other pages from now on: those of another number, which are all zero.
Code<> truncate(Thread& t, Object object) {
  t.work(t.costs().file_update);
  const Held names = co_await lock(t, name_lock(t));
  const std::uint64_t number = co_await t.add(name_lock(t) + kLockWords, 1);
  co_await unlock(t, name_lock(t), names);
  const Held held = co_await lock(t, inode_at(t, object));
  co_await t.store(inode_at(t, object) + inode::data, number + 1);
  co_await t.store(inode_at(t, object) + inode::size, 0);
  co_await t.store(inode_at(t, object) + inode::dirty_from, 0);
  co_await t.store(inode_at(t, object) + inode::dirty_to, 0);
  co_await unlock(t, inode_at(t, object), held);
}

// The entry's lock is held meanwhile: a shared offset is moved by each (POSIX.1-2017, 2.9.7).
Code<> read_file(Thread& t, Object entry, std::uint64_t count) {
  t.work(t.costs().file_io);
  const Word at = entry_of(t, entry);
  const std::uint64_t flags = co_await t.load(at + open_file::flags);
  if ((flags & kReads) == 0 || (flags & kIsDirectory) != 0) {
    t.fail((flags & kReads) == 0 ? Errno::ebadf : Errno::eisdir);
    co_return;
  }
  const Object object = co_await t.load(at + open_file::in);
  const Held turn = co_await lock(t, at);
  const Held held = co_await lock(t, inode_at(t, object));
  const std::uint64_t offset = co_await t.load(at + open_file::offset);
  const std::uint64_t size = co_await t.load(inode_at(t, object) + inode::size);
  const std::uint64_t data = co_await t.load(inode_at(t, object) + inode::data);
  const std::uint64_t now = std::min(count, size - std::min(size, offset));
  std::vector<std::byte> bytes = co_await copy_from(t, data, offset, now);
  co_await t.store(at + open_file::offset, offset + now);
  co_await unlock(t, inode_at(t, object), held);
  co_await unlock(t, at, turn);
  Result result = Result::of(static_cast<std::int64_t>(now));
  result.more = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  t.complete(std::move(result));
}

namespace {

// With both locks.
Code<> put(Thread& t, Word at, Object object, std::uint64_t offset, const Bytes& bytes) {
  const Word inode = inode_at(t, object);
  const std::uint64_t end = offset + size_of(bytes);
  const std::uint64_t size = co_await t.load(inode + inode::size);
  const std::uint64_t data = co_await t.load(inode + inode::data);
  const std::uint64_t from = co_await t.load(inode + inode::dirty_from);
  const std::uint64_t to = co_await t.load(inode + inode::dirty_to);
  co_await copy_to(t, data, offset, bytes);
  if (end > size) co_await t.store(inode + inode::size, end);
  co_await t.store(inode + inode::dirty_from, from < to ? std::min(from, offset) : offset);
  co_await t.store(inode + inode::dirty_to, std::max(to, end));
  co_await t.store(at + open_file::offset, end);
}

}   // namespace

Code<> write_file(Thread& t, Object entry, const Bytes& bytes) {
  t.work(t.costs().file_io);
  const Word at = entry_of(t, entry);
  const std::uint64_t flags = co_await t.load(at + open_file::flags);
  if ((flags & kWrites) == 0) {
    t.fail(Errno::ebadf);
    co_return;
  }
  const Object object = co_await t.load(at + open_file::in);
  const Held turn = co_await lock(t, at);
  const Held held = co_await lock(t, inode_at(t, object));
  const std::uint64_t size = co_await t.load(inode_at(t, object) + inode::size);
  std::uint64_t offset = co_await t.load(at + open_file::offset);
  if ((flags & kAppends) != 0) offset = size;
  const std::uint64_t most = std::uint64_t{t.layout().page_bytes()} << Layout::kDataPages;
  const bool fits = offset + size_of(bytes) <= most;
  if (fits && size_of(bytes) > 0) co_await put(t, at, object, offset, bytes);
  co_await unlock(t, inode_at(t, object), held);
  co_await unlock(t, at, turn);
  t.complete(fits ? Result::of(static_cast<std::int64_t>(size_of(bytes))) : Result::fail(Errno::enospc));
}

Code<> do_seek(Thread& t, const Seek& seek) {
  const Opened file = co_await opened(t, seek.file);
  if (file.entry == kNone) co_return;
  const Word at = entry_of(t, file.entry);
  const Held held = co_await lock(t, at);
  std::uint64_t base = 0;
  if (seek.from == Seek::From::current) base = co_await t.load(at + open_file::offset);
  if (seek.from == Seek::From::end && (file.flags & kIsDirectory) == 0) base = co_await t.load(inode_at(t, file.inode) + inode::size);
  const std::int64_t target = static_cast<std::int64_t>(base) + seek.offset;
  if (target >= 0) co_await t.store(at + open_file::offset, static_cast<std::uint64_t>(target));
  co_await unlock(t, at, held);
  t.complete(target >= 0 ? Result::of(target) : Result::fail(Errno::einval));
}

Code<> do_commit(Thread& t, const Commit& commit) {
  const Opened file = co_await opened(t, commit.file);
  if (file.entry == kNone) co_return;
  const Word inode = inode_at(t, file.inode);
  const Held held = co_await lock(t, inode);
  Extent extent;
  extent.data = co_await t.load(inode + inode::data);
  extent.from = co_await t.load(inode + inode::dirty_from);
  extent.to = co_await t.load(inode + inode::dirty_to);
  co_await t.store(inode + inode::dirty_from, 0);
  co_await t.store(inode + inode::dirty_to, 0);
  co_await unlock(t, inode, held);
  const std::uint64_t failed = co_await t.device(extent);
  t.complete(failed == 0 ? Result::ok() : Result::fail(Errno::eio));
}

// The node of the disk fetches the pages, as its controller would by DMA, and has them written.
Code<> write_back(Thread& t, Extent extent) {
  const std::uint64_t size = t.layout().page_bytes();
  std::uint64_t failed = 0, first = extent.from / size, behind = (extent.to + size - 1) / size;
  for (std::uint64_t page = first; page < behind; ++page) {
    const Word at = page_of(t, extent.data, page * size);
    const Bytes contents = co_await t.read(at, static_cast<std::uint32_t>(size));
    t.work(t.costs().disk_request);
  }
  if (extent.from < extent.to) {
    const DiskRequest write{
        .kind = DiskRequest::Kind::write, .block = (extent.data << Layout::kDataPages) + first, .bytes = (behind - first) * size};
    failed = co_await t.disk(write);
  }
  t.work(t.costs().disk_request);
  const DiskRequest flush{.kind = DiskRequest::Kind::flush};
  const std::uint64_t not_flushed = co_await t.disk(flush);
  failed |= not_flushed;
  t.tell([&](Processor& p) { p.device_done(t, failed); });
}

namespace {

// With the inode's lock.
Code<> give_up_lock(Thread& t, Object entry, Object object) {
  const std::uint64_t has = co_await t.exchange(entry_of(t, entry) + open_file::locked, 0);
  if (has == 1) co_await t.add(inode_at(t, object) + inode::shared, ~std::uint64_t{0});
  if (has == 2) co_await t.store(inode_at(t, object) + inode::exclusive, 0);
  if (has != 0) co_await wake_first(t, inode_at(t, object) + inode::first_waiter);
}

// With the inode's lock, by the first who waits.
Code<bool> try_lock(Thread& t, Object entry, Object object, bool exclusive) {
  const Word inode = inode_at(t, object);
  const bool first = co_await is_first(t, inode + inode::first_waiter);
  const std::uint64_t readers = co_await t.load(inode + inode::shared);
  const std::uint64_t writer = co_await t.load(inode + inode::exclusive);
  if (!first || writer != 0 || (exclusive && readers != 0)) co_return false;
  if (exclusive) co_await t.store(inode + inode::exclusive, 1);
  else co_await t.store(inode + inode::shared, readers + 1);
  co_await t.store(entry_of(t, entry) + open_file::locked, exclusive ? 2 : 1);
  co_return true;
}

}   // namespace

// flock(2): a change of kind gives up the old lock first.
Code<> do_lock_file(Thread& t, const LockFile& request) {
  const Opened file = co_await opened(t, request.file);
  if (file.entry == kNone) co_return;
  const Word inode = inode_at(t, file.inode), queue = inode + inode::first_waiter;
  Held held = co_await lock(t, inode);
  co_await give_up_lock(t, file.entry, file.inode);
  if (request.kind == LockFile::Kind::unlock) {
    co_await unlock(t, inode, held);
    t.complete(Result::ok());
    co_return;
  }
  co_await join(t, queue);
  bool got = false, interrupted = false;
  for (;;) {
    got = co_await try_lock(t, file.entry, file.inode, request.kind == LockFile::Kind::exclusive);
    if (got || request.no_wait || interrupted) break;
    co_await unlock(t, inode, held);
    const std::uint64_t signal = co_await t.sleep();
    interrupted = signal != 0;
    held = co_await lock(t, inode);
  }
  co_await leave(t, queue);
  co_await wake_first(t, queue);
  co_await unlock(t, inode, held);
  t.complete(got ? Result::ok() : Result::fail(request.no_wait ? Errno::eagain : Errno::eintr));
}

Code<> close_file(Thread& t, Object entry) {
  t.work(t.costs().file_open);
  const Object object = co_await t.load(entry_of(t, entry) + open_file::in);
  const Held held = co_await lock(t, inode_at(t, object));
  co_await give_up_lock(t, entry, object);
  co_await unlock(t, inode_at(t, object), held);
  const Held names = co_await lock(t, name_lock(t));
  co_await t.add(inode_at(t, object) + inode::holds, ~std::uint64_t{0});
  co_await free_if_unlinked(t, object);
  co_await unlock(t, name_lock(t), names);
}

}   // namespace ssi::dsm_first
