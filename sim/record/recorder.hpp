// What the cluster observes while a run goes on; everything in results is derived from these calls. Pure: no SimGrid,
// no JSON. One Recorder a run. The cluster calls; nothing is returned, so recording cannot change a run.
// Memory is bounded by the calls that are under way, never by the number of calls.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/histogram.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"
#include "models/port/message.hpp"
#include "sim/record/event_list.hpp"
#include "sim/record/finished_call.hpp"
#include "sim/record/recovery.hpp"
#include "sim/record/stats.hpp"
#include "sim/record/timeline.hpp"
#include "sim/record/trace.hpp"

namespace ssi::record {

// What the fingerprint takes of an event, in one word, since it is taken of each: odd factors lose nothing.
constexpr std::uint64_t word_of(const Delivered& event) {
  const std::uint64_t pair = (std::uint64_t{event.from.value} << 32) | event.to.value;
  return (static_cast<std::uint64_t>(event.at.ns) * 0x9e3779b97f4a7c15ULL) ^ std::rotl(pair * 0xd6e8feb86659fd93ULL, 23) ^ event.kind;
}

// Of a call that was answered and waits for its last messages.
using Ticket = std::uint32_t;

class Recorder {
 public:
  struct Options {
    Instant warmup_until{};     // calls issued before are not in the statistics; messages, notes and work before neither
    std::string ops_path{};     // empty: no ops.jsonl; compressed when it ends in .gz, as the trace is
    std::string trace_path{};   // empty: no trace.json
    TraceFilter filter{};       // of both
    TraceEvents::Metadata trace_metadata{};
    std::string events_path{};            // empty: no list of delivered events (--repeat-check)
    std::uint32_t nodes = 1, cores = 1;   // of each node
    Duration duration{};                  // that the run may last; sets the width of the timeline's buckets
  };
  explicit Recorder(Options options);
  ~Recorder();

  void delivered(const Delivered& event) {
    now_ = event.at;
    ++events_;
    fingerprint_.add(word_of(event));
    if (lists_events_) list(event);
  }
  void message_sent(Instant at, const Header& header, const MessageType& type);   // never for a node's message to itself
  // Gives the ticket with which the call is settled, once: when nothing on its behalf is under way any more.
  Ticket call_answered(const FinishedCall& call);
  void call_settled(Ticket ticket, std::uint32_t total_messages);
  void call_abandoned(const FinishedCall& call);   // the caller died while it waited; `answered` is when
  void call_cut_off(const FinishedCall& call);     // the run ended before its answer; `answered` is when
  void work_done(Instant at, std::uint32_t workload, Instant intended);
  // A note has no time of its own: it was made by the handler of the event that was delivered last.
  void noted(NodeId node, const Note& note) {
    if (note.kind >= Note::Kind::stale_location) trace_note(node, note.kind);
    if (note.kind >= Note::Kind::suspected) recovery_.noted(now_, note);
    if (now_ >= measured_from_) ++notes_[static_cast<std::size_t>(note.kind)];
  }
  void noted(const PageNote& note);
  void values_checked(std::uint64_t checked, const std::vector<std::string>& wrong);   // by a workload's programs, at the end
  // With their node; how many processes there are after it.
  void lost(const Losses& losses, std::uint64_t still_living) { recovery_.lost(losses, still_living); }
  void struck(std::uint32_t fault, std::string_view kind, Instant at, std::uint64_t living) { recovery_.struck(fault, kind, at, living); }
  RecoveryLog& evacuation() { return recovery_; }
  void dropped(Instant at);                                   // a message, by a full network card
  void waited_for_service(NodeId node, std::size_t before);   // so many before it
  void cpu_used(NodeId node, Duration kernel, Duration program, std::vector<CoreUse> cores = {},
                std::optional<double> disk = {});                          // once a node, at the end
  void paged(const PagingStats& of_node) { paging_.push_back(of_node); }   // at the end, each node in turn, where memory has a limit
  void links_used(std::vector<LinkUse> links);                             // once, at the end
  void finished(Instant at);                                               // flushes; last call
  Trace* trace();                                                          // nullptr: none is written; more reports are for it alone

  // What sim/report reads, after finished().
  std::uint64_t fingerprint() const { return fingerprint_.value(); }   // over (time, from, to, kind) of every delivered event
  std::uint64_t events() const { return events_; }                     // delivered
  Instant end() const;
  Instant warmup_until() const;
  const CallStats& calls(std::size_t kind, Place place) const;
  std::uint64_t abandoned(std::size_t kind) const;
  std::uint64_t unsettled() const;   // calls whose last messages were still under way at the end: counted by their critical path
  MessageStats messages() const;
  DispatchStats dispatch() const;
  CoherenceStats coherence() const;
  const std::optional<ConsistencyStats>& consistency() const;          // none: no workload knows values
  const std::vector<WorkStats>& work() const;                          // by workload; may be shorter than the scenario's list
  const std::vector<CpuStats>& cpu() const;                            // by node
  const std::vector<PagingStats>& paging() const { return paging_; }   // by node; empty: memory has no limit
  const std::vector<LinkUse>& links() const;                           // the busiest first
  const Timeline& timeline() const;
  const LossStats& lost() const { return recovery_.lost(); }
  const std::vector<RecoveryStats>& recovery() const { return recovery_.all(); }   // by fault that struck
  std::string error() const;   // why a trace or the list of events is not complete; empty: it is

 private:
  struct State;
  void list(const Delivered& event);
  void trace_note(NodeId node, Note::Kind kind);

  Instant now_{};
  std::uint64_t events_ = 0;
  StateHash fingerprint_;
  Instant measured_from_;
  std::array<std::uint64_t, 8> notes_{};   // by kind
  std::vector<PagingStats> paging_;
  RecoveryLog recovery_;
  bool lists_events_;
  std::unique_ptr<State> state_;
};

}   // namespace ssi::record
