// What the cluster observes while a run goes on; everything in results is derived from these calls. Pure: no SimGrid,
// no JSON. One Recorder a run. The cluster calls; nothing is returned, so recording cannot change a run.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/histogram.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"
#include "models/port/message.hpp"

namespace ssi::record {

// Where the time of a call went, along its critical path, in ns. `blocked`: waiting for another process (wait, pause).
struct PathTime {
  std::int64_t dispatch{}, queue{}, wire{}, cpu{}, lock{}, disk{}, blocked{};
};

// A call that has been answered.
struct FinishedCall {
  CallId id;
  std::size_t kind{};            // index of kCallNames
  Pid caller;
  NodeId node, served;           // where it was asked; where it was carried out
  Instant issued, answered;
  Errno error = Errno::none;
  Certainty certainty = Certainty::ok;
  std::uint32_t path_messages{};   // on the critical path
  PathTime where;
};

// One observed event, as the fingerprint and --repeat-check see it.
struct Delivered {
  Instant at;
  NodeId from, to;
  std::uint64_t kind;            // hash of the event's or message's name
  std::string_view name;
};

class Recorder {
 public:
  struct Options {
    Instant warmup_until;        // calls issued before are not in the statistics; messages and work before neither
    std::string ops_path;        // empty: no ops.jsonl
    std::string events_path;     // empty: no list of delivered events (--repeat-check)
    std::uint32_t nodes = 1;
  };
  explicit Recorder(Options options);
  ~Recorder();

  void delivered(const Delivered& event);
  void message_sent(Instant at, const Header& header, const MessageType& type);   // never for a node's message to itself
  void call_answered(const FinishedCall& call);
  void call_settled(CallId call, std::uint32_t total_messages);   // answered, and nothing on its behalf is under way any more
  void call_abandoned(Instant at, std::size_t kind);              // the caller died while it waited
  void work_done(Instant at, std::uint32_t workload, Instant intended);
  void noted(NodeId node, const Note& note);
  void cpu_used(NodeId node, Duration kernel, Duration program);  // once a node, at the end
  void finished(Instant at);                                      // flushes; last call

  std::uint64_t fingerprint() const;
  // ... what sim/report reads: see the accessors in the implementation of this class.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ssi::record
