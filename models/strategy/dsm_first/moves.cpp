// Processes that change nodes: from one run queue to another. Nothing is carried along but the order: what they have is in shared memory,
// their own pages as well, which come when they are touched.
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

using namespace process;

// Its program stands still. Its node forgets it, the other one is told; what it was called for ends here before.
Code<> hand_over(Thread& t, NodeId to, std::uint64_t what) {
  const Object self = t.process();
  const Pid pid = t.caller();
  const Held held = co_await lock(t, task_lock(t));
  co_await dequeue(t, self);
  co_await enqueue(t, self, to);
  co_await t.store(field_of(t, self, moved), 1);
  const std::uint64_t here = co_await t.is_here(pid);   // it may be killed until now
  if (here != 0) {
    t.tell([&](Processor& p) {
      if (what == arrive_in_call) p.continue_there(t, to);
      p.leave_here(pid);
    });
  } else {
    co_await dequeue(t, self);
    co_await enqueue(t, self, t.self());
  }
  co_await unlock(t, task_lock(t), held);
  if (here != 0) co_await kick(t, self, to, what, false);
}

namespace {

Code<> move_another(Thread& t, Pid pid, NodeId to) {
  const Held held = co_await lock(t, task_lock(t));
  const Object target = co_await find(t, pid);
  std::uint64_t life = unused, on = to.value;
  if (target != kNone) life = co_await t.load(field_of(t, target, state));
  if (life == living) on = co_await t.load(field_of(t, target, node));
  if (life == living && on != to.value) co_await t.store(field_of(t, target, goes_to), to.value + 1);
  co_await unlock(t, task_lock(t), held);
  if (life == living && on != to.value) {
    co_await kick(t, target, NodeId{static_cast<std::uint32_t>(on)}, depart, true);
    co_await t.acknowledged();
  }
  t.complete(life == living ? Result::ok() : Result::fail(Errno::esrch));
}

}   // namespace

Code<> do_migrate(Thread& t, const Migrate& migrate) {
  if (const Errno wrong = place_error(t.layout(), migrate.node); wrong != Errno::none) {
    t.fail(wrong);
    co_return;
  }
  if (migrate.pid != kNoPid && migrate.pid != t.caller()) {
    co_await move_another(t, migrate.pid, migrate.node);
    co_return;
  }
  if (migrate.node != t.self()) {
    const std::uint64_t frozen = co_await t.freeze(t.caller());
    if (frozen == 0) co_return;
  }
  t.complete(Result::ok());   // held until it goes on
  if (migrate.node != t.self()) co_await hand_over(t, migrate.node, arrive);
}

Code<bool> follow(Thread& t, Word word, coherence::Access::Kind access) {
  if (t.settings().on_fault == "page") co_return false;
  const std::uint64_t to = co_await t.follow(word, access);
  if (to == 0) co_return false;
  const std::uint64_t frozen = co_await t.freeze(t.caller());
  if (frozen != 0) co_await hand_over(t, NodeId{static_cast<std::uint32_t>(to - 1)}, arrive_in_call);
  co_return true;
}

// Of a process that is in no call, because another one wants it elsewhere.
Code<> move_away(Thread& t, NodeId to) {
  const std::uint64_t frozen = co_await t.freeze(t.caller());
  if (frozen != 0) co_await hand_over(t, to, arrive);
}

}   // namespace ssi::dsm_first
