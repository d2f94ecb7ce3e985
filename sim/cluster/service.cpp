// Cluster: one event at a time, from a node's queue through its machine.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

// What the fingerprint knows events by that are not messages.
constexpr MessageType kBoot = named("boot"), kTimer = named("timer"), kDisk = named("disk"), kFrozen = named("frozen"),
                      kBroken = named("circuit_broken");
constexpr auto kCalls = [] {
  std::array<MessageType, kCallNames.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = named(kCallNames[i]);
  return types;
}();

bool takes_memory(const Call& call) {
  return std::holds_alternative<Migrate>(call) || std::holds_alternative<Rfork>(call) || std::holds_alternative<Exec>(call);
}

}   // namespace

void Cluster::serve(NodeId node) {
  now_ = backend_.now();
  while (!ended_ && serve_one(node)) {}
  finish_if_over();
}

bool Cluster::serve_one(NodeId id) {
  Node& node = at(id);
  if (node.halted) return false;
  if (!node.finished.empty()) {
    const Token work = node.finished.front();
    node.finished.pop_front();
    finish_work(work);
    return true;
  }
  if (node.busy >= setup_.cores) return false;
  Ring<Item>* const queue = setup_.nic.limits_service() ? choose(node) : node.raised.empty() ? &node.normal : &node.raised;
  if (queue == nullptr || queue->empty()) return false;
  const Item item = queue->front();
  queue->pop_front();
  if (trace_) trace_->changed(now(), id, record::Gauge::run_queue, -1);
  handle(id, item);
  return true;
}

void Cluster::handle(NodeId node, const Item& item) {
  Service service{.node = node, .kind = item.kind, .background = item.background, .socket = node.value};
  switch (item.kind) {
    case Item::Kind::boot:
      recorder_.delivered({now(), node, node, kBoot.hash, kBoot.name});
      service.trail.mark = item.since;
      return run_machine(BootEvent{}, service);
    case Item::Kind::timer: service.trail.mark = item.since; return handle_timer(item.subject, service);
    case Item::Kind::disk: return handle_disk(item.subject, service);
    case Item::Kind::verb: return handle_verb(item.subject, service);
    case Item::Kind::message: return handle_message(item.subject, service);
    case Item::Kind::frozen: service.trail.mark = item.since; return handle_frozen(item.subject, service);
    case Item::Kind::broken: service.trail.mark = item.since; return handle_broken(item.subject, service);
    case Item::Kind::paging: service.trail.mark = item.since; return handle_paging(item.subject, service);
    case Item::Kind::call: return handle_call(ledger_.in_slot(item.subject), service);
  }
}

void Cluster::handle_timer(std::uint32_t slot, Service& service) {
  recorder_.delivered({now(), service.node, service.node, kTimer.hash, kTimer.name});
  const TimerEvent event{timers_[slot].key, timers_[slot].generation};
  timers_.give_back(slot);
  run_machine(event, service);
}

void Cluster::handle_disk(Token token, Service& service) {
  recorder_.delivered({now(), service.node, service.node, kDisk.hash, kDisk.name});
  service.trail = accesses_[token].trail;
  const DiskDone event{accesses_[token].token};
  accesses_.give_back(token);
  run_machine(event, service);
}

void Cluster::handle_frozen(std::uint32_t slot, Service& service) {
  recorder_.delivered({now(), service.node, service.node, kFrozen.hash, kFrozen.name});
  const FrozenDue due = frozen_[slot];
  frozen_.give_back(slot);
  if (const OpenCall* call = ledger_.find(due.cause)) service.trail = call->last;
  run_machine(due.event, service);
}

void Cluster::handle_broken(std::uint32_t slot, Service& service) {
  const Broken broken = broken_[slot];
  recorder_.delivered({now(), broken.peer, service.node, kBroken.hash, kBroken.name});
  broken_.give_back(slot);
  at(service.node).threads.forget(broken.peer);
  run_machine(CircuitBroken{broken.peer, broken.epoch}, service);
}

void Cluster::handle_message(Token packet, Service& service) {
  if (faults_ && !net_.is_current(packets_[packet].message.header)) return lose(packet);   // its circuit broke while it waited here
  const Message& message = packets_[packet].message;
  if (trace_) trace_->message_taken(message.header, packet);
  const MessageType& type = message.body.type();
  recorder_.delivered({now(), message.header.from, service.node, type.hash, type.name});
  service.trail = packets_[packet].trail;
  if (service.node == evacuated_ && !packets_[packet].background) recorder_.evacuation().asked_evacuated();
  if (!nics_.empty() || setup_.nic.limits_service()) begin_receiving(service, packets_[packet]);
  service.interrupted = packets_[packet].interrupts;
  if (paging_ && message.body.is<paging::Message>()) handle_page_message(message, service);
  else run_machine(MessageEvent{&message}, service, &message.header);
  discard(packet);
}

void Cluster::handle_call(OpenCall& call, Service& service) {
  SSI_CHECK(call.under_way > 0, "a call was settled before it was served");
  if (call.state == OpenCall::State::abandoned) {   // its caller died while it waited in the queue
    --foreground_;
    return ledger_.stopped(call);
  }
  if (ever_moved_ && goes_elsewhere(call)) return;
  recorder_.delivered({now(), service.node, service.node, kCalls[call.kind].hash, kCalls[call.kind].name});
  service.trail = call.last;
  CallEvent event{call.id, call.caller, call.request};
  if (takes_memory(*call.request))
    if (const Running* caller = programs_.find(call.caller)) event.memory = caller->memory;
  if (setup_.one_machine) service.socket = socket_for(event);
  run_machine(event, service);
}

void Cluster::run_machine(const Event& event, Service& service, const Header* received) {
  service.trail.where.queue += (now() - service.trail.mark).ns;
  service.trail.mark = now();
  out_.begin(service.trail.cause, received != nullptr);
  at(service.node).machine->on_event(now(), event, out_);
  if (out_.restarts) look_at(now(), NodeStops{service.node, at(service.node).life});
  if (paging_ && out_.cached_bytes) page_cache_is(*out_.cached_bytes, service);
  check_now_and_then(service.node);
  if (trace_) trace_event(event, service);
  carry_out(service, received);
}

// On one machine, a program that is placed on a node of the scenario runs on that socket; a child on its parent's.
std::uint32_t Cluster::socket_for(const CallEvent& event) const {
  const auto* spawn = std::get_if<Spawn>(event.call);
  if (spawn && spawn->placement.kind == Placement::Kind::node) return spawn->placement.node.value;
  const auto* exec = std::get_if<Exec>(event.call);
  if (exec && exec->placement.kind == Placement::Kind::node) return exec->placement.node.value;
  const Running* caller = programs_.find(event.caller);
  return caller ? caller->self.node : 0;
}

}   // namespace ssi::sim
