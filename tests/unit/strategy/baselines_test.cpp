// `smp` and `isolated`: what each does with a placement and a pid of another node.
#include <gtest/gtest.h>

#include "models/base/check.hpp"
#include "models/strategy/isolated/isolated.hpp"
#include "models/strategy/smp/smp.hpp"

namespace ssi {
namespace {

constexpr Incarnation kBoot{1};

NodeSetup setup(std::uint32_t node, std::uint32_t nodes) { return {NodeId{node}, nodes, 8, kBoot, RandomRoot(1), {}}; }

Result ask(Strategy& strategy, Pid caller, const Call& call) {
  Effects out;
  out.begin(CallId{1}, false);
  strategy.on_event({}, CallEvent{CallId{1}, caller, &call}, out);
  EXPECT_TRUE(out.sends.empty());
  EXPECT_TRUE(out.timers.empty());
  EXPECT_EQ(out.completions.size(), 1U);
  return out.completions.empty() ? Result::fail(Errno::eio) : out.completions[0].result;
}

Spawn on(std::uint32_t node) { return {{}, {Placement::Kind::node, NodeId{node}}}; }
constexpr Spawn kLeastLoaded{{}, {Placement::Kind::least_loaded, {}}};

TEST(Smp, EveryPlacementIsHere) {
  smp::Smp machine(setup(0, 1));
  const Pid init = init_of(NodeId{0}, kBoot);
  const Pid first = ask(machine, init, on(3)).pid;   // a socket
  EXPECT_EQ(first.origin(), NodeId{0});
  EXPECT_TRUE(ask(machine, init, kLeastLoaded).good());
  EXPECT_TRUE(ask(machine, first, Kill{init, Signal::none}).good());
  machine.check_invariants();
}

TEST(Smp, IsOneMachine) {
  const smp::Smp one(setup(0, 1)), two(setup(1, 1));
  const Strategy* const both[] = {&one, &two};
  Report report;
  smp::check_cluster(both, report);
  EXPECT_EQ(report.problems.size(), 1U);
}

TEST(Smp, AMessageIsOurBugAndOtherEventsAreHarmless) {
  smp::Smp machine(setup(0, 1));
  Effects out;
  const Message message{};
  EXPECT_THROW(machine.on_event({}, MessageEvent{&message}, out), CheckFailed);
  machine.on_event({}, BootEvent{}, out);
  machine.on_event({}, TimerEvent{TimerKey{1}, 1}, out);
  machine.on_event({}, ViewChange{}, out);
  EXPECT_TRUE(out.completions.empty() && out.programs.empty() && out.sends.empty());
  EXPECT_EQ(out.kernel_work, Duration{});
}

TEST(Isolated, AnotherNodeDoesNotExist) {
  isolated::Isolated node(setup(1, 4));
  const Pid init = init_of(NodeId{1}, kBoot);
  EXPECT_TRUE(ask(node, init, on(1)).good());
  EXPECT_TRUE(ask(node, init, kLeastLoaded).good());
  EXPECT_EQ(ask(node, init, on(2)).error, Errno::enosys);
  EXPECT_EQ(ask(node, init, on(2)).certainty, Certainty::fail);
  EXPECT_EQ(ask(node, init, Kill{init_of(NodeId{2}, kBoot), Signal::none}).error, Errno::esrch);
  EXPECT_EQ(ask(node, init, KillGroup{init_of(NodeId{2}, kBoot), Signal::none}).error, Errno::esrch);
  EXPECT_EQ(ask(node, init, Wait{init_of(NodeId{2}, kBoot), false}).error, Errno::echild);
  EXPECT_EQ(ask(node, init, Rfork{{}, {NodeId{1}, NodeId{2}}}).error, Errno::enosys);
  EXPECT_TRUE(ask(node, init, Rfork{{}, {NodeId{1}}}).good());
  const Pid pid = ask(node, init, on(1)).pid;
  EXPECT_EQ(ask(node, pid, Exec{{}, {Placement::Kind::node, NodeId{2}}}).error, Errno::enosys);
  EXPECT_EQ(ask(node, init, Migrate{pid, NodeId{2}}).error, Errno::enosys);
  EXPECT_TRUE(ask(node, init, Migrate{pid, NodeId{1}}).good());
  node.check_invariants();
}

TEST(Isolated, ADeadCallersRemotePlacementHasNoAnswer) {
  isolated::Isolated node(setup(1, 4));
  const Pid pid = ask(node, init_of(NodeId{1}, kBoot), Spawn{}).pid;
  ask(node, pid, Exit{});
  Effects out;
  const Call call = on(2);
  node.on_event({}, CallEvent{CallId{9}, pid, &call}, out);
  EXPECT_TRUE(out.completions.empty());
}

TEST(Isolated, TheClusterCheckFindsAPidThatIsTwice) {
  const isolated::Isolated zero(setup(0, 2)), one(setup(1, 2)), again(setup(1, 2));
  const Strategy* const good[] = {&zero, &one};
  const Strategy* const bad[] = {&zero, &one, &again};
  Report fine, problems;
  isolated::check_cluster(good, fine);
  isolated::check_cluster(bad, problems);
  EXPECT_TRUE(fine.problems.empty());
  EXPECT_EQ(problems.problems.size(), 2U);   // the node, and its init
}

}   // namespace
}   // namespace ssi
