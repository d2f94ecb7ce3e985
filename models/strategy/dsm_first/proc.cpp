#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

using namespace process;

namespace {

Word bucket_of(Thread& t, Pid pid) { return t.at(Table::pid_hash, 1 + mix64(pid.value) % Layout::kBuckets); }
Word tasks(Thread& t) { return t.at(Table::kernel, kTasks); }

}   // namespace

Code<Object> find(Thread& t, Pid pid) {
  Object at = co_await t.load(bucket_of(t, pid));
  while (at != kNone) {
    const std::uint64_t number = co_await t.load(field_of(t, at, Field::pid));
    if (number == pid.value) break;
    at = co_await t.load(field_of(t, at, next_in_bucket));
  }
  co_return at;
}

Code<std::vector<Object>> all_tasks(Thread& t) {
  std::vector<Object> found;
  Object at = co_await t.load(tasks(t));
  while (at != kNone) {
    found.push_back(at);
    at = co_await t.load(field_of(t, at, next_task));
  }
  co_return found;
}

Code<> enter(Thread& t, Object process, Pid pid) {
  const Word bucket = bucket_of(t, pid);
  co_await t.store(field_of(t, process, Field::pid), pid.value);
  const Object next = co_await t.load(bucket);
  co_await t.store(field_of(t, process, next_in_bucket), next);
  co_await t.store(bucket, process);
  const Object first = co_await t.load(tasks(t));
  co_await t.store(field_of(t, process, next_task), first);
  co_await t.store(field_of(t, process, previous_task), kNone);
  if (first != kNone) co_await t.store(field_of(t, first, previous_task), process);
  co_await t.store(tasks(t), process);
  co_await t.add(tasks(t) + 1, 1);
}

Code<> forget(Thread& t, Object process) {
  const std::uint64_t number = co_await t.load(field_of(t, process, Field::pid));
  const Object after = co_await t.load(field_of(t, process, next_in_bucket));
  Word link = bucket_of(t, Pid{number});
  for (;;) {
    const Object at = co_await t.load(link);
    if (at == process) break;
    link = field_of(t, at, next_in_bucket);
  }
  co_await t.store(link, after);
  const Object next = co_await t.load(field_of(t, process, next_task));
  const Object previous = co_await t.load(field_of(t, process, previous_task));
  co_await t.store(previous == kNone ? tasks(t) : field_of(t, previous, next_task), next);
  if (next != kNone) co_await t.store(field_of(t, next, previous_task), previous);
  co_await t.add(tasks(t) + 1, ~std::uint64_t{0});
  co_await t.store(field_of(t, process, state), unused);
  co_await release(t, Table::process, process);
}

Code<> adopt(Thread& t, Object mother, Object child) {
  const Object first = co_await t.load(field_of(t, mother, first_child));
  co_await t.store(field_of(t, child, parent), mother);
  co_await t.store(field_of(t, child, next_sibling), first);
  co_await t.store(field_of(t, child, previous_sibling), kNone);
  if (first != kNone) co_await t.store(field_of(t, first, previous_sibling), child);
  co_await t.store(field_of(t, mother, first_child), child);
}

Code<> disown(Thread& t, Object child) {
  const Object next = co_await t.load(field_of(t, child, next_sibling));
  const Object previous = co_await t.load(field_of(t, child, previous_sibling));
  const Object mother = co_await t.load(field_of(t, child, parent));
  co_await t.store(previous == kNone ? field_of(t, mother, first_child) : field_of(t, previous, next_sibling), next);
  if (next != kNone) co_await t.store(field_of(t, next, previous_sibling), previous);
}

// The queue has a lock of its own: a processor looks at it without the task lock.
Code<> enqueue(Thread& t, Object process, NodeId on) {
  const Word queue = t.at(Table::run_queue, Layout::of_node(on));
  const Held held = co_await lock(t, queue);
  const Object last = co_await t.load(queue + run_queue::last);
  co_await t.store(field_of(t, process, node), on.value);
  co_await t.store(field_of(t, process, previous_in_queue), last);
  co_await t.store(field_of(t, process, next_in_queue), kNone);
  co_await t.store(last == kNone ? queue + run_queue::first : field_of(t, last, next_in_queue), process);
  co_await t.store(queue + run_queue::last, process);
  co_await t.add(queue + run_queue::length, 1);
  co_await unlock(t, queue, held);
}

Code<> dequeue(Thread& t, Object process) {
  const std::uint64_t on = co_await t.load(field_of(t, process, node));
  const Word queue = t.at(Table::run_queue, Layout::of_node(NodeId{static_cast<std::uint32_t>(on)}));
  const Held held = co_await lock(t, queue);
  const Object next = co_await t.load(field_of(t, process, next_in_queue));
  const Object previous = co_await t.load(field_of(t, process, previous_in_queue));
  co_await t.store(previous == kNone ? queue + run_queue::first : field_of(t, previous, next_in_queue), next);
  co_await t.store(next == kNone ? queue + run_queue::last : field_of(t, next, previous_in_queue), previous);
  co_await t.add(queue + run_queue::length, ~std::uint64_t{0});
  co_await unlock(t, queue, held);
}

Code<NodeId> least_loaded(Thread& t) {
  NodeId best = t.self();
  std::uint64_t least = co_await t.load(t.at(Table::run_queue, Layout::of_node(best), run_queue::length));
  for (std::uint32_t id = 0; id < t.layout().nodes(); ++id) {
    if (!t.layout().has(NodeId{id})) continue;
    const std::uint64_t length = co_await t.load(t.at(Table::run_queue, Layout::of_node(NodeId{id}), run_queue::length));
    if (length < least) {
      least = length;
      best = NodeId{id};
    }
  }
  co_return best;
}

// A list without a lock, as Linux's wake lists are (llist): who finds something in it need not interrupt, since somebody has.
Code<bool> kick(Thread& t, Object process, NodeId on, std::uint64_t what, bool acknowledge) {
  const Word mark = field_of(t, process, todo), list = t.at(Table::run_queue, Layout::of_node(on), run_queue::todo);
  std::uint64_t before = co_await t.load(mark);
  for (;;) {
    const std::uint64_t found = co_await t.compare_swap(mark, before, before | what);
    if (found == before) break;
    before = found;
  }
  Object first = kNone;
  if (before == 0) {
    first = co_await t.load(list);
    for (;;) {
      co_await t.store(field_of(t, process, next_todo), first);
      const Object found = co_await t.compare_swap(list, first, process);
      if (found == first) break;
      first = found;
    }
  }
  if (acknowledge || (before == 0 && first == kNone)) t.interrupt(on, acknowledge);
  co_return before == 0;
}

// A process sleeps no longer, or not when it is about to.
Code<> awake(Thread& t, Object process) {
  const std::uint64_t on = co_await t.load(field_of(t, process, node));
  const std::uint64_t number = co_await t.load(field_of(t, process, Field::pid));
  if (on == t.self().value) t.tell([&](Processor& p) { p.wake_here(Pid{number}); });
  else co_await kick(t, process, NodeId{static_cast<std::uint32_t>(on)}, wake, false);
}

namespace {

struct Seen {
  Pid pid;
  NodeId on;
  std::uint64_t state = unused;
};
Code<Seen> see(Thread& t, Object process) {
  const std::uint64_t number = co_await t.load(field_of(t, process, Field::pid));
  const std::uint64_t on = co_await t.load(field_of(t, process, node));
  const std::uint64_t life = co_await t.load(field_of(t, process, state));
  co_return Seen{Pid{number}, NodeId{static_cast<std::uint32_t>(on)}, life};
}

// With the task lock. False: it runs elsewhere by now.
Code<bool> act(Thread& t, Object process, std::uint64_t what) {
  const Seen seen = co_await see(t, process);
  if (seen.state != living) co_return true;
  if (seen.on != t.self()) co_return false;
  if ((what & start) != 0) {
    const ProgramRef program = co_await program_of(t, process);
    t.tell([&](Processor& p) { p.start_here(seen.pid, process, program); });
  }
  if ((what & (arrive | exec_there | arrive_in_call)) != 0) {
    const ProgramRef program = co_await program_of(t, process);
    const std::uint64_t is_stopped = co_await t.load(field_of(t, process, stopped));
    t.tell([&](Processor& p) {
      p.arrive_here(seen.pid, process, is_stopped != 0, (what & exec_there) != 0 ? &program : nullptr, (what & arrive_in_call) != 0);
    });
  }
  if ((what & depart) != 0) {
    const std::uint64_t to = co_await t.exchange(field_of(t, process, goes_to), 0);
    if (to != 0 && to - 1 != t.self().value)
      t.tell([&](Processor& p) { p.depart_here(seen.pid, NodeId{static_cast<std::uint32_t>(to - 1)}); });
  }
  if ((what & wake) != 0) t.tell([&](Processor& p) { p.wake_here(seen.pid); });
  const std::uint64_t here = co_await t.is_here(seen.pid);
  if (here != 0) co_await act_on_signals(t, process);
  else if ((what & signals) != 0) t.tell([](Processor& p) { p.not_there(); });   // it has still to start, or to arrive
  co_return true;
}

Code<> look_at(Thread& t, Object process) {
  const std::uint64_t what = co_await t.exchange(field_of(t, process, todo), 0);
  if (what == wake) {   // at worst another process wakes for nothing
    const Seen seen = co_await see(t, process);
    if (seen.on == t.self()) {
      t.tell([&](Processor& p) { p.wake_here(seen.pid); });
      co_return;
    }
  }
  const Held held = co_await lock(t, task_lock(t));
  const bool done = co_await act(t, process, what);
  const Seen seen = co_await see(t, process);
  co_await unlock(t, task_lock(t), held);
  if (done || what == 0) co_return;
  if ((what & signals) != 0) t.tell([](Processor& p) { p.not_there(); });
  co_await kick(t, process, seen.on, what, false);
}

}   // namespace

Code<> serve_interrupts(Thread& t) {
  Object at = co_await t.exchange(t.at(Table::run_queue, Layout::of_node(t.self()), run_queue::todo), kNone);
  std::vector<Object> due;   // the list is last in, first out
  while (at != kNone) {
    due.push_back(at);
    at = co_await t.load(field_of(t, at, next_todo));
  }
  while (!due.empty()) {
    const Object process = due.back();
    due.pop_back();
    co_await look_at(t, process);
  }
}

}   // namespace ssi::dsm_first
