// Coherence machines on a network without time. Who drives it chooses what happens next: an access, the delivery of a
// message (any, or the first of its channel), a timer, an eviction. Copies share machines until one of them is changed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/port/coherence.hpp"
#include "tests/explore/world/ledger.hpp"

namespace ssi::test {

// A protocol with its options, as tests see it.
struct Design {
  std::string name;
  std::function<std::unique_ptr<coherence::Machine>(const coherence::Place&)> make;
  std::function<void(std::span<const coherence::Machine* const>, PageId, const coherence::Homes&)> check;   // of all nodes together
  std::function<void(const coherence::Machine&, std::vector<std::uint64_t>& rows)> coverage = {};           // adds table rows reached
  bool symmetric = true;    // never chooses among nodes by their numbers
  bool data_value = true;   // every copy that may be read is current (not so under release consistency)
};

struct Finished {
  coherence::Ticket ticket;
  NodeId node;
  coherence::Access access;
  coherence::Answer answer;
  std::size_t from = 0;   // place of the word's latest value when the access began
  std::uint32_t path = 0;
};

class Cluster {
 public:
  struct Options {
    std::uint32_t nodes = 2;
    std::uint32_t page_bytes = 16;
    coherence::Homes homes{};
    std::map<std::string, std::uint64_t>* transitions = nullptr;   // counts "state+event" there
    bool fifo = false;   // in order between two nodes in a class (the port's guarantee), else in any order
  };
  struct Flight {
    Message message;
    std::uint32_t hops = 0;
  };
  struct Timer {
    NodeId node;
    TimerKey key;
    std::uint64_t generation;
  };
  struct Pending {
    NodeId node;
    coherence::Access access;
    std::size_t from;
  };

  Cluster(const Design& design, Options options);

  // Each returns after the machine's handler; SSI_CHECK and SSI_INVARIANT throw.
  coherence::Ticket begin(NodeId node, const coherence::Access& access);   // look into finished() whether it was a hit
  coherence::Ticket lock(NodeId node, coherence::LockId lock);
  void unlock(NodeId node, coherence::LockId lock);
  coherence::Ticket barrier(NodeId node, coherence::LockId barrier, std::uint32_t parties = 0);   // 0: as many as nodes
  std::vector<std::size_t> deliverable() const;                                                   // places in flights()
  void deliver(std::size_t flight);
  void fire(std::size_t timer);
  void evict(NodeId node, PageId page);
  void pass(Duration time) { now_ = now_ + time; }
  void deliver_all();   // the first one again and again; then timers, until nothing is left

  void check(PageId page) const;   // invariants of nodes and cluster, and the data value
  std::vector<Finished> take_finished();

  std::uint32_t nodes() const { return options_.nodes; }
  const Options& options() const { return options_; }
  const coherence::Machine& machine(NodeId node) const { return *machines_[node.value]; }
  const std::vector<Flight>& flights() const { return flights_; }
  const std::vector<Timer>& timers() const { return timers_; }
  const std::map<coherence::Ticket, Pending>& pending() const { return pending_; }
  const Ledger& ledger() const { return ledger_; }
  std::uint64_t sent(coherence::Ticket ticket) const;   // messages on behalf of it, so far
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t pages_sent() const { return pages_sent_; }   // messages that are no shorter than a page
  bool quiet() const { return flights_.empty() && timers_.empty() && pending_.empty(); }
  std::uint64_t noted(coherence::Outcome::Note::Kind kind) const;
  std::string describe() const;

 private:
  coherence::Machine& changing(NodeId node);
  coherence::Out begin_event(CallId cause, bool serving);
  void carry_out(NodeId node, std::uint32_t hops);
  void finish(coherence::Ticket ticket, const coherence::Answer& answer, std::uint32_t hops);
  coherence::Ticket next_ticket() { return {++tickets_}; }

  const Design* design_;
  Options options_;
  std::vector<std::shared_ptr<coherence::Machine>> machines_;
  std::vector<Flight> flights_;   // in the order of their sending
  std::vector<Timer> timers_;
  std::map<coherence::Ticket, Pending> pending_;
  Ledger ledger_;
  std::vector<Finished> finished_;
  std::map<CallId, std::uint64_t> sent_;
  std::map<coherence::Outcome::Note::Kind, std::uint64_t> notes_;
  std::uint64_t tickets_ = 0, bytes_ = 0, pages_sent_ = 0;
  Instant now_{1'000'000'000};
  Effects effects_;
  coherence::Outcome outcome_;
};

coherence::Access load(PageId page, std::uint32_t offset = 0);
coherence::Access store(PageId page, std::uint64_t value, std::uint32_t offset = 0);

}   // namespace ssi::test
