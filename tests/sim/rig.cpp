#include "tests/sim/rig.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <simgrid/s4u.hpp>

#include <sstream>

#include "sim/cluster/flow.hpp"
#include "sim/cluster/queue.hpp"
#include "sim/platform/build.hpp"

namespace ssi::sim::test {
namespace {

std::string* said = nullptr;   // in the child only

class OneFunction final : public workload::Workload {
 public:
  explicit OneFunction(MakeProgram make) : make_(std::move(make)) {}
  ProgramRef first_program(std::uint32_t node) const override { return {.workload = 0, .program = node}; }
  workload::Program make(const ProgramRef& program, workload::Self& self) override { return make_(program.program, self); }

 private:
  MakeProgram make_;
};

template <class Fidelity>
void run_on(Fidelity& fidelity, const Rig& rig);

void run_here(const Rig& rig) {
  std::vector<std::string> words = engine_arguments(rig.simgrid_arguments);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  new simgrid::s4u::Engine(&argc, argv.data());

  if (rig.fidelity == "flow") {
    Flow flow(rig.platform, false);
    run_on(flow, rig);
  } else {
    Queue queue(rig.platform, false);
    run_on(queue, rig);
  }
}

template <class Fidelity>
void run_on(Fidelity& fidelity, const Rig& rig) {
  record::Recorder recorder({.nodes = rig.platform.nodes, .duration = rig.ends - Instant{}});
  std::vector<std::unique_ptr<Strategy>> machines;
  for (std::uint32_t i = 0; i < rig.platform.nodes; ++i) machines.push_back(rig.machine({i}));
  std::vector<Cluster::Load> loads;
  loads.push_back({std::make_unique<OneFunction>(rig.program), {}, rig.starts});
  Cluster cluster({.cores = rig.platform.cores,
                   .cores_per_socket = rig.platform.cores / rig.platform.sockets,
                   .costs = rig.platform.costs,
                   .nic = rig.platform.nic,
                   .verbs = rig.platform.interconnect.verbs == "rdma",
                   .memory = rig.platform.memory,
                   .random = RandomRoot(1),
                   .machines = std::move(machines),
                   .loads = std::move(loads),
                   .ends = rig.ends,
                   .faults = rig.faults,
                   .reboot =
                       [&rig](NodeId node, Incarnation incarnation, std::shared_ptr<const Durable> disk) {
                         return rig.reboot ? rig.reboot(node, incarnation, std::move(disk)) : rig.machine(node);
                       }},
                  fidelity, recorder);
  cluster.boot();
  try {
    fidelity.run(cluster);
  } catch (const std::exception& problem) { say(fidelity.now(), std::string("exception ") + problem.what()); }
  say(cluster.outcome().end, "end " + std::to_string(static_cast<int>(cluster.outcome().ending)));
  say({}, fmt::format("fingerprint {:016x}", recorder.fingerprint()));
}

}   // namespace

config::Platform star(std::uint32_t nodes, std::uint32_t cores) {
  return {.name = "test",
          .nodes = nodes,
          .sockets = 1,
          .cores = cores,
          .interconnect = {.topology = "star",
                           .bandwidth_bps = 10'000'000'000,
                           .latency = microseconds(5),
                           .switching = "cut_through",
                           .min_frame = 64,
                           .chunk = 8192},
          .disk = config::bind<config::Disk>(config::disk_fields(), {}),
          .nic = config::bind<config::Nic>(config::nic_fields(), {})};
}

void say(Instant at, const std::string& text) { *said += fmt::format("{} {}\n", at.ns, text); }

std::vector<std::string> run(const Rig& rig) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return {"no pipe"};
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    std::string text;
    said = &text;
    run_here(rig);
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t n = write(pipe_ends[1], text.data() + at, text.size() - at);
      if (n <= 0) _exit(1);
      at += static_cast<std::size_t>(n);
    }
    _exit(0);
  }
  close(pipe_ends[1]);
  std::string all;
  char buffer[65536];
  for (ssize_t n; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<std::size_t>(n));
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  std::vector<std::string> lines;
  std::istringstream in(all);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (status != 0) lines.push_back(fmt::format("child status {}", status));
  return lines;
}

}   // namespace ssi::sim::test
