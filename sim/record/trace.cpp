#include "sim/record/trace.hpp"

#include <algorithm>
#include <utility>

namespace ssi::record {
namespace {

constexpr std::array<std::string_view, 3> kGaugeNames{"events waiting", "bytes in flight", "writable pages"};
constexpr std::size_t kCompute = static_cast<std::size_t>(std::find(kCallNames.begin(), kCallNames.end(), "compute") - kCallNames.begin());

// The ledger numbers the calls of a run in the upper half of their ids; numbers that small stay exact in JavaScript.
std::int64_t number_of(CallId call) { return static_cast<std::int64_t>(call.value >> 32); }

template <class T>
T& slot(std::vector<T>& all, std::uint32_t index) {
  if (index >= all.size()) all.resize(index + std::size_t{1});
  return all[index];
}

}   // namespace

Trace::Trace(const Options& options)
    : filter_(options.filter), events_(options.path, options.metadata), tracks_(events_, options.nodes, options.cores),
      kernel_lanes_(options.nodes), core_lanes_(options.nodes), card_lanes_(options.nodes), levels_(options.nodes),
      writable_(options.nodes) {}

void Trace::message_taken(const Header& header, std::uint32_t packet) { taken_ = header.from == header.to ? kNoPacket : packet; }

void Trace::work_begins(Instant at, NodeId node, const Handled& what) {
  begun_ = {.on = true,
            .kept = filter_.keeps(at, node, what.kind),
            .node = node,
            .lane = kernel_lanes_[node.value].take(at),
            .from = at,
            .what = what};
  last_ = {.kept = begun_.kept, .track = {}, .at = at};
  const std::uint32_t packet = std::exchange(taken_, kNoPacket);
  if (!begun_.kept) return;
  last_.track = track_of(begun_);
  if (packet != kNoPacket) draw_arrow(packet, what.name, last_.track, at);
}

void Trace::draw_arrow(std::uint32_t packet, std::string_view name, Track to, Instant at) {
  Departure& departure = slot(departures_, packet);
  if (!departure.kept) return;   // from outside what is kept
  departure.kept = false;
  const std::uint64_t id = ++ids_;
  events_.flow_start(departure.track, "message", name, id, departure.at,
                     {{.key = "bytes", .number = static_cast<std::int64_t>(departure.bytes)}});
  events_.flow_end(to, "message", name, id, at);
}

void Trace::work_goes_on(std::uint32_t work) { slot(work_, work) = begun_; }

void Trace::work_ends(Instant at) { end(begun_, at); }

void Trace::work_ends(Instant at, std::uint32_t work) { end(work_[work], at); }

// A message leaves when its work is done; its arrow begins a nanosecond before, to be inside the slice.
void Trace::end(Slice& slice, Instant at) {
  slice.on = false;
  kernel_lanes_[slice.node.value].give_back(slice.lane, slice.from, at);
  last_ = {.kept = slice.kept, .track = {}, .at = std::max(slice.from, Instant{at.ns - 1})};
  if (!slice.kept) return;
  last_.track = track_of(slice);
  draw_work(slice, at);
}

void Trace::draw_work(const Slice& slice, Instant to) {
  const Handled& what = slice.what;
  if (what.cause == kNoCall) events_.slice(track_of(slice), what.category, what.name, slice.from, to, {});
  else events_.slice(track_of(slice), what.category, what.name, slice.from, to, {{.key = "call", .number = number_of(what.cause)}});
}

void Trace::message_leaves(const Header& header, std::uint32_t packet) {
  slot(departures_, packet) = last_;
  departures_[packet].bytes = header.bytes;
}

void Trace::carried_out(Instant at, NodeId node, std::string_view name, std::uint32_t packet) {
  last_ = {.kept = filter_.keeps(at, node), .track = {}, .at = at};
  if (!last_.kept) return;
  Lanes& lanes = card_lanes_[node.value];
  const std::uint32_t lane = lanes.take(at);
  lanes.give_back(lane, at, at);
  last_.track = tracks_.card(node, lane);
  events_.slice(last_.track, "card", name, at, at, {});
  draw_arrow(packet, name, last_.track, at);
}

void Trace::computation_begins(Instant at, NodeId node, std::uint32_t program, Pid pid) {
  slot(computations_, program) = {.on = true,
                                  .kept = filter_.keeps(at, node, kCompute),
                                  .node = node,
                                  .lane = core_lanes_[node.value].take(at),
                                  .from = at,
                                  .what = {},
                                  .pid = pid};
}

void Trace::computation_ends(Instant at, std::uint32_t program) {
  Slice& slice = computations_[program];
  slice.on = false;
  core_lanes_[slice.node.value].give_back(slice.lane, slice.from, at);
  if (slice.kept) draw_computation(slice, at);
}

void Trace::draw_computation(const Slice& slice, Instant to) {
  events_.slice(tracks_.core(slice.node, slice.lane), "program", "compute", slice.from, to,
                {{.key = "pid", .number = static_cast<std::int64_t>(slice.pid.value)}});
}

// A curve gets a point only when time goes on, so what is the same at the end of an instant as at its beginning draws nothing.
void Trace::changed(Instant at, NodeId node, Gauge gauge, std::int64_t change) {
  const auto index = static_cast<std::size_t>(gauge);
  Level& level = levels_[node.value][index];
  if (level.since < at) draw(node, index);
  level.value += change;
  level.since = at;
}

void Trace::page_turned(Instant at, NodeId node, PageId page, bool writable) {
  std::set<PageId>& pages = writable_[node.value];
  if (writable ? pages.insert(page).second : pages.erase(page) > 0) changed(at, node, Gauge::writable_pages, writable ? 1 : -1);
}

void Trace::draw(NodeId node, std::size_t gauge) {
  Level& level = levels_[node.value][gauge];
  if (level.value == level.written || !filter_.keeps(level.since, node)) return;
  events_.counter(tracks_.kernel(node, 0).pid, kGaugeNames[gauge], level.since, level.value);
  level.written = level.value;
}

void Trace::instant(Instant at, NodeId node, std::string_view name) {
  if (filter_.keeps(at, node)) events_.instant(tracks_.kernel(node, 0), name, at, 'p');
}

void Trace::instant(Instant at, std::string_view name) { events_.instant(tracks_.run(), name, at, 'g'); }

void Trace::call(const FinishedCall& call, std::uint32_t messages, std::string_view ending) {
  if (!filter_.keeps(call.issued, call.node, call.kind)) return;
  const Track track = tracks_.kernel(call.node, 0);
  const std::uint64_t id = ++ids_;
  const PathTime& where = call.where;
  const std::string_view error = ending.empty() ? name_of(call.error) : ending;
  events_.async_begin(track, "call", kCallNames[call.kind], id, call.issued,
                      {{.key = "call", .number = number_of(call.id)},
                       {.key = "pid", .number = static_cast<std::int64_t>(call.caller.value)},
                       {.key = "node_served", .number = call.served.value},
                       {.key = "messages", .number = messages},
                       {.key = "dispatch_ns", .number = where.dispatch},
                       {.key = "queue_ns", .number = where.queue},
                       {.key = "wire_ns", .number = where.wire},
                       {.key = "cpu_ns", .number = where.cpu},
                       {.key = "lock_ns", .number = where.lock},
                       {.key = "disk_ns", .number = where.disk},
                       {.key = "blocked_ns", .number = where.blocked},
                       {.key = "error", .text = error.empty() ? "none" : error}});
  events_.async_end(track, "call", kCallNames[call.kind], id, call.answered);
}

void Trace::finished(Instant at) {
  for (const Slice& slice : work_)
    if (slice.on && slice.kept) draw_work(slice, at);
  for (const Slice& slice : computations_)
    if (slice.on && slice.kept) draw_computation(slice, at);
  for (std::uint32_t node = 0; node < levels_.size(); ++node)
    for (std::size_t gauge = 0; gauge < kGauges; ++gauge) draw({node}, gauge);
  events_.close();
}

}   // namespace ssi::record
