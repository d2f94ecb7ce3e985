// Who waits for an answer: a transaction of a node, on behalf of a call. A plain value; it may wait in a queue.
#pragma once
#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi::vproc {

struct Asker {
  NodeId node;
  TxnId txn;
  CallId cause;
  void hash_into(StateHash& hash) const {
    hash.add(node);
    hash.add(txn);
    hash.add(cause);
  }
};

}   // namespace ssi::vproc
