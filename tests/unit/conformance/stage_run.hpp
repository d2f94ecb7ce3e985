// Plays one behaviour on machines without a simulator: messages arrive at once, time passes only when everybody sleeps.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "models/conformance/play.hpp"
#include "sim/world/run_out.hpp"

namespace ssi::test {
using namespace world;   // sim/world
class StageRun final : public Watcher {
 public:
  // What programs are told instead of being served, when it has a value; for tests of the behaviours themselves.
  using Liar = std::function<std::optional<Result>(const Call&)>;

  StageRun(const conformance::Behaviour& behaviour, std::string_view strategy, config::Values params, Liar liar = {})
      : one_(find_strategy(strategy)->image == Image::one_machine),
        world_(strategy, {.nodes = one_ ? 1U : 3U, .params = std::move(params)}), play_(behaviour, stage), liar_(std::move(liar)) {
    world_.watch(this);
    for (std::uint32_t node = 0; node < (behaviour.together ? 2U : 1U); ++node) {
      born_on_ = node;
      const std::uint32_t machine = one_ ? 0 : node;
      world_.call(NodeId{machine}, world_.init(machine), Spawn{play_.first_program(node), {}});
    }
  }

  void run() {
    for (int steps = 0; steps < 200'000; ++steps) {
      run_out(world_);
      if (!step() && !sleep_ends()) return;
    }
  }

  Instant due(const Waiting& what) override { return world_.now() + what.after; }
  void completed(CallId id, const Result& result) override {
    for (auto& [pid, process] : processes_)
      if (process.calling == id) process.answer = result;
  }
  void ordered(NodeId at, const ProgramOrder& order) override {
    if (order.kind == ProgramOrder::Kind::start) return start(at, order);
    if (order.kind == ProgramOrder::Kind::end) {
      processes_.erase(order.pid);
      return;
    }
    Process& process = processes_.at(order.pid);
    switch (order.kind) {
      case ProgramOrder::Kind::start:
      case ProgramOrder::Kind::end: return;   // above
      case ProgramOrder::Kind::stop: process.stopped = true; return;
      case ProgramOrder::Kind::resume: process.stopped = false; return;
      case ProgramOrder::Kind::interrupt: return interrupt(process, order.signal);
      case ProgramOrder::Kind::exec: return replace(process, order.program);
      case ProgramOrder::Kind::depart: process.frozen = true; return;
      case ProgramOrder::Kind::arrive:
        process.frozen = false;
        process.machine = at;
        process.self->node = at.value;
        return;
    }
  }

  conformance::Stage stage;

 private:
  struct Process {
    NodeId machine;
    std::unique_ptr<workload::Self> self;
    std::optional<workload::Program> program;
    CallId calling = kNoCall;
    std::optional<Result> answer = Result::ok();
    std::optional<Instant> until{};
    bool stopped = false, frozen = false;
    bool waits() const { return !answer || stopped || frozen; }
  };

  void start(NodeId at, const ProgramOrder& order) {
    auto self = std::make_unique<workload::Self>();
    self->pid = order.pid;
    self->node = one_ ? born_on_ : at.value;
    workload::Program program = play_.make(order.program, *self);
    processes_.insert_or_assign(order.pid, Process{at, std::move(self), std::move(program)});
  }
  static void interrupt(Process& process, Signal signal) {
    process.self->handled.push_back(signal);
    if (process.until) process.answer = Result::fail(Errno::eintr);
    process.until.reset();
  }
  void replace(Process& process, const ProgramRef& program) {
    process.self->handled.clear();
    if (one_) process.self->node = born_on_;
    process.program.emplace(play_.make(program, *process.self));
    process.calling = kNoCall;
    process.answer = Result::ok();
  }

  // One process takes a step. False: nobody can.
  bool step() {
    for (auto& [pid, process] : processes_) {
      if (process.waits()) continue;
      process.calling = kNoCall;
      process.self->now = world_.now();
      const Call* call = process.program->resume(*std::exchange(process.answer, std::nullopt));
      begin(pid, process, call ? *call : Call{Exit{0}});
      return true;   // the table may have changed
    }
    return false;
  }
  void begin(Pid pid, Process& process, const Call& call) {
    if (const auto* sleep = std::get_if<Sleep>(&call)) {
      process.until = sleep->until;
    } else if (std::optional<Result> lie = liar_ ? liar_(call) : std::nullopt) {
      process.answer = std::move(lie);
    } else {
      born_on_ = process.self->node;
      if (const auto* spawn = std::get_if<Spawn>(&call)) settle(spawn->placement);
      if (const auto* exec = std::get_if<Exec>(&call)) settle(exec->placement);
      process.calling = world_.next_call();
      world_.call(process.calling, process.machine, pid, call);
    }
  }
  void settle(const Placement& placement) {
    if (placement.kind == Placement::Kind::node) born_on_ = placement.node.value;
  }
  bool sleep_ends() {
    Process* first = nullptr;
    for (auto& [pid, process] : processes_)
      if (process.until && (first == nullptr || *process.until < *first->until)) first = &process;
    if (first == nullptr) return false;
    if (world_.now() < *first->until) world_.pass(*first->until - world_.now());
    first->until.reset();
    first->answer = Result::ok();
    return true;
  }

  bool one_;   // machine
  World world_;
  conformance::Play play_;
  Liar liar_;
  std::map<Pid, Process> processes_;
  std::uint32_t born_on_ = 0;   // where, as programs see it, the next process of one machine starts
};

}   // namespace ssi::test
