// The transport between nodes, above the wire: incarnations, circuits, order, priority classes. No SimGrid.
//
// Guarantees (models/port: transport): per pair and class, messages are delivered in the order of stamp(), each at most
// once; a message of an old circuit or an old incarnation is recognised and dropped. A broken circuit loses everything
// that was not delivered; its successor has a higher epoch and starts its sequences anew.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "models/base/flat_map.hpp"
#include "models/port/message.hpp"
#include "sim/cluster/backend.hpp"

namespace ssi::sim {

class Net {
 public:
  // `remembers`: whether circuits were used, which is asked when nodes can fail.
  explicit Net(std::uint32_t nodes, bool remembers = false);

  // Fills what the transport adds to a message that leaves now: incarnations, epoch, sequence. from, to, priority are set.
  void stamp(Header& header);

  // A message has come off the wire, in any order. The usual case: true, it can be delivered now, and no other waits for it.
  bool arrives_in_turn(const Header& header);
  // Any case: appends to `ready` what can be delivered now, in order, and to
  // `dropped` what belongs to the past.
  void arrive(const Header& header, Token token, std::vector<Token>& ready, std::vector<Token>& dropped);

  // Ends the circuit between two nodes, both directions. What is held for order is dropped; what is on the wire will be.
  void break_circuit(NodeId a, NodeId b, std::vector<Token>& dropped);
  // The node starts again: a new incarnation, and all its circuits are broken.
  void restart(NodeId node, std::vector<Token>& dropped);

  bool is_current(const Header& header) {   // of the circuit and the incarnations that there are now
    const Circuit* in = find(header.from, header.to);
    return in != nullptr && is_current(header, *in);
  }
  bool used(NodeId a, NodeId b) const;   // a message was sent on the circuit between them; needs `remembers`
  std::uint32_t epoch(NodeId from, NodeId to) { return circuit(from, to).epoch; }

  Incarnation incarnation(NodeId node) const { return incarnation_[node.value]; }

 private:
  struct Circuit {   // one direction
    std::uint32_t epoch = 1;
    std::uint32_t under_way = 0;   // messages of this epoch that were not delivered yet
    std::array<std::uint32_t, kPriorities> next_out{}, next_in{};
  };
  using Place = std::tuple<NodeId, NodeId, Priority, std::uint64_t>;

  static std::uint64_t key(NodeId from, NodeId to) { return ((std::uint64_t{from.value} << 32) | to.value) + 1; }
  std::size_t place(NodeId from, NodeId to) const { return std::size_t{from.value} * nodes_ + to.value; }
  Circuit& circuit(NodeId from, NodeId to) { return all_.empty() ? *used_.insert(key(from, to)).first : all_[place(from, to)]; }
  Circuit* find(NodeId from, NodeId to) { return all_.empty() ? used_.find(key(from, to)) : &all_[place(from, to)]; }
  bool is_current(const Header& header, const Circuit& in) const;
  void forget_if_idle(const Header& header, const Circuit& in);
  void deliver_held(const Header& header, Circuit& in, std::vector<Token>& ready);
  void forget(NodeId from, NodeId to, std::uint32_t epoch, std::vector<Token>& dropped);

  std::uint32_t nodes_;
  std::vector<Incarnation> incarnation_;
  // Those of few nodes in a table. A thousand nodes have a million pairs, and a table of them would leave the cache: then only those
  // that messages are under way on, or that were broken. A circuit that nothing is under way on can start its sequences anew.
  std::vector<Circuit> all_;
  FlatMap<Circuit> used_;
  std::map<Place, Token> held_;   // arrived before its turn
};

}   // namespace ssi::sim
