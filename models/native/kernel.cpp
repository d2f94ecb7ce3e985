#include "models/native/kernel.hpp"

#include "models/base/check.hpp"

namespace ssi::native {

// One call under way: an overload for each kind; what has none does not exist on this machine.
struct Kernel::Request {
  Kernel& kernel;
  const CallEvent& event;
  Instant now;
  Effects& out;

  Processes& table() const { return kernel.processes_; }

  void operator()(const Spawn& spawn) const { kernel.create(event, spawn.program, true, now, out); }
  void operator()(const Fork& fork) const { kernel.create(event, fork.child, false, now, out); }

  void operator()(const Rfork& fork) const {   // whatever nodes are named, the children are here
    if (fork.nodes.empty()) return kernel.answer(event, Errno::einval, out);
    std::vector<ProcessInfo> children;
    for (NodeId node : fork.nodes) {
      const Pid child = kernel.new_child(event.caller, fork.child, false, now, out);
      children.push_back({child, event.caller, table().find(child)->group, node, false});
    }
    Result result = Result::ok();
    result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(children));
    out.complete(event.id, std::move(result), kernel.self_);
  }

  void operator()(const Exec& exec) const {
    out.work(kernel.costs_.exec);
    kernel.answer(event, Errno::none, out);   // counted, never seen: the old program is gone
    table().exec(event.caller, exec.program, out);
    kernel.parts_.executed(event.caller, table(), now, out);
  }

  void operator()(const Migrate& migrate) const {   // there is no other place to go to
    const Pid pid = migrate.pid == kNoPid ? event.caller : migrate.pid;
    kernel.answer(event, table().find(pid) != nullptr ? Errno::none : Errno::esrch, out);
  }

  void operator()(const Exit& exit) const {
    out.work(kernel.costs_.exit);
    kernel.answer(event, Errno::none, out);   // counted, never seen: the program ends
    table().exit(event.caller, exit.status, out);
  }

  void operator()(const Wait& wait) const {
    out.work(kernel.costs_.wait);
    table().wait(event.id, event.caller, wait, out);
  }

  void operator()(const Kill& kill) const {
    if (table().find(kill.pid) != nullptr) {
      kernel.post(kill.pid, kill.signal, out);
      kernel.answer(event, Errno::none, out);
    } else {
      kernel.answer(event, table().is_zombie(kill.pid) ? Errno::none : Errno::esrch, out);
    }
  }

  void operator()(const KillGroup& kill) const {
    const Pid group = kill.group == kNoPid ? table().find(event.caller)->group : kill.group;   // killpg(0)
    const auto members = table().members(group);
    for (Pid member : members) kernel.post(member, kill.signal, out);
    kernel.answer(event, members.empty() ? Errno::esrch : Errno::none, out);
  }

  void operator()(const SetAction& set) const { kernel.answer(event, table().set_action(event.caller, set.signal, set.disposition), out); }

  void operator()(const SetGroup& set) const {
    const Pid target = set.pid == kNoPid ? event.caller : set.pid;
    const bool unknown = set.group != kNoPid && set.group != target && table().members(set.group).empty();
    kernel.answer(event, unknown ? Errno::eperm : table().set_group(event.caller, set.pid, set.group), out);
  }

  void operator()(const SetSession&) const { kernel.answer(event, table().set_session(event.caller), out); }

  void operator()(const List&) const {
    auto processes = std::make_shared<const std::vector<ProcessInfo>>(table().list());
    out.work(kernel.costs_.list_per_process * static_cast<std::int64_t>(processes->size()));
    Result result = Result::ok();
    result.more = std::move(processes);
    out.complete(event.id, std::move(result), kernel.self_);
  }

  void operator()(const Pause&) const { table().pause(event.id, event.caller); }
  template <class C>   // of a part, if this kernel has it
  void operator()(const C&) const {
    if (!kernel.parts_.call(event, table(), now, out)) kernel.answer(event, Errno::enosys, out);
  }
  void operator()(const Compute&) const { SSI_CHECK(false, "the host serves compute"); }
  void operator()(const Sleep&) const { SSI_CHECK(false, "the host serves sleep"); }
};

void Kernel::on_event(Instant now, const Event& event, Effects& out) {
  serve(now, event, out);
  settle(0, now, out);
  const auto* asked = std::get_if<CallEvent>(&event);
  charge_wakeups(asked ? asked->id : kNoCall, out);
}

void Kernel::serve(Instant now, const Event& event, Effects& out) {
  if (const auto* asked = std::get_if<CallEvent>(&event)) call(*asked, now, out);
  else parts_.event(event, processes_, now, out);
}

std::size_t Kernel::settle(std::size_t told, Instant now, Effects& out) {
  return parts_.settle(
      processes_, now, out, [&](Pid pid, Signal signal) { post(pid, signal, out); }, told);
}

void Kernel::charge_wakeups(CallId own, Effects& out) const {
  for (const auto& completion : out.completions)
    if (completion.call != own) out.work(costs_.wakeup);
}

void Kernel::call(const CallEvent& event, Instant now, Effects& out) {
  if (processes_.find(event.caller) == nullptr) return;   // it died while its call was queued
  std::visit(Request{*this, event, now, out}, *event.call);
}

void Kernel::create(const CallEvent& event, const ProgramRef& program, bool exec, Instant now, Effects& out) {
  out.complete(event.id, Result::ok(new_child(event.caller, program, exec, now, out)), self_);
}

Pid Kernel::new_child(Pid parent, const ProgramRef& program, bool exec, Instant now, Effects& out) {
  out.work(exec ? costs_.fork + costs_.exec : costs_.fork);
  const Pid child = processes_.allocate();
  processes_.create(child, processes_.heritage(parent, exec), program, out);
  parts_.forked(parent, child, exec, processes_, now, out);
  return child;
}

void Kernel::post(Pid pid, Signal signal, Effects& out) {
  if (signal == Signal::none) return;
  out.work(costs_.signal);
  if (processes_.signal(pid, signal, out)) out.work(costs_.exit);
}

// A caller that has just killed itself gets no answer.
void Kernel::answer(const CallEvent& event, Errno error, Effects& out) const {
  if (processes_.find(event.caller) == nullptr) return;
  out.complete(event.id, error == Errno::none ? Result::ok() : Result::fail(error), self_);
}

void Kernel::hash_into(StateHash& hash) const {
  processes_.hash_into(hash);
  parts_.hash_into(hash);
}

void Kernel::describe(StateDump& out) const {
  out.add("processes", processes_.describe());
  parts_.describe(out);
}

void Kernel::check_invariants() const {
  processes_.check_invariants();
  parts_.check_invariants();
  for (const auto& [pid, process] : processes_.all()) {
    SSI_INVARIANT(pid.origin() == self_, "a process from elsewhere: " + processes_.describe());
    SSI_INVARIANT(pid == processes_.init() || processes_.find(process.parent) != nullptr, "a parent elsewhere: " + processes_.describe());
    for (const auto& [child, status] : process.children)
      SSI_INVARIANT(status || processes_.find(child) != nullptr, "a child elsewhere: " + processes_.describe());
  }
}

}   // namespace ssi::native
