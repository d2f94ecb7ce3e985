// Cluster: programs that move from node to node, and that are replaced (exec). The table of programs is the host's own, so the
// program stays where it is; what moves is which node it computes on and calls.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

void Cluster::freeze(Running& program, Service& service) {
  SSI_CHECK(!program.frozen, "a program departs twice");
  ever_moved_ = program.frozen = true;
  program.frozen_at = now();
  if (program.computing) program.left = break_off(program);
  const std::uint32_t slot = frozen_.take();
  frozen_[slot] = {{program.pid, program.memory}, service.trail.cause};
  if (OpenCall* call = ledger_.find(service.trail.cause)) ++call->under_way;
  if (paging_ && memory_departs(program, slot, service)) return;
  enqueue(service.node, {.since = now(), .subject = slot, .kind = Item::Kind::frozen});
}

void Cluster::thaw(Running& program, NodeId node) {
  if (std::exchange(program.adrift, false)) --adrift_;
  program.frozen = false;
  const bool leaves = program.node == evacuated_ && node != evacuated_;
  program.node = node;
  if (leaves) has_left(program);
  if (!setup_.one_machine) program.self.node = node.value;
  if (paging_ && paging_->of(program.slot).set.pages() > 0) memory_arrives(program);
  if (OpenCall* call = ledger_.find(std::exchange(program.held_call, kNoCall))) {
    call->node = node;
    wait_for_service(node, {.since = now(), .subject = Ledger::slot_of(call->id), .kind = Item::Kind::call}, false);
  }
  go_on(program);
}

bool Cluster::goes_elsewhere(OpenCall& call) {
  Running* caller = programs_.find(call.caller);
  if (!caller || caller->call != call.id) return false;   // the host's own, as init
  if (caller->frozen) {
    caller->held_call = call.id;
    return true;
  }
  if (caller->node == call.node) return false;
  call.node = caller->node;
  wait_for_service(call.node, {.since = now(), .subject = Ledger::slot_of(call.id), .kind = Item::Kind::call}, false);
  return true;
}

// The call of the old program is over for it, whatever becomes of it.
void Cluster::replace(Running& program, const ProgramOrder& order, const Service& service) {
  if (paging_) memory_ends(program);
  program.program.reset();
  program.workload = order.program.workload;
  program.call = kNoCall;
  program.held.reset();
  program.memory = {};
  program.self.handled.clear();
  program.self.node = service.socket;
}

void Cluster::touch_memory(Running& program, Duration worked) {
  program.worked += worked;
  Memory& memory = program.memory;
  memory.resident = std::max(memory.resident, program.touches.footprint);
  const auto written =
      static_cast<std::uint64_t>(static_cast<double>(program.touches.dirty_rate) * (static_cast<double>(worked.ns) * 1e-9));
  memory.dirty = std::max(memory.dirty, std::min(memory.dirty + written, program.touches.footprint));
}

}   // namespace ssi::sim
