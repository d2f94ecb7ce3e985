// Cluster: the effects of one event, from the end of the handler to the end of its kernel work.
#include <algorithm>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

Duration copy_time(const config::NodeCosts& costs, std::uint64_t bytes) {
  const std::uint64_t body = bytes > kHeaderBytes ? bytes - kHeaderBytes : 0;
  return {static_cast<std::int64_t>(body) * costs.copy_per_kib.ns / 1024};
}

std::string_view name_of(ProgramOrder::Kind kind) {
  switch (kind) {
    case ProgramOrder::Kind::start: return "process starts";
    case ProgramOrder::Kind::end: return "process ends";
    case ProgramOrder::Kind::stop: return "process stops";
    case ProgramOrder::Kind::resume: return "process resumes";
    case ProgramOrder::Kind::interrupt: return "process interrupted";
    case ProgramOrder::Kind::exec: return "process executes";
    case ProgramOrder::Kind::depart: return "process departs";
    case ProgramOrder::Kind::arrive: return "process arrives";
  }
  return "";
}

bool acts_at_once(ProgramOrder::Kind kind) {
  return kind == ProgramOrder::Kind::end || kind == ProgramOrder::Kind::stop || kind == ProgramOrder::Kind::depart;
}

}   // namespace

void Cluster::carry_out(Service& service, const Header* received) {
  for (const Effects::Timer& timer : out_.timers) {
    if (!timer.background) ++foreground_;
    agenda_.add(now() + timer.after, TimerDue{service.node, timer.key, timer.generation, timer.background, at(service.node).life});
  }
  if (!out_.timers.empty()) backend_.wake_at(*agenda_.first());
  for (const Note& note : out_.notes) recorder_.noted(service.node, note);
  for (const PageNote& note : out_.page_notes) {
    recorder_.noted(note);
    if (trace_ && note.kind == PageNote::Kind::transition) trace_->page_turned(now(), service.node, note.page, note.writable);
  }
  if (!out_.programs.empty()) take_orders_that_act_at_once(service);

  service.dispatch = out_.dispatch_work;
  service.kernel = out_.kernel_work + hosts_work(service, received);
  if (!out_.locks.empty() && setup_.costs.lock_hold.ns > 0) take_locks(service);
  for (Effects::Send& send : out_.sends)
    if (send.before_work) depart(service, send);

  const Duration work = slowed(at(service.node), service.dispatch + service.kernel + service.lock);
  if (work.ns == 0 && trace_) trace_->work_ends(now());
  if (work.ns == 0) return release(service, out_);
  Node& node = at(service.node);
  ++node.busy;
  node.kernel_used += work;
  const Token token = works_.take();
  if (trace_) trace_->work_goes_on(token);
  Work& begun = works_[token];
  begun.service = service;
  begun.life = node.life;
  std::swap(begun.after, static_cast<AfterWork&>(out_));
  backend_.start_work(service.node, CpuClass::kernel, work, token);
}

// What is dead or stopped runs no further step; what starts is known at once, so that it can die before it has started.
void Cluster::take_orders_that_act_at_once(Service& service) {
  for (const ProgramOrder& order : out_.programs) {
    if (trace_) trace_->instant(now(), service.node, name_of(order.kind));
    if (order.kind == ProgramOrder::Kind::start) {
      Running& program = programs_.add(order.pid);
      program.node = service.node;
      program.born = now();
      program.workload = order.program.workload;
      program.self.pid = order.pid;
      program.self.node = service.socket;
      program.self.finished = &finished_;
    } else if (order.kind == ProgramOrder::Kind::end) {
      end_program(order.pid);
    } else if (order.kind == ProgramOrder::Kind::stop) {
      if (Running* program = programs_.find(order.pid)) stop_program(*program);
    } else if (order.kind == ProgramOrder::Kind::exec) {
      if (Running* program = programs_.find(order.pid)) replace(*program, order, service);
    } else if (order.kind == ProgramOrder::Kind::depart) {
      Running* program = programs_.find(order.pid);
      SSI_CHECK(program, "a program departs that does not run");
      freeze(*program, service);
    }
  }
}

// The host's share of the work: what every design pays for entering the kernel and for messages.
Duration Cluster::hosts_work(const Service& service, const Header* received) const {
  const config::NodeCosts& costs = setup_.costs;
  Duration work{};
  if (service.kind == Item::Kind::call) work += costs.syscall;
  if (received && received->from != service.node) work += costs.message_receive + copy_time(costs, received->bytes);
  if (service.interrupted) work += costs.interrupt;
  if (out_.shootdown_cores > 0) work += costs.shootdown + costs.shootdown_per_core * static_cast<std::int64_t>(out_.shootdown_cores);
  work += costs.verb * static_cast<std::int64_t>(out_.verbs.size());
  for (const Effects::Send& send : out_.sends)
    if (send.to != service.node) work += costs.message_send + copy_time(costs, send.body.bytes());
  return work;
}

// On the lowest core that takes no other such event now.
void Cluster::take_locks(Service& service) {
  Node& node = at(service.node);
  auto& taken = node.core_taken;
  if (taken.empty()) taken.assign(setup_.cores, 0);
  const auto core = std::find(taken.begin(), taken.end(), 0);
  SSI_CHECK(core != taken.end(), "more events in service than cores");
  *core = 1;
  service.core = static_cast<std::uint32_t>(core - taken.begin()) + 1;
  service.lock = node.locks.wait(now(), out_.locks, service.core - 1, setup_.cores_per_socket, setup_.costs);
}

void Cluster::finish_work(Token token) {
  Work& work = works_[token];
  --at(work.service.node).busy;
  if (trace_) trace_->work_ends(now(), token);
  release(work.service, work.after);
  work.after.clear();
  works_.give_back(token);
}

// Where the time of its work went.
void Cluster::charge(Service& service) const {
  Trail& trail = service.trail;
  const std::int64_t took = (now() - trail.mark).ns;
  const std::int64_t dispatch = std::min(service.dispatch.ns, took);
  const std::int64_t cpu = std::min(service.kernel.ns, took - dispatch);
  trail.where.dispatch += dispatch;
  trail.where.cpu += cpu;
  const std::int64_t lock = std::min(service.lock.ns, took - dispatch - cpu);
  trail.where.lock += lock;
  trail.where.queue += took - dispatch - cpu - lock;   // the core was shared
  trail.mark = now();
}

void Cluster::release(Service& service, AfterWork& after) {
  charge(service);
  Trail& trail = service.trail;
  OpenCall* const cause = ledger_.find(trail.cause);   // not settled before it is stopped below
  if (cause) cause->last = trail;

  for (const AfterWork::Waited& waited : after.waits) has_waited(waited);
  for (const DiskRequest& request : after.disk_requests) ask_disk(service, request);
  for (const Verb& verb : after.verbs) post(service, verb);
  for (Effects::Send& send : after.sends)
    if (!send.before_work) depart(service, send);
  for (const ProgramOrder& order : after.programs)   // a handler has run before the call that it breaks off returns (XSH 2.4)
    if (Running* program = order.kind == ProgramOrder::Kind::interrupt ? programs_.find(order.pid) : nullptr)
      program->self.handled.push_back(order.signal);
  for (Effects::Completion& completion : after.completions) complete(completion, trail);
  for (const ProgramOrder& order : after.programs)
    if (!acts_at_once(order.kind)) obey(order, service.node);

  if (service.paging != kNone) carry_out_paging(service);
  if (service.core != 0) at(service.node).core_taken[service.core - 1] = 0;
  end_receiving(service);
  if (!service.background) --foreground_;
  if (cause) ledger_.stopped(*cause);
}

void Cluster::depart(Service& service, Effects::Send& send) {
  const Token token = packets_.take();
  Packet& packet = packets_[token];
  packet.background = service.background && send.cause == kNoCall;
  if (!packet.background) ++foreground_;
  Header& header = packet.message.header;
  header = {.from = service.node,
            .to = send.to,
            .view = send.view,
            .txn = send.txn,
            .cause = send.cause,
            .priority = send.priority,
            .bytes = send.body.bytes()};
  packet.message.body = std::move(send.body);
  if (setup_.nic.server_threads != 0) leaves_service(service, packet.message);
  if (faults_ && faults_->half_open(service.node, send.to)) header.circuit_epoch = 0;   // of a circuit that is no more
  else net_.stamp(header);
  OpenCall* const call = ledger_.find(send.cause);
  if (call) ++call->under_way;
  packet.trail = trail_for(send.cause, service.trail, call);
  if (header.to == header.from) return arrive(token);
  ++packet.trail.hops;
  if (call) ++call->messages;
  recorder_.message_sent(now(), header, packet.message.body.type());
  if (trace_) trace_->message_leaves(header, token);
  transmit(token);
}

// On behalf of a call that had waited, that call's own chain goes on from here.
Trail Cluster::trail_for(CallId cause, const Trail& own, const OpenCall* call) const {
  if (cause == own.cause) return own;
  if (!call) return {.cause = cause, .mark = now()};
  Trail trail = call->last;
  trail.where.blocked += (now() - trail.mark).ns;
  trail.mark = now();
  return trail;
}

void Cluster::has_waited(const AfterWork::Waited& waited) {
  using On = AfterWork::Waited::On;
  OpenCall* const call = ledger_.find(waited.call);
  if (call == nullptr) return;
  record::PathTime& where = call->last.where;
  (waited.on == On::lock ? where.lock : waited.on == On::turn ? where.queue : where.blocked) += (now() - call->last.mark).ns;
  call->last.mark = now();
}

void Cluster::ask_disk(const Service& service, const DiskRequest& request) {
  const Token token = accesses_.take();
  const CallId cause = request.cause == kNoCall ? service.trail.cause : request.cause;
  OpenCall* const call = ledger_.find(cause);
  if (call) ++call->under_way;
  DiskAccess& access = accesses_[token];
  access = {service.node, request.token, trail_for(cause, service.trail, call), service.background && cause == kNoCall,
            at(service.node).life};
  if (!access.background) ++foreground_;
  if (at(service.node).disk_stalled) return void(at(service.node).disk_asked.emplace_back(request, token));
  backend_.start_disk(service.node, request, token);
}

void Cluster::disk_done(Token token) {
  if (ended_) return;
  now_ = backend_.now();
  DiskAccess& access = accesses_[token];
  if (access.life != at(access.node).life) return drop_access(token);
  if (at(access.node).disk_stalled) return at(access.node).disk_ended.push_back(token);
  if (access.page_io != kNone) {
    accesses_.give_back(token);
    return io_ends(access.page_io, access.background);
  }
  access.trail.where.disk += (now() - access.trail.mark).ns;
  access.trail.mark = now();
  wait_for_service(access.node, {.since = now(), .subject = token, .kind = Item::Kind::disk, .background = access.background}, false);
}

void Cluster::complete(Effects::Completion& completion, const Trail& trail) {
  OpenCall* call = ledger_.find(completion.call);
  SSI_CHECK(call, "the completion of a call that is over");
  if (call->state == OpenCall::State::abandoned) return;
  const std::uint32_t slot = call->program;
  const Pid caller = call->caller;
  ledger_.answer(*call, trail, now(), completion.result, completion.served);
  if (slot == kNoProgram) return operation_done(completion);
  Running* program = &programs_.in_slot(slot);
  if (program->pid != caller || program->call != completion.call) return;   // an exit
  program->call = kNoCall;
  answer_program(*program, std::move(completion.result));
}

}   // namespace ssi::sim
