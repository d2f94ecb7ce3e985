// One node's file system: a client, and on one node the server, stacked on that node's own file system. What a role sends to the other one
// on the same node needs no message.
#pragma once
#include <memory>
#include <optional>

#include "models/base/cloned.hpp"
#include "models/port/vnode.hpp"
#include "models/protocol/cfs/client.hpp"
#include "models/protocol/cfs/server.hpp"

namespace ssi::cfs {

struct Settings {
  std::uint64_t cache_tokens = 65536;    // of pages and inodes, on each node
  std::optional<std::uint32_t> site{};   // what leaves for the server is noted as shipped there
};

class Node final : public vnode::FileSystem {
 public:
  // `store`: on the server's node, else empty.
  Node(NodeId self, NodeId server, const Settings& settings, const Costs& costs, std::unique_ptr<vnode::FileSystem> store)
      : self_(self), server_at_(server), client_(self, server, costs, settings.cache_tokens, settings.site), server_(self),
        store_(std::move(store)) {}

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) override;
  void forget(std::uint64_t token, vnode::Context& at) override;
  bool serves_locks() const override { return true; }
  bool message(const ssi::Message& message, vnode::Context& at) override;
  bool timer(const TimerEvent& event, vnode::Context& at) override;
  void disk_done(const DiskDone& done, vnode::Context& at) override;
  void circuit_broken(const CircuitBroken& broken, vnode::Context& at) override;
  std::shared_ptr<const Durable> durable() const override { return store_ ? store_->durable() : nullptr; }

  const Client& client() const { return client_; }
  const Server& server() const { return server_; }
  const vnode::FileSystem* store() const { return store_.get(); }
  bool quiet() const { return client_.quiet() && server_.quiet(); }
  void check_invariants() const override;
  std::unique_ptr<vnode::FileSystem> clone() const override { return std::make_unique<Node>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  void take(NodeId from, TxnId txn, CallId cause, const Message& message, Wire& wire);
  void settle(Wire& wire);   // until nothing is left that stays on this node
  template <class F>
  void tell_store(vnode::Context& at, F&& tell);

  NodeId self_, server_at_;
  Client client_;
  Server server_;
  Cloned<vnode::FileSystem> store_;
};

// What only the whole cluster can see: a page is writable on one node at most, and then readable on no other.
bool one_writer(const std::vector<const Node*>& nodes);

}   // namespace ssi::cfs
