#include "models/strategy/dsm_first/queues.hpp"

namespace ssi::dsm_first {

Code<> join(Thread& t, Word queue) {
  const Object self = t.process();
  const Object last = co_await t.load(queue + 1);
  co_await t.store(field_of(t, self, process::next_waiter), kNone);
  co_await t.store(field_of(t, self, process::granted), 0);
  co_await t.store(last == kNone ? queue : field_of(t, last, process::next_waiter), self);
  co_await t.store(queue + 1, self);
}

Code<> leave(Thread& t, Word queue) {
  const Object self = t.process();
  const Object after = co_await t.load(field_of(t, self, process::next_waiter));
  Object before = kNone;
  Object at = co_await t.load(queue);
  while (at != self && at != kNone) {
    before = at;
    at = co_await t.load(field_of(t, at, process::next_waiter));
  }
  if (at == kNone) co_return;
  co_await t.store(before == kNone ? queue : field_of(t, before, process::next_waiter), after);
  if (after == kNone) co_await t.store(queue + 1, before);
}

Code<bool> is_first(Thread& t, Word queue) {
  const Object first = co_await t.load(queue);
  co_return first == t.process();
}

Code<> wake_first(Thread& t, Word queue) {
  const Object first = co_await t.load(queue);
  if (first != kNone && first != t.process()) co_await awake(t, first);
}

Code<bool> grant_to_first(Thread& t, Word queue, std::uint64_t status) {
  const Object first = co_await t.load(queue);
  if (first == kNone) co_return false;
  const Object after = co_await t.load(field_of(t, first, process::next_waiter));
  co_await t.store(queue, after);
  if (after == kNone) co_await t.store(queue + 1, kNone);
  co_await t.store(field_of(t, first, process::granted), 1 + status);
  t.work(t.costs().wakeup);
  co_await awake(t, first);
  co_return true;
}

}   // namespace ssi::dsm_first
