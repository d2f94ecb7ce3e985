#include "sim/cluster/run.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <simgrid/s4u.hpp>

#include "sim/cluster/cluster.hpp"
#include "sim/cluster/flow.hpp"
#include "sim/cluster/queue.hpp"
#include "sim/platform/build.hpp"
#include "sim/platform/routes.hpp"

namespace ssi::sim {
namespace {

// SimGrid's Engine takes over SIGINT (and ends the process with exit code 1); the host's own handlers come back here.
class OwnSignals {
 public:
  OwnSignals() { sigaction(SIGINT, nullptr, &interrupt_); }
  ~OwnSignals() { sigaction(SIGINT, &interrupt_, nullptr); }
  OwnSignals(const OwnSignals&) = delete;
  OwnSignals& operator=(const OwnSignals&) = delete;

 private:
  struct sigaction interrupt_ {};
};

// Never deleted: SimGrid's shutdown on a stack object corrupts the heap, and there is one Engine a process anyway.
void create_engine(const std::vector<std::string>& arguments) {
  const OwnSignals own;
  std::vector<std::string> words = engine_arguments(arguments);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  new simgrid::s4u::Engine(&argc, argv.data());
}

// One machine has the memory of all.
config::NodeMemory memory_of_node(const config::Platform& platform, std::uint32_t nodes) {
  config::NodeMemory memory = platform.memory;
  memory.capacity *= platform.nodes / nodes;
  return memory;
}

// File contents take no more than half of a memory that has a limit.
config::NodeCosts costs_of_node(const config::Platform& platform, std::uint32_t nodes) {
  config::NodeCosts costs = platform.costs;
  const std::uint64_t capacity = memory_of_node(platform, nodes).capacity;
  if (capacity > 0) costs.page_cache = std::min(costs.page_cache, capacity / 2);
  return costs;
}

std::unique_ptr<Strategy> make_machine(const RunPlan& plan, std::uint32_t nodes, std::uint32_t cores, NodeId self, Incarnation incarnation,
                                       std::shared_ptr<const Durable> disk) {
  const RandomRoot random = RandomRoot(plan.seed).child("design");
  return plan.strategy.make({.self = self,
                             .nodes = nodes,
                             .cores = cores,
                             .incarnation = incarnation,
                             .random = random,
                             .costs = costs_of_node(plan.scenario.platform, nodes),
                             .membership = plan.scenario.membership,
                             .disk = std::move(disk)},
                            plan.params);
}

std::vector<std::unique_ptr<Strategy>> make_machines(const RunPlan& plan, std::uint32_t nodes, std::uint32_t cores) {
  std::vector<std::unique_ptr<Strategy>> machines;
  for (std::uint32_t i = 0; i < nodes; ++i) machines.push_back(make_machine(plan, nodes, cores, {i}, Incarnation{1}, nullptr));
  return machines;
}

// The demand depends on the seed and the workload only, so every strategy is given the same.
std::vector<Cluster::Load> make_loads(const RunPlan& plan) {
  std::vector<Cluster::Load> loads;
  if (plan.own_load) {
    const workload::WorkloadSetup setup{.index = 0,
                                        .nodes = plan.scenario.platform.nodes,
                                        .starts = plan.own_load->starts,
                                        .random = RandomRoot(plan.seed).child("demand", 0)};
    loads.push_back({plan.own_load->make(setup), Instant{}, plan.own_load->starts});
    return loads;
  }
  for (std::uint32_t i = 0; i < plan.scenario.workloads.size(); ++i) {
    const config::WorkloadChoice& choice = plan.scenario.workloads[i];
    const workload::WorkloadEntry* entry = workload::find_workload(choice.name);
    SSI_CHECK(entry, "an unknown workload passed the reader");
    const workload::WorkloadSetup setup{
        .index = i, .nodes = plan.scenario.platform.nodes, .starts = choice.nodes, .random = RandomRoot(plan.seed).child("demand", i)};
    loads.push_back({entry->make(setup, choice.params), Instant{} + choice.start, choice.nodes, choice.restart});
  }
  return loads;
}

// When a machine that has stopped for good starts anew: its membership says, or the design.
std::optional<Duration> restart_of(const RunPlan& plan) {
  if (plan.strategy.watches && plan.scenario.membership.by_majority()) return plan.scenario.membership.restart;
  const config::Value* own = config::find_value(plan.params, "reboot_after");
  const Duration after{own == nullptr ? 0 : std::get<std::int64_t>(*own)};
  return after.ns > 0 ? std::optional(after) : std::nullopt;
}

std::string check_whole(const StrategyEntry& strategy, const std::vector<const Strategy*>& machines) {
  Report report;
  if (strategy.check_cluster) strategy.check_cluster(machines, report);
  return report.problems.empty() ? "" : report.problems.front();
}

template <class Fidelity>
RunOutcome run_on(Fidelity& fidelity, const RunPlan& plan, record::Recorder& recorder, std::uint32_t nodes, std::uint32_t cores) {
  Cluster cluster(
      {.cores = cores,
       .one_machine = plan.strategy.image == Image::one_machine,
       .cores_per_socket = std::max(plan.scenario.platform.cores / plan.scenario.platform.sockets, 1U),
       .costs = plan.scenario.platform.costs,
       .nic = plan.scenario.platform.nic,
       .verbs = plan.scenario.platform.interconnect.verbs != "none",
       .memory = memory_of_node(plan.scenario.platform, nodes),
       .random = RandomRoot(plan.seed).child("memory"),
       .machines = make_machines(plan, nodes, cores),
       .loads = make_loads(plan),
       .ends = Instant{} + plan.scenario.duration,
       .faults = config::fault_plan(plan.scenario.faults, RandomRoot(plan.seed), plan.scenario.platform.nodes, plan.scenario.duration),
       .loss = RandomRoot(plan.seed).stream("loss"),
       .restart = restart_of(plan),
       .reboot = [&plan, nodes, cores](
                     NodeId node, Incarnation incarnation,
                     std::shared_ptr<const Durable> disk) { return make_machine(plan, nodes, cores, node, incarnation, std::move(disk)); },
       .interrupt = plan.interrupt,
       .progress = plan.progress,
       .check_whole = [&plan](const auto& machines) { return check_whole(plan.strategy, machines); }},
      fidelity, recorder);
  cluster.boot();
  try {
    fidelity.run(cluster);
  } catch (const InvariantBroken& broken) {
    cluster.end(Ending::invariant_broken, fmt::format("at {} ns: {}", fidelity.now().ns, broken.what()));
  } catch (const std::exception& failed) { cluster.end(Ending::bug, fmt::format("at {} ns: {}", fidelity.now().ns, failed.what())); }
  SSI_CHECK(cluster.ended(), "the engine stopped before the run was over");
  return cluster.outcome();
}

}   // namespace

RunOutcome run_once(const RunPlan& plan, record::Recorder& recorder) {
  create_engine(plan.simgrid_arguments);
  config::Platform platform = plan.scenario.platform;
  const bool one_machine = plan.strategy.image == Image::one_machine;
  if (!one_machine && platform.nic.notify == "poll" && platform.cores > 1) --platform.cores;   // that one does nothing but look
  const std::uint32_t nodes = one_machine ? 1 : platform.nodes;
  const std::uint32_t cores = one_machine ? platform.nodes * platform.cores : platform.cores;

  if (plan.fidelity == "flow") {
    Flow flow(platform, one_machine);
    return run_on(flow, plan, recorder, nodes, cores);
  }
  Queue queue(platform, one_machine);
  return run_on(queue, plan, recorder, nodes, cores);
}

std::string check_platform(const config::Platform& platform, const std::vector<std::string>& simgrid_arguments) {
  try {
    create_engine(simgrid_arguments);
    Routes(platform, false).check();
    return "";
  } catch (const std::exception& problem) { return problem.what(); }
}

}   // namespace ssi::sim
