// A plan: everything that one run of the random world does. Machines, what programs call, in which order things happen, faults.
// A value: drawn from a seed, or read from a file that people edit; the run executes it and draws nothing itself.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/config/fields.hpp"
#include "models/port/calls.hpp"

namespace ssi::fuzz {

// One call of a program. What it makes (a process, a descriptor, a segment) is named by the op's number, so that an op that
// another one refers to can be left out: the other is then skipped, and all the rest keep their meaning.
struct Op {
  std::uint32_t id = 0;      // ascending; rfork takes one more for each further child, pipe one more for its writing end
  std::uint32_t by = 0;      // the process that calls; 0: the init of `node`, which can only spawn
  std::string call;          // a name of kOpKinds
  std::uint32_t node = 0;    // where to
  std::uint32_t of = 0;      // the process, leader of a group, descriptor or segment; 0: the caller, or any child
  std::uint32_t to = 0;      // setpgid: the leader of the group to enter; 0: one of its own
  std::string signal;        // "SIGUSR1"; "0" for none
  std::string name;          // of a file or socket
  std::uint32_t value = 0;   // status, key, records of 8 bytes, slot of 8 bytes; wait: 1 does not hang
  friend bool operator==(const Op&, const Op&) = default;
};

struct OpKind {
  std::string_view name;
  CallClass serves;
  std::string_view uses;   // its fields besides id, by and call
};
inline constexpr std::array kOpKinds{
    OpKind{"spawn", CallClass::process, "node"},       OpKind{"fork", CallClass::process, ""},
    OpKind{"rfork", CallClass::process, "node value"}, OpKind{"exec", CallClass::process, "node"},
    OpKind{"exit", CallClass::process, "value"},       OpKind{"wait", CallClass::process, "of value"},
    OpKind{"kill", CallClass::process, "of signal"},   OpKind{"killpg", CallClass::process, "of signal"},
    OpKind{"setpgid", CallClass::process, "of to"},    OpKind{"setsid", CallClass::process, ""},
    OpKind{"handle", CallClass::process, "signal"},    OpKind{"ignore_children", CallClass::process, ""},
    OpKind{"migrate", CallClass::process, "of node"},  OpKind{"list", CallClass::process, ""},
    OpKind{"pause", CallClass::process, ""},           OpKind{"pipe", CallClass::channel, ""},
    OpKind{"listen", CallClass::channel, "name"},      OpKind{"connect", CallClass::channel, "name"},
    OpKind{"accept", CallClass::channel, "of"},        OpKind{"send", CallClass::channel, "of value"},
    OpKind{"recv", CallClass::channel, "of value"},    OpKind{"close", CallClass::channel, "of"},
    OpKind{"open", CallClass::file, "name"},           OpKind{"write", CallClass::file, "of value"},
    OpKind{"read", CallClass::file, "of value"},       OpKind{"commit", CallClass::file, "of"},
    OpKind{"create", CallClass::file, "name"},         OpKind{"unlink", CallClass::file, "name"},
    OpKind{"mkdir", CallClass::file, "name"},          OpKind{"readdir", CallClass::file, ""},
    OpKind{"attach", CallClass::segment, "value"},     OpKind{"store", CallClass::segment, "of value"},
    OpKind{"load", CallClass::segment, "of value"},    OpKind{"add", CallClass::segment, "of value"},
};
const OpKind* find_op_kind(std::string_view name);   // nullptr: none
// Signals that the checkers can tell apart: SIGUSR1 is sent by kill only, SIGHUP and SIGINT by killpg only.
std::span<const std::string_view> signals_of(std::string_view call);
Signal signal_named(std::string_view name);

// In which order things happen: each waits for a time that depends on the seed and on what it is, so that leaving out one op moves
// no other. Means in microseconds.
struct Order {
  std::uint64_t seed = 1;
  std::uint32_t call = 10, answer = 10, message = 100, disk = 100;
  std::uint32_t silence = 1000;   // until a node learns that a circuit of its has broken
  std::uint32_t uneven = 0;       // so many of eight pairs of nodes are ten times slower
  friend bool operator==(const Order&, const Order&) = default;
};

struct Fault {
  std::uint64_t at = 0;   // the number of an event, from 1
  std::string kind;       // a name of kFaultKinds
  bool after = false;     // once that event has happened; else before it
  std::uint32_t node = 0, peer = 0;
  friend bool operator==(const Fault&, const Fault&) = default;
};
struct FaultKind {
  std::string_view name, uses, meaning;
};
inline constexpr std::array kFaultKinds{
    FaultKind{"circuit_break", "node peer after", "what is under way between the two is lost; both are told"},
    FaultKind{"crash", "node after", "the machine and its programs are gone, with all that is under way; the others learn of it later"},
    FaultKind{"restart", "node after", "a node that has crashed boots, with what its disk holds; nobody starts its programs again"},
};

struct Plan {
  std::string description;   // what it shows
  std::string strategy;
  config::Values params;   // of the strategy: checked, defaults filled in
  std::uint32_t nodes = 3;
  bool membership = false;   // they watch each other, and agree on who is up
  Order order;
  std::vector<Op> ops;
  std::vector<Fault> faults;
};

// Field tables: what a file may hold.
std::span<const config::Bound<Op>> op_fields();
std::span<const config::Bound<Order>> order_fields();
std::span<const config::Bound<Fault>> fault_fields();
std::span<const config::Bound<Plan>> plan_fields();

inline constexpr std::uint32_t kMaxNodes = 64;
inline constexpr std::uint32_t kSlots = 8;   // of a file or segment: the places that ops read and write

}   // namespace ssi::fuzz
