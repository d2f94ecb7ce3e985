// The life of a process: exec, exit, wait, ps.
#include <algorithm>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/proc.hpp"
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {

using namespace process;

Code<> do_exec(Thread& t, const Exec& exec) {
  const NodeId on = co_await place(t, exec.placement);
  if (const Errno wrong = place_error(t.layout(), on); wrong != Errno::none) {
    t.fail(wrong);
    co_return;
  }
  if (on != t.self()) {   // the process goes first
    const std::uint64_t frozen = co_await t.freeze(t.caller());
    if (frozen == 0) co_return;
  }
  t.work(t.costs().exec);
  const Object self = t.process();
  co_await detach_all(t, self);
  const Held held = co_await lock(t, task_lock(t));
  const std::uint64_t actions = co_await t.load(field_of(t, self, dispositions));
  co_await t.store(field_of(t, self, dispositions), after_exec(actions));
  co_await drop_ignored(t, self);
  co_await set_program(t, self, exec.program);
  co_await unlock(t, task_lock(t), held);
  t.complete(Result::ok());   // counted, never seen: the old program is gone
  if (on != t.self()) co_await hand_over(t, on, exec_there);
  else t.tell([&](Processor& p) { p.order_here({ProgramOrder::Kind::exec, t.caller(), exec.program, Signal::none}); });
}

namespace {

// Its children get another parent; the dead ones are forgotten.
Code<> leave_children(Thread& t, Object self) {
  Object child = co_await t.load(field_of(t, self, first_child));
  while (child != kNone) {
    const Object next = co_await t.load(field_of(t, child, next_sibling));
    const std::uint64_t life = co_await t.load(field_of(t, child, state));
    if (life == zombie) co_await forget(t, child);
    else co_await adopt(t, init_object(t.layout().first_node()), child);
    child = next;
  }
  co_await t.store(field_of(t, self, first_child), kNone);
}

// Its parent is told: by its status, a wake-up, a signal; or nobody wants to know.
Code<> tell_parent(Thread& t, Object self, std::int32_t its_status) {
  const Object mother = co_await t.load(field_of(t, self, parent));
  const std::uint64_t actions = co_await t.load(field_of(t, mother, dispositions));
  if (mother <= t.layout().nodes() || ignores_children(actions)) {   // init
    co_await disown(t, self);
    co_await forget(t, self);
  } else {
    co_await t.store(field_of(t, self, status), static_cast<std::uint32_t>(its_status));
    co_await t.store(field_of(t, self, state), zombie);
  }
  const std::uint64_t waiting = co_await t.exchange(field_of(t, mother, waits), 0);
  if (waiting != 0) co_await awake(t, mother);
  const bool wanted = co_await post(t, mother, Signal::chld);
  if (!wanted) co_return;
  const std::uint64_t on = co_await t.load(field_of(t, mother, node));
  const std::uint64_t number = co_await t.load(field_of(t, mother, Field::pid));
  const std::uint64_t here = co_await t.is_here(Pid{number});
  if (here != 0) co_await act_on_signals(t, mother);
  else co_await kick(t, mother, NodeId{static_cast<std::uint32_t>(on)}, signals, false);
}

}   // namespace

// Its program has ended already.
Code<> do_exit(Thread& t, std::int32_t its_status) {
  t.work(t.costs().exit);
  const Object self = t.process();
  co_await close_all(t, self);
  co_await detach_all(t, self);
  const Held held = co_await lock(t, task_lock(t));
  co_await t.store(field_of(t, self, state), exiting);
  co_await leave_children(t, self);
  co_await dequeue(t, self);
  co_await tell_parent(t, self, its_status);
  co_await unlock(t, task_lock(t), held);
  t.tell([&](Processor& p) { p.exit_is_over(t.caller()); });
}

namespace {

struct Found {
  bool child = false;
  Object zombie_object = kNone;
  Pid pid{};
};

// A child that is waited for; of several dead ones that with the lowest pid.
Code<Found> look_for(Thread& t, Object self, Pid wanted) {
  Found found;
  Object child = co_await t.load(field_of(t, self, first_child));
  while (child != kNone) {
    const std::uint64_t number = co_await t.load(field_of(t, child, Field::pid));
    const std::uint64_t life = co_await t.load(field_of(t, child, state));
    const bool right = wanted == kNoPid || wanted.value == number;
    found.child = found.child || right;
    if (right && life == zombie && (found.zombie_object == kNone || Pid{number} < found.pid)) {
      found.zombie_object = child;
      found.pid = Pid{number};
    }
    child = co_await t.load(field_of(t, child, next_sibling));
  }
  co_return found;
}

Code<std::int32_t> reap(Thread& t, Object child) {
  const std::uint64_t its_status = co_await t.load(field_of(t, child, status));
  co_await disown(t, child);
  co_await forget(t, child);
  co_return static_cast<std::int32_t>(its_status);
}

}   // namespace

// A handler that ran before a child was found ends it.
Code<> do_wait(Thread& t, const Wait& wait) {
  t.work(t.costs().wait);
  for (;;) {
    const Held held = co_await lock(t, task_lock(t));
    const Found found = co_await look_for(t, t.process(), wait.child);
    std::int32_t its_status = 0;
    if (found.zombie_object != kNone) its_status = co_await reap(t, found.zombie_object);
    const bool over = found.zombie_object != kNone || !found.child || wait.no_hang;
    co_await t.store(field_of(t, t.process(), waits), over ? 0 : 1);
    co_await unlock(t, task_lock(t), held);
    if (found.zombie_object != kNone) t.complete(Result::ok(found.pid, its_status));
    else if (!found.child) t.fail(Errno::echild);
    else if (wait.no_hang) t.complete(Result::ok());
    if (over) co_return;
    const std::uint64_t signal = co_await t.sleep();
    if (signal == 0) continue;
    co_await t.store(field_of(t, t.process(), waits), 0);
    t.fail(Errno::eintr);
    co_return;
  }
}

Code<> do_pause(Thread& t) {
  std::uint64_t signal = 0;
  while (signal == 0) signal = co_await t.sleep();
  t.fail(Errno::eintr);
}

Code<> do_list(Thread& t) {
  std::vector<ProcessInfo> lines;
  const Held held = co_await lock(t, task_lock(t));
  const std::vector<Object> tasks = co_await all_tasks(t);
  for (const Object task : tasks) {
    const std::uint64_t life = co_await t.load(field_of(t, task, state));
    if (life != living && life != zombie) continue;
    const std::uint64_t number = co_await t.load(field_of(t, task, Field::pid));
    const Object mother = co_await t.load(field_of(t, task, parent));
    std::uint64_t its_parent = 0;
    if (mother != kNone) its_parent = co_await t.load(field_of(t, mother, Field::pid));
    const std::uint64_t its_group = co_await t.load(field_of(t, task, group));
    const std::uint64_t on = co_await t.load(field_of(t, task, node));
    const Pid shown = life == zombie ? kNoPid : Pid{its_group};
    lines.push_back({Pid{number}, Pid{its_parent}, shown, NodeId{static_cast<std::uint32_t>(on)}, life == zombie});
  }
  co_await unlock(t, task_lock(t), held);
  std::sort(lines.begin(), lines.end());
  t.work(t.costs().list_per_process * static_cast<std::int64_t>(lines.size()));
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(lines));
  t.complete(std::move(result));
}

}   // namespace ssi::dsm_first
