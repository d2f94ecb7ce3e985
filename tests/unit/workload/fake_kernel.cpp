#include "fake_kernel.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::test {
void FakeKernel::run(const std::vector<std::uint32_t>& starts) {
  for (const std::uint32_t node : starts) create(node, init_of(NodeId{node}, {}), workload_.first_program(node));
  while (!agenda_.empty() && agenda_.begin()->first.first <= options_.until) {
    const auto [when, answer] = *agenda_.begin();
    agenda_.erase(agenda_.begin());
    now_ = when.first;
    Process& process = *processes_.at(answer.first);
    if (!process.over) step(process, answer.second);
  }
  processes_.clear();   // programs never outlive the workload
}

Pid FakeKernel::create(std::uint32_t node, Pid parent, const ProgramRef& ref) {
  const Pid pid = Pid::make(NodeId{node}, {}, next_pid_++);
  auto process = std::make_unique<Process>();
  process->self.pid = pid;
  process->self.node = node;
  process->self.now = now_;
  process->self.finished = &finished_;
  process->parent = parent;
  process->program.emplace(workload_.make(ref, process->self));
  processes_.emplace(pid, std::move(process));
  most_alive = std::max<std::size_t>(most_alive, ++alive);
  answer_in(microseconds(5), pid, {});   // its first step
  return pid;
}

void FakeKernel::answer_in(Duration after, Pid pid, Result result) {
  agenda_.emplace(std::pair(now_ + after, sequence_++), std::pair(pid, std::move(result)));
}

void FakeKernel::step(Process& process, Result result) {
  process.self.now = now_;
  const Call* next = process.program->resume(std::move(result));
  const std::optional<Call> call = next ? std::optional(*next) : std::nullopt;
  for (const Instant intended : finished_) done.push_back({now_, intended, process.self.node});
  finished_.clear();
  if (!call) return end(process, 0);
  asked.push_back({now_, process.self.pid, process.self.node, *call});
  serve(process, *call);
}

void FakeKernel::serve(Process& process, const Call& call) {
  const Pid pid = process.self.pid;
  std::visit(Overload{
                 [&](const Spawn& spawn) { serve_spawn(process, spawn); },
                 [&](const Fork& fork) {
                   if (!options_.fork_works) return answer_in(microseconds(1), pid, Result::fail(Errno::eagain));
                   const Pid child = create(process.self.node, pid, fork.child);
                   process.children[child] = std::nullopt;
                   answer_in(microseconds(60), pid, Result::ok(child));
                 },
                 [&](const Exit& exit) { end(process, exit.status); },
                 [&](const Wait& wait) {
                   process.waiting = wait;
                   serve_wait(process);
                 },
                 [&](const Kill& kill) { serve_kill(process, kill); },
                 [&](const SetAction&) {
                   process.handler = true;
                   answer_in(microseconds(1), pid, Result::ok());
                 },
                 [&](const Pause&) { process.pausing = true; },
                 [&](const Migrate&) { answer_in(microseconds(1), pid, Result::fail(Errno::enosys)); },   // nobody moves here
                 [&](const Compute& compute) { answer_in(compute.cpu, pid, Result::ok()); },
                 [&](const Sleep& sleep) { answer_in(std::max(Duration{}, sleep.until - now_), pid, Result::ok()); },
                 [&](const auto& other) {
                   if constexpr (requires(FakeMemory::Answers & out) { memory_.serve(pid, other, out); }) {
                     FakeMemory::Answers out;
                     memory_.serve(pid, other, out);
                     for (auto& [whom, result] : out) answer_in(microseconds(1), whom, std::move(result));
                   } else {
                     serve_file(pid, call);
                   }
                 },
             },
             call);
}

void FakeKernel::serve_file(Pid pid, const Call& call) {
  Result result = Result::ok();
  if (const auto* open = std::get_if<Open>(&call)) {
    if (open->flags.create && options_.files_work) files_.insert(open->path);
    if (!files_.contains(open->path)) result = Result::fail(Errno::enoent);
  } else {
    SSI_CHECK(std::holds_alternative<Read>(call) || std::holds_alternative<Write>(call) || std::holds_alternative<Close>(call) ||
                  std::holds_alternative<Migrate>(call),
              "no program of these makes this call");
  }
  answer_in(microseconds(1), pid, result);
}

void FakeKernel::serve_spawn(Process& process, const Spawn& spawn) {
  const std::uint32_t node = spawn.placement.kind == Placement::Kind::node ? spawn.placement.node.value : process.self.node;
  SSI_CHECK(node < options_.nodes, "a placement outside of the cluster");
  if (!reaches(process, node)) return answer_in(microseconds(1), process.self.pid, Result::fail(Errno::enosys));
  const Pid child = create(node, process.self.pid, spawn.program);
  process.children[child] = std::nullopt;
  answer_in(options_.spawn_takes, process.self.pid, Result::ok(child));
}

void FakeKernel::serve_kill(Process& process, const Kill& kill) {
  const auto found = processes_.find(kill.pid);
  const bool there = found != processes_.end() && !found->second->over && reaches(process, found->second->self.node);
  answer_in(microseconds(2), process.self.pid, there ? Result::ok() : Result::fail(Errno::esrch));
  if (!there || kill.signal == Signal::none) return;
  Process& target = *found->second;
  if (kill.signal == Signal::kill || !target.handler) return end(target, status_of(kill.signal));
  target.self.handled.push_back(kill.signal);
  if (!target.pausing) return;
  target.pausing = false;
  answer_in({}, target.self.pid, Result::fail(Errno::eintr));
}

void FakeKernel::serve_wait(Process& process) {
  const Pid pid = process.self.pid, wanted = process.waiting->child;
  bool any = false;
  for (const auto& [child, status] : process.children) {
    if (wanted != kNoPid && wanted != child) continue;
    any = true;
    if (!status) continue;
    answer_in(microseconds(1), pid, Result::ok(child, options_.status(*status)));
    process.waiting.reset();
    process.children.erase(child);
    return;
  }
  if (any) return;
  process.waiting.reset();
  answer_in(microseconds(1), pid, Result::fail(Errno::echild));
}

void FakeKernel::end(Process& process, std::int32_t status) {
  process.over = true;
  process.program.reset();
  --alive;
  const auto parent = processes_.find(process.parent);
  if (parent == processes_.end() || parent->second->over) return;
  parent->second->children[process.self.pid] = status;
  if (parent->second->waiting) serve_wait(*parent->second);
}

}   // namespace ssi::test
