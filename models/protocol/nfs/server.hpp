// The server: a file system stacked on the node's own. Local processes use it directly; a request from elsewhere is carried out on it
// and, if it changed something, answered when that is durable (RFC 1094: all modifications are stable before the reply).
//
// Invariant: nothing is remembered of a client once it is answered.
#pragma once
#include <map>
#include <memory>

#include "models/base/cloned.hpp"
#include "models/port/vnode.hpp"
#include "models/protocol/nfs/messages.hpp"

namespace ssi::nfs {

class Server final : public vnode::FileSystem {
 public:
  Server(std::unique_ptr<vnode::FileSystem> store, bool stable) : store_(std::move(store)), stable_(stable) {}

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) override;
  void forget(std::uint64_t token, vnode::Context& at) override { store_->forget(token, at); }
  bool message(const ssi::Message& message, vnode::Context& at) override;
  bool timer(const TimerEvent& event, vnode::Context& at) override;
  void disk_done(const DiskDone& done, vnode::Context& at) override;
  std::shared_ptr<const Durable> durable() const override { return store_->durable(); }

  const vnode::FileSystem& store() const { return *store_; }
  bool quiet() const { return serving_.empty(); }
  void check_invariants() const override { store_->check_invariants(); }
  std::unique_ptr<vnode::FileSystem> clone() const override { return std::make_unique<Server>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override { store_->describe(out); }

 private:
  // A request under way.
  struct Serving {
    NodeId client;
    TxnId txn;
    CallId cause;
    bool changes = false;                           // has to be made durable
    std::shared_ptr<const vnode::Reply> result{};   // once it is carried out and waits for that
  };
  void take_own(vnode::Context& at);   // answers to requests from elsewhere, of those that the store has just given

  Cloned<vnode::FileSystem> store_;
  bool stable_;
  std::map<std::uint64_t, Serving> serving_;   // by token
  std::uint64_t tokens_ = 0;
};

}   // namespace ssi::nfs
