// A world whose messages are all delivered before the next call, for tests that name processes and count messages.
#pragma once
#include <gtest/gtest.h>

#include "models/strategy/vproc_switch/vproc_switch.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

inline Spawn spawn_on(std::uint32_t node) { return {{}, {Placement::Kind::node, NodeId{node}}}; }

class Rig {
 public:
  explicit Rig(std::uint32_t nodes, config::Values params = {}) : world("vproc_switch", {.nodes = nodes, .params = std::move(params)}) {}

  // Calls and delivers everything. The trace says what it came to.
  const CallTrace& call(Pid caller, Call what) {
    const CallId id = world.call(where(caller), caller, std::move(what));
    world.deliver_all();
    return world.trace(id);
  }
  Pid start(std::uint32_t node) { return spawn(world.init(node), node); }
  Pid spawn(Pid parent, std::uint32_t node) {
    const auto& trace = call(parent, spawn_on(node));
    EXPECT_TRUE(trace.result && trace.result->good());
    return trace.result ? trace.result->pid : kNoPid;
  }
  Pid fork(Pid parent) { return call(parent, Fork{}).result->pid; }
  NodeId where(Pid pid) const {
    for (std::uint32_t id = 0; id < world.nodes(); ++id)
      if (node(id).processes().find(pid) != nullptr) return NodeId{id};
    ADD_FAILURE() << "no process " << pid.value;
    return {};
  }
  const vproc_switch::VprocSwitch& node(std::uint32_t id) const { return world.as<vproc_switch::VprocSwitch>(NodeId{id}); }

  World world;
};

// Messages on the critical path and in all.
struct Count {
  std::uint32_t path, total;
  friend bool operator==(const Count&, const Count&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Count& count) { return out << count.path << " of " << count.total; }
};
inline Count count(const CallTrace& trace) { return {trace.path, trace.total}; }

}   // namespace ssi::test
