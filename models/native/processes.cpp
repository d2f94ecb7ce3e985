// Life cycle: creation, exit, wait, groups and sessions. Signals are in signals.cpp, self-checks in inspect.cpp.
#include "models/native/processes.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::native {

Processes::Processes(NodeId self, Incarnation incarnation)
    : self_(self), incarnation_(incarnation), init_(init_of(self, incarnation)), reaper_(init_) {
  Process init;
  init.pid = init.group = init.session = init_;
  table_.emplace(init_, std::move(init));
  groups_[init_].insert(init_);
}

Pid Processes::allocate() {
  SSI_CHECK(next_sequence_ != 0, "a node has used up its process ids");
  return Pid::make(self_, incarnation_, next_sequence_++);
}

const Process* Processes::find(Pid pid) const {
  if (places_.of.size() != table_.size()) find_places();
  const Process* const* found = places_.of.find(pid.value);
  return found ? *found : nullptr;
}

void Processes::find_places() const {
  places_.of = {};
  for (const auto& [pid, process] : table_) *places_.of.insert(pid.value).first = &process;
}

Process& Processes::at(Pid pid) {
  const Process* found = find(pid);
  SSI_CHECK(found != nullptr, "no process " + std::to_string(pid.value) + " here");
  return const_cast<Process&>(*found);   // of this table, which is not const here
}

bool Processes::is_zombie(Pid pid) const { return zombie_parent_.contains(pid); }

std::vector<Pid> Processes::members(Pid group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? std::vector<Pid>{} : std::vector<Pid>(found->second.begin(), found->second.end());
}

// The handlers' code is gone with the old image (POSIX.1-2017, exec).
void reset_handlers(Dispositions& dispositions) {
  std::replace(dispositions.begin(), dispositions.end(), Disposition::handler, Disposition::standard);
}

Heritage Processes::heritage(Pid parent, bool exec) const {
  const Process* process = find(parent);
  SSI_CHECK(process != nullptr, "a parent that is not here");
  Heritage out{process->pid, process->group, process->session, process->dispositions};
  if (exec) reset_handlers(out.dispositions);
  return out;
}

void Processes::exec(Pid pid, const ProgramRef& program, Effects& out) {
  Process& process = at(pid);
  SSI_CHECK(!process.blocked, "a blocked process calls");
  reset_handlers(process.dispositions);
  process.program = program;
  for (auto signal = process.pending.begin(); signal != process.pending.end();)
    signal = ignores(process, *signal) ? process.pending.erase(signal) : signal + 1;
  out.order({ProgramOrder::Kind::exec, pid, program, Signal::none});
}

void Processes::create(Pid pid, const Heritage& heritage, const ProgramRef& program, Effects& out) {
  SSI_CHECK(find(pid) == nullptr && !is_zombie(pid), "a process id is used twice");
  out.lock(kTableLock);
  if (heritage.parent.origin() == self_) out.lock(heritage.parent.value);
  Process process;
  process.pid = pid;
  process.parent = heritage.parent;
  process.group = heritage.group;
  process.session = heritage.session;
  process.program = program;
  process.dispositions = heritage.dispositions;
  *places_.of.insert(pid.value).first = &table_.emplace(pid, std::move(process)).first->second;
  groups_[heritage.group].insert(pid);
  if (table_.contains(heritage.parent)) add_child(heritage.parent, pid);
  out.order({ProgramOrder::Kind::start, pid, program, Signal::none});
}

void Processes::add_child(Pid parent, Pid child) {
  const bool added = at(parent).children.emplace(child, std::nullopt).second;
  SSI_CHECK(added, "a child is added twice");
}

Departure Processes::exit(Pid pid, std::int32_t status, Effects& out) {
  SSI_CHECK(pid != init_, "init exits");
  SSI_CHECK(find(pid) != nullptr, "a process that is not here exits");
  places_.of.erase(pid.value);
  auto entry = table_.extract(pid);
  const Process& gone = entry.mapped();
  out.lock(kTableLock);
  leave_group(gone);
  if (gone.blocked && gone.blocked->in == Blocked::In::part) broken_off_.push_back(gone.blocked->call);
  out.order({ProgramOrder::Kind::end, pid, {}, Signal::none});

  Departure departure{gone.pid, gone.parent, gone.group, gone.session, status};
  leave_children(gone, departure);
  departure.last_of_group_here = !groups_.contains(gone.group);
  departure.parent_here = child_exited(gone.parent, pid, status, out);
  return departure;
}

// Init reaps at once, so what is already dead is only forgotten.
void Processes::leave_children(const Process& gone, Departure& departure) {
  for (Pid zombie : gone.zombies) {
    zombie_parent_.erase(zombie);
    reaped(zombie);
  }
  const bool adopts = table_.contains(reaper_);
  for (const auto& [child, status] : gone.children) {
    if (status) continue;
    const auto here = table_.find(child);
    if (here == table_.end()) {
      departure.orphans.push_back(child);
      continue;
    }
    here->second.parent = reaper_;
    if (adopts) add_child(reaper_, child);
    else departure.given_up.push_back(child);
  }
}

bool Processes::child_exited(Pid parent, Pid child, std::int32_t status, Effects& out) {
  const auto found = table_.find(parent);
  if (found == table_.end()) return false;
  Process& process = found->second;
  out.lock(parent.value);
  const auto entry = process.children.find(child);
  SSI_CHECK(entry != process.children.end() && !entry->second, "the exit of a process that is not a living child of the parent it names");

  const bool reaped_at_once =
      parent == init_ || parent == reaper_ || process.dispositions[static_cast<std::size_t>(Signal::chld)] == Disposition::ignore;
  if (reaped_at_once) {
    process.children.erase(entry);
    reaped(child);
  } else {
    entry->second = status;
    process.zombies.insert(child);
    zombie_parent_.emplace(child, parent);
  }
  // First the wait, then SIGCHLD, whose handler would end the wait in EINTR with the zombie there for the taking.
  answer_wait(process, out);
  const auto death = signal(parent, Signal::chld, out);
  SSI_CHECK(!death, "SIGCHLD ended a process");
  return true;
}

void Processes::reparent(Pid child, Pid parent) {
  Process& process = at(child);
  SSI_CHECK(!table_.contains(process.parent), "a process is taken from a living parent");
  process.parent = parent;
  if (const auto found = table_.find(parent); found != table_.end() && !found->second.children.contains(child)) add_child(parent, child);
}

void Processes::wait(CallId call, Pid caller, const Wait& wait, Effects& out) {
  Process& parent = at(caller);
  out.lock(caller.value);
  SSI_CHECK(!parent.blocked, "a blocked process calls");
  if (auto result = wait_result(parent, wait.child)) {
    out.complete(call, std::move(*result), self_);
  } else if (wait.no_hang) {
    out.complete(call, Result::ok(), self_);
  } else {
    parent.blocked = Blocked{call, Blocked::In::wait, wait.child};
  }
}

std::optional<Result> Processes::wait_result(Process& parent, Pid child) {
  const bool has_child = child == kNoPid ? !parent.children.empty() : parent.children.contains(child);
  if (!has_child) return Result::fail(Errno::echild);
  const auto zombie = child == kNoPid ? parent.zombies.begin() : parent.zombies.find(child);
  if (zombie == parent.zombies.end()) return std::nullopt;

  const auto entry = parent.children.find(*zombie);
  const Result result = Result::ok(entry->first, *entry->second);
  zombie_parent_.erase(entry->first);
  reaped(entry->first);
  parent.zombies.erase(zombie);
  parent.children.erase(entry);
  return result;
}

void Processes::reaped(Pid child) {
  const bool asked_for = !told_when_reaped_.empty() && told_when_reaped_.erase(child) > 0;
  if (asked_for || child.origin() != self_) reaped_.push_back(child);
}

std::vector<Pid> Processes::take_reaped() { return std::exchange(reaped_, {}); }

void Processes::answer_wait(Process& parent, Effects& out) {
  if (!parent.blocked || parent.blocked->in != Blocked::In::wait || parent.stopped) return;
  if (auto result = wait_result(parent, parent.blocked->child)) {
    out.complete(parent.blocked->call, std::move(*result), self_);
    parent.blocked.reset();
  }
}

void Processes::pause(CallId call, Pid caller) { block_in(Blocked::In::pause, call, caller); }

void Processes::block(CallId call, Pid caller) { block_in(Blocked::In::part, call, caller); }

void Processes::block_in(Blocked::In in, CallId call, Pid caller) {
  Process& process = at(caller);
  SSI_CHECK(!process.blocked, "a blocked process calls");
  process.blocked = Blocked{call, in, kNoPid};
}

void Processes::unblock(Pid pid) {
  Process& process = at(pid);
  SSI_CHECK(process.blocked && process.blocked->in == Blocked::In::part, "a process that is not blocked there is unblocked");
  process.blocked.reset();
}

std::vector<CallId> Processes::take_broken_off() { return std::exchange(broken_off_, {}); }

Errno Processes::set_group(Pid caller, Pid pid, Pid group) {
  if (pid == kNoPid) pid = caller;
  if (group == kNoPid) group = pid;
  const auto target = table_.find(pid);
  if (target == table_.end() || (pid != caller && target->second.parent != caller)) return Errno::esrch;
  Process& process = target->second;
  if (process.session == pid || process.session != at(caller).session) return Errno::eperm;
  if (const auto others = groups_.find(group); group != pid && others != groups_.end())
    if (at(*others->second.begin()).session != process.session) return Errno::eperm;
  move_to_group(process, group);
  return Errno::none;
}

Errno Processes::set_session(Pid pid) {
  if (groups_.contains(pid)) return Errno::eperm;
  Process& process = at(pid);
  move_to_group(process, pid);
  process.session = pid;
  return Errno::none;
}

void Processes::move_to_group(Process& process, Pid group) {
  leave_group(process);
  process.group = group;
  groups_[group].insert(process.pid);
}

void Processes::leave_group(const Process& process) {
  const auto group = groups_.find(process.group);
  group->second.erase(process.pid);
  if (group->second.empty()) groups_.erase(group);
}

}   // namespace ssi::native
