// A program's loads, stores and atomic operations on segments: a word within one page is one access, whatever crosses pages a range of
// each, as the hardware would have it.
#include <algorithm>

#include "models/strategy/dsm_first/proc.hpp"
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {
namespace {

Word word_of(Thread& t, std::uint64_t segment, std::uint64_t offset) {
  const std::uint64_t size = t.layout().page_bytes();
  return {t.layout().data(Table::segment_data, segment, offset / size), static_cast<std::uint32_t>(offset % size)};
}
bool within_page(Thread& t, std::uint64_t offset, std::uint64_t count) {
  const std::uint64_t size = t.layout().page_bytes();
  return offset / size == (offset + count - 1) / size;
}

Code<bool> may_use(Thread& t, std::uint64_t id, std::uint64_t offset, std::uint64_t count) {
  t.work(t.costs().ipc_operation);
  const Object attached = co_await attachment_of(t, t.process(), id);
  if (attached == kNone || count == 0) co_return false;
  const std::uint64_t bytes = co_await bytes_of_attached(t, attached);
  co_return offset <= bytes&& count <= bytes - offset;
}

std::uint64_t little_endian(const std::vector<std::byte>& bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return word;
}

void charge_range(Thread& t, std::uint64_t bytes) { t.work(Duration{t.costs().copy_per_kib.ns * static_cast<std::int64_t>(bytes) / 1024}); }

}   // namespace

Code<> do_load(Thread& t, const Load& load) {
  const bool fine = co_await may_use(t, load.segment, load.offset, load.count);
  if (!fine) {
    t.fail(Errno::einval);
    co_return;
  }
  const bool moves = co_await follow(t, word_of(t, load.segment, load.offset), coherence::Access::Kind::load);
  if (moves) co_return;
  charge_range(t, load.count);
  if (load.count == kWordBytes && within_page(t, load.offset, load.count)) {
    const std::uint64_t word = co_await t.load(word_of(t, load.segment, load.offset));
    t.complete(Result::of(static_cast<std::int64_t>(word)));
    co_return;
  }
  std::vector<std::byte> all;
  while (all.size() < load.count) {
    const Word from = word_of(t, load.segment, load.offset + all.size());
    const std::uint64_t bytes = std::min<std::uint64_t>(load.count - all.size(), t.layout().page_bytes() - from.offset);
    const Bytes part = co_await t.read(from, static_cast<std::uint32_t>(bytes));
    all.insert(all.end(), part->begin(), part->end());
  }
  Result result = Result::of(static_cast<std::int64_t>(load.count <= kWordBytes ? little_endian(all) : load.count));
  if (load.count > kWordBytes) result.more = std::make_shared<const std::vector<std::byte>>(std::move(all));
  t.complete(std::move(result));
}

Code<> do_store(Thread& t, const Store& store) {
  const std::uint64_t count = store.data ? size_of(store.data) : kWordBytes;
  const bool fine = co_await may_use(t, store.segment, store.offset, count);
  if (!fine) {
    t.fail(Errno::einval);
    co_return;
  }
  const bool moves = co_await follow(t, word_of(t, store.segment, store.offset), coherence::Access::Kind::store);
  if (moves) co_return;
  charge_range(t, count);
  if (!store.data && within_page(t, store.offset, count)) {
    co_await t.store(word_of(t, store.segment, store.offset), store.word);
    t.complete(Result::ok());
    co_return;
  }
  std::vector<std::byte> all;
  if (store.data) all = *store.data;
  for (std::size_t i = 0; !store.data && i < kWordBytes; ++i) all.push_back(static_cast<std::byte>(store.word >> 8 * i & 0xff));
  for (std::uint64_t done = 0; done < count;) {
    const Word to = word_of(t, store.segment, store.offset + done);
    const std::uint64_t bytes = std::min<std::uint64_t>(count - done, t.layout().page_bytes() - to.offset);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(done);
    const Bytes part = std::make_shared<const std::vector<std::byte>>(begin, begin + static_cast<std::ptrdiff_t>(bytes));
    co_await t.write(to, part);
    done += bytes;
  }
  t.complete(Result::ok());
}

Code<> do_atomic(Thread& t, const Atomic& atomic) {
  const bool fine = co_await may_use(t, atomic.segment, atomic.offset, kWordBytes);
  if (!fine || atomic.offset % kWordBytes != 0) {
    t.fail(Errno::einval);
    co_return;
  }
  const Word at = word_of(t, atomic.segment, atomic.offset);
  const bool moves = co_await follow(t, at, coherence::Access::Kind::add);
  if (moves) co_return;
  std::uint64_t before = 0;
  switch (atomic.kind) {
    case Atomic::Kind::add: before = co_await t.add(at, atomic.operand); break;
    case Atomic::Kind::exchange: before = co_await t.exchange(at, atomic.operand); break;
    case Atomic::Kind::compare_exchange: before = co_await t.compare_swap(at, atomic.expected, atomic.operand); break;
  }
  t.complete(Result::of(static_cast<std::int64_t>(before)));
}

}   // namespace ssi::dsm_first
