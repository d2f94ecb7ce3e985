// PlanRun: what goes wrong, and what is lost in it: as sim/cluster/FAULTS.md has it.
#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {

using Breaking = world::World::Breaking;

constexpr Duration kSettles{10'000'000'000};   // as in sim/cluster

// Those that are due before the next event.
void PlanRun::apply_faults() {
  const auto due = [&](const Fault& fault) { return fault.after ? fault.at <= now_ : fault.at <= now_ + 1; };
  while (next_fault_ < plan_.faults.size() && due(plan_.faults[next_fault_])) strike(plan_.faults[next_fault_++]);
}

void PlanRun::strike(const Fault& fault) {
  const NodeId node = place(fault.node), peer = place(fault.peer);
  const bool up = world_.is_up(node);
  if (fault.kind == "circuit_break") {
    if (node == peer || !up || !world_.is_up(peer)) return;
    note("fault: the circuit of nodes " + std::to_string(node.value) + " and " + std::to_string(peer.value) + " breaks");
    world_.break_circuit(node, peer);
  } else if (fault.kind == "crash") {
    if (!up) return;
    note("fault: node " + std::to_string(node.value) + " crashes");
    crash(node);
  } else {
    if (up) return;
    note("fault: node " + std::to_string(node.value) + " starts again");
    start(node);
  }
  history_.faults.push_back(now_);
  settled_ = world_.now() + kSettles;
}

// Who is on the way to another node goes on if it arrives there, or is put back.
void PlanRun::crash(NodeId node) {
  world_.crash(node);
  bury(node);
}

// A machine that was left out of the image asks for a new start, and gets it.
void PlanRun::start_those_left_out() {
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) {
    const NodeId node{id};
    if (world_.is_up(node) || down_.contains(node)) continue;
    note("node " + std::to_string(id) + " was left out, and starts again");
    bury(node);
    start(node);
  }
}

void PlanRun::start(NodeId node) {
  world_.restart(node);
  down_.erase(node);
  history_.inits.insert(world_.init(node.value));
  history_.faults.push_back(now_);
}

void PlanRun::bury(NodeId node) {
  ++verdict_.crashes;
  down_.insert(node);
  history_.faults.push_back(now_);
  std::vector<Actor> gone;
  for (auto& [name, actor] : actors_) {
    if (actor.frozen && !actor.astray) actor.astray = now_;
    else if (!actor.frozen && actor.node == node) gone.push_back(actor);
  }
  for (auto& [pid, life] : history_.lives)
    if (life.ended && life.node_at(*life.ended) == node) life.lost = true;   // its status may have been under way
  for (const Actor& actor : gone) lose(actor);
}

void PlanRun::lose(const Actor& actor) {
  note("process " + std::to_string(actor.name) + " is lost");
  world::Life& life = history_.lives.at(actor.pid);
  life.ended = actor.astray.value_or(now_);
  life.lost = true;
  actors_.erase(actor.name);
}

void PlanRun::give_up_those_astray() {
  std::vector<Actor> gone;
  for (const auto& [name, actor] : actors_)
    if (actor.astray) gone.push_back(actor);
  for (const Actor& actor : gone) lose(actor);
}

// Each node finds out in its own time.
void PlanRun::await_notices() {
  for (const Breaking& notice : world_.breaking()) {
    if (options_.deaf) return;
    if (!notices_.insert(notice).second) continue;
    const std::uint64_t nodes = (std::uint64_t{notice.node.value} << 32) | notice.peer.value;
    at(world_.now() + delay(plan_.order.silence, "silence", nodes, now_), Due::Kind::told, nodes);
  }
}

void PlanRun::told(std::uint64_t nodes) {
  const Breaking notice{NodeId{static_cast<std::uint32_t>(nodes >> 32)}, NodeId{static_cast<std::uint32_t>(nodes)}};
  notices_.erase(notice);
  if (!world_.breaking().contains(notice)) return;   // by its peer, before
  note("node " + std::to_string(notice.node.value) + " has given up node " + std::to_string(notice.peer.value));
  history_.faults.push_back(now_);
  world_.tell_broken(notice);
}

bool PlanRun::is_lost(const Asked& asked) const { return world_.incarnation(asked.node) != asked.incarnation || !world_.is_up(asked.node); }

}   // namespace ssi::fuzz
