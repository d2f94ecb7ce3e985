// Cluster: planned maintenance. The operator, as init of the node, orders all that runs there to the other nodes in turn, by the design's
// own migration, and then asks on one of them who is there (ps). What cannot go, or may not, stays.
#include <set>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

NodeId Cluster::next_up(NodeId after, NodeId but) const {
  NodeId next = after;
  do next = NodeId{static_cast<std::uint32_t>((next.value + 1) % nodes_.size())};
  while (next != after && (next == but || faults_->silent(next)));
  return next;
}

void Cluster::evacuate(NodeId node) {
  std::vector<Pid> all;
  programs_.each([&](const Running& program) {
    if (program.node == node && !program.frozen) all.push_back(program.pid);
  });
  evacuated_ = node;
  NodeId to = node;
  for (const Pid pid : all) {
    to = next_up(to, node);
    operate(node, Migrate{pid, to});
  }
  recorder_.evacuation().evacuation_begins(all.size());
  if (all.empty()) look_around();
}

void Cluster::operate(NodeId node, const Call& call) {
  OpenCall& asked = ledger_.open(first_calls_.emplace_back(call), init_of(node, net_.incarnation(node)), node, now(), false);
  operations_.insert(asked.id);
  enqueue(asked);
}

void Cluster::look_around() {
  if (const NodeId there = next_up(*evacuated_, *evacuated_); there != *evacuated_) operate(there, List{});
}

void Cluster::operation_done(const Effects::Completion& completion) {
  if (operations_.erase(completion.call) == 0) return;
  if (const auto* list = std::get_if<Result::Processes>(&completion.result.more)) return see_who_is_there(**list);
  recorder_.evacuation().evacuation_answered(now(), completion.result);
  if (operations_.empty()) look_around();
}

std::uint64_t Cluster::still_there() {
  std::uint64_t sum = 0;
  programs_.each([&](const Running& program) { sum += program.node == *evacuated_; });
  return sum;
}

// The order may be answered before its process has gone.
void Cluster::has_left(const Running& program) {
  const std::uint64_t left = still_there();
  recorder_.evacuation().left_evacuated(now(), now() - program.frozen_at, left);
  if (left == 0) look_around();
}

// What depends on the node still: who runs there, pids that it has given away, groups whose leaders it has made.
void Cluster::see_who_is_there(const std::vector<ProcessInfo>& processes) {
  const NodeId node = *evacuated_;
  std::uint64_t made = 0;
  std::set<Pid> groups;
  for (const ProcessInfo& process : processes) {
    if (process.pid.sequence() == kInitSequence || process.node == node) continue;
    made += process.pid.origin() == node;
    if (process.group.origin() == node && process.group.sequence() != kInitSequence) groups.insert(process.group);
  }
  recorder_.evacuation().evacuation_seen(still_there(), made, groups.size());
}

}   // namespace ssi::sim
