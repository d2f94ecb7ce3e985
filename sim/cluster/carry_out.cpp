// Cluster: the effects of one event, from the end of the handler to the end of its kernel work.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

Duration copy_time(const config::NodeCosts& costs, std::uint64_t bytes) {
  const std::uint64_t body = bytes > kHeaderBytes ? bytes - kHeaderBytes : 0;
  return {static_cast<std::int64_t>(body) * costs.copy_per_kib.ns / 1024};
}

bool acts_at_once(ProgramOrder::Kind kind) { return kind == ProgramOrder::Kind::end || kind == ProgramOrder::Kind::stop; }

}   // namespace

void Cluster::carry_out(NodeId node, const Item& item, std::uint32_t socket) {
  for (const Effects::Timer& timer : out_.timers) {
    if (!timer.background) ++foreground_;
    agenda_.add(now() + timer.after, TimerDue{node, timer.key, timer.generation, timer.background});
  }
  if (!out_.timers.empty()) backend_.wake_at(*agenda_.first());
  for (const Note& note : out_.notes) recorder_.noted(node, note);
  take_orders_that_act_at_once(node, socket);

  const Token token = services_.take();
  Service& service = services_[token];
  service.node = node;
  service.trail = item.trail;
  service.background = item.background;
  service.dispatch = out_.dispatch_work;
  service.kernel = out_.kernel_work + message_work(node, item);
  service.socket = socket;
  for (Effects::Send& send : out_.sends)
    if (send.before_work) depart(node, send, item.trail, item.background);
  std::swap(service.sends, out_.sends);
  std::swap(service.completions, out_.completions);
  std::swap(service.orders, out_.programs);

  ++at(node).busy;
  const Duration work = service.dispatch + service.kernel;
  at(node).kernel_used += work;
  if (work.ns == 0) return release(token);
  backend_.start_work(node, CpuClass::kernel, work, token);
}

// What is dead or stopped runs no further step; what starts is known at once, so that it can die before it has started.
void Cluster::take_orders_that_act_at_once(NodeId node, std::uint32_t socket) {
  for (const ProgramOrder& order : out_.programs) {
    if (order.kind == ProgramOrder::Kind::start) {
      Running& program = programs_.add(order.pid);
      program.node = node;
      program.what = order.program;
      program.self = std::make_unique<workload::Self>();
      program.self->pid = order.pid;
      program.self->node = setup_.one_machine ? socket : node.value;
    } else if (order.kind == ProgramOrder::Kind::end) {
      end_program(order.pid);
    } else if (order.kind == ProgramOrder::Kind::stop) {
      if (Running* program = programs_.find(order.pid)) stop_program(*program);
    }
  }
}

// The host's share of the work: what every design pays for entering the kernel and for messages.
Duration Cluster::message_work(NodeId node, const Item& item) const {
  const config::NodeCosts& costs = setup_.costs;
  Duration work{};
  if (item.kind == Item::Kind::call) work += costs.syscall;
  if (item.kind == Item::Kind::message) {
    const Header& header = packets_[item.packet].message.header;
    if (header.from != node) work += costs.message_receive + copy_time(costs, header.bytes);
  }
  for (const Effects::Send& send : out_.sends)
    if (send.to != node) work += costs.message_send + copy_time(costs, send.body.bytes());
  return work;
}

void Cluster::release(Token token) {
  Service& service = services_[token];
  --at(service.node).busy;
  Trail trail = service.trail;
  const std::int64_t took = (now() - trail.mark).ns;
  const std::int64_t dispatch = std::min(service.dispatch.ns, took);
  const std::int64_t cpu = std::min(service.kernel.ns, took - dispatch);
  trail.where.dispatch += dispatch;
  trail.where.cpu += cpu;
  trail.where.queue += took - dispatch - cpu;   // the core was shared
  trail.mark = now();
  if (OpenCall* call = ledger_.find(trail.cause)) call->last = trail;

  for (Effects::Send& send : service.sends)
    if (!send.before_work) depart(service.node, send, trail, service.background);
  for (const Effects::Completion& completion : service.completions) complete(completion, trail);
  for (const ProgramOrder& order : service.orders)
    if (!acts_at_once(order.kind)) obey(order);

  if (!service.background) --foreground_;
  ledger_.stopped(trail.cause);
  service.sends.clear();
  service.completions.clear();
  service.orders.clear();
  services_.give_back(token);
}

void Cluster::depart(NodeId from, Effects::Send& send, const Trail& trail, bool background) {
  const Token token = packets_.take();
  Packet& packet = packets_[token];
  packet.trail = trail;
  packet.trail.cause = send.cause;
  packet.background = background && send.cause == kNoCall;
  if (!packet.background) ++foreground_;
  Header& header = packet.message.header;
  header = {};
  header.from = from;
  header.to = send.to;
  header.txn = send.txn;
  header.cause = send.cause;
  header.priority = send.priority;
  header.bytes = send.body.bytes();
  packet.message.body = std::move(send.body);
  ledger_.started(send.cause);
  if (send.cause != trail.cause) {   // on behalf of a call that had waited: its own chain goes on from here
    if (OpenCall* call = ledger_.find(send.cause)) {
      packet.trail = call->last;
      packet.trail.where.blocked += (now() - call->last.mark).ns;
    } else {
      packet.trail = {.cause = send.cause};
    }
    packet.trail.mark = now();
  }
  net_.stamp(header);
  if (send.to == from) return transferred(token);
  ++packet.trail.hops;
  ledger_.sent(send.cause);
  recorder_.message_sent(now(), header, packet.message.body.type());
  backend_.start_transfer(from, send.to, header.bytes, token);
}

void Cluster::complete(const Effects::Completion& completion, const Trail& trail) {
  OpenCall* call = ledger_.find(completion.call);
  SSI_CHECK(call, "the completion of a call that is over");
  if (call->state == OpenCall::State::abandoned) return;
  const Pid caller = call->caller;
  ledger_.answer(*call, trail, now(), completion.result, completion.served);
  Running* program = programs_.find(caller);
  if (!program || program->call != completion.call) return;   // an exit, or a call of the host as init
  program->call = kNoCall;
  answer_program(*program, completion.result);
}

}   // namespace ssi::sim
