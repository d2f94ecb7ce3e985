// PlanRun: the end. Every program lets go of its streams, waits for its children and exits; who is blocked for ever is freed by a signal.
#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {
namespace {

// A call that may wait for ever for others: the program's own doing.
bool may_block(const Call& call) {
  return std::holds_alternative<Pause>(call) || std::holds_alternative<Accept>(call) || std::holds_alternative<Receive>(call) ||
         std::holds_alternative<Send>(call) || std::holds_alternative<Connect>(call);
}

}   // namespace

std::optional<Call> PlanRun::closing_call(Actor& actor, Asked& asked) {
  for (const auto& [name, end] : actor.ends)
    if (end.out || end.listener) return Close{end.number};
  if (!actor.ends.empty()) {
    const auto& [name, end] = *actor.ends.begin();
    if (!streams_.begin_read(end.in)) return Close{end.number};
    asked.closes = name;
    asked.reads = end.in;
    return Receive{end.number, 16'384};
  }
  for (auto record = history_.calls.rbegin(); record != history_.calls.rend(); ++record) {
    if (record->caller != actor.pid) continue;
    const auto* wait = std::get_if<Wait>(&record->call);
    if (wait && wait->child == kNoPid && record->result.error == Errno::echild) return Exit{7};
    break;
  }
  return Wait{};
}

bool PlanRun::close_down() {
  if (closing_) return free_one();
  closing_ = true;
  for (const auto& [name, actor] : actors_)
    if (actor.started && !actor.stopped && actor.calling == kNoCall) at(world_.now(), Due::Kind::call, name);
  return !actors_.empty();
}

bool PlanRun::free_one() {
  for (const auto& [name, actor] : actors_) {
    const bool blocked = actor.calling != kNoCall && may_block(history_.calls[asked_.at(actor.calling).record].call);
    if ((!actor.stopped && !blocked) || actor.astray) continue;
    NodeId from = coverage_.process == "full" ? NodeId{static_cast<std::uint32_t>(now_ % world_.nodes())} : actor.node;
    while (!world_.is_up(from)) from = NodeId{(from.value + 1) % world_.nodes()};   // the actor's node is
    issue(from, world_.init(from.value), Kill{actor.pid, actor.stopped ? Signal::cont : Signal::kill}, {});
    return true;
  }
  return false;
}

}   // namespace ssi::fuzz
