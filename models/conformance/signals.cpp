// Signals, groups and sessions over nodes.
#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kCount = 2, kPid = 3, kDone = 4;

Program pauses(Stage& s, Self& self) {
  s.mark(kPid, self.pid.value);
  s.mark(kReady);
  co_await Pause{};
}
// Has handled two signals when it exits with 3.
Program handles_two(Stage& s, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  s.mark(kPid, self.pid.value);
  s.mark(kReady);
  while (self.handled.size() < 2) {
    co_await Pause{};
    s.mark(kCount, self.handled.size());
  }
  s.mark(kDone);
  co_await Exit{3};
}
Program counts(Stage& s, Self& self) {
  for (int i = 1; i < 1000 && s.marked(kGo) == 0; ++i) {
    s.mark(kCount, s.marked(kCount) + 1);
    co_await s.nap(self);
  }
}

Program kill_handler(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  for (std::uint64_t i = 1; i <= 2; ++i) {
    co_await s.nap(self, 5);
    const Result sent = co_await Kill{child.pid, Signal::usr1};
    s.need(sent, "kill");
    co_await s.nap(self, 5);
    s.same(s.marked(kCount) == i, "the handler runs once for each");
  }
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == 3, "it goes on after the handler");
  s.finish();
}

Program kill_default(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result sent = co_await Kill{child.pid, Signal::term};
  s.need(sent, "kill");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::term), "it died of the signal");
  s.finish();
}

Program kill_ignored(Stage& s, Self& self) {
  co_await SetAction{Signal::term, Disposition::ignore};
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result sent = co_await Kill{child.pid, Signal::term};
  s.need(sent, "kill");
  co_await s.nap(self, 10);
  const Result killed = co_await Kill{child.pid, Signal::kill};
  s.need(killed, "kill");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::kill), "it ignores what its parent ignored");
  s.finish();
}

Program kill_exists(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result alive = co_await Kill{child.pid, Signal::none};
  s.need(alive, "kill of a living process");
  const Result killed = co_await Kill{child.pid, Signal::kill};
  s.need(killed, "kill");
  co_await s.nap(self, 20);
  const Result zombie = co_await Kill{child.pid, Signal::none};
  s.same(zombie.good(), "a zombie exists");
  const Result ended = co_await Wait{child.pid};
  s.need(ended, "wait");
  const Result gone = co_await Kill{child.pid, Signal::none};
  s.fails(gone, Errno::esrch, "kill of nobody");
  s.finish();
}

Program kill_stranger(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  for (int i = 0; i < 2; ++i) {
    co_await s.nap(self, 5);
    const Result sent = co_await Kill{s.pid(kPid), Signal::usr1};
    if (!s.need(sent, "kill of a process of another node")) co_return;
  }
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program stop_elsewhere(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kCount)) co_await s.nap(self);
  const Result stop = co_await Kill{child.pid, Signal::stop};
  s.need(stop, "kill");
  co_await s.nap(self, 10);
  const std::uint64_t stopped = s.marked(kCount);
  co_await s.nap(self, 10);
  s.same(s.marked(kCount) == stopped, "no step while it is stopped");
  const Result cont = co_await Kill{child.pid, Signal::cont};
  s.need(cont, "kill");
  co_await s.nap(self, 10);
  s.same(s.marked(kCount) > stopped, "it goes on");
  s.mark(kGo);
  s.finish();
}

Program stop_pending(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await s.nap(self, 5);
  for (Signal signal : {Signal::stop, Signal::usr1}) {
    const Result sent = co_await Kill{child.pid, signal};
    s.need(sent, "kill");
    co_await s.nap(self, 5);
  }
  s.same(s.marked(kCount) == 0, "no handler while it is stopped");
  const Result cont = co_await Kill{child.pid, Signal::cont};
  s.need(cont, "kill");
  co_await s.nap(self, 5);
  s.same(s.marked(kCount) == 1, "the handler runs when it goes on");
  s.finish();
}

Program stop_kill(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  for (Signal signal : {Signal::stop, Signal::kill}) {
    const Result sent = co_await Kill{child.pid, signal};
    s.need(sent, "kill");
  }
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::kill), "SIGKILL ends it");
  s.finish();
}

Program naps_and_exits(Stage& s, Self& self) {
  co_await s.nap(self, 10);
  s.mark(kDone);
  co_await Exit{7};
}
Program chld_handler(Stage& s, Self& self) {
  co_await SetAction{Signal::chld, Disposition::handler};
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result pause = co_await Pause{};
  s.fails(pause, Errno::eintr, "pause");
  s.same(self.handled.size() == 1 && s.marked(kDone) == 1, "SIGCHLD once, when it has ended");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == 7, "its status waits");
  s.finish();
}
Program chld_ignored(Stage& s, Self&) {
  co_await SetAction{Signal::chld, Disposition::ignore};
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result wait = co_await Wait{};
  s.fails(wait, Errno::echild, "wait");
  s.same(s.marked(kDone) == 1, "wait ends when the last child has ended");
  s.finish();
}

Program killpg_everywhere(Stage& s, Self& self) {
  const Result own = co_await SetGroup{};
  s.need(own, "setpgid");
  co_await SetAction{Signal::hup, Disposition::handler};
  for (std::uint32_t node = 0; node < 3; ++node) {
    const Result child = co_await s.spawn(1, node);
    if (!s.need(child, "spawn on another node")) co_return;
  }
  co_await s.nap(self, 20);
  const Result sent = co_await KillGroup{self.pid, Signal::hup};
  s.need(sent, "killpg");
  int dead = 0;
  for (int i = 0; i < 4 && dead < 3; ++i) {   // its own handler may end a wait once
    const Result ended = co_await Wait{};
    dead += ended.status == status_of(Signal::hup);
  }
  s.same(dead == 3, "every member dies of it");
  s.same(self.handled.size() == 1, "its caller, a member, gets it once");
  s.finish();
}

Program leads_a_group(Stage& s, Self&) {
  const Result own = co_await SetGroup{};
  s.need(own, "setpgid");
  s.mark(kReady);
  co_await Pause{};
}
Program killpg_nobody(Stage& s, Self& self) {
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result there = co_await KillGroup{child.pid, Signal::none};
  s.need(there, "killpg");
  const Result sent = co_await KillGroup{child.pid, Signal::term};
  s.need(sent, "killpg");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::term), "the group's signal reaches it");
  co_await s.nap(self, 10);
  const Result none = co_await KillGroup{child.pid, Signal::term};
  s.fails(none, Errno::esrch, "killpg of a group without members");
  s.finish();
}

Program setpgid_child(Stage& s, Self& self) {   // of a child that has not called exec: EACCES afterwards
  const Result made = co_await rfork(s.program(1), 1, 1);
  if (!s.need(made, "rfork") || !s.same(made.processes() != nullptr, "rfork names the child")) co_return;
  const Pid child = made.processes()->front().pid;
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result moved = co_await SetGroup{child, child};
  s.need(moved, "setpgid of a child on another node");
  const Result sent = co_await KillGroup{child, Signal::term};
  s.need(sent, "killpg");
  const Result ended = co_await Wait{child};
  s.same(ended.status == status_of(Signal::term), "the group's signal reaches it");
  s.finish();
}

Program new_session(Stage& s, Self&) {
  const Result made = co_await SetSession{};
  s.need(made, "setsid");
  s.mark(kReady);
  co_await Pause{};
}
Program setsid_elsewhere(Stage& s, Self& self) {
  const Result own = co_await SetGroup{};
  s.need(own, "setpgid");
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await SetAction{Signal::hup, Disposition::ignore};
  const Result sent = co_await KillGroup{kNoPid, Signal::hup};
  s.need(sent, "killpg");
  co_await s.nap(self, 10);
  const Result killed = co_await Kill{child.pid, Signal::term};
  s.need(killed, "kill");
  const Result ended = co_await Wait{child.pid};
  s.same(ended.status == status_of(Signal::term), "its old group's signal does not reach it");
  s.finish();
}

}   // namespace

std::vector<Behaviour> signal_behaviours() {
  return {
      {"kill.handler", "process", "a handler on another node runs once for each kill", {kill_handler, handles_two}},
      {"kill.default", "process", "SIGTERM ends a process on another node", {kill_default, pauses}},
      {"kill.ignored", "process", "a child on another node ignores what its parent ignored", {kill_ignored, pauses}},
      {"kill.exists", "process", "kill with signal 0: a process elsewhere, its zombie, and nobody", {kill_exists, pauses}},
      {"kill.stranger", "process", "a process of another node that is no relation can be signalled", {kill_stranger, handles_two}, true},
      {"stop.cont", "process", "SIGSTOP and SIGCONT of a process on another node", {stop_elsewhere, counts}},
      {"stop.pending", "process", "what comes to a stopped process elsewhere is handled when it goes on", {stop_pending, handles_two}},
      {"stop.kill", "process", "SIGKILL ends a stopped process elsewhere", {stop_kill, pauses}},
      {"chld.handler", "process", "SIGCHLD comes when a child elsewhere has ended", {chld_handler, naps_and_exits}},
      {"chld.ignored", "process", "who ignores SIGCHLD has no zombies of children elsewhere", {chld_ignored, naps_and_exits}},
      {"killpg.everywhere", "process", "a group's signal reaches its members on all nodes, once", {killpg_everywhere, pauses}},
      {"killpg.nobody", "process", "ESRCH when the last member of a group, elsewhere, has ended", {killpg_nobody, leads_a_group}},
      {"setpgid.child", "process", "setpgid of a forked child on another node", {setpgid_child, pauses}},
      {"setsid.elsewhere", "process", "a process on another node leaves its group by setsid", {setsid_elsewhere, new_session}},
  };
}

}   // namespace ssi::conformance
