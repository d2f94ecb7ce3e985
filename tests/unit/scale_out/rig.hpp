// A world of `scale_out` whose messages are all delivered after each call, and what tests ask of it.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "models/strategy/scale_out/scale_out.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

class ScaleOutRig : public Watcher {
 public:
  explicit ScaleOutRig(std::uint32_t nodes, config::Values params = {})
      : world("scale_out", {.nodes = nodes, .params = std::move(params)}) {
    world.watch(this);
  }

  // Without delivering anything.
  CallId ask(std::uint32_t node, Pid caller, Call what) { return world.call(NodeId{node}, caller, std::move(what)); }
  const CallTrace& call(std::uint32_t node, Pid caller, Call what) {
    const CallId id = ask(node, caller, std::move(what));
    world.deliver_all();
    return world.trace(id);
  }
  Pid start(std::uint32_t node) { return call(node, world.init(node), Spawn{}).result->pid; }
  // The client process that stands for a program on `at`; `program()` is that program.
  Pid start_at(std::uint32_t node, Pid parent, std::uint32_t at) { return call(node, parent, spawn_on(at)).result->pid; }
  static Spawn spawn_on(std::uint32_t at) { return {{}, {Placement::Kind::node, NodeId{at}}}; }

  Pid program() const { return started_; }   // that the host was told to start last
  bool lives(std::uint32_t at, Pid pid) const { return node(at).kernel().processes().find(pid) != nullptr; }
  const scale_out::ScaleOut& node(std::uint32_t id) const { return world.as<scale_out::ScaleOut>(NodeId{id}); }
  Pid session(std::uint32_t at) const {
    EXPECT_EQ(node(at).server().all().size(), 1U);
    return node(at).server().all().begin()->second.process;
  }

  void sent(const Message& message) override {
    path += std::string(path.empty() ? "" : " ") + std::string(message.body.type().name.substr(6));
  }
  void ordered(NodeId, const ProgramOrder& order) override {
    if (order.kind == ProgramOrder::Kind::start) started_ = order.pid;
    if (order.kind == ProgramOrder::Kind::interrupt) handled.push_back({order.pid, order.signal});
  }

  World world;
  std::vector<std::pair<Pid, Signal>> handled;
  std::string path;   // names of the daemon's messages, as they were sent

 private:
  Pid started_ = kNoPid;
};

struct Messages {
  std::uint32_t path, total;
  friend bool operator==(const Messages&, const Messages&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Messages& m) { return out << m.path << " of " << m.total; }
};
inline Messages messages(const CallTrace& trace) { return {trace.path, trace.total}; }

}   // namespace ssi::test
