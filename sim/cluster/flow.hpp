// The `flow` fidelity: every message is a SimGrid communication, every piece of work a SimGrid execution, and each node
// an S4U actor that serves its events.
//
// SimGrid 3.32 reports the end of an activity to a callback (instead of to a waiting actor) when the activity was
// started by the kernel itself ("maestro"). So an actor hands its new activities over in one call, and never waits for
// one; the callbacks only note what has ended and wake the node's actor. No mailbox, no receive: nothing can be matched
// wrongly, time out or be lost. Dates of our own are kept in the cluster's agenda; one SimGrid timer is armed for its head.
#pragma once
#include <memory>
#include <vector>

#include "models/config/platform.hpp"
#include "sim/cluster/backend.hpp"

namespace ssi::sim {

class Flow final : public Backend {
 public:
  // The Engine of this process must exist; the platform is built here.
  Flow(const config::Platform& platform, bool one_machine);
  ~Flow() override;

  // Runs to the end. An exception in a client's callback stops the run and is thrown from here.
  void run(BackendClient& client);

  Instant now() const override;
  void schedule(NodeId node) override;
  void start_work(NodeId node, CpuClass cpu, Duration work, Token token) override;
  Duration cancel_work(Token token) override;
  void start_transfer(NodeId from, NodeId to, std::uint64_t bytes, Token token) override;
  void start_disk(NodeId node, const DiskRequest& request, Token token) override;
  void wake_at(Instant date) override;
  void stop() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}   // namespace ssi::sim
