// Process groups and sessions: POSIX.1-2017, setpgid() and setsid().
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

using namespace process;

namespace {

// A living member's session; kNoPid: the group has none.
Code<Pid> session_of_group(Thread& t, Pid wanted) {
  const std::vector<Object> tasks = co_await all_tasks(t);
  for (const Object task : tasks) {
    const std::uint64_t its_group = co_await t.load(field_of(t, task, group));
    if (its_group != wanted.value) continue;
    const std::uint64_t life = co_await t.load(field_of(t, task, state));
    if (life != living) continue;
    const std::uint64_t its_session = co_await t.load(field_of(t, task, session));
    co_return Pid{its_session};
  }
  co_return kNoPid;
}

Code<Errno> set_group(Thread& t, Pid target, Pid wanted, bool given) {
  Pid of_group = kNoPid;
  if (wanted != target) of_group = co_await session_of_group(t, wanted);
  if (given && wanted != target && of_group == kNoPid) co_return Errno::eperm;   // no such group
  Object found = t.process();
  if (target != t.caller()) found = co_await find(t, target);
  if (found == kNone) co_return Errno::esrch;
  const std::uint64_t life = co_await t.load(field_of(t, found, state));
  const Object mother = co_await t.load(field_of(t, found, parent));
  if (life != living || (found != t.process() && mother != t.process())) co_return Errno::esrch;
  const std::uint64_t its_session = co_await t.load(field_of(t, found, session));
  const std::uint64_t my_session = co_await t.load(field_of(t, t.process(), session));
  if (its_session == target.value || its_session != my_session) co_return Errno::eperm;
  if (of_group != kNoPid && of_group.value != its_session) co_return Errno::eperm;
  co_await t.store(field_of(t, found, group), wanted.value);
  co_return Errno::none;
}

}   // namespace

Code<> do_set_group(Thread& t, const SetGroup& set) {
  const Pid target = set.pid == kNoPid ? t.caller() : set.pid;
  const Held held = co_await lock(t, task_lock(t));
  const Errno error = co_await set_group(t, target, set.group == kNoPid ? target : set.group, set.group != kNoPid);
  co_await unlock(t, task_lock(t), held);
  t.complete(error == Errno::none ? Result::ok() : Result::fail(error));
}

Code<> do_set_session(Thread& t) {
  const Held held = co_await lock(t, task_lock(t));
  const Pid taken = co_await session_of_group(t, t.caller());
  if (taken == kNoPid) {
    co_await t.store(field_of(t, t.process(), group), t.caller().value);
    co_await t.store(field_of(t, t.process(), session), t.caller().value);
  }
  co_await unlock(t, task_lock(t), held);
  t.complete(taken == kNoPid ? Result::ok() : Result::fail(Errno::eperm));
}

}   // namespace ssi::dsm_first
