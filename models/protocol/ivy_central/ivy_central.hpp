// One node under IVY's basic centralized manager: its copies, and the pages that it manages (table.hpp).
// Invariant: a page's manager serves one request at a time; of each page one node is the owner, or PAGE is on its way.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/port/page_numbers.hpp"
#include "models/protocol/ivy_central/messages.hpp"
#include "models/protocol/ivy_central/settings.hpp"
#include "models/protocol/ivy_central/table.hpp"

namespace ssi::ivy_central {

class IvyCentral final : public coherence::Machine {
 public:
  using NodeHits = NodeRules::Hits;
  using ManagerHits = ManagerRules::Hits;
  using Waiter = coherence::Waiter;
  struct Order {   // FORWARD or INVALIDATE; held back during the hold time
    Event event;
    NodeId from, requester;
    bool with_page;
    TxnId txn;
    CallId cause;
  };
  struct Entry {   // of a node
    State state = State::absent;
    PageData data;
    Instant installed;
    TxnId txn;   // of the request under way
    CallId cause{};
    std::vector<Waiter> waiters;
    std::optional<Order> held;
  };
  struct Request {
    NodeId from;
    TxnId txn;
    CallId cause;
    bool write = false, has_copy = false;
  };
  struct Managed {   // of a manager
    ManagerState state = ManagerState::free;
    NodeId owner;
    NodeSet copies;            // besides the owner's
    NodeSet unacked, unsent;   // invalidating; serial: not asked yet
    Request now;
    std::deque<Request> queue;
  };

  IvyCentral(const coherence::Place& place, const Settings& settings, const NodeRules& rules = kNodeRules,
             const ManagerRules& manager = kManagerRules);   // rules: tests alter them

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override;
  void on_message(const ssi::Message& message, coherence::Out out) override;
  void on_timer(TimerKey key, std::uint64_t generation, coherence::Out out) override;
  bool mine(const ssi::Message& message) const override { return message.body.is<Message>(); }
  bool mine(TimerKey key) const override { return key.value >= place_.timers && key.value - place_.timers < std::uint64_t{1} << 48; }
  void evict(PageId page, coherence::Out out) override;

  coherence::Right right(PageId page) const override;
  const PageData* copy(PageId page) const override;
  std::optional<NodeId> believed_at(PageId page) const override {
    const Managed* known = managed(page);
    return known == nullptr ? place_.homes.of(page) : known->owner;
  }
  void check_invariants() const override;
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<IvyCentral>(*this); }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;
  void describe(StateDump& out) const override;

  State state(PageId page) const;
  const Managed* managed(PageId page) const;   // nullptr: not here, or as at the beginning
  const NodeHits& node_hits() const { return node_hits_; }
  const ManagerHits& manager_hits() const { return manager_hits_; }

 private:
  struct Work {
    PageId page;
    Entry& entry;
    coherence::Out out;
    const Page* came = nullptr;
    const Waiter* waiter = nullptr;
    Order order{};
    std::optional<coherence::Answer> answer{};
  };
  struct Duty {
    PageId page;
    Managed& managed;
    coherence::Out out;
  };
  Entry& entry(PageId page);
  Managed& manage(PageId page);
  Verdict step(Work& work, Event on);
  void act(Work& work, Act act);
  void send_page(Work& work, bool write);
  void obey(Work& work, const Order& order);
  void settle(Work& work);
  Verdict step(Duty& duty, ManagerEvent on);
  void act(Duty& duty, ManagerAct act);
  void serve(Duty& duty, Request request);
  void collect(Duty& duty);
  void go_on(Duty& duty);
  void handle(NodeId from, TxnId txn, CallId cause, const Message& message, coherence::Out out);
  void on_ack(NodeId from, TxnId txn, PageId page, coherence::Out out);
  void drain(coherence::Out out);
  bool keeps(const Entry& entry, Instant now) const;

  coherence::Place place_;
  Settings settings_;
  const NodeRules* rules_;
  const ManagerRules* manager_rules_;
  std::map<PageId, Entry> entries_;
  PageNumbers timed_;
  std::map<PageId, Managed> managed_;
  PageData zero_;
  Loopback<Message> loop_;
  std::uint64_t transactions_ = 0;
  NodeHits node_hits_{};
  ManagerHits manager_hits_{};
};

// What only all nodes together can see of a page: D1, D3, D4.
void check_cluster(std::span<const IvyCentral* const> nodes, PageId page, const coherence::Homes& homes);

}   // namespace ssi::ivy_central
