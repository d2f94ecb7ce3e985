// PlanRun: programs that begin, stop and end.
#include <algorithm>
#include <utility>

#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {

void PlanRun::ordered(NodeId at, const ProgramOrder& order) {
  using Kind = ProgramOrder::Kind;
  if (order.kind == Kind::start) return born(at, order);
  if (order.kind == Kind::end) return died(order.pid, world_.last_effects().cause);
  const auto name = names_.find(order.pid);
  Actor* actor = name == names_.end() ? nullptr : living(name->second);
  if (actor == nullptr) return;
  switch (order.kind) {
    case Kind::exec:
      actor->started = false;
      actor->calling = kNoCall;
      return this->at(world_.now() + delay(plan_.order.call, "start", actor->name, actor->calls), Due::Kind::start, actor->name);
    case Kind::stop: actor->stopped = history_.lives.at(order.pid).ever_stopped = true; return;
    case Kind::resume:
      actor->stopped = false;
      return this->at(world_.now() + delay(plan_.order.call, "resume", actor->name, actor->calls), Due::Kind::call, actor->name);
    case Kind::interrupt: history_.deliveries.push_back({order.pid, order.signal, now_}); return;
    case Kind::depart: return departs(*actor);
    case Kind::arrive: return arrives(*actor, at);
    case Kind::start:
    case Kind::end: return;
  }
}

// Of an rfork each child has the op's number and its node's place among those named; on one machine, its own place.
std::uint32_t PlanRun::name_of_child(Asked& by, NodeId at) const {
  if (by.op->call != "rfork") return by.op->id;
  if (one_machine_) return by.op->id + by.born++;
  return by.op->id + (at.value + plan_.nodes - by.op->node % plan_.nodes) % plan_.nodes;
}

// Where a fork lets its caller's signals act first, it begins with the child anew after each.
world::Step PlanRun::fork_begun(const world::CallRecord& record) const {
  if (!entry_.forks_begin_anew) return *record.handled;
  const auto& all = history_.deliveries;
  const world::Step over = record.answered.value_or(now_);   // the child was in the list by then, wherever it has still to start
  const auto last = std::find_if(all.rbegin(), all.rend(),
                                 [&](const world::Delivery& ran) { return ran.pid == record.caller && ran.at <= over; });
  return last == all.rend() ? *record.handled : std::max(*record.handled, last->at);
}

// Not by the event's cause: one interrupt of a shared kernel may start what several calls have put on its node.
void PlanRun::born(NodeId at, const ProgramOrder& order) {
  Asked& by = asked_.at(call_of_op_.at(order.program.program));
  const world::CallRecord& record = history_.calls[by.record];
  const auto parent = history_.lives.find(record.caller);
  world::Life life{order.pid, record.caller, kNoPid, at, fork_begun(record), now_, {}, {}, false, false};
  life.ignores_children = parent != history_.lives.end() && parent->second.ignores_children;
  if (!history_.lives.emplace(order.pid, life).second) history_.born_again.push_back(order.pid);
  const std::uint32_t name = name_of_child(by, at);
  Actor child{.name = name, .pid = order.pid, .node = at, .ops = ops_of_[name]};
  // What its parent had, unless it is dead and nobody remembers; listeners stay where they are.
  if (const Actor* from = living(by.by)) {
    const bool everywhere = coverage_.channel == "full";
    const Heritage& had = heritage_.at(by.op->id);
    child.wrote = had.wrote;
    for (const auto& [op, end] : everywhere ? had.ends : from->ends)
      if (from->node == at || (!end.listener && everywhere)) child.ends[op] = end;
  }
  pids_[name] = order.pid;
  names_[order.pid] = name;
  actors_[name] = std::move(child);
  note("process " + std::to_string(name) + " starts on node " + std::to_string(at.value));
  this->at(world_.now() + delay(plan_.order.call, "start", name, 0), Due::Kind::start, name);
}

void PlanRun::departs(Actor& actor) {
  actor.frozen = true;
  history_.lives.at(actor.pid).stays.push_back({now_, std::nullopt, {}});
}

bool PlanRun::goes_along(CallClass of) const {
  switch (of) {
    case CallClass::file: return coverage_.file == "full";
    case CallClass::channel: return coverage_.channel == "full";
    case CallClass::segment: return coverage_.segment == "full";
    case CallClass::process:
    case CallClass::node_local: return true;
  }
  return true;
}

// The host has held its call or answer, and brings it to where the program goes on. What a class keeps on each node stays behind.
void PlanRun::arrives(Actor& actor, NodeId at) {
  const bool elsewhere = actor.node != at;
  actor.frozen = false;
  actor.astray.reset();
  actor.node = at;
  world::Stay& stay = history_.lives.at(actor.pid).stays.back();
  stay.arrived = now_;
  stay.node = at;
  note("process " + std::to_string(actor.name) + " goes on at node " + std::to_string(at.value));
  if (elsewhere && !goes_along(CallClass::channel)) actor.ends.clear();
  if (elsewhere && !goes_along(CallClass::file)) actor.files.clear();
  if (elsewhere && !goes_along(CallClass::segment)) actor.segments.clear();
  if (actor.calling != kNoCall) {
    Asked& calling = asked_.at(actor.calling);
    calling.node = at;
    calling.incarnation = world_.incarnation(at);
    calling.left_behind |= elsewhere && history_.calls[calling.record].answered.has_value();
  }
  if (actor.waiting != kNoCall) this->at(world_.now(), Due::Kind::handle, std::exchange(actor.waiting, kNoCall).value);
  if (actor.held != kNoCall) this->at(world_.now(), Due::Kind::answer, std::exchange(actor.held, kNoCall).value);
  if (actor.calling == kNoCall)
    this->at(world_.now() + delay(plan_.order.call, "arrive", actor.name, actor.calls), Due::Kind::call, actor.name);
}

void PlanRun::died(Pid pid, CallId cause) {
  world::Life& life = history_.lives.at(pid);
  life.ended = now_;
  const auto by = asked_.find(cause);
  if (by != asked_.end() && history_.calls[by->second.record].caller == pid)
    if (const auto* exit = std::get_if<Exit>(&history_.calls[by->second.record].call)) life.status = exit->status;
  const std::uint32_t name = names_.at(pid);
  note("process " + std::to_string(name) + " ends");
  const auto actor = actors_.find(name);
  if (actor == actors_.end()) return;
  if (const auto calling = asked_.find(actor->second.calling); calling != asked_.end() && calling->second.reads != 0) {
    const world::CallRecord& read = history_.calls[calling->second.record];
    const bool took = read.answered && read.result.good() && size_of(read.result.bytes()) != 0;
    streams_.leave_read(calling->second.reads);
    if (took) streams_.end_read(calling->second.reads, read.result.bytes(), [](std::size_t) { return true; });   // nobody else will see it
  }
  actors_.erase(actor);
}

Pid PlanRun::pid_of(std::uint32_t name) const {
  const auto found = pids_.find(name);
  return found == pids_.end() ? kNoPid : found->second;
}

std::string PlanRun::called(Pid pid) const {
  const std::string text = std::to_string(pid.origin().value) + ":" + std::to_string(pid.sequence());
  const auto found = names_.find(pid);
  return found == names_.end() ? "init of node " + std::to_string(pid.origin().value)
                               : "process " + std::to_string(found->second) + " (" + text + ")";
}

}   // namespace ssi::fuzz
