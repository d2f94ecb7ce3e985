#include "sim/world/world.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::world {

config::Values param(std::string_view key, config::Value value) { return {{key, std::move(value)}}; }

World::World(std::string_view strategy, Options options) : entry_(*find_strategy(strategy)), options_(std::move(options)) {
  incarnations_.assign(options_.nodes, Incarnation{1});
  durable_.resize(options_.nodes);
  for (std::uint32_t id = 0; id < options_.nodes; ++id) machines_.push_back(make(NodeId{id}, nullptr));
  for (std::uint32_t id = 0; id < options_.nodes; ++id) handle(NodeId{id}, BootEvent{}, kNoCall, 0, false);
}

std::unique_ptr<Strategy> World::make(NodeId at, std::shared_ptr<const Durable> disk) const {
  const NodeSetup setup{.self = at,
                        .nodes = options_.nodes,
                        .cores = 4,
                        .incarnation = incarnations_[at.value],
                        .random = RandomRoot(options_.seed),
                        .costs = options_.costs,
                        .membership = options_.membership,
                        .disk = std::move(disk)};
  return entry_.make(setup, options_.params);
}

CallId World::call(CallId id, NodeId at, Pid caller, Call call) {
  CallTrace& trace = traces_[id];
  trace = {std::move(call), caller, at, 0, 0, std::nullopt, {}};
  handle(at, CallEvent{id, caller, &trace.call, options_.memory}, id, 0, false);
  return id;
}

std::vector<Channel> World::deliverable() const {
  std::vector<Channel> out;
  for (const auto& [channel, queue] : channels_)
    if (can_deliver(channel)) out.push_back(channel);
  return out;
}

bool World::can_deliver(const Channel& channel) const {
  const auto queue = channels_.find(channel);
  return queue != channels_.end() && !queue->second.empty();
}

void World::deliver(Channel channel) {
  auto& queue = channels_.at(channel);
  SSI_CHECK(!queue.empty(), "nothing to deliver");
  if (const Breaking before{channel.to, channel.from}; breaking_.contains(before)) return tell_broken(before);
  const UnderWay next = std::move(queue.front());
  queue.pop_front();
  handle(channel.to, MessageEvent{&next.message}, next.message.header.cause, next.hops, true);
}

void World::deliver_all() {
  while (!quiet()) {
    if (!freezing_.empty()) freeze(0);
    else if (!disks_.empty()) serve_disk(0);
    else deliver(deliverable().front());
  }
}

void World::freeze(std::size_t index) {
  const Freezing due = freezing_.at(index);
  freezing_.erase(freezing_.begin() + static_cast<std::ptrdiff_t>(index));
  handle(due.node, Frozen{due.pid, options_.memory}, due.cause, due.hops, false);
}

void World::serve_disk(std::size_t index) {
  const Asked due = disks_.at(index);
  disks_.erase(disks_.begin() + static_cast<std::ptrdiff_t>(index));
  const CallId cause = due.request.cause;
  handle(due.node, DiskDone{due.request.token, false}, cause, cause == kNoCall ? 0 : last_hops_[cause], false);
}

void World::fire(std::size_t index) {
  const Timer timer = timers_.at(index);
  timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(index));
  handle(timer.node, TimerEvent{timer.key, timer.generation}, kNoCall, 0, false);
}

void World::break_circuit(NodeId a, NodeId b) {
  for (Priority priority : {Priority::normal, Priority::raised})
    for (Channel channel : {Channel{a, b, priority}, Channel{b, a, priority}}) channels_.erase(channel);
  handle(a, CircuitBroken{b, 1}, kNoCall, 0, false);
  handle(b, CircuitBroken{a, 1}, kNoCall, 0, false);
}

void World::handle(NodeId at, const Event& event, CallId cause, std::uint32_t hops, bool serving) {
  out_.begin(cause, serving);
  if (cause != kNoCall) last_hops_[cause] = hops;
  machines_[at.value]->on_event(now_, event, out_);
  if (out_.restarts) return crash(at);
  for (const DiskRequest& request : out_.disk_requests)
    disks_.push_back({at, request, due({Waiting::Kind::disk, at, at, request.cause == kNoCall ? cause : request.cause})});
  carry_out(at, cause, hops);
  check();
}

void World::carry_out(NodeId at, CallId cause, std::uint32_t hops) {
  for (const auto& timer : out_.timers)
    timers_.push_back({at, timer.key, timer.generation, due({Waiting::Kind::timer, at, at, cause, timer.after}), timer.background});
  for (const auto& order : out_.programs) {
    if (order.kind == ProgramOrder::Kind::depart)
      freezing_.push_back({at, order.pid, cause, hops, due({Waiting::Kind::freezing, at, at, cause})});
    if (watcher_) watcher_->ordered(at, order);
  }
  // On behalf of another call than the event's, that call's own chain goes on.
  for (const auto& sent : out_.sends) send(at, sent, sent.cause == cause ? hops : last_hops_[sent.cause]);
  for (const auto& completion : out_.completions) {
    CallTrace& trace = traces_.at(completion.call);
    SSI_CHECK(!trace.result, "call " + std::to_string(completion.call.value) + " is answered twice");
    trace.result = completion.result;
    trace.served = completion.served;
    trace.path = completion.call == cause ? hops : last_hops_[completion.call];
    if (watcher_) watcher_->completed(completion.call, completion.result);
  }
}

void World::send(NodeId at, const Effects::Send& send, std::uint32_t hops) {
  Message message;
  message.header = {.from = at,
                    .to = send.to,
                    .from_incarnation = incarnations_[at.value],
                    .to_incarnation = incarnations_[send.to.value],
                    .view = send.view,
                    .txn = send.txn,
                    .cause = send.cause,
                    .priority = send.priority,
                    .bytes = send.body.bytes()};
  message.body = send.body;
  if (send.cause != kNoCall && send.to != at) ++traces_.at(send.cause).total;
  if (watcher_) watcher_->sent(message);
  if (is_lost({at, send.to, message.header.priority})) return;
  const std::uint32_t copies = options_.copies ? options_.copies(message) : 1;
  auto& queue = channels_[{at, send.to, message.header.priority}];
  for (std::uint32_t i = 0; i < copies; ++i) {
    const Instant at_least = queue.empty() ? Instant{} : queue.back().due;
    const Instant wanted = due({Waiting::Kind::message, at, send.to, send.cause});
    queue.push_back({message, hops + (send.to != at ? 1U : 0U), std::max(at_least, wanted)});
  }
}

std::vector<const Strategy*> World::all() const {
  std::vector<const Strategy*> out;
  for (const auto& machine : machines_)
    if (machine) out.push_back(machine.get());
  return out;
}

void World::check() const {
  const auto machines = all();
  for (const Strategy* machine : machines) machine->check_invariants();
  const bool holds_after_crashes = entry_.survives_crashes || options_.membership.on();
  if (machines.empty() || (has_crashed_ && !holds_after_crashes)) return;   // it promises nothing then
  Report report;
  entry_.check_cluster(machines, report);
  if (!report.problems.empty()) invariant_broken(__FILE__, __LINE__, "check_cluster", report.problems.front());
}

}   // namespace ssi::world
