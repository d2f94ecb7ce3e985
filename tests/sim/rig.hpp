// A run of the cluster with a test's own machines and programs on SimGrid, in a child process (one Engine a process).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/workload/registry.hpp"
#include "sim/cluster/cluster.hpp"

namespace ssi::sim::test {

// A workload whose programs a test writes as one function: (program number, self) -> coroutine.
using MakeProgram = std::function<workload::Program(std::uint32_t, workload::Self&)>;

struct Rig {
  config::Platform platform;
  std::function<std::unique_ptr<Strategy>(NodeId)> machine;
  MakeProgram program;
  std::vector<std::uint32_t> starts;
  Instant ends = {1'000'000'000};
  std::vector<std::string> simgrid_arguments;
  std::string fidelity = "flow";
  std::vector<config::Fault> faults{};
  // Of later incarnations; empty: `machine`.
  std::function<std::unique_ptr<Strategy>(NodeId, Incarnation, std::shared_ptr<const Durable>)> reboot{};
};

// 10 Gb/s, 5 us a link; all costs 0.
config::Platform star(std::uint32_t nodes, std::uint32_t cores = 8);

// Runs the rig in a child and returns what `log` collected there: one line for each say().
std::vector<std::string> run(const Rig& rig);
// To be called by machines and programs in the child: "<ns> text".
void say(Instant at, const std::string& text);

// A message of the test's own protocol.
struct Ping {
  static constexpr std::string_view kName = "PING";
  std::uint32_t number;
  std::uint64_t size;
};
struct Pong {
  static constexpr std::string_view kName = "PONG";
  std::uint32_t number;
  std::uint64_t call;
};
inline std::uint64_t bytes_of(const Ping& ping) { return ping.size; }
inline std::uint64_t bytes_of(const Pong&) { return 100; }
using PingPong = std::variant<Ping, Pong>;

}   // namespace ssi::sim::test
