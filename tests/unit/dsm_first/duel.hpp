// One machine and a cluster under one kernel over shared memory, given the same calls one after the other: whatever the kernel of a single
// node answers and orders, the kernel over shared memory answers and orders too. They have no code in common but the port.
#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/world/run_out.hpp"

namespace ssi::test {
using namespace world;   // sim/world

inline std::string text_of(const Result& result) {
  std::string text = std::string(name_of(result.error)) + " status " + std::to_string(result.status) + " pid " +
                     std::to_string(result.pid.value) + " value " + std::to_string(result.value);
  if (result.processes())
    for (const ProcessInfo& info : *result.processes())
      if (info.pid.origin() == NodeId{0})   // the other nodes' init processes
        text += "; " + std::to_string(info.pid.value) + " of " + std::to_string(info.parent.value) + " in " +
                std::to_string(info.group.value) + (info.zombie ? " zombie" : "");
  if (result.bytes()) {
    text += "; bytes";
    for (const std::byte byte : *result.bytes()) text += " " + std::to_string(std::to_integer<int>(byte));
  }
  if (result.names())
    for (const std::string& name : *result.names()) text += "; " + name;
  if (result.stat())
    text += "; size " + std::to_string(result.stat()->size) + " links " + std::to_string(result.stat()->links) +
            (result.stat()->directory ? " directory" : "");
  return text;
}

class Side : public Watcher {
 public:
  Side(std::string_view strategy, World::Options options) : world_(strategy, std::move(options)) {
    world_.watch(this);
    run_out(world_);
  }

  CallId issue(Pid caller, const Call& call) {
    const auto found = processes_.find(caller);
    const NodeId at = found == processes_.end() ? NodeId{0} : found->second.node;
    if (found != processes_.end()) found->second.calling = true;
    const CallId id = world_.next_call();
    expect(id, caller);
    world_.call(id, at, caller, call);
    run_out(world_);
    return id;
  }
  void expect(CallId id, Pid caller) { callers_[id] = caller; }   // of a call that somebody else makes

  void sent(const Message& message) override {
    Sent& sent = sent_[std::string(message.body.type().name)];
    ++sent.messages;
    sent.bytes += message.header.bytes;
    sent.to.insert(message.header.to);
  }
  std::uint64_t messages(const std::string& type) const { return sent_.contains(type) ? sent_.at(type).messages : 0; }
  std::set<NodeId> receivers(const std::string& type) const { return sent_.contains(type) ? sent_.at(type).to : std::set<NodeId>{}; }
  std::uint64_t bytes(const std::string& type) const { return sent_.contains(type) ? sent_.at(type).bytes : 0; }
  Instant due(const Waiting& what) override { return world_.now() + what.after; }
  void completed(CallId id, const Result& result) override {
    said_.push_back(std::to_string(callers_.at(id).value) + " " + std::string(kCallNames[world_.trace(id).call.index()]) + ": " +
                    text_of(result));
    const auto found = processes_.find(callers_.at(id));
    if (found != processes_.end()) found->second.calling = false;
  }
  void ordered(NodeId at, const ProgramOrder& order) override {
    said_.push_back(std::to_string(order.pid.value) + " order " + std::to_string(static_cast<int>(order.kind)) + " " +
                    std::string(name_of(order.signal)));
    switch (order.kind) {
      case ProgramOrder::Kind::start: processes_[order.pid] = {at}; return;
      case ProgramOrder::Kind::end: processes_.erase(order.pid); return;
      case ProgramOrder::Kind::stop: processes_.at(order.pid).stopped = true; return;
      case ProgramOrder::Kind::resume: processes_.at(order.pid).stopped = false; return;
      case ProgramOrder::Kind::exec: processes_.at(order.pid).calling = false; return;
      case ProgramOrder::Kind::interrupt:
      case ProgramOrder::Kind::depart: return;
      case ProgramOrder::Kind::arrive: processes_.at(order.pid).node = at; return;
    }
  }

  struct Process {
    NodeId node;
    bool calling = false, stopped = false;
  };
  const std::map<Pid, Process>& processes() const { return processes_; }
  // What was answered and ordered since it was asked last, in no order: a call may be answered before or after what it causes elsewhere.
  std::vector<std::string> take_said() {
    std::vector<std::string> said = std::exchange(said_, {});
    std::sort(said.begin(), said.end());
    return said;
  }
  World& world() { return world_; }

 private:
  World world_;
  std::map<Pid, Process> processes_;
  std::map<CallId, Pid> callers_;
  std::vector<std::string> said_;
  struct Sent {
    std::uint64_t messages = 0, bytes = 0;
    std::set<NodeId> to{};
  };
  std::map<std::string, Sent> sent_;   // by type, ever
};

struct Duel {
  explicit Duel(std::uint32_t nodes, config::Values params = {})
      : one("smp", {.nodes = 1}), many("dsm_first", {.nodes = nodes, .params = std::move(params)}) {}

  // What differs; empty: nothing.
  std::string both(Pid caller, const Call& call) {
    one.issue(caller, call);
    many.issue(caller, call);
    const auto expected = one.take_said(), found = many.take_said();
    if (expected == found) return {};
    std::string text = "after " + std::string(kCallNames[call.index()]) + " by " + std::to_string(caller.value) + "\n  one machine:\n";
    for (const std::string& line : expected) text += "    " + line + "\n";
    text += "  over shared memory:\n";
    for (const std::string& line : found) text += "    " + line + "\n";
    return text;
  }

  Side one, many;
};

}   // namespace ssi::test
