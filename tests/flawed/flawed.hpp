// A strategy with a planted fault: `isolated`, but each spawn is also told to other nodes, in the order in which an
// unordered container holds pointers. So runs differ with the addresses that the allocator gives. --repeat-check must find it.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "models/strategy/registry.hpp"

namespace ssi::flawed {

class Flawed final : public Strategy {
 public:
  Flawed(const NodeSetup& setup, std::unique_ptr<Strategy> inner) : self_(setup.self), nodes_(setup.nodes), inner_(std::move(inner)) {}

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override { inner_->check_invariants(); }
  std::unique_ptr<Strategy> clone() const override;
  void hash_into(StateHash& hash) const override { inner_->hash_into(hash); }
  void describe(StateDump& out) const override { inner_->describe(out); }

 private:
  struct Listener {
    NodeId node;
  };
  void remember_spawn();
  void tell(Effects& out) const;

  NodeId self_;
  std::uint32_t nodes_;
  std::unique_ptr<Strategy> inner_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_set<const Listener*> order_;   // the fault
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);

}   // namespace ssi::flawed
