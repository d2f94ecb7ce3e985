// Dates of the run: machine timers, sleeps of programs, starts of workloads, in one heap ordered by (time, sequence).
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"

namespace ssi::sim {

struct TimerDue {
  NodeId node;
  TimerKey key;
  std::uint64_t generation;
  bool background;
  std::uint32_t life = 0;   // of the node, when it was set
};
struct SleepOver {
  Pid pid;
  std::uint64_t sleep;
};   // `sleep` tells this sleep from an earlier one
struct WorkloadStarts {
  std::uint32_t workload;
};
struct SendDue {
  std::uint32_t packet;
};   // a message that the card could not send at once, or that is sent again
struct NicTells {
  NodeId node;
};   // the card may tell the kernel of messages
struct NodeWakes {
  NodeId node;
};   // a server thread is awake
struct RunEnds {};
struct FaultBegins {
  std::uint32_t fault;
};
struct FaultEnds {
  std::uint32_t fault;
};
struct ArrivalDue {
  std::uint32_t packet;
};   // a message that a bad path has held
struct CircuitDeadline {
  NodeId node, peer;
  Instant since;
  std::uint32_t life;   // of the node
};                      // if the peer was silent since then, the node gives the circuit up
struct VerbFails {
  std::uint32_t packet;
};   // a one-sided operation whose target does not answer
struct StillQuiet {
  std::uint64_t calls;   // that had been made then
};                       // after a fault: did nothing at all happen since?
struct NodeStops {
  NodeId node;
  std::uint32_t life;
};   // its machine has asked for it
struct NodeStarts {
  NodeId node;
};   // ... and is made anew
using Due = std::variant<TimerDue, SleepOver, WorkloadStarts, SendDue, NicTells, NodeWakes, RunEnds, FaultBegins, FaultEnds, ArrivalDue,
                         CircuitDeadline, VerbFails, StillQuiet, NodeStops, NodeStarts>;

class Agenda {
 public:
  void add(Instant at, Due due) {
    heap_.push_back({at, next_++, std::move(due)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  std::optional<Instant> first() const { return heap_.empty() ? std::nullopt : std::optional(heap_.front().at); }
  // The earliest entry that is due at `now`.
  std::optional<Due> take(Instant now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Due due = std::move(heap_.back().due);
    heap_.pop_back();
    return due;
  }

 private:
  struct Entry {
    Instant at;
    std::uint64_t sequence;
    Due due;
  };
  static bool later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.sequence > b.sequence; }

  std::vector<Entry> heap_;
  std::uint64_t next_ = 0;
};

}   // namespace ssi::sim
