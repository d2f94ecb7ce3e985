// Processes: spawn, wait, exec, rfork, migration, orphans, ps.
#include <set>

#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kDone = 1, kPid = 2, kWhere = 3, kParent = 4, kCount = 5;

Program exits_with_7(Stage& s, Self& self) {
  s.mark(kWhere, self.node);
  co_await s.nap(self, 10);
  s.mark(kDone);
  co_await Exit{7};
}
Program pauses(Stage& s, Self& self) {
  s.mark(kPid, self.pid.value);
  s.mark(kReady);
  co_await Pause{};
}

Program spawn_elsewhere(Stage& s, Self&) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result ended = co_await Wait{child.pid};
  s.need(ended, "wait");
  s.same(s.marked(kWhere) == 1, "it runs on that node");
  s.same(ended.pid == child.pid && ended.status == 7, "its parent gets its status");
  s.finish();
}

Program wait_any(Stage& s, Self&) {
  std::set<Pid> children, waited;
  for (std::uint32_t node = 1; node <= 2; ++node) {
    const Result child = co_await s.spawn(1, node);
    if (!s.need(child, "spawn on another node")) co_return;
    children.insert(child.pid);
  }
  for (int i = 0; i < 2; ++i) {
    const Result ended = co_await Wait{};
    if (!s.need(ended, "wait")) co_return;
    waited.insert(ended.pid);
  }
  s.same(waited == children, "each child once");
  const Result last = co_await Wait{};
  s.fails(last, Errno::echild, "wait without children");
  s.finish();
}

Program wait_no_hang(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result before = co_await Wait{child.pid, true};
  s.need(before, "wait");
  s.same(before.pid == kNoPid, "nothing while it lives");
  const Result killed = co_await Kill{child.pid, Signal::kill};
  s.need(killed, "kill");
  Result after;
  for (int i = 0; i < 500 && after.good() && after.pid == kNoPid; ++i) {
    co_await s.nap(self);
    after = co_await Wait{child.pid, true};
  }
  s.same(after.pid == child.pid && after.status == status_of(Signal::kill), "its status afterwards");
  s.finish();
}

Program signals_parent(Stage& s, Self& self) {
  while (s.waits_for(kParent)) co_await s.nap(self);
  co_await s.nap(self, 10);
  const Result sent = co_await Kill{s.pid(kParent), Signal::usr1};
  s.need(sent, "kill");
  co_await Pause{};
}
Program wait_interrupted(Stage& s, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  s.mark(kParent, self.pid.value);
  const Result wait = co_await Wait{child.pid};
  s.fails(wait, Errno::eintr, "wait during a handler");
  const Result killed = co_await Kill{child.pid, Signal::kill};
  s.need(killed, "kill");
  const Result again = co_await Wait{child.pid};
  s.same(again.status == status_of(Signal::kill), "the child can still be waited for");
  s.finish();
}

Program wait_stranger(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result wait = co_await Wait{s.pid(kPid)};
  s.fails(wait, Errno::echild, "wait for a process that is no child");
  s.finish();
}

Program has_a_child(Stage& s, Self&) {
  const Result child = co_await s.spawn(2, 2);
  s.need(child, "spawn on another node");
}
Program orphan(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  co_await Wait{child.pid};
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await s.nap(self, 20);
  const Result list = co_await List{};
  if (!s.need(list, "ps") || !s.same(list.processes() != nullptr, "ps has a list")) co_return;
  bool adopted = false;
  for (const ProcessInfo& process : *list.processes()) adopted |= process.pid == s.pid(kPid) && process.parent.sequence() == kInitSequence;
  s.same(adopted, "init is its parent");
  s.finish();
}

Program leaves_two_children(Stage& s, Self&) {
  const Result here = co_await Fork{s.program(2)};
  if (!s.need(here, "fork")) co_return;
  const Result there = co_await s.spawn(2, 2);
  if (!s.need(there, "spawn on another node")) co_return;
  s.mark(kParent, here.pid.value);
  s.mark(kCount, there.pid.value);
}
Program one_init(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  co_await Wait{child.pid};
  co_await s.nap(self, 20);
  const Result list = co_await List{};
  if (!s.need(list, "ps") || !s.same(list.processes() != nullptr, "ps has a list")) co_return;
  std::vector<Pid> parents;
  for (const ProcessInfo& process : *list.processes())
    if (process.pid == s.pid(kParent) || process.pid == s.pid(kCount)) parents.push_back(process.parent);
  s.same(parents.size() == 2 && parents[0].sequence() == kInitSequence && parents[0] == parents[1], "they have one parent, init");
  s.finish();
}

Program list_everywhere(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result list = co_await List{};
  if (!s.need(list, "ps") || !s.same(list.processes() != nullptr, "ps has a list")) co_return;
  bool seen = false;
  for (const ProcessInfo& process : *list.processes()) seen |= process.pid == s.pid(kPid);
  s.same(seen, "it is in the list");
  s.finish();
}

Program after_exec(Stage& s, Self& self) {
  s.mark(kPid, self.pid.value);
  s.mark(kWhere, self.node);
  co_await Exit{5};
}
Program execs_here(Stage& s, Self&) {
  const Result old = co_await Exec{s.program(2), {}};
  s.need(old, "exec");
  s.same(false, "exec does not return");
}
Program execs_elsewhere(Stage& s, Self&) {
  const Result old = co_await Exec{s.program(2), s.at(1)};
  s.need(old, "exec on another node");
  s.same(false, "exec does not return");
}
Program exec_keeps_pid(Stage& s, Self&) {
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  const Result ended = co_await Wait{child.pid};
  s.need(ended, "wait");
  s.same(s.pid(kPid) == child.pid, "the new program has the old pid");
  s.same(ended.status == 5, "its parent gets the status of the new program");
  s.finish();
}

Program rfork_many(Stage& s, Self&) {
  const Result made = co_await rfork(s.program(1), 0, 2);
  if (!s.need(made, "rfork") || !s.same(made.processes() != nullptr, "rfork names the children")) co_return;
  std::set<Pid> children, waited;
  for (const ProcessInfo& child : *made.processes()) children.insert(child.pid);
  for (int i = 0; i < 3; ++i) {
    const Result ended = co_await Wait{};
    if (ended.status == 7) waited.insert(ended.pid);
  }
  s.same(children.size() == 3 && waited == children, "a child on each node, each with its status");
  s.finish();
}

Program migrates(Stage& s, Self& self) {
  const Result moved = co_await Migrate{kNoPid, NodeId{1}};
  if (!s.need(moved, "migrate")) co_return;
  s.mark(kPid, self.pid.value);
  s.mark(kReady);
  co_await Pause{};
}
Program migrate_keeps(Stage& s, Self& self) {
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  s.same(s.pid(kPid) == child.pid, "it keeps its pid");
  const Result killed = co_await Kill{child.pid, Signal::term};
  s.need(killed, "kill of a process that has moved");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::term), "the signal finds it, and its parent gets the status");
  s.finish();
}

Program parent_moves(Stage& s, Self&) {
  const Result child = co_await Spawn{s.program(1), Stage::at(1)};
  if (!s.need(child, "spawn on another node")) co_return;
  const Result moved = co_await Migrate{kNoPid, NodeId{1}};
  if (!s.need(moved, "migrate")) co_return;
  const Result ended = co_await Wait{};
  s.same(ended.pid == child.pid && ended.status == 7, "a parent that has moved gets the status of its child");
  s.finish();
}

// Says how often its handler has run when it is told to go.
Program moves_and_handles(Stage& s, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  s.mark(kPid, self.pid.value);
  s.mark(kReady);
  for (std::uint32_t i = 0; s.waits_for(kDone); ++i) {
    const Result moved = co_await Migrate{kNoPid, NodeId{(i + 1) % 2}};
    if (!s.need(moved, "migrate")) co_return;
    co_await s.nap(self);
  }
  s.mark(kCount, self.handled.size());
}
Program signals_the_moving(Stage& s, Self& self) {
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  for (int i = 0; i < 20; ++i) {
    const Result killed = co_await Kill{child.pid, Signal::usr1};
    if (!s.need(killed, "kill of a process that is moving")) co_return;
    if (i % 4 == 3) co_await s.nap(self);   // it moves on
  }
  s.mark(kDone);
  co_await Wait{child.pid};
  s.same(s.marked(kCount) == 20, "the handler of a moving process runs once for each kill");
  s.finish();
}

Program group_moves(Stage& s, Self& self) {
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  co_await SetGroup{child.pid, child.pid};
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result killed = co_await KillGroup{child.pid, Signal::term};
  s.need(killed, "killpg of a group whose member has moved");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::term), "a group's signal reaches a member that has moved");
  s.finish();
}

Program orders_its_parent(Stage& s, Self&) {
  const Result ordered = co_await Migrate{s.pid(kPid), NodeId{1}};
  s.need(ordered, "migrate of another process");
  co_await Exit{7};
}
Program moved_while_waiting(Stage& s, Self& self) {
  s.mark(kPid, self.pid.value);
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  const Result ended = co_await Wait{child.pid};
  s.same(ended.good() && ended.status == 7, "a wait goes on where the process is moved to");
  s.finish();
}

}   // namespace

std::vector<Behaviour> process_behaviours() {
  return {
      {"spawn.elsewhere", "process", "a child runs on another node and its parent gets its status", {spawn_elsewhere, exits_with_7}},
      {"wait.any", "process", "wait returns each child of any node once, then ECHILD", {wait_any, exits_with_7}},
      {"wait.no_hang", "process", "WNOHANG of a child elsewhere: nothing while it lives, its status afterwards", {wait_no_hang, pauses}},
      {"wait.eintr", "process", "a handler ends a wait for a child elsewhere in EINTR", {wait_interrupted, signals_parent}},
      {"wait.stranger", "process", "ECHILD for a process elsewhere that is no child", {wait_stranger, pauses}, true},
      {"orphan.init", "process", "init adopts an orphan, wherever parent and child were", {orphan, has_a_child, pauses}},
      {"orphan.one_init", "process", "orphans of all nodes have one parent", {one_init, leaves_two_children, pauses}},
      {"list.everywhere", "process", "ps shows the processes of other nodes", {list_everywhere, pauses}, true},
      {"exec.here", "process", "exec keeps the pid", {exec_keeps_pid, execs_here, after_exec}},
      {"exec.elsewhere", "process", "exec on another node keeps the pid", {exec_keeps_pid, execs_elsewhere, after_exec}},
      {"rfork.many", "process", "rfork onto several nodes makes a child on each", {rfork_many, exits_with_7}},
      {"migrate.keeps", "process", "a process that moves keeps pid, parent and signals", {migrate_keeps, migrates}},
      {"migrate.parent", "process", "a parent that has moved gets the statuses of its children", {parent_moves, exits_with_7}},
      {"migrate.signals", "process", "no signal to a moving process is lost or handled twice", {signals_the_moving, moves_and_handles}},
      {"migrate.group", "process", "a group's signal reaches a member that has moved", {group_moves, migrates}},
      {"migrate.ordered",
       "process",
       "another process moves one that waits, and the wait goes on",
       {moved_while_waiting, orders_its_parent}},
  };
}

}   // namespace ssi::conformance
