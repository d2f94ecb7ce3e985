// Machines of one strategy on a network without time: messages wait in one queue for each pair and class, and who drives
// the world chooses which queue delivers next. So every order that the transport allows can happen. No SimGrid.
#pragma once
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/strategy/registry.hpp"

namespace ssi::world {

struct Channel {
  NodeId from, to;
  Priority priority = Priority::normal;
  friend auto operator<=>(const Channel&, const Channel&) = default;
};

// What became of a call. Messages: on the critical path when it was answered, and in all so far.
struct CallTrace {
  Call call;
  Pid caller;
  NodeId node;
  std::uint32_t path = 0, total = 0;
  std::optional<Result> result;
  NodeId served;
};

// Something that waits, as it begins to.
struct Waiting {
  enum class Kind : std::uint8_t { message, freezing, disk, timer } kind;
  NodeId from, to;
  CallId cause = kNoCall;
  Duration after{};   // timer
};

// Sees everything that leaves the machines, in order.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // For drivers that go by dates: when it is to happen. Of one channel never before what went before.
  virtual Instant due(const Waiting&) { return {}; }
  virtual void sent(const Message&) {}
  virtual void completed(CallId, const Result&) {}
  virtual void ordered(NodeId, const ProgramOrder&) {}
};

class World {
 public:
  struct Options {
    std::uint32_t nodes = 3;
    config::Values params{};   // those that differ from the defaults
    std::uint64_t seed = 1;
    config::NodeCosts costs{};
    std::function<std::uint32_t(const Message&)> copies{};   // how often a message is delivered: 1; for canaries 0 or 2
    Memory memory{};                                         // of every program
    config::Membership membership{};
  };
  explicit World(std::string_view strategy, Options options);

  void watch(Watcher* watcher) { watcher_ = watcher; }
  NodeId node(std::uint32_t id) const { return NodeId{id}; }
  Pid init(std::uint32_t id) const { return init_of(NodeId{id}, incarnations_[id]); }
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(machines_.size()); }

  CallId next_call() { return CallId{++calls_}; }
  CallId call(NodeId at, Pid caller, Call call) { return this->call(next_call(), at, caller, std::move(call)); }
  CallId call(CallId id, NodeId at, Pid caller, Call call);   // handled at once
  const CallTrace& trace(CallId id) const { return traces_.at(id); }

  std::vector<Channel> deliverable() const;   // channels with a message that can be served now, in order
  bool can_deliver(const Channel& channel) const;
  struct UnderWay {
    Message message;
    std::uint32_t hops;   // of its call's chain, so far
    Instant due;
  };
  const std::map<Channel, std::deque<UnderWay>>& channels() const { return channels_; }
  void deliver(Channel channel);
  void deliver_all();   // what has to freeze, disks, and the first channel, again and again, until there is nothing
  bool quiet() const { return deliverable().empty() && freezing_.empty() && disks_.empty(); }

  // A program that was ordered to depart, whose machine has not been told yet that it stands still.
  struct Freezing {
    NodeId node;
    Pid pid;
    CallId cause;
    std::uint32_t hops;
    Instant due{};
  };
  const std::vector<Freezing>& freezing() const { return freezing_; }
  void freeze(std::size_t index);

  // What a disk was asked; it may be served in any order.
  struct Asked {
    NodeId node;
    DiskRequest request;
    Instant due{};
  };
  const std::vector<Asked>& disks() const { return disks_; }
  void serve_disk(std::size_t index);

  struct Timer {
    NodeId node;
    TimerKey key;
    std::uint64_t generation;
    Instant due{};
    bool background = false;
  };
  const std::vector<Timer>& timers() const { return timers_; }
  void fire(std::size_t index);   // takes the timer away
  void pass(Duration time) { now_ = now_ + time; }
  Instant now() const { return now_; }
  void break_circuit(NodeId a, NodeId b);   // what is under way between them is lost; both are told

  // As sim/cluster has it (FAULTS.md): the machine and all that is under way from it and to it are gone. Its peers find out when they are
  // told, at the latest before the first message of its next incarnation; what they send before that is lost. With what is on its disk
  // it starts again. A machine that asks for a new start crashes; the driver starts it.
  void crash(NodeId at);
  void restart(NodeId at);
  bool is_up(NodeId at) const { return machines_[at.value] != nullptr; }
  Incarnation incarnation(NodeId at) const { return incarnations_[at.value]; }
  struct Breaking {
    NodeId node, peer;   // the node has still to be told that its circuit to the peer is no more
    friend auto operator<=>(const Breaking&, const Breaking&) = default;
  };
  const std::set<Breaking>& breaking() const { return breaking_; }
  void tell_broken(Breaking which);

  const Strategy& machine(NodeId at) const { return *machines_[at.value]; }
  template <class S>
  const S& as(NodeId at) const {
    return dynamic_cast<const S&>(machine(at));
  }
  const Effects& last_effects() const { return out_; }   // of the event handled last

 private:
  void handle(NodeId at, const Event& event, CallId cause, std::uint32_t hops, bool serving);
  void carry_out(NodeId at, CallId cause, std::uint32_t hops);
  void send(NodeId at, const Effects::Send& send, std::uint32_t hops);
  Instant due(const Waiting& what) { return watcher_ ? watcher_->due(what) : now_ + what.after; }
  void check() const;
  std::vector<const Strategy*> all() const;   // that are up
  std::unique_ptr<Strategy> make(NodeId at, std::shared_ptr<const Durable> disk) const;
  void lose_queues(NodeId at);
  bool is_lost(const Channel& channel);

  const StrategyEntry& entry_;
  Options options_;
  std::vector<std::unique_ptr<Strategy>> machines_;   // nullptr: down
  std::vector<Incarnation> incarnations_;
  std::vector<std::shared_ptr<const Durable>> durable_;   // of those that are down
  std::set<Breaking> breaking_;
  bool has_crashed_ = false;   // some node
  std::map<Channel, std::deque<UnderWay>> channels_;
  std::map<CallId, CallTrace> traces_;
  std::map<CallId, std::uint32_t> last_hops_;   // of the last event of each call
  std::vector<Timer> timers_;
  std::vector<Freezing> freezing_;
  std::vector<Asked> disks_;
  std::uint64_t calls_ = 0;
  Instant now_{};
  Effects out_;
  Watcher* watcher_ = nullptr;
};

config::Values param(std::string_view key, config::Value value);

}   // namespace ssi::world
