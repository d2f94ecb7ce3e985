#include "models/strategy/dsm_first/locks.hpp"

namespace ssi::dsm_first {
namespace {

// Who waits reads, which its copy of the page serves until the holder lets go of it (Rudolph and Segall, ISCA 1984).
Code<> spin_until_free(Thread& t, Word lock) {
  for (;;) {
    const std::uint64_t taken = co_await t.load(lock);
    if (taken == 0) {
      const std::uint64_t before = co_await t.exchange(lock, 1);
      if (before == 0) co_return;
      continue;
    }
    co_await t.changed(lock, taken);
  }
}

// Words: the next ticket, and the one that is served.
Code<> take_ticket(Thread& t, Word lock) {
  const std::uint64_t mine = co_await t.add(lock, 1);
  for (;;) {
    const std::uint64_t served = co_await t.load(lock + 1);
    if (served == mine) co_return;
    co_await t.changed(lock + 1, served);
  }
}

// Words: the queue's end. A node of the queue: whether it waits, and who comes next (Mellor-Crummey and Scott, TOCS 1991).
Code<Held> join_queue(Thread& t, Word lock) {
  const Object mine = co_await t.queue_node();
  const Word waits = t.at(Table::lock_queue, mine), next = waits + 1;
  co_await t.store(next, kNone);
  const Object before = co_await t.exchange(lock, mine);
  if (before == kNone) co_return mine;
  co_await t.store(waits, 1);
  co_await t.store(t.at(Table::lock_queue, before, 1), mine);
  for (;;) {
    const std::uint64_t waiting = co_await t.load(waits);
    if (waiting == 0) co_return mine;
    co_await t.changed(waits, waiting);
  }
}

Code<> leave_queue(Thread& t, Word lock, Object mine) {
  const Word next = t.at(Table::lock_queue, mine, 1);
  Object after = co_await t.load(next);
  if (after == kNone) {
    const Object last = co_await t.compare_swap(lock, mine, kNone);
    while (last != mine && after == kNone) {   // somebody is about to say that it comes next
      co_await t.changed(next, kNone);
      after = co_await t.load(next);
    }
  }
  if (after != kNone) co_await t.store(t.at(Table::lock_queue, after), 0);
  t.tell([&](Processor& p) { p.give_back_queue_node(mine); });
}

}   // namespace

Code<Held> lock(Thread& t, Word lock) {
  const LockKind kind = t.settings().lock_kind();
  if (kind == LockKind::mcs) {
    const Held held = co_await join_queue(t, lock);
    co_return held;
  }
  if (kind == LockKind::ticket) {
    co_await take_ticket(t, lock);
    co_return 0;
  }
  const std::uint64_t before = co_await t.exchange(lock, 1);
  if (before != 0) co_await spin_until_free(t, lock);
  co_return 0;
}

Code<> unlock(Thread& t, Word lock, Held held) {
  const LockKind kind = t.settings().lock_kind();
  if (kind == LockKind::mcs) co_await leave_queue(t, lock, held);
  else if (kind == LockKind::ticket) co_await t.add(lock + 1, 1);
  else co_await t.store(lock, 0);
}

namespace {

// Words of an allocator, behind its lock: the first free object, and how many were ever made. A free object's first word: the next.
constexpr std::uint32_t kFree = kLockWords, kMade = kLockWords + 1;

}   // namespace

Code<Object> allocate(Thread& t, Table table) {
  const Word allocator = t.at(Table::allocator, t.layout().allocator(table, t.self()));
  const Held held = co_await lock(t, allocator);
  Object object = co_await t.load(allocator + kFree);
  if (object != kNone) {
    const Object next = co_await t.load(t.at(table, object));
    co_await t.store(allocator + kFree, next);
  } else {
    const std::uint64_t made = co_await t.add(allocator + kMade, 1);
    object = t.layout().fresh(table, t.self(), made);
  }
  co_await unlock(t, allocator, held);
  co_return object;
}

Code<> release(Thread& t, Table table, Object object) {
  const Word allocator = t.at(Table::allocator, t.layout().allocator_of(table, object));
  const Held held = co_await lock(t, allocator);
  const Object first = co_await t.load(allocator + kFree);
  co_await t.store(t.at(table, object), first);
  co_await t.store(allocator + kFree, object);
  co_await unlock(t, allocator, held);
}

}   // namespace ssi::dsm_first
