// What each call charges, where, and what it notes about its dispatch.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

config::NodeCosts distinct() {
  config::NodeCosts costs{};
  costs.fork = nanoseconds(1);
  costs.exec = nanoseconds(10);
  costs.exit = nanoseconds(100);
  costs.wait = nanoseconds(1'000);
  costs.signal = nanoseconds(10'000);
  costs.list_per_process = nanoseconds(100'000);
  costs.wakeup = nanoseconds(1'000'000);
  return costs;
}

struct CostRig {
  explicit CostRig(config::Values params = {}) : world("vproc_switch", {.nodes = 2, .params = std::move(params), .costs = distinct()}) {}
  std::int64_t call(std::uint32_t node, Pid caller, Call what) {
    last = world.call(NodeId{node}, caller, std::move(what));
    return world.last_effects().kernel_work.ns;
  }
  std::int64_t deliver(std::uint32_t from, std::uint32_t to) {
    for (Priority priority : {Priority::raised, Priority::normal}) {
      const auto queue = world.channels().find({NodeId{from}, NodeId{to}, priority});
      if (queue == world.channels().end() || queue->second.empty()) continue;
      world.deliver(queue->first);
      return world.last_effects().kernel_work.ns;
    }
    ADD_FAILURE() << "nothing under way";
    return -1;
  }
  std::size_t noted(Note::Kind kind) const {
    std::size_t count = 0;
    for (const Note& note : world.last_effects().notes) count += note.kind == kind;
    return count;
  }
  Pid result() const { return world.trace(last).result->pid; }
  World world;
  CallId last{};
};

TEST(VprocCosts, ForkAndRexecOrRfork) {
  CostRig at_parent;
  EXPECT_EQ(at_parent.call(0, at_parent.world.init(0), spawn_on(0)), 11);
  EXPECT_EQ(at_parent.call(0, at_parent.world.init(0), spawn_on(1)), 1);
  EXPECT_EQ(at_parent.deliver(0, 1), 10);
  EXPECT_EQ(at_parent.deliver(1, 0), 1'000'000);   // the caller wakes up

  CostRig at_execution(param("pid_from", std::string("execution")));
  EXPECT_EQ(at_execution.call(0, at_execution.world.init(0), spawn_on(1)), 0);
  EXPECT_EQ(at_execution.deliver(0, 1), 11);
}

TEST(VprocCosts, EachNodePaysItsOwn) {
  CostRig rig;
  rig.call(0, rig.world.init(0), spawn_on(0));
  const Pid parent = rig.result();
  rig.call(0, parent, spawn_on(1));
  rig.world.deliver_all();
  const Pid child = rig.result();
  EXPECT_EQ(rig.call(0, parent, Kill{child, Signal::none}), 0);
  EXPECT_EQ(rig.deliver(0, 1), 0);   // no signal, no cost
  EXPECT_EQ(rig.deliver(1, 0), 1'000'000);
  EXPECT_EQ(rig.call(0, parent, Wait{}), 1'000);
  rig.call(0, rig.world.init(0), Kill{child, Signal::kill});
  EXPECT_EQ(rig.deliver(0, 1), 10'100);              // a signal and a death
  EXPECT_EQ(rig.deliver(1, 0), 1'000'000);           // EXIT_NOTICE: the waiter
  EXPECT_EQ(rig.deliver(1, 0), 0);                   // LEAVE
  EXPECT_EQ(rig.deliver(1, 0), 1'000'000);           // KILLED: the killer
  EXPECT_EQ(rig.call(0, parent, List{}), 200'000);   // init and itself
}

TEST(VprocCosts, EveryTestOfLocalityIsChargedAndNoted) {
  CostRig rig(param("dispatch", std::int64_t{7}));
  rig.call(0, rig.world.init(0), spawn_on(0));
  const Pid caller = rig.result();
  rig.call(0, caller, Kill{caller, Signal::none});
  EXPECT_EQ(rig.world.last_effects().dispatch_work, nanoseconds(7));
  EXPECT_EQ(rig.noted(Note::Kind::locality_test), 1U);
  EXPECT_EQ(rig.noted(Note::Kind::shipped), 0U);
  rig.call(0, caller, Kill{Pid::make(NodeId{1}, Incarnation{1}, 9), Signal::none});
  EXPECT_EQ(rig.noted(Note::Kind::shipped), 1U);
  rig.call(0, caller, Wait{});
  EXPECT_EQ(rig.noted(Note::Kind::locality_test), 0U);   // a status lies with the parent, which is the caller
}

TEST(VprocCosts, SiteNumbersAreTheEntrysCount) {
  EXPECT_EQ(find_strategy("vproc_switch")->dispatch_sites, vproc_switch::kSites);
  EXPECT_EQ(static_cast<std::uint32_t>(vproc_switch::Site::file) + 1, vproc_switch::kSites);
}

}   // namespace
}   // namespace ssi::test
