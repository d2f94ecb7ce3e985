#include "sim/cluster/cluster.hpp"

#include <fmt/format.h>

namespace ssi::sim {
namespace {

constexpr Duration kSettles{10'000'000'000};   // after a fault: detection, agreement and recovery take less
constexpr std::uint64_t kLookEvery = 4096;     // events between looks at invariants (release builds) and at progress

}   // namespace

Cluster::Cluster(Setup setup, Backend& backend, record::Recorder& recorder)
    : setup_(std::move(setup)), backend_(backend), recorder_(recorder), trace_(recorder.trace()), ledger_(recorder),
      net_(static_cast<std::uint32_t>(setup_.machines.size()), !setup_.faults.empty() || setup_.restart), nodes_(setup_.machines.size()) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].machine = std::move(setup_.machines[i]);
  if (setup_.memory.capacity > 0)
    paging_ = std::make_unique<Paging>(setup_.memory, static_cast<std::uint32_t>(nodes_.size()), setup_.random);
  SSI_CHECK(!paging_ || (setup_.faults.empty() && !setup_.restart),
            "a crash would lose the pages that a node has lent: the reader refuses this");
  if (!setup_.nic.plain()) nics_.assign(nodes_.size(), Nic(setup_.nic));
  if (setup_.nic.limits_service())
    for (Node& node : nodes_) node.receive_queues.resize(std::max<std::uint32_t>(setup_.nic.receive_queues, 1));
}

void Cluster::boot() {
  now_ = backend_.now();
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) enqueue({node}, {.since = now()});
  for (std::uint32_t i = 0; i < setup_.loads.size(); ++i) {
    ++foreground_;
    agenda_.add(setup_.loads[i].at, WorkloadStarts{i});
  }
  agenda_.add(setup_.ends, RunEnds{});
  if (!setup_.faults.empty() || setup_.restart) plan_faults();
  backend_.wake_at(*agenda_.first());
}

void Cluster::enqueue(NodeId node, const Item& item) {
  if (!item.background) ++foreground_;
  wait_for_service(node, item, false);
}

void Cluster::enqueue(OpenCall& call) {
  ++call.under_way;
  enqueue(call.node, {.since = now(), .subject = Ledger::slot_of(call.id), .kind = Item::Kind::call});
}

void Cluster::wait_for_service(NodeId node, const Item& item, bool raised) {
  if (trace_) trace_->changed(now(), node, record::Gauge::run_queue, 1);
  recorder_.waited_for_service(node, waiting(at(node)));
  if (item.kind == Item::Kind::message && !raised && setup_.nic.limits_service() && needs_thread(packets_[item.subject].message))
    return wait_in_receive_queue(node, item);
  (raised ? at(node).raised : at(node).normal).push_back(item);
  backend_.schedule(node);
}

void Cluster::discard(Token packet) {
  packets_[packet].message.body.reset();
  packets_[packet].interrupts = false;
  packets_[packet].drops = packets_[packet].losses = 0;
  packets_.give_back(packet);
}

void Cluster::work_done(Token token) {
  if (ended_) return;
  now_ = backend_.now();
  if (token & kProgramWork) return compute_done(token & ~kProgramWork);
  const NodeId node = works_[token].service.node;
  if (works_[token].life != at(node).life) return drop_work(token);
  at(node).finished.push_back(token);
  if (backend_.serves_in_callbacks()) serve(node);
  else backend_.schedule(node);
}

void Cluster::transferred(Token token) {
  if (ended_) return;
  now_ = backend_.now();
  if (trace_ && !packets_[token].delayed) trace_wire(packets_[token].message.header, -1);
  if (faults_ && !gets_through(token)) return finish_if_over();
  if (packets_[token].verb != kNoVerb) return verb_arrives(token);
  if (!nics_.empty()) return receive(token);
  const NodeId to = packets_[token].message.header.to;
  if (!backend_.serves_in_callbacks() || !is_idle(at(to)) || !net_.arrives_in_turn(packets_[token].message.header)) return arrive(token);
  recorder_.waited_for_service(to, 0);
  handle(to, off_the_wire(token));
  finish_if_over();
}

// Whatever comes need not wait.
bool Cluster::is_idle(const Node& node) const {
  return node.busy < setup_.cores && node.raised.empty() && node.normal.empty() && !setup_.nic.limits_service();
}

void Cluster::arrive(Token token) {
  ready_.clear();
  dropped_.clear();
  net_.arrive(packets_[token].message.header, token, ready_, dropped_);
  for (Token lost : dropped_) lose(lost);
  for (Token arrived : ready_) {
    const Header& header = packets_[arrived].message.header;
    wait_for_service(header.to, off_the_wire(arrived), header.priority == Priority::raised);
  }
}

Cluster::Item Cluster::off_the_wire(Token token) {
  Packet& packet = packets_[token];
  packet.trail.where.wire += (now() - packet.trail.mark).ns;
  packet.trail.mark = now();
  return {.since = now(), .subject = token, .kind = Item::Kind::message, .background = packet.background};
}

// A message of an old circuit. `from_card`: it had been taken from the wire.
void Cluster::lose(Token token, bool from_card) {
  const Packet& packet = packets_[token];
  if (from_card && !nics_.empty()) nics_[packet.message.header.to.value].served();
  if (!packet.background) --foreground_;
  if (OpenCall* call = ledger_.find(packet.trail.cause)) ledger_.stopped(*call);
  discard(token);
}

void Cluster::woke() {
  now_ = backend_.now();
  while (!ended_) {
    std::optional<Due> next = agenda_.take(now());
    if (!next) break;
    std::visit([this](const auto& what) { due(what); }, *next);
  }
  finish_if_over();
  if (!ended_) backend_.wake_at(*agenda_.first());
}

void Cluster::due(const TimerDue& timer) {
  if (!timer.background) --foreground_;   // enqueue counts it again
  if (timer.life != at(timer.node).life) return;
  const std::uint32_t slot = timers_.take();
  timers_[slot] = timer;
  enqueue(timer.node, {.since = now(), .subject = slot, .kind = Item::Kind::timer, .background = timer.background});
}

void Cluster::due(const SleepOver& sleep) {
  Running* program = programs_.find(sleep.pid);
  if (!program || program->sleep != sleep.sleep) return;
  --foreground_;
  program->sleep = 0;
  answer_program(*program, Result::ok());
}

void Cluster::due(const WorkloadStarts& load) {
  for (std::uint32_t where : setup_.loads[load.workload].nodes) launch_on(setup_.loads[load.workload], where);
  --foreground_;
}

void Cluster::check_now_and_then(NodeId node) {
  ++events_;
#ifndef NDEBUG
  at(node).machine->check_invariants();
#else
  if (events_ % kLookEvery == 0) at(node).machine->check_invariants();
#endif
  if (setup_.interrupt && setup_.interrupt->load(std::memory_order_relaxed) != 0)
    end(Ending::interrupted, fmt::format("interrupted at {} ns", now().ns));
  if (setup_.progress && events_ % kLookEvery == 0) setup_.progress(now(), ledger_.opened());
}

// Over: nothing can make progress any more. With programs left, that is a fault of the design or of the workload.
void Cluster::finish_if_over() {
  if (ended_ || (foreground_ > 0 && !threads_are_deadlocked())) return;
  if (programs_.size() == adrift_) return end(Ending::finished, "");
  if (struck_) {   // the survivors may still be finding out, which timers in the background do
    if (!std::exchange(listens_, true)) look_at(now() + kSettles, StillQuiet{ledger_.opened()});
    return;
  }
  end(Ending::no_progress, fmt::format("at {} ns, {} programs wait for calls that nothing will ever answer", now().ns, programs_.size()));
}

void Cluster::due(const StillQuiet& quiet) {
  listens_ = false;
  if (foreground_ > 0 || programs_.size() == adrift_ || ledger_.opened() != quiet.calls || !waits_in_vain()) return;
  end(Ending::no_progress,
      fmt::format("at {} ns, programs wait for calls that nothing will ever answer, long after the last fault", now().ns));
}

void Cluster::end(Ending ending, const std::string& why) {
  if (ended_) return;
  now_ = backend_.now();
  ended_ = true;
  outcome_ = {ending, now(), why};
  if (trace_) trace_->instant(now(), name_of(ending));
  close_books();
  backend_.stop();
}

void Cluster::close_books() {
  if (outcome_.ending == Ending::finished && setup_.check_whole) {
    std::vector<const Strategy*> machines;
    for (const Node& node : nodes_)
      if (node.machine) machines.push_back(node.machine.get());
    for (const Strategy* machine : machines) machine->check_invariants();
    if (std::string problem = machines.empty() ? "" : setup_.check_whole(machines); !problem.empty()) {
      outcome_.ending = Ending::invariant_broken;
      outcome_.message = fmt::format("at {} ns: {}", now().ns, problem);
    }
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    recorder_.cpu_used({i}, nodes_[i].kernel_used, nodes_[i].program_used, backend_.cores_used({i}), backend_.disk_used({i}));
  if (paging_)
    for (const NodePages& node : paging_->nodes) recorder_.paged(node.stats);
  for (const Load& load : setup_.loads)
    if (const workload::ValueChecks* checks = load.workload->value_checks()) recorder_.values_checked(checks->checked, checks->wrong);
  recorder_.links_used(backend_.links_used());
  if (trace_) ledger_.report_pending(now());
  recorder_.finished(now());
}

}   // namespace ssi::sim
