// A strategy with a planted fault: `isolated`, but each spawn meets one of these.
// order: other nodes are told, in the order in which an unordered container holds pointers; so runs differ with the addresses
// that the allocator gives, and --repeat-check must find it. silent: no answer. invariant, check: what the name says is
// broken. abort: the process dies.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "models/strategy/registry.hpp"

namespace ssi::flawed {

class Flawed final : public Strategy {
 public:
  Flawed(const NodeSetup& setup, std::string fault, std::unique_ptr<Strategy> inner)
      : self_(setup.self), nodes_(setup.nodes), fault_(std::move(fault)), inner_(std::move(inner)) {}

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override { inner_->check_invariants(); }
  std::unique_ptr<Strategy> clone() const override;
  void hash_into(StateHash& hash) const override { inner_->hash_into(hash); }
  void describe(StateDump& out) const override { inner_->describe(out); }

 private:
  struct Listener {
    NodeId node;
  };
  void fail(Effects& out);
  void remember_spawn();
  void tell(Effects& out) const;

  NodeId self_;
  std::uint32_t nodes_;
  std::string fault_;
  std::unique_ptr<Strategy> inner_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_set<const Listener*> order_;   // the fault `order`
};

std::vector<config::Field> params();
std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);

}   // namespace ssi::flawed
