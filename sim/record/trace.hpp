// trace.json: what happened on which node and when, for Perfetto. The cluster reports; nothing is returned, so a trace cannot
// change a run. Memory is bounded by what is under way at once. Everything that two reports make up together (a slice, both ends
// of an arrow, both ends of a span) is written when the second comes, so that what is in the file is never half.
#pragma once
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/port/message.hpp"
#include "models/port/page.hpp"
#include "sim/record/finished_call.hpp"
#include "sim/record/trace_events.hpp"
#include "sim/record/trace_filter.hpp"
#include "sim/record/trace_tracks.hpp"

namespace ssi::record {

// What a piece of kernel work is for. `kind`: of the call on whose behalf (index of kCallNames), kCalls when there is none.
struct Handled {
  std::string_view category, name;   // "call", "message" or "event"; the call's or message type's name
  CallId cause;
  std::size_t kind = kCalls;
};

// Figures of a node that are drawn as curves.
enum class Gauge : std::uint8_t { run_queue, bytes_in_flight, writable_pages };

class Trace {
 public:
  struct Options {
    std::string path{};
    TraceFilter filter{};
    std::uint32_t nodes = 1, cores = 1;   // of each node
    TraceEvents::Metadata metadata{};
  };
  explicit Trace(const Options& options);

  // `work`, `packet`, `program` tell things apart while they are under way; small numbers that are used again.
  void message_taken(const Header& header, std::uint32_t packet);   // the next work handles it
  void work_begins(Instant at, NodeId node, const Handled& what);
  void work_goes_on(std::uint32_t work);   // what began last does not end at once
  void work_ends(Instant at);              // what began last
  void work_ends(Instant at, std::uint32_t work);
  // The message leaves the work that began or ended last.
  void message_leaves(const Header& header, std::uint32_t packet);
  // The node's card carries a one-sided operation out, or takes what one has brought, in no time; the reply leaves from there.
  void carried_out(Instant at, NodeId node, std::string_view name, std::uint32_t packet);
  void computation_begins(Instant at, NodeId node, std::uint32_t program, Pid pid);
  void computation_ends(Instant at, std::uint32_t program);
  void changed(Instant at, NodeId node, Gauge gauge, std::int64_t change);
  void page_turned(Instant at, NodeId node, PageId page, bool writable);   // whether the node may write it from now on
  void instant(Instant at, NodeId node, std::string_view name);
  void instant(Instant at, std::string_view name);                                        // of the whole run
  void call(const FinishedCall& call, std::uint32_t messages, std::string_view ending);   // `ending`: "" when it was answered

  void finished(Instant at);   // what is under way ends here; last call
  const std::string& error() const { return events_.error(); }
  std::uint64_t events() const { return events_.count(); }

 private:
  struct Slice {   // kernel work or a computation that goes on
    bool on = false, kept = false;
    NodeId node;
    std::uint32_t lane{};
    Instant from;
    Handled what;   // kernel work
    Pid pid{};      // a computation
  };
  struct Departure {
    bool kept = false;
    Track track;
    Instant at;
    std::uint64_t bytes{};
  };
  struct Level {
    std::int64_t value{}, written{};
    Instant since;
  };
  static constexpr std::size_t kGauges = 3;
  static constexpr std::uint32_t kNoPacket = UINT32_MAX;

  Track track_of(const Slice& slice) { return tracks_.kernel(slice.node, slice.lane); }
  void draw_arrow(std::uint32_t packet, std::string_view name, Track to, Instant at);
  void end(Slice& slice, Instant at);
  void draw_work(const Slice& slice, Instant to);
  void draw_computation(const Slice& slice, Instant to);
  void draw(NodeId node, std::size_t gauge);

  TraceFilter filter_;
  TraceEvents events_;
  TraceTracks tracks_;
  std::vector<Lanes> kernel_lanes_, core_lanes_, card_lanes_;   // by node
  std::vector<Slice> work_, computations_;         // by work, by program
  Slice begun_;                                    // that began last
  std::uint32_t taken_ = kNoPacket;
  std::vector<Departure> departures_;   // by packet
  std::vector<std::array<Level, kGauges>> levels_;
  std::vector<std::set<PageId>> writable_;   // by node
  Departure last_;   // of a message that leaves now
  std::uint64_t ids_ = 0;
};

}   // namespace ssi::record
