// The node that has the disk: who may read or write which page, and operations that are shipped to it. A token's requests are served one
// after the other; a grant leaves once all that stand against it have answered, each with the grant that it gave up.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "models/port/vnode_locks.hpp"
#include "models/protocol/cfs/messages.hpp"

namespace ssi::cfs {

class Server {
 public:
  struct Entry {
    std::map<NodeId, TxnId> readers;   // and the grant that each has; a reader may have dropped its copy
    std::optional<std::pair<NodeId, TxnId>> writer;
  };
  explicit Server(NodeId self) : self_(self) {}

  void on(NodeId from, TxnId txn, const Want& want, CallId cause, Wire& wire);
  void on(NodeId from, const Surrender& surrender, Wire& wire);
  void on(NodeId from, TxnId txn, const Release& release, CallId cause, Wire& wire);
  void on(NodeId from, TxnId txn, const Ship& ship, CallId cause, Wire& wire);
  void on(NodeId from, const Withdraw& withdraw, Wire& wire);
  void client_lost(NodeId client, Wire& wire);
  // An answer of the store to what was asked of it by take_store().
  void stored(std::uint64_t token, const vnode::Reply& reply, Wire& wire);

  struct Store {
    std::uint64_t token;
    vnode::Operation operation;
    CallId cause;
  };
  bool asks_store() const { return !to_store_.empty(); }
  std::vector<Store> take_store() { return std::exchange(to_store_, {}); }

  const std::map<Key, Entry>& entries() const { return entries_; }
  bool quiet() const { return busy_.empty() && jobs_.empty() && stores_.empty(); }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Request {
    NodeId from;
    TxnId txn;
    CallId cause;
    bool write = false, has_copy = false;
    std::uint64_t job = 0;   // not a client's want, but a shipped operation that needs the token for itself
  };
  // Requests of one token; the first is being served.
  struct Busy {
    std::deque<Request> requests;
    std::map<NodeId, TxnId> awaited;   // grants that were recalled
    bool asked = false, storing = false;
  };
  // A shipped operation.
  struct Job {
    NodeId from;
    TxnId txn;
    CallId cause;
    vnode::Operation operation;
    std::vector<std::pair<Key, bool>> needs{};   // tokens that nobody may have meanwhile, or nobody to write
    std::size_t has = 0;
  };
  struct Write {   // contents given back, on their way to the store
    Key key;
    NodeId from;
    TxnId txn;   // of a release: to be answered
    CallId cause;
    bool answers = false;   // a release
    bool counts = false;    // it is what somebody waits for, if anybody does
  };
  struct Fetch {
    Key key;
  };
  using Storing = std::variant<std::uint64_t, Write, Fetch>;   // a job, ...

  void enter(Key key, Request request, Wire& wire);
  void serve(Key key, Wire& wire);
  void recall(Key key, Busy& busy, Wire& wire);
  void grant(Key key, const vnode::Reply* fetched, Wire& wire);
  void finish(Key key, Wire& wire);
  void go_on(std::uint64_t job, Wire& wire);
  void end(std::uint64_t job, const vnode::Reply& reply, Wire& wire);
  bool writes(Key key, NodeId from, TxnId granted) const;
  void give_back(Key key, NodeId from, TxnId granted, bool keeps_copy);
  void take_back(const Write& write, const Bytes& data, std::uint64_t size, bool wrote, Wire& wire);
  void taken(const Write& write, const vnode::Reply& reply, Wire& wire);
  void ask_store(vnode::Operation operation, Storing storing, CallId cause);
  void lock(std::uint64_t job, const vnode::Lock& lock, Wire& wire);

  NodeId self_;
  std::map<Key, Entry> entries_;
  std::map<Key, Busy> busy_;
  std::map<std::uint64_t, Job> jobs_;
  std::map<std::uint64_t, Storing> stores_;   // by token
  vnode::LockTable locks_;                    // by job
  std::vector<Store> to_store_;
  std::uint64_t started_ = 0;
};

}   // namespace ssi::cfs
