// What is broken just now: nodes that are down or stand still, paths that are cut or bad, circuits that only one end still believes in.
// Plain state and its laws; the cluster acts on it. Only made for runs whose scenario has faults.
//
// Invariant: a path is cut while at least one fault cuts it; a node that is down or paused is silent both ways.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/config/faults.hpp"

namespace ssi::sim {

class Faults {
 public:
  Faults(std::uint32_t nodes, Stream draws) : nodes_(nodes), states_(nodes), paths_(std::size_t{nodes} * nodes), draws_(draws) {}

  bool up(NodeId node) const { return !states_[node.value].down; }
  bool paused(NodeId node) const { return states_[node.value].paused; }
  bool silent(NodeId node) const { return states_[node.value].down || states_[node.value].paused; }
  void set_down(NodeId node, bool down, Instant now) {
    set(node, now, [down](State& state) {
      state.down = down;
      state.paused = false;   // of the machine that is gone
    });
  }
  void set_paused(NodeId node, bool paused, Instant now) {
    set(node, now, [paused](State& state) { state.paused = paused; });
  }

  void cut(NodeId from, NodeId to, bool begins, Instant now);
  void degrade(NodeId from, NodeId to, const config::Fault& fault, bool begins);

  // Nothing gets from one to the other now.
  bool blocked(NodeId from, NodeId to) const { return path(from, to).cuts > 0 || silent(from) || silent(to); }
  // Since when the node has got no sign of life of its peer; empty: it does get them.
  std::optional<Instant> silent_since(NodeId node, NodeId peer) const;
  bool loses(NodeId from, NodeId to);   // this message; draws where messages can be lost
  // When a message that has come off the platform's wire now has passed the bad path.
  Instant passes(NodeId from, NodeId to, std::uint64_t bytes, Instant now);

  // `node` believes in a circuit that its peer has given up, or has died with.
  bool half_open(NodeId node, NodeId peer) const { return path(node, peer).half_open; }
  void set_half_open(NodeId node, NodeId peer, bool half_open) { path(node, peer).half_open = half_open; }

 private:
  struct State {
    bool down = false, paused = false;
    Instant since{};   // silent
  };
  struct Bad {
    const config::Fault* fault;
  };
  struct Path {
    std::uint32_t cuts = 0;
    bool half_open = false;
    Instant cut_since{};
    Instant free_at{};        // of a bandwidth that is less than the platform's
    std::vector<Bad> bad{};   // faults that degrade it
  };
  Path& path(NodeId from, NodeId to) { return paths_[std::size_t{from.value} * nodes_ + to.value]; }
  const Path& path(NodeId from, NodeId to) const { return paths_[std::size_t{from.value} * nodes_ + to.value]; }
  template <class F>
  void set(NodeId node, Instant now, F&& change) {
    const bool before = silent(node);
    change(states_[node.value]);
    if (!before && silent(node)) states_[node.value].since = now;
  }

  std::uint32_t nodes_;
  std::vector<State> states_;
  std::vector<Path> paths_;
  Stream draws_;
};

}   // namespace ssi::sim
