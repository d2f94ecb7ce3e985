// Cluster: programs whose pages are not all here: they compute until a touch faults. Room is made and pages are carried in paging_io.cpp.
#include "sim/cluster/paging.hpp"

#include <algorithm>

#include "sim/cluster/cluster.hpp"

namespace ssi::sim {
namespace {

constexpr MessageType kFault = named("page fault"), kIoDone = named("page request"), kRoom = named("page room");

const MessageType& type_of(PagingDue::Kind kind) {
  switch (kind) {
    case PagingDue::Kind::fault: return kFault;
    case PagingDue::Kind::io_done: return kIoDone;
    case PagingDue::Kind::room: return kRoom;
  }
  return kRoom;
}

}   // namespace

void Cluster::memory_begins(const Running& program, const Compute& compute) {
  Computation& computation = paging_->of(program.slot);
  if (!computation.listed) {
    computation.draws = paging_->random.stream("touches", program.pid.value);
    memory_arrives(program);
  }
  NodePages& memory = paging_->nodes[computation.node.value];
  computation.set.begin(compute, paging_->settings.page);
  memory.resident += computation.set.take_fresh(static_cast<std::uint64_t>(std::max<std::int64_t>(memory.free(), 0)));
}

void Cluster::memory_arrives(const Running& program) {
  Computation& computation = paging_->of(program.slot);
  computation.node = program.node;
  computation.listed = true;
  NodePages& memory = paging_->nodes[program.node.value];
  memory.programs.push_back(program.slot);
  memory.resident += computation.set.resident();
  if (memory.free() < 0) look_for_room(program.node);
}

// Its pages are no longer this node's: it has ended, was replaced, or departs.
void Cluster::memory_leaves(const Running& program) {
  Computation& computation = paging_->of(program.slot);
  ++computation.generation;
  computation.active = computation.faults = false;
  if (!std::exchange(computation.listed, false)) return;
  NodePages& memory = paging_->nodes[computation.node.value];
  memory.resident -= computation.set.resident();
  std::erase(memory.programs, program.slot);
  for (NodePages::Place& place : memory.places) {
    const std::uint64_t back = std::min(computation.slots, place.stored);
    place.stored -= back;
    computation.slots -= back;
  }
  computation.slots = 0;
  if (!memory.waiting.empty()) look_for_room(computation.node);
}

// The program departs. What is out comes back first, in one go, and only then it is frozen. False: nothing is out.
bool Cluster::memory_departs(Running& program, std::uint32_t frozen, Service& service) {
  Computation& computation = paging_->of(program.slot);
  program.faulting = false;
  if (!computation.listed) return false;
  const std::uint64_t out = computation.set.out();
  memory_leaves(program);
  computation.set.all_came();
  if (out == 0) return false;
  const std::uint32_t io = paging_->ios.take();
  paging_->ios[io] = {
      .kind = PageIo::Kind::moves, .node = service.node, .place = paging_->any_place(service.node), .pages = out, .subject = frozen};
  paging_->nodes[service.node.value].stats.in += out;
  issue(io, service);
  return true;
}

void Cluster::memory_ends(const Running& program) {
  memory_leaves(program);
  paging_->of(program.slot).set = {};
}

// It computes so long at once; `rest` comes after the fault.
Duration Cluster::stretch_of(const Running& program, Duration work) {
  Computation& computation = paging_->of(program.slot);
  const std::optional<Duration> until = computation.set.until_fault(computation.draws, work);
  const Duration stretch = until.value_or(work);
  computation.active = true;
  computation.faults = until.has_value();
  computation.rest = work - stretch;
  computation.missing = computation.set.pages() - computation.set.resident();
  return stretch;
}

// The stretch is over, or was broken off; what comes after it.
Duration Cluster::stretch_ends(const Running& program, Duration worked) {
  Computation& computation = paging_->of(program.slot);
  computation.set.touched(worked);
  computation.used = now();
  computation.active = computation.faults = false;
  return std::exchange(computation.rest, {});
}

void Cluster::fault(Running& program, Duration rest) {
  Computation& computation = paging_->of(program.slot);
  computation.active = true;
  program.faulting = true;
  program.left = rest;
  if (rest.ns == 0) program.held = std::make_unique<Result>(Result::ok());   // it was the last touch
  const std::uint32_t slot = paging_->faults.take();
  paging_->faults[slot] = {.program = program.slot, .generation = computation.generation, .node = program.node};
  paging_due(program.node, {PagingDue::Kind::fault, slot});
}

void Cluster::paging_due(NodeId node, PagingDue due, bool background) {
  const std::uint32_t slot = paging_->dues.take();
  paging_->dues[slot] = due;
  enqueue(node, {.since = now(), .subject = slot, .kind = Item::Kind::paging, .background = background});
}

// Faults that wait for a frame are looked at again, by the node's kernel.
void Cluster::look_for_room(NodeId node) {
  if (std::exchange(paging_->nodes[node.value].room_due, true)) return;
  paging_due(node, {PagingDue::Kind::room, kNone});
}

void Cluster::handle_paging(std::uint32_t slot, Service& service) {
  const PagingDue due = paging_->dues[slot];
  paging_->dues.give_back(slot);
  const MessageType& type = type_of(due.kind);
  recorder_.delivered({now(), service.node, service.node, type.hash, type.name});
  service.trail.where.queue += (now() - service.trail.mark).ns;
  service.trail.mark = now();
  out_.begin(kNoCall, false);
  switch (due.kind) {
    case PagingDue::Kind::fault: take_fault(due.subject, service); break;
    case PagingDue::Kind::io_done: take_pages(due.subject, service); break;
    case PagingDue::Kind::room:
      paging_->nodes[service.node.value].room_due = false;
      make_room(service);
      serve_waiting(service);
      break;
  }
  check_now_and_then(service.node);
  if (trace_) trace_->work_begins(now(), service.node, {.category = "event", .name = type.name});
  carry_out(service, nullptr);
}

void Cluster::take_fault(std::uint32_t slot, Service& service) {
  PageFault& fault = paging_->faults[slot];
  Computation& computation = paging_->of(fault.program);
  if (computation.generation != fault.generation) return paging_->faults.give_back(slot);   // it ended or departed meanwhile
  computation.set.check_invariants();
  NodePages& memory = paging_->nodes[service.node.value];
  fault.kind = computation.set.missing(computation.draws);
  fault.fresh = computation.set.is_fresh(computation.draws);
  ++(fault.fresh ? memory.stats.fresh : memory.stats.faults);
  out_.work(paging_->settings.fault);
  memory.waiting.push_back(slot);
  ++foreground_;
  make_room(service);
  if (memory.free() <= 0) ++memory.stats.waits;
  serve_waiting(service);
}

// As many of the faults that wait as there are frames.
void Cluster::serve_waiting(Service& service) {
  NodePages& memory = paging_->nodes[service.node.value];
  while (!memory.waiting.empty() && memory.free() > 0) {
    const std::uint32_t slot = memory.waiting.front();
    memory.waiting.pop_front();
    --foreground_;
    PageFault& fault = paging_->faults[slot];
    if (paging_->of(fault.program).generation != fault.generation) {   // it ended or departed meanwhile
      paging_->faults.give_back(slot);
      continue;
    }
    if (service.background) service.background = false, ++foreground_;   // somebody waits for it
    ++memory.coming;
    if (fault.fresh) paging_work(service).resumed.push_back(slot);
    else page_in(slot, service);
  }
}

// The page is here, or nobody waits for it any more.
void Cluster::resume_faulted(std::uint32_t slot) {
  const PageFault fault = paging_->faults[slot];
  paging_->faults.give_back(slot);
  NodePages& memory = paging_->nodes[fault.node.value];
  --memory.coming;
  Computation& computation = paging_->of(fault.program);
  if (computation.generation == fault.generation) {
    const std::uint64_t before = computation.set.resident();
    computation.set.came(fault.kind, fault.fresh, computation.draws);
    memory.resident += computation.set.resident() - before;
    Running& program = programs_.in_slot(fault.program);
    program.faulting = false;
    computation.active = false;
    go_on(program);
  }
  if (!memory.waiting.empty()) look_for_room(fault.node);
}

}   // namespace ssi::sim
