// Nodes that crash, stand still or are cut off at any moment of any order of events, under an image that watches itself (VERIFICATION 2d):
// invariants after each event, no caller that waits for ever, one view in the end, and nothing left of the dead.
#include <cstdlib>

#include "tests/unit/vproc/image.hpp"

namespace ssi::test {
namespace {

class CrashRun final : public Watcher {
 public:
  explicit CrashRun(std::uint64_t seed) : draws_(RandomRoot(seed).stream("crash")), image_(3 + below(3)) {
    image_.world.watch(this);
    strikes_ = {below(600), below(600)};
    if (below(2) == 0) strikes_.pop_back();
  }

  void run() {
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id) image_.world.call(NodeId{id}, image_.world.init(id), spawn_on(id));
    for (events_ = 0; events_ < 700; ++events_) {
      for (std::uint64_t at : strikes_)
        if (at == events_) strike();
      if (events_ == healed_at_) heal();
      start_those_that_ask();
      step();
    }
    heal();
    settle(6000);
  }

  void expect_all_well() {
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id) {
      ASSERT_TRUE(image_.up(id));
      EXPECT_EQ(image_.view(id).members.size(), image_.world.nodes()) << id;
      EXPECT_TRUE(image_.node(id).recoveries().all().empty()) << id;
      EXPECT_TRUE(image_.node(id).membership()->may_serve(image_.world.now())) << id;
    }
    for (const auto& [call, pid] : open_)
      if (lives(pid) && !waits_for_a_child(pid))
        ADD_FAILURE() << "call " << kCallNames[image_.world.trace(call).call.index()] << " of " << pid.value << " is never answered";
  }

  // Everybody is killed: then nothing may be left.
  void end_all() {
    for (int round = 0; round < 4; ++round) {
      for (std::uint32_t id = 0; id < image_.world.nodes(); ++id)
        for (const auto& [pid, process] : image_.node(id).processes().all())
          if (pid != image_.world.init(id)) victims_.insert(pid);
      for (Pid victim : victims_) image_.world.call(NodeId{0}, image_.world.init(0), Kill{victim, Signal::kill});
      victims_.clear();
      settle(1000);
    }
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id) {
      const auto& node = image_.node(id);
      EXPECT_EQ(node.processes().all().size(), 1U) << id;
      EXPECT_TRUE(node.origins().all().empty()) << id;
      EXPECT_TRUE(node.stubs().empty()) << id;
      EXPECT_TRUE(node.memberships().all().empty()) << id;
      EXPECT_TRUE(node.groups_led().all().empty()) << id;
      EXPECT_TRUE(node.pending().all().empty()) << id;
      EXPECT_TRUE(node.parents_elsewhere().empty() && node.children_elsewhere().empty()) << id;
    }
  }

  Instant due(const Waiting& what) override { return image_.world.now() + what.after; }
  void completed(CallId id, const Result&) override {
    open_.erase(id);
    std::erase_if(busy_, [&](const auto& entry) { return entry.second == id; });
  }
  void ordered(NodeId, const ProgramOrder& order) override {
    if (order.kind == ProgramOrder::Kind::depart) frozen_.insert(order.pid);
    if (order.kind == ProgramOrder::Kind::arrive || order.kind == ProgramOrder::Kind::end) frozen_.erase(order.pid);
  }

 private:
  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(draws_.below(n)); }

  void strike() {
    const std::uint32_t id = below(image_.world.nodes());
    const std::uint32_t how = below(4);
    healed_at_ = events_ + 150;
    if (how < 2 && image_.up(id)) image_.crash(id);
    else if (how == 2) image_.pause(id);
    else image_.cut({id});
  }
  void heal() {
    image_.cut({});
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id) {
      image_.resume(id);
      if (!image_.up(id)) image_.restart(id);
    }
  }
  void start_those_that_ask() {
    if (events_ < healed_at_) return;
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id)
      if (!image_.up(id)) image_.restart(id);
  }
  void settle(int ms) {
    for (int passed = 0; passed < ms; passed += 50) {
      image_.run(50);
      for (std::uint32_t id = 0; id < image_.world.nodes(); ++id)
        if (!image_.up(id)) image_.restart(id);
    }
  }

  void step() {
    const std::uint32_t what = below(20);
    if (what < 6) return call();
    if (what == 6 || !image_.deliver_one(draws_)) image_.run_to_next_timer();
  }

  void call() {
    const NodeId at{below(image_.world.nodes())};
    if (!image_.world.is_up(at) || image_.is_still(at.value)) return;
    std::vector<Pid> idle;
    for (const auto& [pid, process] : image_.node(at.value).processes().all())
      if (!busy_.contains(pid) && !frozen_.contains(pid) && !process.blocked) idle.push_back(pid);
    if (idle.empty()) return;
    const Pid caller = idle[below(idle.size())];
    const bool init = caller.sequence() == kInitSequence;
    Call what = init ? Call{spawn_on(below(image_.world.nodes()))} : draw_call();
    const CallId id = image_.world.next_call();
    open_[id] = caller;
    if (!init) busy_[caller] = id;
    image_.world.call(id, at, caller, std::move(what));
  }
  Call draw_call() {
    const std::uint32_t kind = below(12);
    const NodeId node{below(image_.world.nodes())};
    if (kind < 3) return spawn_on(node.value);
    if (kind == 3) return Fork{};
    if (kind == 4) return Exit{3};
    if (kind == 5) return Kill{somebody(), below(2) == 0 ? Signal::none : Signal::term};
    if (kind == 6) return KillGroup{somebody(), below(2) == 0 ? Signal::none : Signal::term};
    if (kind == 7) return SetGroup{};
    if (kind == 8) return Wait{kNoPid, below(2) == 0};
    if (kind == 9) return List{};
    if (kind == 10) return Migrate{somebody(), node};
    return Migrate{kNoPid, node};
  }
  Pid somebody() {
    std::vector<Pid> all;
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id)
      if (image_.up(id))
        for (const auto& [pid, process] : image_.node(id).processes().all())
          if (pid.sequence() != kInitSequence) all.push_back(pid);
    return all.empty() ? Pid::make(NodeId{0}, Incarnation{1}, 77) : all[below(all.size())];
  }

  bool lives(Pid pid) const {
    for (std::uint32_t id = 0; id < image_.world.nodes(); ++id)
      if (image_.up(id) && image_.node(id).processes().find(pid) != nullptr) return true;
    return false;
  }
  bool waits_for_a_child(Pid pid) const {
    const auto* process = image_.node(image_.where(pid).value).processes().find(pid);
    if (!process->blocked || process->blocked->in != native::Blocked::In::wait) return false;
    for (const auto& [child, status] : process->children)
      if (!status && lives(child)) return true;
    return false;
  }

  Stream draws_;
  Image image_;
  std::vector<std::uint64_t> strikes_;
  std::uint64_t events_ = 0, healed_at_ = UINT64_MAX;
  std::map<CallId, Pid> open_;
  std::map<Pid, CallId> busy_;
  std::set<Pid> frozen_, victims_;
};

// SSISIM_CRASH_SEEDS=10000 for a long run, SSISIM_CRASH_SEED=n for one.
TEST(CrashRandom, NobodyWaitsForEverAndNothingIsLeftOfTheDead) {
  const char* one = std::getenv("SSISIM_CRASH_SEED");
  const char* many = std::getenv("SSISIM_CRASH_SEEDS");
  const std::uint64_t first = one ? std::stoull(one) : 1, last = one ? first : many ? std::stoull(many) : 40;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CrashRun run(seed);
    try {
      run.run();
      run.expect_all_well();
      if (!testing::Test::HasFailure()) run.end_all();
    } catch (const std::exception& error) { ADD_FAILURE() << error.what(); }
    if (testing::Test::HasFailure()) return;
  }
}

}   // namespace
}   // namespace ssi::test
