// The server threads of one node: which requests hold one. A request holds its thread while its handler works, and, where its type says
// so, until it is answered; a nested request that is raised needs none of them. Bookkeeping for hosts.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/port/message.hpp"

namespace ssi {

class ServerThreads {
 public:
  // A message that a thread serves.
  struct Served {
    NodeId sender;
    TxnId txn;
    CallId cause = kNoCall;
    std::uint32_t epoch = 0;             // of its circuit
    const MessageType* type = nullptr;   // nullptr: no thread is held
    bool over = false;                   // answered or passed on
  };

  std::uint32_t busy() const { return busy_; }
  std::size_t waiting() const { return held_.size(); }   // of the busy ones: for nested requests

  Served begin(const Message& message) {
    ++busy_;
    const Header& header = message.header;
    return {header.from, header.txn, header.cause, header.circuit_epoch, &message.body.type(), false};
  }
  // The handler's work is done. `epoch`: of its sender's circuit by now; nobody waits for the answer to a request of an earlier one.
  void end(const Served& served, std::uint32_t epoch) {
    if (served.type->role == MessageType::Role::waits && !served.over && served.epoch == epoch) held_.push_back(served);
    else --busy_;
  }
  // A message leaves the node, from the handler of `now` or another; true: a thread is free that was not.
  bool leaves(Served& now, const Header& header, const MessageType& type) {
    if (now.type != nullptr && settles(now, header, type)) now.over = true;
    else if (!held_.empty()) return free_if_settled(header, type);
    return false;
  }
  // Its circuit is broken: nobody waits for these answers.
  void forget(NodeId sender) {
    busy_ -= static_cast<std::uint32_t>(std::erase_if(held_, [&](const Served& one) { return one.sender == sender; }));
  }

 private:
  // A request that was passed on is answered to who had asked first: that is known by the call.
  static bool settles(const Served& served, const Header& header, const MessageType& type) {
    if (header.txn != served.txn || header.txn == TxnId{}) return false;
    const bool to_asker = header.to == served.sender || (header.cause == served.cause && header.cause != kNoCall);
    return &type == served.type || (type.role == MessageType::Role::answer && to_asker);
  }

  bool free_if_settled(const Header& header, const MessageType& type) {
    const auto held = std::find_if(held_.begin(), held_.end(), [&](const Served& one) { return settles(one, header, type); });
    if (held == held_.end()) return false;
    held_.erase(held);
    --busy_;
    return true;
  }

  std::uint32_t busy_ = 0;
  std::vector<Served> held_;
};

}   // namespace ssi
