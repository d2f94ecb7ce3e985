// Signals: POSIX.1-2017, "Signal Concepts" (XSH 2.4). Who sends one marks it in the process's entry; the process's own node acts on it.
// Each kill is counted, so that a handler runs once for each, as in the other designs (Linux would merge those that wait).
#include <algorithm>
#include <array>

#include "models/base/check.hpp"
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

using namespace process;

namespace {

constexpr std::array kSignals{Signal::hup,  Signal::interrupt, Signal::usr1, Signal::usr2, Signal::pipe,
                              Signal::term, Signal::chld,      Signal::kill, Signal::stop, Signal::cont};
constexpr std::uint64_t kContHandler = std::uint64_t{1} << 60;   // it has been continued; its handler runs after those held back
constexpr unsigned kBits = 6;
constexpr std::uint64_t kMost = (1U << kBits) - 1;

unsigned place_of(Signal signal) {
  const auto found = std::find(kSignals.begin(), kSignals.end(), signal);
  SSI_CHECK(found != kSignals.end(), "no such signal");
  return static_cast<unsigned>(found - kSignals.begin()) * kBits;
}
std::uint64_t count_of(std::uint64_t pending, Signal signal) { return pending >> place_of(signal) & kMost; }
std::uint64_t with_count(std::uint64_t pending, Signal signal, std::uint64_t count) {
  return (pending & ~(kMost << place_of(signal))) | std::min(count, kMost) << place_of(signal);
}

Disposition disposition_of(std::uint64_t dispositions, Signal signal) {
  return static_cast<Disposition>(dispositions >> 2 * static_cast<unsigned>(signal) & 3);
}
std::uint64_t with_disposition(std::uint64_t dispositions, Signal signal, Disposition disposition) {
  const unsigned at = 2 * static_cast<unsigned>(signal);
  return (dispositions & ~(std::uint64_t{3} << at)) | static_cast<std::uint64_t>(disposition) << at;
}

bool is_init(Thread& t, Object process) { return process <= t.layout().nodes(); }

// The default action of CHLD is to ignore it.
bool ignores(bool init, std::uint64_t dispositions, Signal signal) {
  const Disposition disposition = disposition_of(dispositions, signal);
  if (disposition == Disposition::handler) return false;
  return init || disposition == Disposition::ignore || signal == Signal::chld;
}

}   // namespace

bool ignores_children(std::uint64_t dispositions) { return disposition_of(dispositions, Signal::chld) == Disposition::ignore; }

std::uint64_t after_exec(std::uint64_t dispositions) {
  for (const Signal signal : kSignals)
    if (disposition_of(dispositions, signal) == Disposition::handler)
      dispositions = with_disposition(dispositions, signal, Disposition::standard);
  return dispositions;
}

Code<> drop_ignored(Thread& t, Object process) {
  const std::uint64_t actions = co_await t.load(field_of(t, process, dispositions));
  std::uint64_t held_back = co_await t.load(field_of(t, process, pending));
  for (const Signal signal : kSignals)
    if (signal != Signal::cont && ignores(is_init(t, process), actions, signal)) held_back = with_count(held_back, signal, 0);
  co_await t.store(field_of(t, process, pending), held_back);
}

Code<bool> post(Thread& t, Object process, Signal signal) {
  const std::uint64_t life = co_await t.load(field_of(t, process, state));
  if (signal == Signal::none || life != living) co_return false;
  const std::uint64_t actions = co_await t.load(field_of(t, process, dispositions));
  if (signal != Signal::cont && ignores(is_init(t, process), actions, signal)) co_return false;
  const std::uint64_t held_back = co_await t.load(field_of(t, process, pending));
  const std::uint64_t is_stopped = co_await t.load(field_of(t, process, stopped));
  const std::uint64_t count = is_stopped != 0 ? 1 : count_of(held_back, signal) + 1;
  co_await t.store(field_of(t, process, pending), with_count(held_back, signal, count));
  co_return true;
}

namespace {

// The next one to act on; none: what there is has to wait until the process is continued.
Signal next_of(std::uint64_t pending, bool is_stopped) {
  for (const Signal first : {Signal::kill, Signal::cont, Signal::stop})
    if (count_of(pending, first) != 0) return first;
  for (const Signal signal : kSignals)
    if (!is_stopped && count_of(pending, signal) != 0) return signal;
  return Signal::none;
}

void run_handler(Thread& t, Pid pid, Signal signal) {
  t.tell([&](Processor& p) {
    p.order_here({ProgramOrder::Kind::interrupt, pid, {}, signal});
    p.signal_came(pid);
  });
}

Code<> die(Thread& t, Object process, Pid pid, Signal signal) {
  co_await t.store(field_of(t, process, state), exiting);
  t.tell([&](Processor& p) { p.end_here(pid, status_of(signal)); });
}

Code<> continue_it(Thread& t, Object process, Pid pid, std::uint64_t actions) {
  const std::uint64_t was_stopped = co_await t.exchange(field_of(t, process, stopped), 0);
  if (was_stopped != 0) t.tell([&](Processor& p) { p.order_here({ProgramOrder::Kind::resume, pid, {}, Signal::cont}); });
  if (disposition_of(actions, Signal::cont) != Disposition::handler) co_return;
  const std::uint64_t held_back = co_await t.load(field_of(t, process, pending));
  co_await t.store(field_of(t, process, pending), held_back | kContHandler);
}

Code<> stop_it(Thread& t, Object process, Pid pid) {
  const std::uint64_t was_stopped = co_await t.exchange(field_of(t, process, stopped), 1);
  if (was_stopped == 0) t.tell([&](Processor& p) { p.order_here({ProgramOrder::Kind::stop, pid, {}, Signal::stop}); });
}

}   // namespace

Code<> act_on_signals(Thread& t, Object process) {
  const std::uint64_t number = co_await t.load(field_of(t, process, Field::pid));
  const Pid pid{number};
  for (;;) {
    const std::uint64_t life = co_await t.load(field_of(t, process, state));
    const std::uint64_t held_back = co_await t.load(field_of(t, process, pending));
    const std::uint64_t is_stopped = co_await t.load(field_of(t, process, stopped));
    const Signal signal = next_of(held_back, is_stopped != 0);
    const std::uint64_t here = co_await t.is_here(pid);
    if (life != living || here == 0) co_return;
    if (signal == Signal::none) {
      if (is_stopped != 0) co_return;
      if ((held_back & kContHandler) == 0) {
        t.tell([&](Processor& p) { p.go_on_here(pid); });
        co_return;
      }
      co_await t.store(field_of(t, process, pending), held_back & ~kContHandler);
      run_handler(t, pid, Signal::cont);
      continue;
    }
    const std::uint64_t actions = co_await t.load(field_of(t, process, dispositions));
    t.work(t.costs().signal);
    co_await t.store(field_of(t, process, pending), with_count(held_back, signal, count_of(held_back, signal) - 1));
    if (signal == Signal::cont) {
      co_await continue_it(t, process, pid, actions);
    } else if (ignores(is_init(t, process), actions, signal)) {
      continue;   // it has changed its mind
    } else if (disposition_of(actions, signal) == Disposition::handler) {
      run_handler(t, pid, signal);
    } else if (signal == Signal::stop) {
      co_await stop_it(t, process, pid);
    } else {
      co_await die(t, process, pid, signal);
      co_return;
    }
  }
}

namespace {

struct Target {
  Object process;
  Pid pid;
  NodeId node;
  bool unsure;   // whether its node looks at it when it is kicked: it has moved once, or somebody else was about to kick it
};

// Marked; acted on at once if it runs here. Else its node, which has to look.
Code<std::optional<Target>> send_signal(Thread& t, Object process, Signal signal) {
  const bool wanted = co_await post(t, process, signal);
  if (!wanted) co_return std::nullopt;
  const std::uint64_t number = co_await t.load(field_of(t, process, Field::pid));
  const std::uint64_t on = co_await t.load(field_of(t, process, node));
  const std::uint64_t here = co_await t.is_here(Pid{number});
  if (here == 0) {
    const std::uint64_t has_moved = co_await t.load(field_of(t, process, moved));
    co_return Target{process, Pid{number}, NodeId{static_cast<std::uint32_t>(on)}, has_moved != 0};
  }
  co_await act_on_signals(t, process);
  co_return std::nullopt;
}

// Something is left that its node has to act on, wherever that is by now.
Code<bool> has_to_act(Thread& t, Target& target) {
  const std::uint64_t number = co_await t.load(field_of(t, target.process, Field::pid));
  const std::uint64_t life = co_await t.load(field_of(t, target.process, state));
  if (number != target.pid.value || life != living) co_return false;
  const std::uint64_t on = co_await t.load(field_of(t, target.process, node));
  const std::uint64_t held_back = co_await t.load(field_of(t, target.process, pending));
  const std::uint64_t is_stopped = co_await t.load(field_of(t, target.process, stopped));
  target.node = NodeId{static_cast<std::uint32_t>(on)};
  co_return next_of(held_back, is_stopped != 0) != Signal::none;
}

Code<> kick_until_acted(Thread& t, Target target) {
  for (;;) {
    const Held held = co_await lock(t, task_lock(t));
    const bool acts = co_await has_to_act(t, target);
    co_await unlock(t, task_lock(t), held);
    if (!acts) co_return;
    co_await kick(t, target.process, target.node, signals, true);
    co_await t.acknowledged();
  }
}

// Their nodes have acted. Whoever has not started yet, or moves, may not have been where it was looked for, and its mark on the list of
// another node.
Code<> see_to(Thread& t, std::vector<Target>& targets) {
  for (Target& target : targets) {
    const bool listed = co_await kick(t, target.process, target.node, signals, true);
    target.unsure = target.unsure || !listed;
  }
  const std::uint64_t again = co_await t.acknowledged();
  for (const Target& target : targets)
    if (again != 0 || target.unsure) co_await kick_until_acted(t, target);
}

}   // namespace

// It is over when the target's node has acted, so that who was killed runs no further step.
Code<> do_kill(Thread& t, const Kill& kill) {
  const Held held = co_await lock(t, task_lock(t));
  const Object process = co_await find(t, kill.pid);
  std::vector<Target> elsewhere;
  if (process != kNone) {
    const std::optional<Target> target = co_await send_signal(t, process, kill.signal);
    if (target) elsewhere.push_back(*target);
  }
  co_await unlock(t, task_lock(t), held);
  co_await see_to(t, elsewhere);
  t.complete(process == kNone ? Result::fail(Errno::esrch) : Result::ok());
}

namespace {

// Living ones, ascending by pid.
Code<std::vector<Object>> members_of(Thread& t, Pid wanted) {
  std::vector<std::pair<Pid, Object>> members;
  const std::vector<Object> tasks = co_await all_tasks(t);
  for (const Object task : tasks) {
    const std::uint64_t its_group = co_await t.load(field_of(t, task, group));
    if (its_group != wanted.value) continue;
    const std::uint64_t life = co_await t.load(field_of(t, task, state));
    const std::uint64_t number = co_await t.load(field_of(t, task, Field::pid));
    if (life == living) members.emplace_back(Pid{number}, task);
  }
  std::sort(members.begin(), members.end());
  std::vector<Object> out;
  for (const auto& [pid, task] : members) out.push_back(task);
  co_return out;
}

}   // namespace

Code<> do_kill_group(Thread& t, const KillGroup& kill) {
  const Held held = co_await lock(t, task_lock(t));
  Pid wanted = kill.group;
  if (wanted == kNoPid) {
    const std::uint64_t own = co_await t.load(field_of(t, t.process(), group));
    wanted = Pid{own};
  }
  const std::vector<Object> members = co_await members_of(t, wanted);
  std::vector<Target> elsewhere;
  for (const Object member : members) {
    const std::optional<Target> target = co_await send_signal(t, member, kill.signal);
    if (target) elsewhere.push_back(*target);
  }
  co_await unlock(t, task_lock(t), held);
  co_await see_to(t, elsewhere);
  t.complete(members.empty() ? Result::fail(Errno::esrch) : Result::ok());
}

Code<> do_set_action(Thread& t, const SetAction& set) {
  if (set.signal == Signal::none || set.signal == Signal::kill || set.signal == Signal::stop) {
    t.fail(Errno::einval);
    co_return;
  }
  const Object self = t.process();
  const Held held = co_await lock(t, task_lock(t));
  const std::uint64_t actions = co_await t.load(field_of(t, self, dispositions));
  co_await t.store(field_of(t, self, dispositions), with_disposition(actions, set.signal, set.disposition));
  co_await drop_ignored(t, self);
  co_await unlock(t, task_lock(t), held);
  t.complete(Result::ok());
}

}   // namespace ssi::dsm_first
