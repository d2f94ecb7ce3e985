// What the programs of a run saw, written where they call and are answered, and the checker of it. Steps are a total
// order of everything that happened. The checker knows POSIX, not the protocol.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/port/calls.hpp"

namespace ssi::world {

using Step = std::uint64_t;

struct CallRecord {
  CallId id;
  Pid caller;
  Call call;
  Step invoked{};
  std::optional<Step> handled;    // the kernel began with it
  std::optional<Step> answered;   // the kernel was done with it
  std::optional<Step> returned;   // the program went on
  Result result{};
  std::uint32_t path{};   // messages in a row until it was answered
};

// A process departed from where it was, and went on at `node`: elsewhere, or where it had been if it was refused there.
struct Stay {
  Step departed{};
  std::optional<Step> arrived;
  NodeId node;
};

struct Life {
  Pid pid, parent;
  Pid group;      // at birth; kNoPid: it is not known
  NodeId node;    // at birth
  Step begun{};   // the kernel began to create it: its parent's call
  Step born{};
  std::optional<Step> ended;
  std::optional<std::int32_t> status;   // of exit; empty: a signal ended it
  bool ever_stopped = false, ignores_children = false;
  bool lost = false;   // with its node, or its status perhaps, which had not been taken
  std::vector<Stay> stays{};

  NodeId node_at(Step at) const {
    NodeId out = node;
    for (const Stay& stay : stays)
      if (stay.arrived && *stay.arrived <= at) out = stay.node;
    return out;
  }
  std::uint32_t moves_in(Step from, Step to) const {
    std::uint32_t out = 0;
    for (const Stay& stay : stays) out += stay.departed <= to && (!stay.arrived || *stay.arrived >= from);
    return out;
  }
};

struct Delivery {
  Pid pid;
  Signal signal;
  Step at;
};   // a handler ran

struct History {
  std::vector<CallRecord> calls;
  std::map<Pid, Life> lives;
  std::vector<Delivery> deliveries;
  std::vector<Pid> born_again;   // pids that were started twice
  std::set<Pid> inits;
  std::vector<Step> quiet;               // when no message was under way, ascending
  bool group_kills_end_exactly = true;   // one that is served where the group's list is has reached who is a member at its end
  std::vector<Step> faults;              // when a node crashed or started, a circuit broke, or a node was told so; ascending
};

// Findings, one line each; empty is good.
//  P1 a pid is started once.
//  P2 a list shows who lived all the time and did not move, once, on its node. Who migrates is then where it wanted to be.
//  P3 a kill is ok only if its target existed at some instant of it, ESRCH only if it did not at some instant; after
//     SIGKILL it runs no further step; a handler runs once for each kill, at most and (if it lived on) at least.
//  P4 a child's status is returned once, to its parent, after its end, and it is the right one; ECHILD leaves none behind.
//  P5 a group's signal reaches who was a member all the time, who was born meanwhile of a parent that had not yet got it,
//     and nobody who was no member at any instant; ESRCH only if nobody was a member all the time. Where its end is known
//     exactly it has reached every member at the end. Nobody enters a group in which nobody is, once the news have settled.
//  P7 a kill takes a bounded number of messages in a row, and a bounded number more for each move meanwhile.
// After a fault a call may also end in EHOSTDOWN; a list need not be whole while one strikes; P7 is not asked for. Who was lost with its
// node has ended there, and its status is that of SIGKILL.
std::vector<std::string> check_history(const History& history);

}   // namespace ssi::world
