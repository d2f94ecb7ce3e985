// Semaphores, mutexes and barriers by key. Who waits is given what it waits for, in the order of arrival.
#include "models/strategy/dsm_first/queues.hpp"
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {
namespace {

enum SemaphoreKind : std::uint64_t { is_semaphore = 1, is_mutex, is_barrier };

Word table_of_all(Thread& t) { return t.at(Table::kernel, kSemaphoreLock); }
Word object_at(Thread& t, Object object) { return t.at(Table::semaphore, object); }
Word waiters(Thread& t, Object object) { return object_at(t, object) + semaphore::first_waiter; }

// Made by its first use; it stays.
Code<Object> find_or_make(Thread& t, SemaphoreKind kind, std::uint64_t key) {
  const Word first = table_of_all(t) + kLockWords;
  const Held held = co_await lock(t, table_of_all(t));
  Object at = co_await t.load(first);
  while (at != kNone) {
    const std::uint64_t its_kind = co_await t.load(object_at(t, at) + semaphore::kind);
    const std::uint64_t its_key = co_await t.load(object_at(t, at) + semaphore::key);
    if (its_kind == kind && its_key == key) break;
    at = co_await t.load(object_at(t, at) + semaphore::next);
  }
  if (at == kNone) {
    at = co_await allocate(t, Table::semaphore);
    for (std::uint32_t word = 0; word < words_of(Table::semaphore); ++word) co_await t.store(object_at(t, at) + word, 0);
    co_await t.store(object_at(t, at) + semaphore::kind, kind);
    co_await t.store(object_at(t, at) + semaphore::key, key);
    const Object next = co_await t.load(first);
    co_await t.store(object_at(t, at) + semaphore::next, next);
    co_await t.store(first, at);
  }
  co_await unlock(t, table_of_all(t), held);
  co_return at;
}

// With the object's lock, which is given back. 1 + status; 0: a handler has run, and the caller is not counted at `arrived` any more.
Code<std::uint64_t> wait_for_it(Thread& t, Object object, Held held) {
  co_await join(t, waiters(t, object));
  for (;;) {
    co_await unlock(t, object_at(t, object), held);
    const std::uint64_t signal = co_await t.sleep();
    held = co_await lock(t, object_at(t, object));
    const std::uint64_t granted = co_await t.load(field_of(t, t.process(), process::granted));
    if (granted == 0 && signal == 0) continue;
    if (granted == 0) {
      co_await leave(t, waiters(t, object));
      co_await t.add(object_at(t, object) + semaphore::arrived, ~std::uint64_t{0});
    }
    co_await unlock(t, object_at(t, object), held);
    co_return granted;
  }
}

}   // namespace

Code<> do_down(Thread& t, const Down& down) {
  t.work(t.costs().ipc_operation);
  const Object object = co_await find_or_make(t, is_semaphore, down.semaphore);
  const Word value = object_at(t, object) + semaphore::value;
  const Held held = co_await lock(t, object_at(t, object));
  const std::uint64_t before = co_await t.load(value);
  if (before > 0 || down.no_wait) {
    if (before > 0) co_await t.store(value, before - 1);
    co_await unlock(t, object_at(t, object), held);
    t.complete(before > 0 ? Result::ok() : Result::fail(Errno::eagain));
    co_return;
  }
  const std::uint64_t granted = co_await wait_for_it(t, object, held);
  t.complete(granted != 0 ? Result::ok() : Result::fail(Errno::eintr));
}

Code<> do_up(Thread& t, const Up& up) {
  t.work(t.costs().ipc_operation);
  const Object object = co_await find_or_make(t, is_semaphore, up.semaphore);
  const Word value = object_at(t, object) + semaphore::value;
  const Held held = co_await lock(t, object_at(t, object));
  std::uint64_t left = up.by;
  while (left > 0) {
    const bool given = co_await grant_to_first(t, waiters(t, object), 0);
    if (!given) break;
    --left;
  }
  if (left > 0) co_await t.add(value, left);
  co_await unlock(t, object_at(t, object), held);
  t.complete(Result::ok());
}

namespace {

Code<> take_mutex(Thread& t, Object object) {
  const Word holder = object_at(t, object) + semaphore::value;
  const Held held = co_await lock(t, object_at(t, object));
  const std::uint64_t before = co_await t.load(holder);
  if (before == 0 || before == t.caller().value) {
    if (before == 0) co_await t.store(holder, t.caller().value);
    co_await unlock(t, object_at(t, object), held);
    t.complete(before == 0 ? Result::ok() : Result::fail(Errno::edeadlk));
    co_return;
  }
  const std::uint64_t granted = co_await wait_for_it(t, object, held);
  t.complete(granted != 0 ? Result::ok(kNoPid, static_cast<std::int32_t>(granted - 1)) : Result::fail(Errno::eintr));
}

Code<> give_mutex(Thread& t, Object object) {
  const Word holder = object_at(t, object) + semaphore::value;
  const Held held = co_await lock(t, object_at(t, object));
  const std::uint64_t before = co_await t.load(holder);
  if (before == t.caller().value) {
    const Object next = co_await t.load(waiters(t, object));
    std::uint64_t its_pid = 0;
    if (next != kNone) its_pid = co_await t.load(field_of(t, next, process::pid));
    co_await t.store(holder, its_pid);
    co_await grant_to_first(t, waiters(t, object), 0);
  }
  co_await unlock(t, object_at(t, object), held);
  t.complete(before == t.caller().value ? Result::ok() : Result::fail(Errno::eperm));
}

}   // namespace

// A dead holder's mutex stays locked (PTHREAD_MUTEX_STALLED).
Code<> do_mutex(Thread& t, const Mutex& mutex) {
  t.work(t.costs().ipc_operation);
  const Object object = co_await find_or_make(t, is_mutex, mutex.key);
  if (mutex.lock) co_await take_mutex(t, object);
  else co_await give_mutex(t, object);
}

// The last to come gets the value 1, as PTHREAD_BARRIER_SERIAL_THREAD.
Code<> do_barrier(Thread& t, const Barrier& barrier) {
  t.work(t.costs().ipc_operation);
  const Object object = co_await find_or_make(t, is_barrier, barrier.key);
  const Word parties = object_at(t, object) + semaphore::value, arrived = object_at(t, object) + semaphore::arrived;
  const Held held = co_await lock(t, object_at(t, object));
  const Object first = co_await t.load(waiters(t, object));
  const std::uint64_t wanted = co_await t.load(parties);
  if (barrier.parties == 0 || (first != kNone && wanted != barrier.parties)) {
    co_await unlock(t, object_at(t, object), held);
    t.fail(Errno::einval);
    co_return;
  }
  if (first == kNone) co_await t.store(arrived, 0);   // those before have met, or have gone
  co_await t.store(parties, barrier.parties);
  const std::uint64_t before = co_await t.add(arrived, 1);
  if (before + 1 < barrier.parties) {
    const std::uint64_t granted = co_await wait_for_it(t, object, held);
    t.complete(granted != 0 ? Result::of(0) : Result::fail(Errno::eintr));
    co_return;
  }
  bool more = true;
  while (more) more = co_await grant_to_first(t, waiters(t, object), 0);
  co_await unlock(t, object_at(t, object), held);
  t.complete(Result::of(1));
}

}   // namespace ssi::dsm_first
