// `isolated`: no single system image. Each node's kernel serves its own calls; another node's processes do not exist.
// It never sends a message.
#pragma once
#include "models/native/single_node.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::isolated {

class Isolated final : public Strategy {
 public:
  explicit Isolated(const NodeSetup& setup) : kernel_(native::kernel_of_one_node(setup)) {}

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override { kernel_.check_invariants(); }
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<Isolated>(*this); }
  void hash_into(StateHash& hash) const override { kernel_.hash_into(hash); }
  void describe(StateDump& out) const override { kernel_.describe(out); }
  std::shared_ptr<const Durable> durable() const override { return kernel_.parts().durable(); }
  const native::Kernel& kernel() const { return kernel_; }

 private:
  native::Kernel kernel_;
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);   // no pid on two nodes, no node twice

}   // namespace ssi::isolated
