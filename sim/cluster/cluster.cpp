#include "sim/cluster/cluster.hpp"

#include <fmt/format.h>

namespace ssi::sim {
namespace {

constexpr std::uint64_t kLookEvery = 4096;   // events between looks at invariants (release builds) and at progress

std::uint64_t call_hash(std::size_t kind) {
  static constexpr auto kHashes = [] {
    std::array<std::uint64_t, kCallNames.size()> hashes{};
    for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash_of(kCallNames[i]);
    return hashes;
  }();
  return kHashes[kind];
}

}   // namespace

Cluster::Cluster(Setup setup, Backend& backend, record::Recorder& recorder)
    : setup_(std::move(setup)), backend_(backend), recorder_(recorder), ledger_(recorder),
      net_(static_cast<std::uint32_t>(setup_.machines.size())), nodes_(setup_.machines.size()) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].machine = std::move(setup_.machines[i]);
}

void Cluster::boot() {
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) enqueue({node}, {.kind = Item::Kind::boot, .trail = {.mark = now()}});
  for (std::uint32_t i = 0; i < setup_.loads.size(); ++i) {
    ++foreground_;
    agenda_.add(setup_.loads[i].at, WorkloadStarts{i});
  }
  agenda_.add(setup_.ends, RunEnds{});
  backend_.wake_at(*agenda_.first());
}

void Cluster::enqueue(NodeId node, Item item, bool raised) {
  if (!item.background) ++foreground_;
  (raised ? at(node).raised : at(node).normal).push_back(item);
  backend_.schedule(node);
}

void Cluster::discard(Token packet) {
  packets_[packet].message.body = Body();
  packets_.give_back(packet);
}

void Cluster::serve(NodeId node) {
  while (!ended_ && serve_one(node)) {}
  finish_if_over();
}

bool Cluster::serve_one(NodeId id) {
  Node& node = at(id);
  if (!node.finished.empty()) {
    const Token service = node.finished.front();
    node.finished.pop_front();
    release(service);
    return true;
  }
  Ring<Item>& queue = node.raised.empty() ? node.normal : node.raised;
  if (queue.empty() || node.busy >= setup_.cores) return false;
  Item item = queue.front();
  queue.pop_front();
  handle(id, item);
  return true;
}

void Cluster::handle(NodeId node, Item item) {
  item.trail.where.queue += (now() - item.trail.mark).ns;
  item.trail.mark = now();
  switch (item.kind) {
    case Item::Kind::boot: recorder_.delivered({now(), node, node, hash_of("boot"), "boot"}); return run_machine(node, BootEvent{}, item);
    case Item::Kind::timer:
      recorder_.delivered({now(), node, node, hash_of("timer"), "timer"});
      return run_machine(node, TimerEvent{item.key, item.generation}, item);
    case Item::Kind::message: {
      const Message& message = packets_[item.packet].message;
      const MessageType& type = message.body.type();
      recorder_.delivered({now(), message.header.from, node, type.hash, type.name});
      run_machine(node, MessageEvent{&message}, item);
      return discard(item.packet);
    }
    case Item::Kind::call: {
      OpenCall* call = ledger_.find(item.call);
      SSI_CHECK(call, "a call was settled before it was served");
      if (call->state == OpenCall::State::abandoned) {   // its caller died while it waited in the queue
        --foreground_;
        return ledger_.stopped(item.call);
      }
      recorder_.delivered({now(), node, node, call_hash(call->kind), kCallNames[call->kind]});
      const Call request = call->request;
      return run_machine(node, CallEvent{call->id, call->caller, &request}, item);
    }
  }
}

void Cluster::run_machine(NodeId node, const Event& event, const Item& item) {
  out_.begin(item.trail.cause, item.kind == Item::Kind::message);
  at(node).machine->on_event(now(), event, out_);
  check_now_and_then(node);

  // On one machine, a program that is placed on a node of the scenario runs on that socket; a child on its parent's.
  std::uint32_t socket = node.value;
  if (const auto* call = std::get_if<CallEvent>(&event); call && setup_.one_machine) {
    const Running* caller = programs_.find(call->caller);
    const auto* spawn = std::get_if<Spawn>(call->call);
    socket = spawn && spawn->placement.kind == Placement::Kind::node ? spawn->placement.node.value : caller ? caller->self->node : 0;
  }
  carry_out(node, item, socket);
}

void Cluster::work_done(Token token) {
  if (ended_) return;
  if (token & kProgramWork) return compute_done(token & ~kProgramWork);
  const NodeId node = services_[token].node;
  at(node).finished.push_back(token);
  backend_.schedule(node);
}

void Cluster::transferred(Token token) {
  if (ended_) return;
  ready_.clear();
  dropped_.clear();
  net_.arrive(packets_[token].message.header, token, ready_, dropped_);
  for (Token arrived : ready_) {
    Packet& packet = packets_[arrived];
    packet.trail.where.wire += (now() - packet.trail.mark).ns;
    packet.trail.mark = now();
    const Header& header = packet.message.header;
    if (!packet.background) --foreground_;   // enqueue counts it again
    enqueue(header.to, {.kind = Item::Kind::message, .trail = packet.trail, .background = packet.background, .packet = arrived},
            header.priority == Priority::raised);
  }
  for (Token lost : dropped_) {
    Packet& packet = packets_[lost];
    if (!packet.background) --foreground_;
    ledger_.stopped(packet.trail.cause);
    discard(lost);
  }
}

void Cluster::woke() {
  while (!ended_) {
    std::optional<Due> due = agenda_.take(now());
    if (!due) break;
    if (const auto* timer = std::get_if<TimerDue>(&*due)) {
      if (!timer->background) --foreground_;
      enqueue(timer->node, {.kind = Item::Kind::timer,
                            .trail = {.mark = now()},
                            .background = timer->background,
                            .key = timer->key,
                            .generation = timer->generation});
    } else if (const auto* sleep = std::get_if<SleepOver>(&*due)) {
      Running* program = programs_.find(sleep->pid);
      if (program && program->sleep == sleep->sleep) {
        --foreground_;
        program->sleep = 0;
        answer_program(*program, Result::ok());
      }
    } else if (const auto* load = std::get_if<WorkloadStarts>(&*due)) {
      launch(load->workload);
      --foreground_;
    } else {
      end(Ending::finished, "");
    }
  }
  finish_if_over();
  if (!ended_) backend_.wake_at(*agenda_.first());
}

void Cluster::check_now_and_then(NodeId node) {
  ++events_;
#ifndef NDEBUG
  at(node).machine->check_invariants();
#else
  if (events_ % kLookEvery == 0) at(node).machine->check_invariants();
#endif
  if (setup_.interrupt && *setup_.interrupt) end(Ending::interrupted, fmt::format("interrupted at {} ns", now().ns));
  if (setup_.progress && events_ % kLookEvery == 0) setup_.progress(now(), events_);
}

// Over: nothing can make progress any more. With programs left, that is a fault of the design or of the workload.
void Cluster::finish_if_over() {
  if (ended_ || foreground_ > 0) return;
  if (programs_.size() == 0) return end(Ending::finished, "");
  end(Ending::no_progress, fmt::format("at {} ns, {} programs wait for calls that nothing will ever answer", now().ns, programs_.size()));
}

void Cluster::end(Ending ending, const std::string& why) {
  if (ended_) return;
  ended_ = true;
  outcome_ = {ending, now(), why};
  close_books();
  backend_.stop();
}

void Cluster::close_books() {
  if (outcome_.ending == Ending::finished && setup_.check_whole) {
    std::vector<const Strategy*> machines;
    for (const Node& node : nodes_) machines.push_back(node.machine.get());
    for (const Strategy* machine : machines) machine->check_invariants();
    if (std::string problem = setup_.check_whole(machines); !problem.empty()) {
      outcome_.ending = Ending::invariant_broken;
      outcome_.message = fmt::format("at {} ns: {}", now().ns, problem);
    }
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) recorder_.cpu_used({i}, nodes_[i].kernel_used, nodes_[i].program_used);
  recorder_.finished(now());
}

}   // namespace ssi::sim
