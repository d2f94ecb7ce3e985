#include "sim/cluster/queue.hpp"

#include <simgrid/s4u.hpp>

#include <algorithm>
#include <cmath>
#include <exception>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

constexpr std::int64_t kPerNanosecond = 1000;
constexpr double kPerSecond = 1e12;

Cores::Costs core_costs(const config::Platform& platform) {
  constexpr std::int64_t kLeastSlice = 1000 * kPerNanosecond;   // a slice of no time would never end
  return {std::max(platform.costs.time_slice.ns * kPerNanosecond, kLeastSlice), platform.costs.context_switch.ns * kPerNanosecond};
}

std::int64_t picoseconds(double seconds) { return seconds == 0 ? 0 : std::llround(seconds * kPerSecond); }

}   // namespace

Queue::Queue(const config::Platform& platform, bool one_machine)
    : routes_(platform, one_machine), store_and_forward_(platform.interconnect.switching == "store_and_forward"),
      min_frame_(platform.interconnect.min_frame), chunk_bytes_(platform.interconnect.chunk) {
  const std::uint32_t cores = one_machine ? platform.cores * platform.nodes : platform.cores;
  cores_.assign(routes_.nodes(), Cores(cores, core_costs(platform)));
  disk_places_ = platform.disk.queue_depth;
  disks_.assign(routes_.nodes(), Disk(platform.disk));
  scheduled_.assign(routes_.nodes(), false);
}

void Queue::run(BackendClient& client) {
  client_ = &client;
  std::exception_ptr error;
  simgrid::s4u::Actor::create("queue", simgrid::s4u::Engine::get_instance()->get_all_hosts().front(), [this, &error] {
    try {
      drain();
    } catch (const std::exception&) { error = std::current_exception(); }
    // SimGrid's clock follows: nothing else happens in its platform, so one step is enough.
    simgrid::s4u::this_actor::sleep_until(static_cast<double>(now_ps_) / kPerSecond);
  });
  simgrid::s4u::Engine::get_instance()->run();
  if (error) std::rethrow_exception(error);
}

void Queue::drain() {
  for (serve_runnable(); !stopped_ && !events_.empty(); serve_runnable()) {
    const auto entry = events_.pop();
    now_ps_ = entry.at;
    take(entry.payload);
  }
}

// Whom a node schedules meanwhile is served too.
void Queue::serve_runnable() {
  for (std::size_t next = 0; next < runnable_.size() && !stopped_; ++next) {
    const NodeId node = runnable_[next];
    scheduled_[node.value] = false;
    client_->serve(node);
  }
  runnable_.clear();
}

void Queue::push(std::int64_t at, Event::Kind kind, std::uint32_t subject, std::uint32_t detail) {
  Event event{};
  event.kind = kind;
  event.subject = subject;
  event.detail = detail;
  events_.push(at, event);
}

void Queue::take(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kernel_done:
      cores_[event.subject].kernel_ends(now_ps_, core_of_work_[event.detail], alarms_);
      arm();
      return client_->work_done(event.detail);
    case Event::Kind::program_look: {
      const std::uint32_t node = node_of_program_[event.subject];
      const bool done = cores_[node].look(now_ps_, event.subject | kProgramWork, event.detail, alarms_);
      arm();
      if (done) client_->work_done(event.subject | kProgramWork);
      return;
    }
    case Event::Kind::chunk_asks: return ask(event.subject);
    case Event::Kind::next_chunk: return send_next_chunk(event.subject);
    case Event::Kind::delivered: return arrived(event.subject);
    case Event::Kind::disk_done: return client_->disk_done(event.detail);
    case Event::Kind::wake:
      if (now_ps_ != wake_ps_) return;   // another date was given since
      wake_ps_ = -1;
      return client_->woke();
  }
}

// At its destination. The last of its message?
void Queue::arrived(std::uint32_t index) {
  const Chunk& chunk = chunks_[index];
  Token token = chunk.token;
  const std::uint32_t of = chunk.transfer;
  chunks_.give_back(index);
  if (of != kWhole) {
    Transfer& transfer = transfers_[of];
    if (--transfer.under_way > 0 || transfer.left > 0) return;
    token = transfer.token;
    transfers_.give_back(of);
  }
  client_->transferred(token);
}

void Queue::schedule(NodeId node) {
  if (scheduled_[node.value]) return;
  scheduled_[node.value] = true;
  runnable_.push_back(node);
}

void Queue::arm() {
  for (const Cores::Alarm& alarm : alarms_) push(alarm.at, Event::Kind::program_look, alarm.token & ~kProgramWork, alarm.generation);
  alarms_.clear();
}

void Queue::start_work(NodeId node, CpuClass cpu, Duration work, Token token) {
  const std::int64_t ps = work.ns * kPerNanosecond;
  if (cpu == CpuClass::kernel) {
    if (core_of_work_.size() <= token) core_of_work_.resize(token + 1);
    core_of_work_[token] = cores_[node.value].kernel_starts(now_ps_, ps, alarms_);
    push(now_ps_ + ps, Event::Kind::kernel_done, node.value, token);
  } else {
    const std::uint32_t slot = token & ~kProgramWork;
    if (node_of_program_.size() <= slot) node_of_program_.resize(slot + 1);
    node_of_program_[slot] = node.value;
    cores_[node.value].program_starts(now_ps_, token, ps, alarms_);
  }
  arm();
}

Duration Queue::cancel_work(Token token) {
  const NodeId node{node_of_program_[token & ~kProgramWork]};
  const std::int64_t left = cores_[node.value].cancel(now_ps_, token, alarms_);
  arm();
  return {left / kPerNanosecond};
}

void Queue::start_transfer(NodeId from, NodeId to, std::uint64_t bytes, Token token) {
  const RouteSpan route = routes_.between(from, to);
  if (ports_.size() < routes_.links().size()) meet_new_links();
  const std::uint64_t framed = std::max<std::uint64_t>(bytes, min_frame_);
  if (framed <= chunk_bytes_ || route.count == 0) {   // a distance without links has no bandwidth either
    const std::uint32_t chunk = new_chunk(route, static_cast<std::uint32_t>(framed));
    chunks_[chunk].token = token;
    if (route.count > 0) return ask(chunk);
    return push(now_ps_ + picoseconds(route.distance_s), Event::Kind::delivered, chunk);
  }
  const std::uint32_t index = transfers_.take();
  transfers_[index] = {.route = route, .token = token, .left = framed};
  send_next_chunk(index);
}

std::uint32_t Queue::new_chunk(const RouteSpan& route, std::uint32_t bytes) {
  const std::uint32_t index = chunks_.take();
  Chunk& chunk = chunks_[index];
  chunk.route = route;
  chunk.transfer = kWhole;
  chunk.hop = 0;
  chunk.bytes = bytes;
  chunk.tail = now_ps_;
  return index;
}

void Queue::meet_new_links() {
  for (std::size_t i = ports_.size(); i < routes_.links().size(); ++i) {
    const Routes::Link& link = routes_.links()[i];
    const double ps_per_byte = kPerSecond / link.bandwidth_bytes_per_s;
    ports_.push_back({.latency = picoseconds(link.latency_s),
                      .whole_ps_per_byte = std::floor(ps_per_byte) == ps_per_byte ? std::llround(ps_per_byte) : 0,
                      .ps_per_byte = ps_per_byte,
                      .shared = link.shared});
  }
}

std::int64_t Queue::Port::transmission(std::uint32_t bytes) const {
  return whole_ps_per_byte != 0 ? whole_ps_per_byte * bytes : std::llround(ps_per_byte * bytes);
}

void Queue::send_next_chunk(std::uint32_t index) {
  Transfer& transfer = transfers_[index];
  const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(transfer.left, chunk_bytes_));
  transfer.left -= bytes;
  ++transfer.under_way;
  const std::uint32_t chunk = new_chunk(transfer.route, bytes);
  chunks_[chunk].transfer = index;
  ask(chunk);
}

// The chunk's head is at port `hop` of its route.
void Queue::ask(std::uint32_t index) {
  Chunk& chunk = chunks_[index];
  Port& port = ports_[chunk.route.port(chunk.hop)];
  const std::int64_t start = port.shared ? std::max(now_ps_, port.free_at) : now_ps_;
  const std::int64_t leaves = std::max(start + port.transmission(chunk.bytes), chunk.tail);
  port.busy += leaves - start;
  port.free_at = leaves;
  if (chunk.hop == 0 && chunk.transfer != kWhole && transfers_[chunk.transfer].left > 0)
    push(leaves, Event::Kind::next_chunk, chunk.transfer);
  chunk.tail = leaves + port.latency;
  if (++chunk.hop == chunk.route.count) return push(chunk.tail + picoseconds(chunk.route.distance_s), Event::Kind::delivered, index);
  push(store_and_forward_ ? chunk.tail : start + port.latency, Event::Kind::chunk_asks, index);
}

void Queue::start_disk(NodeId node, const DiskRequest& request, Token token) {
  push(disks_[node.value].ask(now_ps_, request), Event::Kind::disk_done, node.value, token);
}

std::vector<record::CoreUse> Queue::cores_used(NodeId node) const {
  std::vector<record::CoreUse> out;
  for (const Cores::Use& use : cores_[node.value].use()) out.push_back({{use.kernel / kPerNanosecond}, {use.program / kPerNanosecond}});
  return out;
}

std::optional<double> Queue::disk_used(NodeId node) const {
  if (now_ps_ == 0) return 0;
  return static_cast<double>(disks_[node.value].busy()) / disk_places_ / static_cast<double>(now_ps_);
}

std::vector<record::LinkUse> Queue::links_used() const {
  std::vector<record::LinkUse> out;
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (ports_[i].busy > 0) out.push_back({routes_.links()[i].name, static_cast<double>(ports_[i].busy) / static_cast<double>(now_ps_)});
  return out;
}

void Queue::wake_at(Instant date) {
  const std::int64_t ps = std::max(date.ns * kPerNanosecond, now_ps_);
  if (ps == wake_ps_) return;
  wake_ps_ = ps;
  push(ps, Event::Kind::wake, 0);
}

}   // namespace ssi::sim
