// Processes that move at random while circuits between the nodes break (P6): each is on one node, or dead, and never on two.
#include <gtest/gtest.h>

#include "models/base/random.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {
namespace {

using namespace world;   // sim/world

using vproc_switch::VprocSwitch;

// Node 0 has the parent and the group's list, and keeps its circuits; nothing but moves is cleared up after a broken one.
class BrokenMoves final : public Watcher {
 public:
  explicit BrokenMoves(std::uint64_t seed)
      : draws_(RandomRoot(seed).stream("broken moves")), world_("vproc_switch", {.nodes = 4, .seed = seed}) {
    world_.watch(this);
    parent_ = spawn(world_.init(0), 0);
    for (std::uint32_t i = 0; i < 5; ++i) spawn(parent_, 1 + i % 3);
  }

  void run() {
    for (int step = 0; step < 400; ++step) {
      const auto channels = world_.deliverable();
      const std::uint64_t what = draws_.below(20), which = draws_.below(1000);
      if (what == 0) break_one(which);
      else if (what < 4) move_one(which);
      else if (what < 7 && !world_.freezing().empty()) world_.freeze(which % world_.freezing().size());
      else if (!channels.empty()) world_.deliver(channels[which % channels.size()]);
    }
    world_.deliver_all();
  }

  void expect_one_of_each() {
    for (const auto& [pid, program] : programs_) {
      int found = 0;
      for (std::uint32_t id = 0; id < 4; ++id) found += node(id).processes().find(pid) != nullptr;
      EXPECT_EQ(found, 1);
      ASSERT_NE(node(program.node.value).processes().find(pid), nullptr);
      EXPECT_FALSE(program.frozen || program.calling);
      if (pid != parent_) call(program.node, pid, Exit{9});
    }
    for (int i = 0; i < 5; ++i) EXPECT_EQ(world_.trace(call(NodeId{0}, parent_, Wait{})).result->status, 9);
    for (std::uint32_t id = 0; id < 4; ++id) { EXPECT_TRUE(node(id).pending().all().empty() && node(id).stubs().empty()) << "node " << id; }
  }

  std::uint64_t moves = 0, refused = 0;
  std::set<std::string> messages;

  void sent(const Message& message) override { messages.insert(std::string(message.body.type().name)); }
  void completed(CallId id, const Result& result) override {
    const CallTrace& trace = world_.trace(id);
    if (const auto found = programs_.find(trace.caller); found != programs_.end()) found->second.calling = false;
    if (!std::holds_alternative<Migrate>(trace.call)) return;
    ++moves;
    refused += !result.good();
  }
  void ordered(NodeId at, const ProgramOrder& order) override {
    if (order.kind == ProgramOrder::Kind::start) programs_[order.pid] = {at};
    if (order.kind == ProgramOrder::Kind::depart) programs_.at(order.pid).frozen = true;
    if (order.kind == ProgramOrder::Kind::arrive) programs_.at(order.pid) = {at, false, programs_.at(order.pid).calling};
  }

 private:
  struct Running {
    NodeId node;
    bool frozen = false, calling = false;
  };
  const VprocSwitch& node(std::uint32_t id) const { return world_.as<VprocSwitch>(NodeId{id}); }
  CallId call(NodeId at, Pid caller, Call what) {
    const CallId id = world_.call(at, caller, std::move(what));
    world_.deliver_all();
    return id;
  }
  Pid spawn(Pid by, std::uint32_t at) {
    return world_.trace(call(NodeId{0}, by, Spawn{{}, {Placement::Kind::node, NodeId{at}}})).result->pid;
  }
  void break_one(std::uint64_t which) {
    const std::uint32_t first = 1 + static_cast<std::uint32_t>(which % 3);
    world_.break_circuit(NodeId{first}, NodeId{1 + first % 3});
  }
  void move_one(std::uint64_t which) {
    auto found = programs_.begin();
    std::advance(found, static_cast<std::ptrdiff_t>(which % programs_.size()));
    if (found->first == parent_ || found->second.frozen || found->second.calling) return;
    found->second.calling = true;
    world_.call(found->second.node, found->first, Migrate{kNoPid, NodeId{1 + static_cast<std::uint32_t>(which / 7 % 3)}});
  }

  Stream draws_;
  World world_;
  Pid parent_;
  std::map<Pid, Running> programs_;
};

TEST(BrokenMoves, AProcessIsOnOneNode) {
  std::uint64_t moves = 0, refused = 0;
  std::set<std::string> messages;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    BrokenMoves run(seed);
    run.run();
    run.expect_one_of_each();
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
    moves += run.moves;
    refused += run.refused;
    messages.merge(run.messages);
  }
  EXPECT_GT(moves, 1000U);
  EXPECT_GT(refused, 20U);   // lost on the way, so they have stayed
  EXPECT_TRUE(messages.contains("MIGRATE_STATUS"));
}

}   // namespace
}   // namespace ssi::test
