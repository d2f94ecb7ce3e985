// The calls of one kernel: what a machine does that knows of no other. Nobody is elsewhere: every process but init has a
// living parent here. Charges each call's kernel work; entering the kernel and messages are charged by the host.
#pragma once
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/native/part.hpp"
#include "models/native/processes.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/port/strategy.hpp"

namespace ssi::native {

// CPU time of the kernel's own work; the figures and their sources are the platform's.
struct Costs {
  Duration fork, exec, exit, wait;
  Duration signal;   // per process that is signalled; its death costs `exit` besides
  Duration list_per_process;
  Duration wakeup;   // per blocked call that another one's call completes

  template <class C>
  static Costs of(const C& c) {
    return {c.fork, c.exec, c.exit, c.wait, c.signal, c.list_per_process, c.wakeup};
  }
};

class Kernel {
 public:
  Kernel(NodeId self, Incarnation incarnation, const Costs& costs, Parts parts = {})
      : self_(self), costs_(costs), processes_(self, incarnation), parts_(std::move(parts)) {}

  // A call is carried out here, wherever a Spawn wants its child; that of a process that is dead has no effect and no answer.
  void on_event(Instant now, const Event& event, Effects& out);

  // Its steps, for a design with services of its own on the node, whose processes act between the second and the third.
  void serve(Instant now, const Event& event, Effects& out);
  std::size_t settle(std::size_t told, Instant now, Effects& out);   // as Parts::settle
  void charge_wakeups(CallId own, Effects& out) const;               // of calls that another one's event has completed
  Pid new_child(Pid parent, const ProgramRef& program, bool exec, Instant now, Effects& out);
  void post(Pid pid, Signal signal, Effects& out);   // to a living process
  Processes& processes() { return processes_; }

  NodeId self() const { return self_; }
  const Processes& processes() const { return processes_; }
  const Parts& parts() const { return parts_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;
  void describe(StateDump& out) const;

 private:
  struct Request;
  void call(const CallEvent& event, Instant now, Effects& out);
  void create(const CallEvent& event, const ProgramRef& program, bool exec, Instant now, Effects& out);
  void answer(const CallEvent& event, Errno error, Effects& out) const;

  NodeId self_;
  Costs costs_;
  Processes processes_;
  Parts parts_;
};

}   // namespace ssi::native
