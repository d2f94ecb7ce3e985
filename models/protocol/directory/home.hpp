// The home role: memory and directory of the pages whose home a node is (table.hpp: HomeRules).
// Invariant: while a page is busy, everything else for it waits in the queue or has been refused.
#pragma once
#include <array>
#include <deque>
#include <map>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/directory/messages.hpp"
#include "models/protocol/directory/settings.hpp"
#include "models/protocol/directory/table.hpp"

namespace ssi::directory {

class Home {
 public:
  using Hits = HomeRules::Hits;
  struct Request {   // GET_READ, GET_WRITE or PUT, as it came
    NodeId from;
    TxnId txn;
    CallId cause;
    Message message;
  };
  struct Entry {
    HomeState state = HomeState::uncached;
    PageData memory;
    NodeId owner{};   // owned and busy states
    NodeSet sharers;
    NodeSet uninvalidated;   // invalidating, serial: who was not sent INVALIDATE yet
    Request now;             // busy: the request that is being served
    std::deque<Request> queue;
  };

  Home(const coherence::Place& place, const Settings& settings, const HomeRules& rules)
      : place_(place), settings_(settings), rules_(&rules) {}

  void on_request(PageId page, Request request, coherence::Out out, Loopback<Message>& loop);
  void on_write_back(TxnId txn, const WriteBack& m, coherence::Out out, Loopback<Message>& loop);
  void on_ack(NodeId from, TxnId txn, const InvalidateAck& m, coherence::Out out, Loopback<Message>& loop);
  void on_confirm(TxnId txn, const Confirm& m, coherence::Out out, Loopback<Message>& loop);

  bool awaits(PageId page, TxnId txn) const;   // is it this home that collects the acknowledgements?
  const std::map<PageId, Entry>& entries() const { return entries_; }
  void check_invariants() const;
  void hash_into(Digest& digest) const;
  void describe(StateDump& out) const;
  const Hits& hits() const { return hits_; }

 private:
  struct Work {
    PageId page;
    Entry& entry;
    coherence::Out out;
    Loopback<Message>& loop;
    const WriteBack* back = nullptr;
    NodeId from{};
  };
  Entry& entry(PageId page);
  HomeEvent classify(const Entry& entry, const Request& request) const;
  Verdict step(Work& work, HomeEvent on);
  void act(Work& work, HomeAct act);
  void serve(Work& work, Request request);
  void refuse(Work& work, Request request);
  void go_on(Work& work);   // with the queue, once the page is no longer busy
  void send(Work& work, NodeId to, Message message);
  void send_owned(Work& work);
  void invalidate(Work& work);
  void forward(Work& work);
  void store(Work& work);

  coherence::Place place_;
  Settings settings_;
  const HomeRules* rules_;
  std::map<PageId, Entry> entries_;
  Hits hits_{};
};

}   // namespace ssi::directory
