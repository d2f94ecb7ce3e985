// What has to hold on one node and over all nodes; state hash and text.
#include <map>

#include "models/base/check.hpp"
#include "models/strategy/scale_out/scale_out.hpp"

namespace ssi::scale_out {

void ScaleOut::check_invariants() const {
  kernel_.check_invariants();
  client_.check_invariants();
  server_.check_invariants();
  const native::Processes& processes = kernel_.processes();
  for (const Pid pid : services_) {
    SSI_INVARIANT(processes.find(pid) != nullptr, "a service that is dead");
    const int stands_for = (client_.find(pid) != nullptr) + (server_.of_process(pid) != nullptr) + static_cast<int>(stopped_.contains(pid));
    SSI_INVARIANT(stands_for == 1, "a service that stands for nothing, or for two things");
  }
  SSI_INVARIANT(services_.size() == client_.all().size() + server_.all().size() + stopped_.size(), "a connection without a process");
  for (const auto& [key, session] : server_.all())
    SSI_INVARIANT(session.program == kNoPid || processes.find(session.program) != nullptr, "a connection whose program is dead");
  for (const auto& [pid, status] : stopped_) SSI_INVARIANT(processes.find(pid)->stopped, "a process that could have exited");
}

void ScaleOut::hash_into(StateHash& hash) const {
  kernel_.hash_into(hash);
  client_.hash_into(hash);
  server_.hash_into(hash);
  hash.add(std::uint64_t{placed_});
  for (const auto& [node, until] : left_out_) {
    hash.add(node);
    hash.add(static_cast<std::uint64_t>(until.ns));
  }
  for (const auto& [pid, tries] : tries_) {
    hash.add(pid);
    hash.add(std::uint64_t{tries});
  }
  for (const auto& [pid, status] : stopped_) {
    hash.add(pid);
    hash.add(static_cast<std::uint64_t>(status));
  }
}

void ScaleOut::describe(StateDump& out) const {
  kernel_.describe(out);
  for (const auto& [pid, connection] : client_.all())
    out.add("client process " + std::to_string(pid.value),
            "node " + std::to_string(connection.to.value) + " state " + std::to_string(static_cast<int>(connection.state)));
  for (const auto& [key, session] : server_.all())
    out.add("session process " + std::to_string(session.process.value), "of node " + std::to_string(key.client.value) + ", program " +
                                                                            std::to_string(session.program.value) + " state " +
                                                                            std::to_string(static_cast<int>(session.state)));
}

void check_cluster(std::span<const Strategy* const> nodes, Report& report) {
  std::map<NodeId, const ScaleOut*> by_id;
  std::map<Pid, NodeId> home;
  for (const Strategy* strategy : nodes) {
    const auto* node = static_cast<const ScaleOut*>(strategy);
    by_id[node->kernel().self()] = node;
    for (const ProcessInfo& process : node->kernel().processes().list()) {
      const auto [first, is_new] = home.emplace(process.pid, node->kernel().self());
      if (!is_new)
        report.add("process " + std::to_string(process.pid.value) + " is on nodes " + std::to_string(first->second.value) + " and " +
                   std::to_string(node->kernel().self().value));
    }
  }
  std::map<rexec::Server::Key, NodeId> daemons;
  for (const auto& [id, node] : by_id)
    for (const auto& [key, session] : node->server().all())
      if (!daemons.emplace(key, id).second) report.add("a connection of node " + std::to_string(key.client.value) + " has two ends");
  for (const auto& [id, node] : by_id)
    for (const auto& [process, connection] : node->client().all()) {
      const auto daemon = daemons.find({id, connection.txn});   // there is none yet, or its end is on its way
      if (daemon != daemons.end() && daemon->second != connection.to)
        report.add("a connection ends on another node than its process believes");
    }
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params) {
  return std::make_unique<ScaleOut>(setup, config::bind<Settings>(settings_fields(), params));
}

}   // namespace ssi::scale_out
