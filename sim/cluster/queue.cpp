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

std::int64_t transmission(double ps_per_byte, std::uint32_t bytes) { return std::llround(ps_per_byte * bytes); }

}   // namespace

Queue::Queue(const config::Platform& platform, bool one_machine)
    : routes_(platform, one_machine), store_and_forward_(platform.interconnect.switching == "store_and_forward"),
      min_frame_(platform.interconnect.min_frame), chunk_bytes_(platform.interconnect.chunk) {
  const std::uint32_t cores = one_machine ? platform.cores * platform.nodes : platform.cores;
  cores_.assign(routes_.nodes(), Cores(cores, core_costs(platform)));
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
  while (!stopped_) {
    while (next_runnable_ < runnable_.size() && !stopped_) {
      const NodeId node = runnable_[next_runnable_++];
      scheduled_[node.value] = false;
      client_->serve(node);
    }
    runnable_.clear();
    next_runnable_ = 0;
    if (stopped_ || heap_.empty()) return;
    const auto entry = heap_.pop();
    now_ps_ = entry.at;
    take(entry.payload);
  }
}

void Queue::take(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kernel_done:
      cores_[event.subject].kernel_ends(now_ps_, alarms_);
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
    case Event::Kind::next_chunk: return send_chunk(event.subject);
    case Event::Kind::delivered: {
      Transfer& transfer = transfers_[event.subject];
      if (--transfer.under_way > 0 || transfer.left > 0) return;
      const Token token = transfer.token;
      transfers_.give_back(event.subject);
      return client_->transferred(token);
    }
    case Event::Kind::wake:
      if (now_ps_ != wake_ps_) return;   // another date was given since
      wake_ps_ = -1;
      return client_->woke();
  }
}

void Queue::schedule(NodeId node) {
  if (scheduled_[node.value]) return;
  scheduled_[node.value] = true;
  runnable_.push_back(node);
}

void Queue::arm() {
  for (const Cores::Alarm& alarm : alarms_) {
    heap_.push(alarm.at, {Event::Kind::program_look, alarm.token & ~kProgramWork, alarm.generation});
  }
  alarms_.clear();
}

void Queue::start_work(NodeId node, CpuClass cpu, Duration work, Token token) {
  const std::int64_t ps = work.ns * kPerNanosecond;
  if (cpu == CpuClass::kernel) {
    cores_[node.value].kernel_starts(now_ps_, alarms_);
    heap_.push(now_ps_ + ps, {Event::Kind::kernel_done, node.value, token});
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
  const std::uint32_t index = transfers_.take();
  transfers_[index] = {.route = routes_.between(from, to), .token = token, .left = std::max<std::uint64_t>(bytes, min_frame_)};
  for (std::size_t i = ports_.size(); i < routes_.links().size(); ++i)
    ports_.push_back({.latency = std::llround(routes_.links()[i].latency_s * kPerSecond),
                      .ps_per_byte = kPerSecond / routes_.links()[i].bandwidth_bytes_per_s,
                      .shared = routes_.links()[i].shared});
  if (transfers_[index].route.count > 0) return send_chunk(index);
  transfers_[index].left = 0;   // a distance without links: no bandwidth either
  transfers_[index].under_way = 1;
  heap_.push(now_ps_ + std::llround(transfers_[index].route.distance_s * kPerSecond), {Event::Kind::delivered, index, 0});
}

void Queue::send_chunk(std::uint32_t index) {
  Transfer& transfer = transfers_[index];
  const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(transfer.left, chunk_bytes_));
  transfer.left -= bytes;
  ++transfer.under_way;
  const std::uint32_t chunk = chunks_.take();
  chunks_[chunk] = {.transfer = index, .hop = 0, .bytes = bytes, .tail = now_ps_};
  ask(chunk);
}

// The chunk's head is at port `hop` of its route.
void Queue::ask(std::uint32_t index) {
  Chunk& chunk = chunks_[index];
  Transfer& transfer = transfers_[chunk.transfer];
  Port& port = ports_[transfer.route.port(chunk.hop)];
  const std::int64_t start = port.shared ? std::max(now_ps_, port.free_at) : now_ps_;
  const std::int64_t leaves = std::max(start + transmission(port.ps_per_byte, chunk.bytes), chunk.tail);
  port.free_at = leaves;
  if (chunk.hop == 0 && transfer.left > 0) heap_.push(leaves, {Event::Kind::next_chunk, chunk.transfer, 0});
  if (++chunk.hop == transfer.route.count) {
    heap_.push(leaves + port.latency + std::llround(transfer.route.distance_s * kPerSecond), {Event::Kind::delivered, chunk.transfer, 0});
    chunks_.give_back(index);
    return;
  }
  chunk.tail = leaves + port.latency;
  heap_.push(store_and_forward_ ? chunk.tail : start + port.latency, {Event::Kind::chunk_asks, index, 0});
}

void Queue::wake_at(Instant date) {
  const std::int64_t ps = std::max(date.ns * kPerNanosecond, now_ps_);
  if (ps == wake_ps_) return;
  wake_ps_ = ps;
  heap_.push(ps, {Event::Kind::wake, 0, 0});
}

}   // namespace ssi::sim
