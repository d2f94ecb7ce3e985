// What can happen to a node's machine. Pointers are valid during the handler only.
#pragma once
#include <cstdint>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/message.hpp"

namespace ssi {

struct BootEvent {};   // the first event of an incarnation
struct CallEvent {
  CallId id;
  Pid caller;
  const Call* call;
  Memory memory{};   // the caller's; known for exec, rfork and migrate
};                   // never Compute or Sleep: the host serves those
struct MessageEvent {
  const Message* message;
};
struct TimerEvent {
  TimerKey key;
  std::uint64_t generation;
};   // may be late or spurious: compare the generation
struct CircuitBroken {
  NodeId peer;
  std::uint32_t epoch;
};   // what was unacknowledged on that circuit is lost
// A request to the node's disk is done. A write is durable only now; `failed`: it was refused (a fenced node) and had no effect.
struct DiskDone {
  std::uint64_t token{};
  bool failed = false;
};
// A one-sided operation is done.
struct VerbDone {
  std::uint64_t token{};
  bool failed = false;    // no such memory there: without effect
  Bytes data;             // read
  std::uint64_t word{};   // compare_and_swap: what was there before
};
// A program that was ordered to depart stands still. Also when the process has ended meanwhile.
struct Frozen {
  Pid pid;
  Memory memory;
};
struct ViewChange {
  ViewId view;
  std::vector<NodeId> members;
};

using Event = std::variant<BootEvent, CallEvent, MessageEvent, TimerEvent, DiskDone, VerbDone, CircuitBroken, ViewChange, Frozen>;

}   // namespace ssi
