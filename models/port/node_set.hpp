// A set of nodes as a sorted sequence: a plain value that compares, hashes and travels in messages.
// Acknowledgements are collected as such sets, never as counts, so that none is ever counted twice.
#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "models/base/ids.hpp"

namespace ssi {

class NodeSet {
 public:
  NodeSet() = default;
  NodeSet(std::initializer_list<NodeId> nodes) {
    for (const NodeId node : nodes) insert(node);
  }

  bool insert(NodeId node) {   // false: it was there
    const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), node);
    if (at != nodes_.end() && *at == node) return false;
    nodes_.insert(at, node);
    return true;
  }
  bool erase(NodeId node) {   // false: it was not there
    const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), node);
    if (at == nodes_.end() || *at != node) return false;
    nodes_.erase(at);
    return true;
  }
  bool contains(NodeId node) const { return std::binary_search(nodes_.begin(), nodes_.end(), node); }
  bool includes(const NodeSet& other) const {
    return std::includes(nodes_.begin(), nodes_.end(), other.nodes_.begin(), other.nodes_.end());
  }
  NodeSet without(NodeId node) const {
    NodeSet rest = *this;
    rest.erase(node);
    return rest;
  }
  void clear() { nodes_.clear(); }
  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  NodeId first() const { return nodes_.front(); }   // not of an empty set
  auto begin() const { return nodes_.begin(); }
  auto end() const { return nodes_.end(); }
  friend bool operator==(const NodeSet&, const NodeSet&) = default;

 private:
  std::vector<NodeId> nodes_;   // ascending
};

}   // namespace ssi
