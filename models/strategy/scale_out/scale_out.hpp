// `scale_out`: no single system image, and the same tasks done without one. Each node's kernel knows only itself; what crosses nodes does
// so through services that every cluster has: programs are started elsewhere by a remote-execution daemon, files are mounted by NFS,
// messages go through sockets of named hosts.
//
// A program that is placed on another host has a *client process* here, its parent's child (rsh): that is the pid which spawn returns, wait
// sees and kill reaches. On the other host a *session process* (rshd) is the program's parent. The design plays both itself: no program of
// the workload runs in them, so the host hears of neither.
#pragma once
#include <map>
#include <memory>
#include <set>

#include "models/native/kernel.hpp"
#include "models/protocol/rexec/client.hpp"
#include "models/protocol/rexec/server.hpp"
#include "models/strategy/registry.hpp"
#include "models/strategy/scale_out/settings.hpp"

namespace ssi::scale_out {

class ScaleOut final : public Strategy {
 public:
  ScaleOut(const NodeSetup& setup, Settings settings);

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override;
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<ScaleOut>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  const native::Kernel& kernel() const { return kernel_; }
  const rexec::Client& client() const { return client_; }
  const rexec::Server& server() const { return server_; }
  const std::set<Pid>& services() const { return services_; }   // client and session processes

 private:
  struct Served;   // an overload for each message

  bool call(const CallEvent& event, Instant now, Effects& out);   // false: the kernel's
  void start_elsewhere(const CallEvent& event, const Spawn& spawn, NodeId at, Instant now, Effects& out);
  NodeId choose_node(const Placement& placement, Instant now);
  bool avoids(NodeId node, Instant now) const;
  void circuit_broken(NodeId peer, Instant now, Effects& out);
  bool try_elsewhere(const rexec::Client::Lost& lost, NodeId from, Instant now, Effects& out);

  // client processes
  void turn(const rexec::Client::Turn& turn, Effects& out);
  void exit_client(Pid process, std::int32_t status, Effects& out);
  // session processes
  void open_session(rexec::Server::Key key, const rexec::Login& login, Instant now, Effects& out);
  void start_program(rexec::Server::Key key, const rexec::Start& start, Instant now, Effects& out);
  void signal_program(Pid program, Signal signal, Effects& out);
  void leave(const rexec::Server::Session& session, Effects& out);   // its client has gone
  void exit_service(Pid process, std::int32_t status, Effects& out);

  // What an event has done to processes that matter to a service: acts on it, and on what that does.
  void follow(Instant now, Effects& out);
  void follow(const ProgramOrder& order, Effects& out);
  void ended(Pid pid, Effects& out);

  NodeId self_;
  std::uint32_t nodes_;
  Settings settings_;
  native::Costs costs_;
  native::Kernel kernel_;
  rexec::Client client_;
  rexec::Server server_;
  std::set<Pid> services_;                // living ones
  std::map<Pid, std::int32_t> stopped_;   // client processes that will exit with this once they are continued
  std::uint32_t placed_ = 0;              // programs that went to the next host of the list
  std::map<NodeId, Instant> left_out_;    // hosts whose connections were lost, until then
  std::map<Pid, std::uint32_t> tries_;    // client processes whose programs were started again: how often
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
// No pid is on two nodes; a connection's session belongs to one client process, or to none any more.
void check_cluster(std::span<const Strategy* const> nodes, Report& report);

}   // namespace ssi::scale_out
