// The single-node kernel's processes: table, parents and children, groups, sessions, signals, wait, init.
// "Just do it here": a distributed strategy calls this once it knows that the process is here.
//
// Invariants: a pid is in the table, or a zombie in its parent's child list, or neither, never both. Exit statuses are
// kept with the *parent* (as in the vproc designs), so wait never looks anywhere else. The parent and the children of a
// process may be on other nodes; what has to be told to them is returned to the caller, never sent from here.
#pragma once
#include <array>
#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/base/flat_map.hpp"
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"

namespace ssi::native {

inline constexpr std::size_t kSignals = 32;
inline constexpr std::uint64_t kTableLock = 1;   // of the table itself, beside one for each process: no pid has this number
using Dispositions = std::array<Disposition, kSignals>;
void reset_handlers(Dispositions& dispositions);   // what exec does

// What a process is blocked in.
struct Blocked {
  enum class In : std::uint8_t {
    wait,
    pause,
    part   // a call of another part of the kernel (files, channels, segments), which will answer it
  };
  CallId call;
  In in = In::wait;
  Pid child = kNoPid;   // wait: kNoPid is any child
  friend bool operator==(const Blocked&, const Blocked&) = default;
};

using boost::container::flat_map;   // sorted arrays: a process of a hundred thousand has little in them
using boost::container::flat_set;

struct Process {
  Pid pid, parent, group, session;
  ProgramRef program;
  Dispositions dispositions{};
  bool stopped = false;
  flat_set<Signal> pending{};                              // held back while stopped
  flat_map<Pid, std::optional<std::int32_t>> children{};   // the status of those that have exited
  flat_set<Pid> zombies{};                                 // those of `children` that have a status
  std::optional<Blocked> blocked{};
};

// What a parent hands to a new process. After exec (spawn) handlers are reset and ignored signals stay ignored.
struct Heritage {
  Pid parent, group, session;
  Dispositions dispositions{};
};

// A process has left the table. What is not on this node has to be told by the caller.
struct Departure {
  Pid pid, parent, group, session;
  std::int32_t status{};
  bool parent_here = false;      // then its child list has the status already and a waiter was woken
  std::vector<Pid> orphans;      // living children elsewhere; those here have the reaper as their parent
  std::vector<Pid> given_up{};   // ... which is on another node
  bool last_of_group_here = false;
};

class Processes {
 public:
  Processes(NodeId self, Incarnation incarnation);   // with init in it

  Pid init() const { return init_; }
  Pid reaper() const { return reaper_; }   // who adopts orphans and keeps no zombies: this node's init, or another node's
  void set_reaper(Pid reaper) { reaper_ = reaper; }
  Pid allocate();                                                // a pid that was never used
  const Process* find(Pid pid) const;                            // nullptr: no living process of that pid here
  bool is_zombie(Pid pid) const;                                 // exited, its status not yet waited for by a parent here
  const std::map<Pid, Process>& all() const { return table_; }   // living ones, init included
  std::vector<Pid> members(Pid group) const;                     // living ones here, ascending; a zombie has left its group
  std::vector<ProcessInfo> list() const;                         // living ones and zombies of this node, ascending

  Heritage heritage(Pid parent, bool exec) const;
  // Enters the process and orders its program to start. A parent that is here gets it as a child.
  void create(Pid pid, const Heritage& heritage, const ProgramRef& program, Effects& out);
  void exec(Pid pid, const ProgramRef& program, Effects& out);   // handlers are reset, ignored signals stay ignored
  void add_child(Pid parent, Pid child);                         // of a parent here; the child lives elsewhere

  // A process leaves for another node with its children's statuses, or comes from one. Its program is the caller's business, and so are
  // its relatives: a parent here keeps it as a child, and its children here keep it as their parent. It must not be blocked in a part.
  Process take(Pid pid, Effects& out);
  void put(Process process, Effects& out);

  // exit, or death by a signal: orders the program's end and settles everything that is on this node: living children
  // here go to init, zombies are forgotten, the parent here gets the status. Init never exits.
  Departure exit(Pid pid, std::int32_t status, Effects& out);
  // A child that lived elsewhere has exited. Answers a waiter, then posts SIGCHLD. No zombie is left if the parent is init
  // or ignores SIGCHLD explicitly (POSIX.1-2017, _exit). False: the parent is not here (any more). Our bug: not its child.
  bool child_exited(Pid parent, Pid child, std::int32_t status, Effects& out);
  void reparent(Pid child, Pid parent);   // the child is here; its old parent is not

  // Answers the call now or blocks the caller; ECHILD, or 0 children ready with no_hang: ok with kNoPid. Of several
  // zombies the lowest pid. A stopped waiter is answered when it continues.
  void wait(CallId call, Pid caller, const Wait& wait, Effects& out);
  void pause(CallId call, Pid caller);

  // Another part of the kernel blocks the caller in its call, and later has answered it. In between, a handler ends the call in EINTR
  // and death ends it without an answer: the part is told by take_broken_off() and answers it no more.
  void block(CallId call, Pid caller);
  void unblock(Pid pid);
  // Calls of other parts that ended here since the last call. Empty between events: take it in each.
  std::vector<CallId> take_broken_off();
  bool has_broken_off() const { return !broken_off_.empty(); }

  // Children that have ended for good here since the last call (waited for, reaped at once, or forgotten with their parent): all that
  // other nodes have allocated, since these may have to know, and the zombies that were asked for. Empty between events: take it in each.
  std::vector<Pid> take_reaped();
  bool has_reaped() const { return !reaped_.empty(); }
  void tell_when_reaped(Pid zombie) { told_when_reaped_.insert(zombie); }

  // Posts a signal to a living process here: default action, handler (a blocked call ends in EINTR), ignore, stop, continue.
  // While the process is stopped all but kill, stop and cont are held back; cont delivers them in ascending order.
  // Init ignores what it has no handler for. A death is returned.
  std::optional<Departure> signal(Pid pid, Signal signal, Effects& out);
  Errno set_action(Pid pid, Signal signal, Disposition disposition);   // EINVAL for kill and stop
  // ESRCH unless `pid` is the caller or its child, here; EPERM for a session leader, a child of another session and a group of
  // another session (setpgid(2)). Whether a group without a member here exists is the caller's business to check.
  Errno set_group(Pid caller, Pid pid, Pid group);
  Errno set_session(Pid pid);   // EPERM if a group of that number has a member here

  void check_invariants() const;
  void hash_into(StateHash& hash) const;
  std::string describe() const;   // a line per process

 private:
  Process& at(Pid pid);
  void block_in(Blocked::In in, CallId call, Pid caller);
  bool ignores(const Process& process, Signal signal) const;
  std::optional<Departure> act(Process& process, Signal signal, Effects& out);   // handler or default action
  std::optional<Departure> continue_it(Process& process, Effects& out);
  std::optional<Result> wait_result(Process& parent, Pid child);   // reaps; empty: it has to wait
  void answer_wait(Process& parent, Effects& out);                 // of a blocked wait
  void leave_children(const Process& gone, Departure& departure);
  void reaped(Pid child);
  void move_to_group(Process& process, Pid group);
  void leave_group(const Process& process);
  void check(const Process& process) const;

  // Where the processes of the table stand, for look-ups: several for each call. A copy of the table finds its own anew.
  struct Places {
    Places() = default;
    Places(const Places&) {}
    Places& operator=(const Places&) {
      of = {};
      return *this;
    }
    FlatMap<const Process*> of;   // by Pid::value; out of date when it has not as many as the table
  };
  void find_places() const;

  NodeId self_;
  Incarnation incarnation_;
  Pid init_, reaper_;
  std::uint32_t next_sequence_ = kInitSequence + 1;
  std::map<Pid, Process> table_;
  mutable Places places_;
  std::map<Pid, Pid> zombie_parent_;      // zombie -> the parent that has its status
  std::map<Pid, flat_set<Pid>> groups_;   // living members; no empty groups
  std::vector<Pid> reaped_;
  flat_set<Pid> told_when_reaped_;
  std::vector<CallId> broken_off_;
};

}   // namespace ssi::native
