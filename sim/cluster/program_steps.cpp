// Cluster: the steps of programs. A program runs from one call to the next in no time.
#include <algorithm>
#include <cmath>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

const Call kReturned = Exit{0};
constexpr int kStepsAtOnce = 1'000'000;   // calls that take no time, one after the other: more is an endless loop

}   // namespace

// The host, as init, starts a first program of a workload.
void Cluster::launch_on(const Load& load, std::uint32_t where) {
  const NodeId node{setup_.one_machine ? 0 : where};
  if (faults_ && !faults_->up(node)) return;   // nobody is there to start them
  Spawn spawn{load.workload->first_program(where), {}};
  if (setup_.one_machine) spawn.placement = {Placement::Kind::node, {where}};
  const Pid init = init_of(node, net_.incarnation(node));
  enqueue(ledger_.open(first_calls_.emplace_back(spawn), init, node, now(), false));
}

void Cluster::obey(const ProgramOrder& order, NodeId node) {
  Running* program = programs_.find(order.pid);
  if (!program) return;   // it died before its order was carried out
  switch (order.kind) {
    case ProgramOrder::Kind::start:
    case ProgramOrder::Kind::exec:
      program->program.emplace(setup_.loads[order.program.workload].workload->make(order.program, program->self));
      return answer_program(*program, Result::ok());
    case ProgramOrder::Kind::resume: program->stopped = false; return go_on(*program);
    case ProgramOrder::Kind::arrive: return thaw(*program, node);
    case ProgramOrder::Kind::interrupt:
      if (program->sleep == 0) return;
      --foreground_;
      program->sleep = 0;
      return answer_program(*program, Result::fail(Errno::eintr));
    case ProgramOrder::Kind::end:
    case ProgramOrder::Kind::stop:
    case ProgramOrder::Kind::depart: return;   // were carried out at once
  }
}

// Perhaps it is neither stopped nor frozen any more.
void Cluster::go_on(Running& program) {
  if (program.stopped || program.frozen || program.paused || program.faulting) return;
  if (program.left.ns > 0) return compute(program, std::exchange(program.left, Duration{}));
  if (program.held) advance(program, std::move(*std::exchange(program.held, nullptr)));
}

void Cluster::answer_program(Running& program, Result&& result) {
  if (program.stopped || program.frozen || program.paused) program.held = std::make_unique<Result>(std::move(result));
  else advance(program, std::move(result));
}

void Cluster::advance(Running& program, Result&& result) {
  for (int steps = 0; steps < kStepsAtOnce; ++steps) {
    program.self.now = now();
    const Call* call = program.program->resume(std::move(result));
    for (Instant intended : finished_) recorder_.work_done(now(), program.workload, intended);
    finished_.clear();
    if (begin_call(program, call ? *call : kReturned)) return;
    result = Result::ok();   // of a call that takes no time
  }
  SSI_CHECK(false, "a program makes calls that take no time, without end");
}

bool Cluster::begin_call(Running& program, const Call& request) {
  if (const auto* asked = std::get_if<Compute>(&request)) {
    if (asked->cpu.ns <= 0) return false;
    program.touches = *asked;
    if (paging_) memory_begins(program, *asked);
    compute(program, asked->cpu);
    return true;
  }
  if (const auto* sleep = std::get_if<Sleep>(&request)) {
    if (sleep->until <= now()) return false;
    program.sleep = ++sleeps_;
    ++foreground_;
    look_at(sleep->until, SleepOver{program.pid, program.sleep});
    return true;
  }
  OpenCall& call = ledger_.open(request, program.pid, program.node, now(), true);
  call.program = program.slot;
  program.call = call.id;
  enqueue(call);
  return true;
}

void Cluster::compute(Running& program, Duration work) {
  if (paging_) work = stretch_of(program, work);
  program.computing = true;
  program.touches.cpu = work;
  ++foreground_;
  if (trace_) trace_->computation_begins(now(), program.node, program.slot, program.pid);
  const Duration takes = slowed(at(program.node), work);
  at(program.node).program_used += takes;
  backend_.start_work(program.node, CpuClass::program, takes, program.slot | kProgramWork);
}

// What was left of a computation that goes no further now.
Duration Cluster::break_off(Running& program) {
  program.computing = false;
  --foreground_;
  if (trace_) trace_->computation_ends(now(), program.slot);
  const Node& node = at(program.node);
  const Duration unused = backend_.cancel_work(program.slot | kProgramWork);
  at(program.node).program_used += Duration{-unused.ns};
  const Duration left = node.slow == 1 ? unused : Duration{std::llround(static_cast<double>(unused.ns) / node.slow)};
  const Duration worked{program.touches.cpu.ns - left.ns};
  touch_memory(program, worked);
  const Duration rest = paging_ ? stretch_ends(program, worked) : Duration{};
  return std::max(left + rest, Duration{1});   // its end is still to come
}

void Cluster::compute_done(std::uint32_t slot) {
  Running& program = programs_.in_slot(slot);
  --foreground_;
  if (trace_) trace_->computation_ends(now(), slot);
  program.computing = false;
  touch_memory(program, program.touches.cpu);
  if (paging_) {
    const bool faults = paging_->of(slot).faults;
    const Duration rest = stretch_ends(program, program.touches.cpu);
    if (faults) return fault(program, rest);
  }
  answer_program(program, Result::ok());
}

void Cluster::stop_program(Running& program) {
  program.stopped = true;
  if (program.computing) program.left = break_off(program);
}

void Cluster::end_program(Pid pid) {
  Running* program = programs_.find(pid);
  SSI_CHECK(program, "the end of a program that does not run");
  if (program->computing) break_off(*program);
  if (program->adrift) --adrift_;
  if (program->sleep != 0) --foreground_;
  if (OpenCall* call = ledger_.find(program->held_call)) {
    --foreground_;
    ledger_.stopped(*call);
  }
  if (OpenCall* call = ledger_.find(program->call)) {
    bool answered_now = false;   // its exit, say
    for (const Effects::Completion& completion : out_.completions) answered_now = answered_now || completion.call == call->id;
    if (!answered_now) ledger_.abandon(*call, now());
  }
  if (paging_) memory_ends(*program);
  programs_.remove(pid);
}

}   // namespace ssi::sim
