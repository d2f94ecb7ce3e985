// `smp`: one machine with all the cluster's cores, one kernel, no network. What every design is measured against.
// Node numbers in placements are its sockets, so every placement is here.
#pragma once
#include "models/native/single_node.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::smp {

class Smp final : public Strategy {
 public:
  explicit Smp(const NodeSetup& setup) : kernel_(native::kernel_of_one_node(setup)) {}

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override { kernel_.check_invariants(); }
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<Smp>(*this); }
  void hash_into(StateHash& hash) const override { kernel_.hash_into(hash); }
  void describe(StateDump& out) const override { kernel_.describe(out); }
  std::shared_ptr<const Durable> durable() const override { return kernel_.parts().durable(); }
  const native::Kernel& kernel() const { return kernel_; }

 private:
  native::Kernel kernel_;
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);   // there is one machine

}   // namespace ssi::smp
