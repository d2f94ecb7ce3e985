// One site's file system, with all the roles that it can have: using site, synchronization site of some filegroups, storage site of its
// packs. What one role says to another on the same site needs no message.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "models/port/vnode.hpp"
#include "models/protocol/locus_files/names.hpp"
#include "models/protocol/locus_files/storing.hpp"
#include "models/protocol/locus_files/synchronizing.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

// What is on a site's disk when it crashes.
struct DurablePack final : Durable {
  explicit DurablePack(Pack::Image of) : image(std::move(of)) {}
  Pack::Image image;
};

class Node final : public vnode::FileSystem {
 public:
  // With an empty root directory at each pack of the first filegroup; or with what an earlier incarnation has left on `disk`. Of that a
  // synchronization site knows what its own pack has.
  Node(NodeId self, const Settings& settings, const Durable* disk = nullptr);

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) override;
  void forget(std::uint64_t token, vnode::Context& at) override;
  bool serves_locks() const override { return true; }
  bool message(const ssi::Message& message, vnode::Context& at) override;
  void disk_done(const DiskDone& done, vnode::Context& at) override;
  void circuit_broken(const CircuitBroken& broken, vnode::Context& at) override;
  std::shared_ptr<const Durable> durable() const override { return std::make_shared<DurablePack>(storing_.pack().image()); }

  NodeId self() const { return self_; }
  const Using& using_site() const { return using_; }
  const Storing& storage_site() const { return storing_; }
  const Synchronizing& synchronization_site() const { return synchronizing_; }
  const Settings& settings() const { return settings_; }
  std::uint32_t set_number() const { return set_; }
  bool is_rebuilt() const { return awaited_.empty(); }
  bool quiet() const { return using_.quiet() && storing_.quiet() && synchronizing_.quiet() && names_.quiet(); }
  void check_invariants() const override;
  std::unique_ptr<vnode::FileSystem> clone() const override { return std::make_unique<Node>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  template <class F>
  void handle(vnode::Context& at, F&& act);
  void take(const Mail& mail, NodeId from, Wire& wire);
  void settle(Wire& wire);   // until nothing is left that stays on this site
  // sets.cpp
  void begin_set(const NewSet& set, Wire& wire);
  void told(NodeId from, const ReportPtr& report, Wire& wire);
  bool waits_for_reports(TxnId txn, const Message& message) const;

  NodeId self_;
  Settings settings_;
  Using using_;
  Synchronizing synchronizing_;
  Storing storing_;
  Names names_;
  std::uint32_t set_ = 0;      // number of the partition set
  std::set<NodeId> awaited_;   // members that have yet to tell what they have
  struct Held {
    NodeId from;
    Mail mail;
  };
  std::vector<Held> held_;   // until they have
};

// What only the whole cluster can see; empty is good. See invariants.cpp.
std::string broken_rule(const std::vector<const Node*>& nodes);
std::string broken_rule_at_rest(const std::vector<const Node*>& nodes);   // when nothing is under way

bool is_of_a_css(const Message& message);   // sets.cpp

}   // namespace ssi::locus
