// Segments by key, and who is attached.
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {
namespace {

constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 30;

Word table_lock(Thread& t) { return t.at(Table::kernel, kSegmentLock); }
Word first_segment(Thread& t) { return table_lock(t) + kLockWords; }
Word last_id(Thread& t) { return table_lock(t) + kLockWords + 1; }
Word segment_at(Thread& t, Object object) { return t.at(Table::segment, object); }
Word attachment_at(Thread& t, Object object) { return t.at(Table::attachment, object); }

Code<Object> find_by(Thread& t, segment::Field field, std::uint64_t value) {
  Object at = co_await t.load(first_segment(t));
  while (at != kNone) {
    const std::uint64_t other = co_await t.load(segment_at(t, at) + field);
    if (other == value) break;
    at = co_await t.load(segment_at(t, at) + segment::next);
  }
  co_return at;
}

Code<std::uint64_t> make_segment(Thread& t, std::uint64_t key, std::uint64_t bytes) {
  const Object made = co_await allocate(t, Table::segment);
  const std::uint64_t before = co_await t.add(last_id(t), 1);
  const Object first = co_await t.load(first_segment(t));
  const Word at = segment_at(t, made);
  co_await t.store(at + segment::next, first);
  co_await t.store(at + segment::number, before + 1);
  co_await t.store(at + segment::key, key);
  co_await t.store(at + segment::bytes, bytes);
  co_await t.store(at + segment::attached, 0);
  co_await t.store(at + segment::removed, 0);
  co_await t.store(first_segment(t), made);
  co_return before + 1;
}

Code<> free_if_unused(Thread& t, Object object) {
  const std::uint64_t removed = co_await t.load(segment_at(t, object) + segment::removed);
  const std::uint64_t attached = co_await t.load(segment_at(t, object) + segment::attached);
  if (removed == 0 || attached != 0) co_return;
  const Object after = co_await t.load(segment_at(t, object) + segment::next);
  Word link = first_segment(t);
  for (;;) {
    const Object at = co_await t.load(link);
    if (at == object) break;
    link = segment_at(t, at) + segment::next;
  }
  co_await t.store(link, after);
  co_await release(t, Table::segment, object);
}

// With the lock.
Code<Result> get_segment(Thread& t, SegmentGet get) {
  Object found = kNone;
  if (get.key != 0) found = co_await find_by(t, segment::key, get.key);   // 0: IPC_PRIVATE
  if (found != kNone) {
    const std::uint64_t bytes = co_await t.load(segment_at(t, found) + segment::bytes);
    const std::uint64_t id = co_await t.load(segment_at(t, found) + segment::number);
    if (get.create && get.exclusive) co_return Result::fail(Errno::eexist);
    if (get.bytes > bytes) co_return Result::fail(Errno::einval);
    co_return Result::of(static_cast<std::int64_t>(id));
  }
  if (get.key != 0 && !get.create) co_return Result::fail(Errno::enoent);
  if (get.bytes == 0) co_return Result::fail(Errno::einval);
  if (get.bytes > kBytesMax) co_return Result::fail(Errno::enomem);
  const std::uint64_t made = co_await make_segment(t, get.key, get.bytes);
  co_return Result::of(static_cast<std::int64_t>(made));
}

}   // namespace

Code<> do_segment_get(Thread& t, const SegmentGet& get) {
  t.work(t.costs().ipc_operation);
  const Held held = co_await lock(t, table_lock(t));
  Result result = co_await get_segment(t, get);
  co_await unlock(t, table_lock(t), held);
  t.complete(std::move(result));
}

Code<> do_segment_remove(Thread& t, const SegmentRemove& remove) {
  t.work(t.costs().ipc_operation);
  const Held held = co_await lock(t, table_lock(t));
  const Object found = co_await find_by(t, segment::number, remove.segment);
  std::uint64_t removed = 1;
  if (found != kNone) removed = co_await t.exchange(segment_at(t, found) + segment::removed, 1);
  if (removed == 0) {
    co_await t.store(segment_at(t, found) + segment::key, 0);
    co_await free_if_unused(t, found);
  }
  co_await unlock(t, table_lock(t), held);
  t.complete(removed == 0 ? Result::ok() : Result::fail(found == kNone ? Errno::einval : Errno::eidrm));
}

Code<Object> attachment_of(Thread& t, Object process, std::uint64_t id) {
  Object at = co_await t.load(field_of(t, process, process::attachments));
  while (at != kNone) {
    const Object object = co_await t.load(attachment_at(t, at) + attachment::segment);
    const std::uint64_t number = co_await t.load(segment_at(t, object) + segment::number);
    if (number == id) break;
    at = co_await t.load(attachment_at(t, at) + attachment::next);
  }
  co_return at;
}

Code<std::uint64_t> bytes_of_attached(Thread& t, Object attached) {
  const Object object = co_await t.load(attachment_at(t, attached) + attachment::segment);
  const std::uint64_t bytes = co_await t.load(segment_at(t, object) + segment::bytes);
  co_return bytes;
}

namespace {

// With the lock.
Code<> attach_to(Thread& t, Object process, Object object, std::uint64_t times) {
  const Object made = co_await allocate(t, Table::attachment);
  const Object first = co_await t.load(field_of(t, process, process::attachments));
  co_await t.store(attachment_at(t, made) + attachment::segment, object);
  co_await t.store(attachment_at(t, made) + attachment::times, times);
  co_await t.store(attachment_at(t, made) + attachment::next, first);
  co_await t.store(field_of(t, process, process::attachments), made);
  co_await t.add(segment_at(t, object) + segment::attached, 1);
}

Code<> let_go(Thread& t, Object attached) {
  const Object object = co_await t.load(attachment_at(t, attached) + attachment::segment);
  co_await t.add(segment_at(t, object) + segment::attached, ~std::uint64_t{0});
  co_await free_if_unused(t, object);
  co_await release(t, Table::attachment, attached);
}

Code<Errno> attach_by(Thread& t, std::uint64_t id) {
  const Object own = co_await attachment_of(t, t.process(), id);
  const Object found = co_await find_by(t, segment::number, id);
  if (found == kNone) co_return Errno::einval;
  const std::uint64_t removed = co_await t.load(segment_at(t, found) + segment::removed);
  if (removed != 0) co_return Errno::eidrm;
  if (own != kNone) co_await t.add(attachment_at(t, own) + attachment::times, 1);
  else co_await attach_to(t, t.process(), found, 1);
  co_return Errno::none;
}

}   // namespace

Code<> do_attach(Thread& t, const Attach& attach) {
  t.work(t.costs().ipc_operation);
  const Held held = co_await lock(t, table_lock(t));
  const Errno error = co_await attach_by(t, attach.segment);
  co_await unlock(t, table_lock(t), held);
  t.complete(error == Errno::none ? Result::ok() : Result::fail(error));
}

Code<> do_detach(Thread& t, const Detach& detach) {
  t.work(t.costs().ipc_operation);
  const Object own = co_await attachment_of(t, t.process(), detach.segment);
  if (own == kNone) {
    t.fail(Errno::einval);
    co_return;
  }
  const std::uint64_t times = co_await t.add(attachment_at(t, own) + attachment::times, ~std::uint64_t{0});
  if (times == 1) {
    const Object after = co_await t.load(attachment_at(t, own) + attachment::next);
    Word link = field_of(t, t.process(), process::attachments);
    for (;;) {
      const Object at = co_await t.load(link);
      if (at == own) break;
      link = attachment_at(t, at) + attachment::next;
    }
    co_await t.store(link, after);
    const Held held = co_await lock(t, table_lock(t));
    co_await let_go(t, own);
    co_await unlock(t, table_lock(t), held);
  }
  t.complete(Result::ok());
}

Code<> inherit_attachments(Thread& t, Object mother, Object child) {
  Object at = co_await t.load(field_of(t, mother, process::attachments));
  if (at == kNone) co_return;
  const Held held = co_await lock(t, table_lock(t));
  while (at != kNone) {
    const Object object = co_await t.load(attachment_at(t, at) + attachment::segment);
    const std::uint64_t times = co_await t.load(attachment_at(t, at) + attachment::times);
    co_await attach_to(t, child, object, times);
    at = co_await t.load(attachment_at(t, at) + attachment::next);
  }
  co_await unlock(t, table_lock(t), held);
}

Code<> detach_all(Thread& t, Object process) {
  Object at = co_await t.exchange(field_of(t, process, process::attachments), kNone);
  if (at == kNone) co_return;
  const Held held = co_await lock(t, table_lock(t));
  while (at != kNone) {
    const Object after = co_await t.load(attachment_at(t, at) + attachment::next);
    co_await let_go(t, at);
    at = after;
  }
  co_await unlock(t, table_lock(t), held);
}

}   // namespace ssi::dsm_first
