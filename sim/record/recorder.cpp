#include "sim/record/recorder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/record/coherence_counter.hpp"
#include "sim/record/message_counter.hpp"
#include "sim/record/ops_writer.hpp"

namespace ssi::record {
namespace {

constexpr Ticket kNotMeasured = ~Ticket{0};   // issued before warm-up ended

// Node-local calls: the host serves them, so they say nothing of a design and are kept out of the timeline.
constexpr bool node_local(std::size_t kind) {
  constexpr auto kNodeLocal = [] {
    std::array<bool, kCalls> local{};
    for (std::size_t i = 0; i < kCalls; ++i) local[i] = kCallNames[i] == "compute" || kCallNames[i] == "sleep";
    return local;
  }();
  return kNodeLocal[kind];
}

Place place_of(const FinishedCall& call) { return call.served == call.node ? Place::local : Place::remote; }

}   // namespace

struct Recorder::State {
  explicit State(Options given)
      : options(std::move(given)), messages(options.nodes), ops(options.ops_path, options.filter), events(options.events_path),
        cpu(options.nodes), timeline(options.duration) {
    if (options.trace_path.empty()) return;
    trace.emplace(Trace::Options{options.trace_path, options.filter, options.nodes, options.cores, options.trace_metadata});
    if (options.warmup_until > Instant{}) trace->instant(options.warmup_until, "warm-up ends");
  }

  bool measured(Instant at) const { return at >= options.warmup_until; }
  CallStats& stats(const FinishedCall& call) { return calls[call.kind][static_cast<std::size_t>(place_of(call))]; }
  void answered(const FinishedCall& call);
  void settled(const FinishedCall& call, std::uint32_t total_messages);
  void settle_rest();
  Ticket keep(const FinishedCall& call);

  Options options;
  std::array<std::array<CallStats, 2>, kCalls> calls;
  std::array<std::uint64_t, kCalls> abandoned{};
  MessageCounter messages;
  CoherenceCounter pages;
  std::optional<ConsistencyStats> consistency;
  OpsWriter ops;
  std::optional<Trace> trace;
  EventList events;
  std::vector<CpuStats> cpu;
  std::vector<LinkUse> links;
  std::uint64_t dropped = 0;
  Timeline timeline;
  std::vector<WorkStats> work;
  std::uint64_t unsettled = 0;
  Instant end{};
  std::vector<FinishedCall> unsettled_calls;   // by ticket; without an id: none
  std::vector<Ticket> free_tickets;
};

void Recorder::State::answered(const FinishedCall& call) {
  const std::int64_t latency_ns = (call.answered - call.issued).ns;
  const bool good = call.certainty == Certainty::ok;
  if (!node_local(call.kind)) timeline.call(call.answered, latency_ns - call.where.blocked, good);
  CallStats& into = stats(call);
  if (!good) {
    ++into.errors[static_cast<std::size_t>(call.error)];
    return;
  }
  into.latency.add(latency_ns);
  into.service.add(latency_ns - call.where.blocked);
  into.where += call.where;
  into.critical_path.add(call.path_messages);
}

void Recorder::State::settled(const FinishedCall& call, std::uint32_t total_messages) {
  if (ops.on()) ops.write(call, total_messages);
  if (trace) trace->call(call, total_messages, "");
  if (!measured(call.issued)) return;
  CallStats& into = stats(call);
  (call.certainty == Certainty::ok ? into.messages : into.messages_of_failed).add(total_messages);
}

// At the end of a run that was cut off: what is known of a call then are the messages on its critical path.
void Recorder::State::settle_rest() {
  std::vector<FinishedCall> rest;
  for (const FinishedCall& call : unsettled_calls)
    if (call.id != kNoCall) rest.push_back(call);
  std::sort(rest.begin(), rest.end(),
            [](const FinishedCall& a, const FinishedCall& b) { return std::pair(a.answered, a.id) < std::pair(b.answered, b.id); });
  for (const FinishedCall& call : rest) settled(call, call.path_messages);
  unsettled = rest.size();
}

Ticket Recorder::State::keep(const FinishedCall& call) {
  if (free_tickets.empty()) {
    unsettled_calls.push_back(call);
    return static_cast<Ticket>(unsettled_calls.size() - 1);
  }
  const Ticket ticket = free_tickets.back();
  free_tickets.pop_back();
  unsettled_calls[ticket] = call;
  return ticket;
}

Recorder::Recorder(Options options)
    : measured_from_(options.warmup_until), lists_events_(!options.events_path.empty()),
      state_(std::make_unique<State>(std::move(options))) {}
Recorder::~Recorder() = default;

void Recorder::list(const Delivered& event) { state_->events.add(event); }

void Recorder::message_sent(Instant at, const Header& header, const MessageType& type) {
  if (state_->measured(at)) state_->messages.add(header, type);
}

Ticket Recorder::call_answered(const FinishedCall& call) {
  SSI_CHECK(call.kind < kCalls && call.answered >= call.issued, "an answered call that cannot be");
  recovery_.answered(call);
  State& s = *state_;
  if (s.measured(call.issued)) s.answered(call);
  else if (!s.ops.on() && !s.trace) return kNotMeasured;
  return s.keep(call);
}

void Recorder::call_settled(Ticket ticket, std::uint32_t total_messages) {
  if (ticket == kNotMeasured) return;
  State& s = *state_;
  FinishedCall& call = s.unsettled_calls.at(ticket);
  SSI_CHECK(call.id != kNoCall, "a call was settled twice");
  s.settled(call, total_messages);
  call.id = kNoCall;
  s.free_tickets.push_back(ticket);
}

void Recorder::call_abandoned(const FinishedCall& call) {
  if (state_->measured(call.answered)) ++state_->abandoned[call.kind];
  if (state_->trace) state_->trace->call(call, call.path_messages, "abandoned");
}

void Recorder::call_cut_off(const FinishedCall& call) {
  if (state_->trace) state_->trace->call(call, call.path_messages, "cut off");
}

void Recorder::work_done(Instant at, std::uint32_t workload, Instant intended) {
  State& s = *state_;
  if (workload >= s.work.size()) s.work.resize(workload + std::size_t{1});
  WorkStats& into = s.work[workload];
  into.last = at;
  recovery_.work_done(at);
  if (!s.measured(at)) return;
  ++into.done;
  into.from_intended.add(std::max<std::int64_t>((at - intended).ns, 0));
  s.timeline.work(at);
}

void Recorder::trace_note(NodeId node, Note::Kind kind) {   // of those that are rare: from stale_location on
  constexpr std::array kNames{"stale location", "suspects a node", "new view", "rebuilt", "process lost elsewhere", "conflict"};
  if (state_->trace)
    state_->trace->instant(now_, node, kNames.at(static_cast<std::size_t>(kind) - static_cast<std::size_t>(Note::Kind::stale_location)));
}

void Recorder::noted(const PageNote& note) {
  if (now_ >= measured_from_) state_->pages.add(note);
}

void Recorder::values_checked(std::uint64_t checked, const std::vector<std::string>& wrong) {
  if (!state_->consistency) state_->consistency.emplace();
  state_->consistency->checked += checked;
  for (const std::string& one : wrong) state_->consistency->wrong.push_back(one);
}

void Recorder::dropped(Instant at) { state_->dropped += state_->measured(at); }

void Recorder::waited_for_service(NodeId node, std::size_t before) {
  constexpr std::size_t kMost = 65535;   // of a queue's length, in what is counted
  state_->cpu[node.value].queue.add(static_cast<std::uint32_t>(std::min(before, kMost)));
}

void Recorder::cpu_used(NodeId node, Duration kernel, Duration program, std::vector<CoreUse> cores, std::optional<double> disk) {
  CpuStats& cpu = state_->cpu.at(node.value);
  cpu.kernel = kernel;
  cpu.program = program;
  cpu.cores = std::move(cores);
  cpu.disk = disk;
}

void Recorder::links_used(std::vector<LinkUse> links) {
  std::stable_sort(links.begin(), links.end(), [](const LinkUse& a, const LinkUse& b) { return a.share > b.share; });
  state_->links = std::move(links);
}

const std::vector<LinkUse>& Recorder::links() const { return state_->links; }

void Recorder::finished(Instant at) {
  State& s = *state_;
  s.end = at;
  s.settle_rest();
  s.ops.close();
  s.events.close();
  if (s.trace) s.trace->finished(at);
}

Trace* Recorder::trace() { return state_->trace ? &*state_->trace : nullptr; }

Instant Recorder::end() const { return state_->end; }
Instant Recorder::warmup_until() const { return state_->options.warmup_until; }
const CallStats& Recorder::calls(std::size_t kind, Place place) const { return state_->calls.at(kind)[static_cast<std::size_t>(place)]; }
std::uint64_t Recorder::abandoned(std::size_t kind) const { return state_->abandoned.at(kind); }
std::uint64_t Recorder::unsettled() const { return state_->unsettled; }
MessageStats Recorder::messages() const {
  MessageStats stats = state_->messages.stats();
  stats.dropped = state_->dropped;
  return stats;
}
DispatchStats Recorder::dispatch() const {
  const auto of = [this](Note::Kind kind) { return notes_[static_cast<std::size_t>(kind)]; };
  return {of(Note::Kind::locality_test), of(Note::Kind::shipped), of(Note::Kind::stale_location)};
}
CoherenceStats Recorder::coherence() const { return state_->pages.stats(); }
const std::optional<ConsistencyStats>& Recorder::consistency() const { return state_->consistency; }
const std::vector<WorkStats>& Recorder::work() const { return state_->work; }
const std::vector<CpuStats>& Recorder::cpu() const { return state_->cpu; }
const Timeline& Recorder::timeline() const { return state_->timeline; }

std::string Recorder::error() const {
  if (state_->trace && !state_->trace->error().empty()) return state_->trace->error();
  return state_->ops.error().empty() ? state_->events.error() : state_->ops.error();
}

}   // namespace ssi::record
