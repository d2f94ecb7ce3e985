// Processes of the one kernel: the task list, parents and children, run queues, groups; signals; who waits. Written as a kernel over
// shared memory: no node has more of it than another. Where nothing else is said the task lock is held.
#pragma once
#include <vector>

#include "models/port/calls.hpp"
#include "models/strategy/dsm_first/locks.hpp"
#include "models/strategy/dsm_first/objects.hpp"

namespace ssi::dsm_first {

inline Word field_of(Thread& t, Object process, process::Field field) { return t.at(Table::process, process, field); }
inline Word task_lock(Thread& t) { return t.at(Table::kernel, kTaskLock); }
constexpr Object init_object(NodeId node) { return node.value + 1; }   // of the process as which the host calls on that node

// Of a node that a call names: there is none of that number, or it is not in this image.
inline Errno place_error(const Layout& layout, NodeId node) {
  if (node.value >= layout.nodes()) return Errno::einval;
  return layout.has(node) ? Errno::none : Errno::ehostdown;
}

// ---- system calls (dispatch.cpp)

Code<> code_of_call(Thread& thread);

// ---- the table (proc.cpp)

Code<Object> find(Thread& t, Pid pid);   // living, exiting, or a zombie
Code<std::vector<Object>> all_tasks(Thread& t);
Code<> enter(Thread& t, Object process, Pid pid);   // into the hash and the list
Code<> forget(Thread& t, Object process);           // out of both, and its entry is free
Code<> adopt(Thread& t, Object parent, Object child);
Code<> disown(Thread& t, Object child);   // out of its parent's list
Code<> enqueue(Thread& t, Object process, NodeId node);
Code<> dequeue(Thread& t, Object process);
Code<NodeId> least_loaded(Thread& t);

// Its node looks at the process: by an interrupt, unless it is this one, which is told directly. Without the lock as well. `acknowledge`:
// t.acknowledged() waits until it has looked. False: somebody else has marked the process before, and may still be about to put it on its
// node's list, so that the node may have looked too early.
Code<bool> kick(Thread& t, Object process, NodeId node, std::uint64_t todo, bool acknowledge);
Code<> awake(Thread& t, Object process);   // a process that sleeps, or is about to; without the lock as well
Code<> serve_interrupts(Thread& t);        // without the lock: looks at everything that this node was asked to look at

Code<> serve_tick(Thread& t);   // background.cpp

// ---- life (births.cpp, life.cpp); all without the lock

Code<> boot(Thread& t);
Code<> do_spawn(Thread& t, const ProgramRef& program, Placement placement, bool exec);
Code<> do_rfork(Thread& t, const Rfork& fork);
Code<> do_exec(Thread& t, const Exec& exec);
Code<> do_exit(Thread& t, std::int32_t status);
Code<> do_wait(Thread& t, const Wait& wait);
Code<> do_list(Thread& t);
Code<> do_pause(Thread& t);
Code<> do_set_group(Thread& t, const SetGroup& set);
Code<> do_set_session(Thread& t);
Code<ProgramRef> program_of(Thread& t, Object process);
Code<> set_program(Thread& t, Object process, ProgramRef program);
Code<NodeId> place(Thread& t, Placement placement);   // that it means

// ---- moves (moves.cpp); without the lock

Code<> do_migrate(Thread& t, const Migrate& migrate);
Code<> move_away(Thread& t, NodeId to);
Code<> hand_over(Thread& t, NodeId to, std::uint64_t what);
// The caller moves to the page that it is about to touch, if the parameter on_fault says so. True: the call goes on there, not here.
Code<bool> follow(Thread& t, Word word, coherence::Access::Kind access);

// ---- signals (signals.cpp)

// Marks it for a living process; false: it ignores it.
Code<bool> post(Thread& t, Object process, Signal signal);
Code<> act_on_signals(Thread& t, Object process);   // of a process that runs here
Code<> do_kill(Thread& t, const Kill& kill);        // these without the lock
Code<> do_kill_group(Thread& t, const KillGroup& kill);
Code<> do_set_action(Thread& t, const SetAction& set);
std::uint64_t after_exec(std::uint64_t dispositions);   // handlers are gone
Code<> drop_ignored(Thread& t, Object process);
bool ignores_children(std::uint64_t dispositions);

}   // namespace ssi::dsm_first
