// Cluster: faults strike and end, always from the event loop. What they do to a message, a circuit, a timer, a byte: FAULTS.md.
#include <algorithm>
#include <cmath>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

using config::Fault;

void Cluster::plan_faults() {
  faults_ = std::make_unique<Faults>(static_cast<std::uint32_t>(nodes_.size()), setup_.loss);
  for (std::uint32_t i = 0; i < setup_.faults.size(); ++i) agenda_.add(Instant{} + setup_.faults[i].at, FaultBegins{i});
}

// Whatever part of one machine a fault strikes, it is that machine.
NodeId Cluster::struck(const Fault& fault) const { return {setup_.one_machine ? 0 : fault.node}; }

void Cluster::due(const FaultBegins& begins) {
  const Fault& fault = setup_.faults[begins.fault];
  if (!strikes(fault)) return;
  recorder_.struck(begins.fault, fault.kind, now(), living());
  begin_fault(fault);
  struck_ = true;
  if (trace_) trace_->instant(now(), struck(fault), fault.kind);
  if (fault.lasts.ns == 0) return;
  ++foreground_;   // somebody may wait for its end
  agenda_.add(now() + fault.lasts, FaultEnds{begins.fault});
}

void Cluster::due(const FaultEnds& ends) {
  const Fault& fault = setup_.faults[ends.fault];
  --foreground_;
  if (trace_) trace_->instant(now(), struck(fault), fault.kind + " ends");
  end_fault(fault);
}

// False: there is nothing that it could strike.
bool Cluster::strikes(const Fault& fault) const {
  if (fault.kind == "evacuate" && setup_.one_machine) return false;
  if (fault.kind == "crash" || fault.kind == "evacuate") return faults_->up(struck(fault));
  return fault.kind != "pause" || !faults_->silent(struck(fault));
}

void Cluster::begin_fault(const Fault& fault) {
  const NodeId node = struck(fault);
  if (fault.kind == "crash") {
    crash(node);
  } else if (fault.kind == "evacuate") {
    evacuate(node);
  } else if (fault.kind == "pause") {
    pause(node);
  } else if (fault.kind == "slow_node") {
    if (!setup_.one_machine) slow_down(node, fault.factor);
  } else if (fault.kind == "disk_stall") {
    stall_disk(node);
  } else {
    each_path(fault, [&](NodeId from, NodeId to) {
      if (fault.kind == "link_degrade") return faults_->degrade(from, to, fault, true);
      faults_->cut(from, to, true, now());
      for (const auto& [one, other] : {std::pair(from, to), std::pair(to, from)})
        if (net_.used(one, other)) watch(one, other);
    });
  }
}

void Cluster::end_fault(const Fault& fault) {
  const NodeId node = struck(fault);
  if (fault.kind == "crash") return restart(node);
  if (fault.kind == "pause") return resume(node);
  if (fault.kind == "slow_node") return slow_down(node, 1);
  if (fault.kind == "disk_stall") return release_disk(node);
  each_path(fault, [&](NodeId from, NodeId to) {
    if (fault.kind == "link_degrade") faults_->degrade(from, to, fault, false);
    else faults_->cut(from, to, false, now());
  });
}

// The directed paths that a fault of links concerns; of one machine, none.
template <class F>
void Cluster::each_path(const Fault& fault, F&& change) {
  if (setup_.one_machine) return;
  const auto both = [&](std::uint32_t a, std::uint32_t b) {
    change(NodeId{a}, NodeId{b});
    if (!fault.one_way) change(NodeId{b}, NodeId{a});
  };
  for (std::size_t group = 0; group < fault.groups.size(); ++group)
    for (std::uint32_t one : fault.groups[group])
      for (std::size_t later = group + 1; later < fault.groups.size(); ++later)
        if (group == 0 || !fault.one_way)
          for (std::uint32_t other : fault.groups[later]) both(one, other);
  if (!fault.groups.empty()) return;
  for (std::uint32_t other = 0; other < nodes_.size(); ++other)
    if (other != fault.node && (fault.peer == config::kEveryNode || fault.peer == other)) both(fault.node, other);
}

void Cluster::pause(NodeId id) {
  faults_->set_paused(id, true, now());
  at(id).halted = true;
  programs_.each([&](Running& program) {
    if (program.node != id) return;
    program.paused = true;
    if (program.computing) program.left = break_off(program);
  });
  for (std::uint32_t peer = 0; peer < nodes_.size(); ++peer)
    if (peer != id.value && net_.used(id, {peer})) watch({peer}, id);
}

void Cluster::resume(NodeId id) {
  if (!faults_->paused(id)) return;   // it has crashed meanwhile
  faults_->set_paused(id, false, now());
  at(id).halted = false;
  watch_all(id);
  backend_.schedule(id);
  programs_.each([&](Running& program) {
    if (program.node == id && std::exchange(program.paused, false)) go_on(program);
  });
}

void Cluster::slow_down(NodeId id, double factor) {
  std::vector<std::pair<Running*, Duration>> computing;
  programs_.each([&](Running& program) {
    if (program.node == id && program.computing) computing.emplace_back(&program, break_off(program));
  });
  at(id).slow = factor;
  for (const auto& [program, left] : computing) compute(*program, left);
}

Duration Cluster::slowed(const Node& node, Duration work) {
  return node.slow == 1 ? work : Duration{std::llround(static_cast<double>(work.ns) * node.slow)};
}

void Cluster::stall_disk(NodeId id) { at(id).disk_stalled = true; }

void Cluster::release_disk(NodeId id) {
  Node& node = at(id);
  node.disk_stalled = false;
  for (Token ended : std::exchange(node.disk_ended, {})) disk_done(ended);
  for (const auto& [request, token] : std::exchange(node.disk_asked, {})) backend_.start_disk(id, request, token);
}

// Programs that can still take a step, on nodes that serve.
bool Cluster::waits_in_vain() const {
  bool any = false;
  const_cast<Programs&>(programs_).each(
      [&](const Running& program) { any = any || (!program.adrift && !nodes_[program.node.value].halted); });
  return any;
}

}   // namespace ssi::sim
