// The calls of a run that are not over: who asked, how long it took, and what it cost. A call is *answered* when its
// completion reaches the program, and *settled* when nothing on its behalf is under way any more.
#pragma once
#include <cstdint>

#include "sim/cluster/pool.hpp"
#include "sim/record/recorder.hpp"

namespace ssi::sim {

// The causal chain that leads to an event: for whom, how many messages long, where its time went, counted up to `mark`.
struct Trail {
  CallId cause{kNoCall};
  std::uint32_t hops = 0;
  Instant mark{};
  record::PathTime where{};
};

inline constexpr std::uint32_t kNoProgram = ~std::uint32_t{0};   // the host asks, as init

struct OpenCall {
  CallId id;
  const Call* request = nullptr;   // valid until it is served or its caller is dead
  Pid caller;
  std::uint32_t program = kNoProgram;   // slot of the caller's
  NodeId node;
  Instant issued;
  Trail last;                    // of the last piece of kernel work done for it
  std::uint32_t messages = 0;    // in all, so far
  std::uint32_t under_way = 0;   // queued events, pieces of work, messages in flight
  std::uint8_t kind = 0;         // index of the request
  enum class State : std::uint8_t { pending, answered, abandoned } state = State::pending;
  bool recorded = true;        // false for the host's own calls as init
  record::Ticket ticket = 0;   // once it is answered
};

class Ledger {
 public:
  explicit Ledger(record::Recorder& recorder) : recorder_(recorder) {}

  // Refers to the request until the call is served.
  OpenCall& open(const Call& request, Pid caller, NodeId node, Instant issued, bool recorded);
  OpenCall* find(CallId id) {   // nullptr: none, or settled
    if (id == kNoCall) return nullptr;
    OpenCall& call = pool_[slot_of(id)];
    return call.id == id ? &call : nullptr;
  }
  // A CallId is its slot and a number that tells it from the slot's earlier calls.
  static std::uint32_t slot_of(CallId id) { return static_cast<std::uint32_t>(id.value); }
  OpenCall& in_slot(std::uint32_t slot) { return pool_[slot]; }

  std::uint64_t opened() const { return generation_; }   // calls so far

  void stopped(OpenCall& call);   // one thing less is under way on its behalf; may settle it
  // `trail`: of the work that answered it; when that was done for another call, the time since its own last work
  // counts as blocked.
  void answer(OpenCall& call, const Trail& trail, Instant at, const Result& result, NodeId served);
  void abandon(OpenCall& call, Instant at);
  void report_pending(Instant at);   // at the end of a run: the calls that got no answer

 private:
  void settle_if_over(OpenCall& call);

  record::Recorder& recorder_;
  Pool<OpenCall> pool_;
  std::uint32_t generation_ = 0;
};

}   // namespace ssi::sim
