// Every call on processes, by who coincides with whom: messages on the path and in all, acknowledgements included, against what the
// protocol promises (README.md of models/strategy/vproc_switch). counts_test.cpp and moves_test.cpp have the cases that are no placement.
#include <algorithm>
#include <functional>

#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

using Nodes = std::vector<std::uint32_t>;

// The first role is on node 0, each other one on the node of an earlier one or on the next: all that matters.
void each_placement(std::size_t roles, const std::function<void(const Nodes&)>& run, Nodes at = {}) {
  if (at.size() == roles) {
    std::string where;
    for (std::uint32_t node : at) where += std::to_string(node) + " ";
    SCOPED_TRACE("roles on nodes " + where);
    return run(at);
  }
  const std::uint32_t next = at.empty() ? 0 : *std::max_element(at.begin(), at.end()) + 1;
  for (std::uint32_t node = 0; node <= next; ++node) {
    at.push_back(node);
    each_placement(roles, run, at);
    at.pop_back();
  }
}

// Pids are allocated where a process starts. Who moves later has left its origin.
class Placed : public Rig {
 public:
  explicit Placed(std::uint32_t nodes, config::Values more = {}) : Rig(nodes, of_execution(std::move(more))) {}

  Pid leader(std::uint32_t node) {
    const Pid pid = start(node);
    EXPECT_TRUE(call(pid, SetGroup{}).result->good());
    return pid;
  }
  Pid child(Pid parent, std::uint32_t node) { return where(parent) == NodeId{node} ? fork(parent) : spawn(parent, node); }
  void move(Pid pid, std::uint32_t node) { EXPECT_TRUE(call(pid, Migrate{kNoPid, NodeId{node}}).result->good()); }
  Count of(Pid caller, Call what) {
    const CallTrace& trace = call(caller, std::move(what));
    EXPECT_TRUE(trace.result && trace.result->good());
    return count(trace);
  }

 private:
  static config::Values of_execution(config::Values more) {
    more.emplace_back("pid_from", std::string("execution"));
    return more;
  }
};

TEST(Placement, Kill) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], origin = at[1], executing = at[2];
    for (const char* answers : {"forward", "redirect"}) {
      Placed rig(3, param("origin", std::string(answers)));
      const Pid target = rig.start(origin), by = rig.start(caller);
      rig.move(target, executing);
      const bool here = caller == executing, known = caller == origin || origin == executing;
      const std::uint32_t first = here ? 0 : known ? 2 : std::string(answers) == "forward" ? 3 : 4, then = here ? 0 : 2;
      EXPECT_EQ(rig.of(by, Kill{target, Signal::none}), (Count{first, first})) << answers;
      EXPECT_EQ(rig.of(by, Kill{target, Signal::none}), (Count{then, then})) << answers;
    }
  });
}

TEST(Placement, KillOfAZombie) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], origin = at[1], parent = at[2];
    Placed rig(3);
    const Pid elder = rig.start(origin), target = rig.fork(elder), by = rig.start(caller);
    rig.move(elder, parent);
    rig.call(target, Exit{1});
    const std::uint32_t path = caller == parent ? 0 : caller == origin || origin == parent ? 2 : 3;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(rig.of(by, Kill{target, Signal::none}), (Count{path, path}));   // no use in remembering it
  });
}

TEST(Placement, OrderToMove) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], origin = at[1], executing = at[2];
    Placed rig(3);
    const Pid target = rig.start(origin), by = rig.start(caller);
    rig.move(target, executing);
    const std::uint32_t path = caller == executing ? 0 : caller == origin || origin == executing ? 2 : 3;
    EXPECT_EQ(rig.of(by, Migrate{target, NodeId{executing}}), (Count{path, path}));   // it is there
  });
}

TEST(Placement, SpawnAndRfork) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], executing = at[1], holder = at[2];
    for (const bool copies : {false, true})
      for (const char* pid_from : {"parent", "execution"}) {
        Rig rig(3, param("pid_from", std::string(pid_from)));
        const Pid leader = rig.start(holder);
        rig.call(leader, SetGroup{});
        const Pid parent = holder == caller ? rig.fork(leader) : rig.spawn(leader, caller);
        const Call call = copies ? Call(Rfork{{}, {NodeId{executing}}}) : Call(spawn_on(executing));
        const bool here = executing == caller, listed = holder == caller || holder == executing;
        const std::uint32_t first = here ? 0 : listed ? 2 : 4, then = here ? 0 : 2;
        EXPECT_EQ(count(rig.call(parent, call)), (Count{first, first})) << pid_from;
        EXPECT_EQ(count(rig.call(parent, call)), (Count{then, then})) << pid_from;   // the node is a member
      }
  });
}

TEST(Placement, ExitAndWait) {
  each_placement(4, [](const Nodes& at) {
    const std::uint32_t executing = at[0], parent = at[1], origin = at[2], holder = at[3];
    Placed rig(4);
    const Pid elder = rig.child(rig.leader(holder), origin), child = rig.fork(elder);
    rig.move(elder, parent);
    rig.move(child, executing);
    const bool apart = executing != parent;
    const std::uint32_t notice = apart ? 2 : 0, location = apart && origin != executing && origin != parent ? 2 : 0;
    const std::uint32_t leave = executing != holder && apart ? 1 : 0;   // the group's last member there
    EXPECT_EQ(rig.of(child, Exit{1}), (Count{0, notice + location + leave}));
    EXPECT_EQ(rig.of(elder, Wait{}), (Count{0, origin == parent ? 0U : 1U}));   // GONE
  });
}

TEST(Placement, ExitOfAParent) {
  each_placement(2, [](const Nodes& at) {
    const std::uint32_t parent = at[0], executing = at[1];
    Rig rig(2);
    const Pid elder = rig.start(parent), child = parent == executing ? rig.fork(elder) : rig.spawn(elder, executing);
    const std::uint32_t apart = parent == executing ? 0 : 1;
    EXPECT_EQ(count(rig.call(elder, Exit{0})), (Count{0, apart}));       // REPARENT
    EXPECT_EQ(count(rig.call(child, Exit{0})), (Count{0, 2 * apart}));   // GONE, LEAVE
  });
}

TEST(Placement, ExitOfAParentWithOneInit) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t init = at[0], parent = at[1], executing = at[2];   // the first is node 0, where the image's init is
    Rig rig(3, param("init", std::string("single")));
    const Pid elder = rig.start(parent), child = parent == executing ? rig.fork(elder) : rig.spawn(elder, executing);
    const std::uint32_t reparent = parent == executing ? 0 : 1, adopt = parent == init ? 0 : 1;
    EXPECT_EQ(count(rig.call(elder, Exit{0})), (Count{0, reparent + adopt}));
    EXPECT_EQ(rig.node(executing).processes().find(child)->parent, rig.world.init(init));
    EXPECT_TRUE(rig.node(init).processes().find(rig.world.init(init))->children.contains(child));
    const std::uint32_t notice = executing == init ? 0 : 2, gone = parent == init ? 0 : 1, leave = executing == parent ? 0 : 1;
    EXPECT_EQ(count(rig.call(child, Exit{0})), (Count{0, notice + gone + leave}));
    for (std::uint32_t id = 0; id < 3; ++id) {
      EXPECT_TRUE(rig.node(id).met_before_adoption().empty() && rig.node(id).origins().all().empty()) << id;
      EXPECT_TRUE(rig.node(id).parents_elsewhere().empty() && rig.node(id).children_elsewhere().empty()) << id;
    }
  });
}

TEST(Placement, MigrateAndExecElsewhere) {
  each_placement(4, [](const Nodes& at) {
    const std::uint32_t source = at[0], destination = at[1], origin = at[2], holder = at[3];
    for (const bool execs : {false, true}) {
      Placed rig(4);
      const Pid pid = rig.child(rig.leader(holder), origin);
      rig.move(pid, source);
      const Call call = execs ? Call(Exec{{}, {Placement::Kind::node, NodeId{destination}}}) : Call(Migrate{kNoPid, NodeId{destination}});
      const std::uint32_t join = holder != source && holder != destination ? 2 : 0;
      const std::uint32_t location = origin != source && origin != destination ? 2 : 0, leave = source != holder ? 1 : 0;
      const Count expected = source == destination ? Count{0, 0} : Count{1 + join, 2 + join + location + leave};
      EXPECT_EQ(rig.of(pid, call), expected) << (execs ? "exec" : "migrate");
    }
  });
}

TEST(Placement, KillGroup) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], holder = at[1], member = at[2];
    Placed rig(3);
    const Pid leader = rig.leader(holder), by = rig.start(caller);
    rig.child(leader, member);
    const std::uint32_t path = (caller == holder ? 0 : 2) + (member == holder ? 0 : 2);
    EXPECT_EQ(rig.of(by, KillGroup{leader, Signal::none}), (Count{path, path}));
  });
}

TEST(Placement, SetGroupOfItsOwn) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t executing = at[0], origin = at[1], old_holder = at[2];
    Placed rig(3);
    const Pid pid = rig.child(rig.leader(old_holder), origin);
    rig.move(pid, executing);
    const std::uint32_t join = executing == origin ? 0 : 2, leave = executing == old_holder ? 0 : 1;
    EXPECT_EQ(rig.of(pid, SetGroup{}), (Count{join, join + leave}));
  });
}

TEST(Placement, SetGroupToAnothers) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t executing = at[0], old_holder = at[1], holder = at[2];
    Placed rig(3);
    const Pid elder = rig.leader(old_holder), leader = rig.child(elder, holder), pid = rig.child(elder, executing);
    EXPECT_TRUE(rig.call(leader, SetGroup{}).result->good());
    const std::uint32_t join = executing == holder ? 0 : 2, leave = executing == old_holder ? 0 : 1;
    EXPECT_EQ(rig.of(pid, SetGroup{kNoPid, leader}), (Count{join, join + leave}));
  });
}

TEST(Placement, SetGroupOfAChild) {
  each_placement(3, [](const Nodes& at) {
    const std::uint32_t caller = at[0], executing = at[1], origin = at[2];   // the latter holds the old group and the new one
    Placed rig(3);
    const Pid parent = rig.start(origin), child = rig.fork(parent);
    rig.move(parent, caller);
    rig.move(child, executing);
    // The parent moved first, so it believes its child to be at the origin, which passes the request on.
    const std::uint32_t find = caller == executing ? 0 : caller == origin || executing == origin ? 2 : 3;
    const std::uint32_t path = find + (executing == origin ? 0 : 2);
    const std::uint32_t leave = executing != origin && executing != caller ? 1 : 0;
    EXPECT_EQ(rig.of(parent, SetGroup{child, child}), (Count{path, path + leave}));
  });
}

TEST(Placement, SetSession) {
  each_placement(2, [](const Nodes& at) {
    const std::uint32_t executing = at[0], origin = at[1];
    Placed rig(2);
    const Pid pid = rig.start(origin);
    rig.move(pid, executing);
    EXPECT_EQ(rig.of(pid, SetSession{}), (executing == origin ? Count{0, 0} : Count{2, 3}));   // and LEAVE
  });
}

TEST(Placement, WhatNamesTheCallerOnlyIsFreeWhereverItHasMoved) {
  each_placement(2, [](const Nodes& at) {
    const std::uint32_t executing = at[0], origin = at[1];
    Placed rig(2);
    const Pid pid = rig.start(origin);
    rig.move(pid, executing);
    EXPECT_EQ(rig.of(pid, SetAction{Signal::usr1, Disposition::handler}), (Count{0, 0}));
    EXPECT_EQ(rig.of(pid, Fork{}), (Count{0, 0}));
    EXPECT_EQ(rig.of(pid, Wait{kNoPid, true}), (Count{0, 0}));
    EXPECT_EQ(rig.of(pid, Exec{}), (Count{0, 0}));
  });
}

}   // namespace
}   // namespace ssi::test
