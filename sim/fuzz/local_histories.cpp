#include "sim/fuzz/local_histories.hpp"

namespace ssi::fuzz {
namespace {

// The process or group that the call is about; kNoPid: none, or the caller's own.
Pid subject_of(const Call& call) {
  if (const auto* kill = std::get_if<Kill>(&call)) return kill->pid;
  if (const auto* kill = std::get_if<KillGroup>(&call)) return kill->group;
  if (const auto* set = std::get_if<SetGroup>(&call)) return set->pid;
  if (const auto* wait = std::get_if<Wait>(&call)) return wait->child;
  return kNoPid;
}

}   // namespace

world::History history_of_node(const world::History& all, NodeId node) {
  world::History out;
  out.quiet = all.quiet;
  out.faults = all.faults;
  out.inits = all.inits;
  for (const auto& [pid, life] : all.lives)
    if (life.node == node) out.lives.emplace(pid, life);
  const auto is_here = [&](Pid pid) { return pid == kNoPid || pid.origin() == node; };
  for (const world::CallRecord& record : all.calls) {
    const auto* set = std::get_if<SetGroup>(&record.call);
    const bool of_another_node =
        std::holds_alternative<Wait>(record.call) && record.result.pid != kNoPid && !out.lives.contains(record.result.pid);
    if (of_another_node) continue;   // a child that a daemon has started elsewhere
    if (is_here(record.caller) && is_here(subject_of(record.call)) && (!set || is_here(set->group))) out.calls.push_back(record);
  }
  for (const world::Delivery& delivery : all.deliveries)
    if (out.lives.contains(delivery.pid)) out.deliveries.push_back(delivery);
  for (Pid pid : all.born_again)
    if (is_here(pid)) out.born_again.push_back(pid);
  return out;
}

}   // namespace ssi::fuzz
