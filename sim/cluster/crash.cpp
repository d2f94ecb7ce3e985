// Cluster: a node crashes, and starts again. All that it was is gone but what its disk has; what others did for it or it for others is
// taken out of the books, so that nothing waits for it there.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

void Cluster::crash(NodeId id) {
  Node& node = at(id);
  std::vector<NodeId> knew;   // peers that do not know yet
  for (std::uint32_t peer = 0; peer < nodes_.size(); ++peer)
    if (peer != id.value && faults_->up({peer}) && (net_.used(id, {peer}) || faults_->half_open({peer}, id))) knew.push_back({peer});
  node.disk = node.machine->durable();
  node.machine.reset();
  node.halted = true;
  lose_programs(id);
  drop_queues(id);
  ++node.life;
  node.busy = 0;
  node.threads = ServerThreads{};
  node.locks = Locks{};
  node.core_taken.clear();
  std::vector<Token> lost;
  net_.restart(id, lost);
  for (Token packet : lost) lose(packet);
  faults_->set_down(id, true, now());
  for (std::uint32_t peer = 0; peer < nodes_.size(); ++peer) faults_->set_half_open(id, {peer}, false);
  for (NodeId peer : knew) {
    faults_->set_half_open(peer, id, true);
    watch(peer, id);
  }
}

void Cluster::restart(NodeId id) {
  Node& node = at(id);
  faults_->set_down(id, false, now());
  node.halted = false;
  node.machine = setup_.reboot(id, net_.incarnation(id), std::exchange(node.disk, nullptr));
  enqueue(id, {.since = now()});
  for (const Load& load : setup_.loads)
    for (std::uint32_t where : load.nodes)
      if (load.restart && load.at < now() && (setup_.one_machine || where == id.value)) launch_on(load, where);
}

// A machine that was left out of its image, or whose image is lost, and has learnt of it.
void Cluster::due(const NodeStops& stops) {
  if (stops.life != at(stops.node).life || !faults_->up(stops.node)) return;
  if (trace_) trace_->instant(now(), stops.node, "stops for good");
  struck_ = true;
  crash(stops.node);
  if (!setup_.restart) return;
  ++foreground_;   // somebody may wait for it
  agenda_.add(now() + *setup_.restart, NodeStarts{stops.node});
}

void Cluster::due(const NodeStarts& starts) {
  --foreground_;
  restart(starts.node);
}

// A program that has departed may have arrived elsewhere: whether it did is not known before it goes on there.
void Cluster::lose_programs(NodeId id) {
  record::Losses losses;
  programs_.each([&](Running& program) {
    if (program.node != id || program.adrift) return;
    if (program.frozen) {
      program.adrift = true;
      ++adrift_;
      return;
    }
    if (program.computing) break_off(program);
    losses.add(program.born, program.worked);
    drop_program(program);
  });
  recorder_.lost(losses, living());
}

void Cluster::drop_program(Running& program) {
  if (program.sleep != 0) --foreground_;
  if (OpenCall* call = ledger_.find(program.call)) ledger_.abandon(*call, now());
  programs_.remove(program.pid);
}

void Cluster::drop_queues(NodeId id) {
  Node& node = at(id);
  std::vector<Ring<Item>*> queues{&node.raised, &node.normal};
  for (ReceiveQueue& queue : node.receive_queues) {
    queues.push_back(&queue.items);
    queue.served = false;
  }
  for (Ring<Item>* queue : queues)
    for (; !queue->empty(); queue->pop_front()) {
      if (trace_) trace_->changed(now(), id, record::Gauge::run_queue, -1);
      drop(queue->front());
    }
  for (; !node.finished.empty(); node.finished.pop_front()) drop_work(node.finished.front());
  for (const auto& [request, token] : std::exchange(node.disk_asked, {})) drop_access(token);
  for (Token token : std::exchange(node.disk_ended, {})) drop_access(token);
  if (nics_.empty()) return;
  for (Token packet : nics_[id.value].clear()) lose(packet, false);
}

// Something waits for service, and is not served.
void Cluster::drop(const Item& item) {
  switch (item.kind) {
    case Item::Kind::message: return lose(item.subject, false);
    case Item::Kind::disk: return drop_access(item.subject);
    case Item::Kind::verb:
      drop_cause(packets_[item.subject].trail.cause, item.background);
      verbs_[packets_[item.subject].verb] = {};
      verbs_.give_back(std::exchange(packets_[item.subject].verb, kNoVerb));
      packets_[item.subject].losses = 0;
      return packets_.give_back(item.subject);
    case Item::Kind::frozen: drop_cause(frozen_[item.subject].cause, false); return frozen_.give_back(item.subject);
    case Item::Kind::timer: timers_.give_back(item.subject); return drop_cause(kNoCall, item.background);
    case Item::Kind::broken: broken_.give_back(item.subject); return drop_cause(kNoCall, false);
    case Item::Kind::paging: return drop_cause(kNoCall, item.background);   // never: faults and paging are not in one run
    case Item::Kind::boot: return drop_cause(kNoCall, false);
    case Item::Kind::call: break;
  }
  OpenCall& call = ledger_.in_slot(item.subject);
  if (call.state == OpenCall::State::pending) ledger_.abandon(call, now());   // the host's own, as init
  --foreground_;
  ledger_.stopped(call);
}

void Cluster::drop_work(Token token) {
  Work& work = works_[token];
  drop_cause(work.service.trail.cause, work.service.background);
  if (trace_) trace_->work_ends(now(), token);
  work.after.clear();
  works_.give_back(token);
}

void Cluster::drop_access(Token token) {
  drop_cause(accesses_[token].trail.cause, accesses_[token].background);
  accesses_.give_back(token);
}

void Cluster::drop_cause(CallId cause, bool background) {
  if (!background) --foreground_;
  if (OpenCall* call = ledger_.find(cause)) ledger_.stopped(*call);
}

}   // namespace ssi::sim
