// A group that is killed while its members fork: in whatever order messages come, nobody of it is left.
#include <gtest/gtest.h>

#include "models/base/random.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {
namespace {

class Killed {
 public:
  explicit Killed(std::uint64_t seed) : draws_(RandomRoot(seed).stream("group kill")), world_("dsm_first", {.nodes = 3}) {
    const CallId born = world_.call(world_.node(1), world_.init(1), Spawn{{}, {Placement::Kind::node, NodeId{1}}});
    world_.deliver_all();
    leader_ = world_.trace(born).result->pid;
    world_.call(world_.node(1), leader_, SetSession{});
    world_.deliver_all();
  }

  // The killer on node 0 begins, and some messages later the leader forks.
  void kill_and_fork() {
    world_.call(world_.node(0), world_.init(0), KillGroup{leader_, Signal::kill});
    some_messages(draws_.below(60));
    world_.call(world_.node(1), leader_, Spawn{{}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(draws_.below(3))}}});
    some_messages(~std::uint64_t{0});
  }

  std::size_t left() {
    const CallId list = world_.call(world_.node(0), world_.init(0), List{});
    world_.deliver_all();
    std::size_t count = 0;
    for (const ProcessInfo& info : *world_.trace(list).result->processes()) count += !info.zombie && info.group == leader_;
    return count;
  }

 private:
  void some_messages(std::uint64_t most) {
    for (auto all = world_.deliverable(); !all.empty() && most > 0; all = world_.deliverable(), --most)
      world_.deliver(all[draws_.below(all.size())]);
  }

  Stream draws_;
  world::World world_;
  Pid leader_;
};

TEST(DsmFirstGroupKill, NobodyIsLeftHoweverItsMembersFork) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Killed killed(seed);
    killed.kill_and_fork();
    EXPECT_EQ(killed.left(), 0U) << "seed " << seed;
  }
}

}   // namespace
}   // namespace ssi::test
