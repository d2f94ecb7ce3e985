// An image that watches itself: a world whose timers go by dates and whose messages take no time. A node can crash, stand still, or be
// cut off; what is under way to it then waits.
#pragma once
#include <algorithm>
#include <set>

#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {

inline config::Membership majority() {
  return {.mode = "majority", .heartbeat = {100'000'000}, .suspect_after = {350'000'000}, .suspicion = "fixed", .lease = {250'000'000}};
}

// A watcher of an image: what waits is due when it says.
class ImageWatcher : public Watcher {
 public:
  explicit ImageWatcher(const World& world) : world_(world) {}
  Instant due(const Waiting& what) override { return world_.now() + what.after; }

 private:
  const World& world_;
};

class Image {
 public:
  explicit Image(std::uint32_t nodes, config::Values params = {})
      : world("vproc_switch", {.nodes = nodes, .params = std::move(params), .membership = majority()}) {}

  const vproc_switch::VprocSwitch& node(std::uint32_t id) const { return world.as<vproc_switch::VprocSwitch>(NodeId{id}); }
  const membership::View& view(std::uint32_t id) const { return node(id).membership()->view(); }
  bool up(std::uint32_t id) const { return world.is_up(NodeId{id}); }

  void pause(std::uint32_t id) { still_.insert(id); }
  void resume(std::uint32_t id) { still_.erase(id); }
  void crash(std::uint32_t id) { world.crash(NodeId{id}); }
  void restart(std::uint32_t id) { world.restart(NodeId{id}); }
  void cut(std::set<std::uint32_t> side) { side_ = std::move(side); }   // from the others; empty: healed

  CallId begin(Pid caller, Call what) { return world.call(where(caller), caller, std::move(what)); }
  // The time that passes is what it takes to be answered, at most `most`.
  const CallTrace& call(Pid caller, Call what, std::int64_t most_ms = 2000) {
    const CallId id = begin(caller, std::move(what));
    for (std::int64_t ms = 0; ms < most_ms && !world.trace(id).result; ms += 10) run(10);
    return world.trace(id);
  }
  Pid spawn(Pid parent, std::uint32_t at) {
    const auto& trace = call(parent, spawn_on(at));
    EXPECT_TRUE(trace.result && trace.result->good());
    return trace.result ? trace.result->pid : kNoPid;
  }
  NodeId where(Pid pid) const {
    for (std::uint32_t id = 0; id < world.nodes(); ++id)
      if (up(id) && node(id).processes().find(pid) != nullptr) return NodeId{id};
    ADD_FAILURE() << "no process " << pid.value;
    return {};
  }

  void run(std::int64_t ms) {
    const Instant end = world.now() + Duration{ms * 1'000'000};
    do deliver();
    while (fire_before(end));
    world.pass(end - world.now());
  }

  bool is_still(std::uint32_t id) const { return still_.contains(id); }
  // For drivers that draw every step: one thing that waits happens, or the next timer.
  bool deliver_one(Stream& draws) {
    std::vector<Channel> ready;
    for (const Channel& channel : world.deliverable())
      if (passes(channel)) ready.push_back(channel);
    const std::size_t broken = world.breaking().size(), all = ready.size() + world.freezing().size() + world.disks().size() + broken;
    if (all == 0) return false;
    std::size_t chosen = draws.below(all);
    if (chosen < ready.size()) return world.deliver(ready[chosen]), true;
    chosen -= ready.size();
    if (chosen < world.freezing().size()) return world.freeze(chosen), true;
    chosen -= world.freezing().size();
    if (chosen < world.disks().size()) return world.serve_disk(chosen), true;
    chosen -= world.disks().size();
    world.tell_broken(*std::next(world.breaking().begin(), static_cast<std::ptrdiff_t>(chosen)));
    return true;
  }
  void run_to_next_timer() { fire_before(Instant{INT64_MAX}); }

  World world;

 private:
  bool passes(const Channel& channel) const {
    return !still_.contains(channel.to.value) && side_.contains(channel.from.value) == side_.contains(channel.to.value);
  }
  void deliver() {
    for (bool any = true; any;) {
      any = false;
      while (!world.breaking().empty()) world.tell_broken(*world.breaking().begin());
      while (!world.freezing().empty()) world.freeze(0);
      while (!world.disks().empty()) world.serve_disk(0);
      for (const Channel& channel : world.deliverable())
        if (passes(channel) && world.can_deliver(channel)) {
          world.deliver(channel);
          any = true;
        }
    }
  }
  // The next timer of a node that does not stand still.
  bool fire_before(Instant end) {
    const auto& timers = world.timers();
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < timers.size(); ++i)
      if (!still_.contains(timers[i].node.value) && (!next || timers[i].due < timers[*next].due)) next = i;
    if (!next || timers[*next].due > end) return false;
    world.pass(std::max(timers[*next].due - world.now(), Duration{}));
    world.fire(*next);
    return true;
  }

  std::set<std::uint32_t> still_, side_;
};

}   // namespace ssi::test
