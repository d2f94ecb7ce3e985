// How a machine's state is hashed: plainly, or as an explorer sees it, to whom states are the same that differ only in
// the nodes' names, in the numbers of transactions, or in contents that no rule looks at.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/node_set.hpp"
#include "models/port/page.hpp"

namespace ssi {

class Digest {
 public:
  virtual ~Digest() = default;
  virtual NodeId name(NodeId node) const { return node; }
  virtual std::uint64_t number(TxnId txn) { return txn.value; }
  virtual std::uint64_t contents(const PageData& page) const {
    StateHash hash;
    page.hash_into(hash);
    return hash.value();
  }
  virtual bool exact() const { return true; }   // false: what no rule looks at is left out

  void add(std::uint64_t word) { hash_.add(word); }
  void add(NodeId node) { hash_.add(name(node)); }
  void add(TxnId txn) { hash_.add(number(txn)); }
  void add(const PageData& page) { hash_.add(contents(page)); }
  void add(const NodeSet& nodes) {
    std::vector<NodeId> names;
    for (const NodeId node : nodes) names.push_back(name(node));
    std::sort(names.begin(), names.end());
    hash_.add(names.size());
    for (const NodeId node : names) hash_.add(node);
  }
  // Counters, instants and values that are only carried along.
  void carry(std::uint64_t word) {
    if (exact()) hash_.add(word);
  }
  std::uint64_t value() const { return hash_.value(); }

 protected:
  StateHash hash_;
};

}   // namespace ssi
