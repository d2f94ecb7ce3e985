// A machine that plays several roles on one node sends messages to itself: they are handled within the same event, after
// what is being handled, and cost no network. Templated on the protocol's message variant.
#pragma once
#include <utility>
#include <vector>

#include "models/port/effects.hpp"

namespace ssi {

template <class M>
class Loopback {
 public:
  struct Item {
    TxnId txn;
    CallId cause;
    M message;
  };
  explicit Loopback(NodeId self) : self_(self) {}

  void send(NodeId to, TxnId txn, M message, Effects& out, CallId cause) {
    if (to == self_) items_.push_back({txn, cause, std::move(message)});
    else out.send(to, txn, std::move(message), {.cause = cause});
  }
  bool empty() const { return items_.empty(); }
  // `handle(const Item&)` for each message to itself, those that it causes included.
  template <class F>
  void drain(F handle) {
    while (!items_.empty()) {
      std::vector<Item> now = std::exchange(spare_, {});
      now.swap(items_);
      for (const Item& item : now) handle(item);
      now.clear();
      if (now.capacity() > spare_.capacity()) spare_.swap(now);
    }
  }

 private:
  NodeId self_;
  std::vector<Item> items_, spare_;   // empty between events; spare_: always, for its capacity
};

}   // namespace ssi
