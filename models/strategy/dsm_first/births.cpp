// The birth of a process: the first one of each node, spawn, fork, rfork.
#include <algorithm>
#include <array>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/files.hpp"
#include "models/strategy/dsm_first/proc.hpp"
#include "models/strategy/dsm_first/segments.hpp"

namespace ssi::dsm_first {

using namespace process;

Code<ProgramRef> program_of(Thread& t, Object process) {
  const std::uint64_t both = co_await t.load(field_of(t, process, program));
  const std::uint64_t first = co_await t.load(field_of(t, process, argument));
  const std::uint64_t second = co_await t.load(field_of(t, process, second_argument));
  co_return ProgramRef{static_cast<std::uint32_t>(both >> 32), static_cast<std::uint32_t>(both), {first, second}};
}

Code<> set_program(Thread& t, Object process, ProgramRef ref) {
  co_await t.store(field_of(t, process, program), std::uint64_t{ref.workload} << 32 | ref.program);
  co_await t.store(field_of(t, process, argument), ref.arguments[0]);
  co_await t.store(field_of(t, process, second_argument), ref.arguments[1]);
}

namespace {

constexpr std::array kCleared{status, stopped, pending, first_child, waits, descriptors, attachments, goes_to, granted};

// Of what a reused entry may still have. `todo` stays: its list may still have the entry.
Code<> clear(Thread& t, Object process) {
  for (std::size_t i = 0; i < kCleared.size(); ++i) co_await t.store(field_of(t, process, kCleared[i]), 0);
}

// The process of which the host is the program, on each node.
Code<> make_init(Thread& t) {
  const Object self = init_object(t.self());
  const Pid pid = init_of(t.self(), t.machine().incarnation);
  co_await clear(t, self);
  const Held held = co_await lock(t, task_lock(t));
  co_await t.store(field_of(t, self, group), pid.value);
  co_await t.store(field_of(t, self, session), pid.value);
  co_await t.store(field_of(t, self, dispositions), 0);
  co_await t.store(field_of(t, self, state), living);
  co_await enter(t, self, pid);
  co_await enqueue(t, self, t.self());
  co_await unlock(t, task_lock(t), held);
}

// Everything of a child but its relations, by its parent: nobody else knows it yet.
Code<Object> copy_process(Thread& t, Object mother, ProgramRef ref, bool exec) {
  const Object child = co_await allocate(t, Table::process);
  co_await clear(t, child);
  co_await set_program(t, child, ref);
  std::uint64_t actions = co_await t.load(field_of(t, mother, dispositions));
  if (exec) actions = after_exec(actions);
  co_await t.store(field_of(t, child, dispositions), actions);
  co_await inherit_descriptors(t, mother, child);
  if (!exec) co_await inherit_attachments(t, mother, child);
  co_return child;
}

struct Child {
  Object object = kNone;
  Pid pid = kNoPid;
  Pid group = kNoPid;
};

// Takes the task lock when all signals have acted that are marked for the caller; false: one of them has ended it. While it is stopped
// it waits. So does Linux's copy_process: it looks under the lock of the task list, and begins anew after the signal (ERESTARTNOINTR).
// Who was met by a killpg has no child then that was not: the child is in the list before it, or its parent's signal acts first.
Code<bool> lock_after_signals(Thread& t, Held& held) {
  const Object self = t.process();
  for (;;) {
    held = co_await lock(t, task_lock(t));
    co_await act_on_signals(t, self);
    const std::uint64_t here = co_await t.is_here(t.caller());
    const std::uint64_t is_stopped = co_await t.load(field_of(t, self, stopped));
    if (here == 0 || is_stopped == 0) co_return here != 0;
    co_await unlock(t, task_lock(t), held);
    co_await t.continued();
  }
}

// A child that nobody knows, and nobody will.
Code<> throw_away(Thread& t, Object child) {
  co_await close_all(t, child);
  co_await detach_all(t, child);
  co_await release(t, Table::process, child);
}

// Without a pid: its parent was killed before.
Code<Child> make_child(Thread& t, ProgramRef ref, NodeId on, bool exec) {
  t.work(exec ? t.costs().fork + t.costs().exec : t.costs().fork);
  const Object mother = t.process();
  const Object child = co_await copy_process(t, mother, ref, exec);
  Held held{};
  const bool lives = co_await lock_after_signals(t, held);
  if (!lives) {
    co_await unlock(t, task_lock(t), held);
    co_await throw_away(t, child);
    co_return Child{};
  }
  const std::uint64_t last = co_await t.add(t.at(Table::kernel, kLastPid), 1);
  const Pid pid = Pid::make(NodeId{0}, t.machine().incarnation, static_cast<std::uint32_t>(last) + kInitSequence + 1);
  const std::uint64_t its_group = co_await t.load(field_of(t, mother, group));
  const std::uint64_t its_session = co_await t.load(field_of(t, mother, session));
  co_await t.store(field_of(t, child, group), its_group);
  co_await t.store(field_of(t, child, session), its_session);
  co_await enter(t, child, pid);
  co_await adopt(t, mother, child);
  co_await enqueue(t, child, on);
  co_await t.store(field_of(t, child, state), living);
  if (on == t.self()) t.tell([&](Processor& p) { p.start_here(pid, child, ref); });
  co_await unlock(t, task_lock(t), held);
  if (on != t.self()) co_await kick(t, child, on, start, false);
  co_return Child{child, pid, Pid{its_group}};
}

}   // namespace

Code<NodeId> place(Thread& t, Placement placement) {
  if (placement.kind == Placement::Kind::here) co_return t.self();
  if (placement.kind == Placement::Kind::node) co_return placement.node;
  const NodeId best = co_await least_loaded(t);
  co_return best;
}

Code<> boot(Thread& t) { co_await make_init(t); }

Code<> do_spawn(Thread& t, const ProgramRef& ref, Placement placement, bool exec) {
  const NodeId on = co_await place(t, placement);
  if (const Errno wrong = place_error(t.layout(), on); wrong != Errno::none) {
    t.fail(wrong);
    co_return;
  }
  const Child child = co_await make_child(t, ref, on, exec);
  if (child.pid != kNoPid) t.complete(Result::ok(child.pid));
}

Code<> do_rfork(Thread& t, const Rfork& fork) {
  Errno wrong = fork.nodes.empty() ? Errno::einval : Errno::none;
  for (const NodeId node : fork.nodes)
    if (wrong == Errno::none) wrong = place_error(t.layout(), node);
  if (wrong != Errno::none) {
    t.fail(wrong);
    co_return;
  }
  std::vector<ProcessInfo> made;
  for (const NodeId node : fork.nodes) {
    const Child child = co_await make_child(t, fork.child, node, false);
    if (child.pid == kNoPid) co_return;
    made.push_back({child.pid, t.caller(), child.group, node, false});
  }
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(made));
  t.complete(std::move(result));
}

}   // namespace ssi::dsm_first
