// Members under random crashes, pauses and cuts, with time but without a
// simulator: latency from a draw, messages late or lost while a path is cut.
// After each event: views of one number are the same, and whoever may serve is
// in the newest view that anybody has.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <queue>

#include "models/base/distributions.hpp"
#include "models/protocol/membership/membership.hpp"

namespace ssi::membership {
namespace {

constexpr std::int64_t kMs = 1'000'000;

class MemberWorld {
 public:
  MemberWorld(std::uint32_t nodes, std::uint64_t seed, Settings settings)
      : settings_(settings), draws_(RandomRoot(seed).stream("members")), nodes_(nodes), cut_(nodes * nodes) {
    for (std::uint32_t i = 0; i < nodes; ++i) boot(i);
  }

  void run_until(std::int64_t ms) {
    while (!events_.empty() && events_.top().at.ns <= ms * kMs) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      take(event);
      check();
    }
    now_ = {ms * kMs};
  }

  void crash(std::uint32_t node) {
    if (!nodes_[node].machine) return;
    nodes_[node].machine.reset();
    ++nodes_[node].incarnation;
    nodes_[node].paused = false;
    nodes_[node].held.clear();
  }
  void restart(std::uint32_t node) {
    if (!nodes_[node].machine) boot(node);
  }
  void pause(std::uint32_t node, bool on) {
    Node& it = nodes_[node];
    it.paused = on;
    if (on) return;
    for (const Event& event : std::exchange(it.held, {})) take(event);
  }
  void cut(std::uint32_t from, std::uint32_t to, bool on) { cut_[from * nodes_.size() + to] = on; }
  void heal() {
    std::fill(cut_.begin(), cut_.end(), false);
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].paused) pause(i, false);
      restart(i);
    }
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  bool up(std::uint32_t node) const { return nodes_[node].machine != nullptr; }
  const Membership& machine(std::uint32_t node) const { return *nodes_[node].machine; }
  Stream& draws() { return draws_; }
  std::vector<std::string> problems;
  std::map<std::uint64_t, View> views;
  std::map<std::uint32_t, std::int64_t> suspected;   // first, by node
  std::uint64_t sent = 0;
  Instant now() const { return now_; }

 private:
  struct Event {
    Instant at;
    std::uint64_t sequence;
    std::uint32_t node, incarnation;
    std::optional<TimerEvent> timer;
    std::shared_ptr<ssi::Message> message;
    std::uint32_t from_incarnation = 0;
    bool operator>(const Event& other) const { return std::pair(at, sequence) > std::pair(other.at, other.sequence); }
  };
  struct Node {
    std::unique_ptr<Membership> machine;
    std::uint32_t incarnation = 1;
    bool paused = false;
    std::vector<Event> held;
  };

  void boot(std::uint32_t node) {
    Node& it = nodes_[node];
    it.machine = std::make_unique<Membership>(NodeId{node}, size(), Incarnation{it.incarnation}, settings_);
    out_.begin(kNoCall, false);
    it.machine->boot(now_, out_);
    it.machine->ready();
    carry_out(node);
  }
  void take(const Event& event) {
    Node& it = nodes_[event.node];
    if (!it.machine || event.incarnation != it.incarnation) return;
    if (it.paused) return it.held.push_back(event);
    if (event.message && nodes_[event.message->header.from.value].incarnation != event.from_incarnation) return;
    if (event.message && is_cut(event)) return;
    out_.begin(kNoCall, false);
    if (event.timer) it.machine->timer(now_, *event.timer, out_);
    else it.machine->message(now_, *event.message, out_);
    carry_out(event.node);
  }
  // Lost for good, or sent again until it gets through, and all that was sent
  // later with it.
  bool is_cut(const Event& event) {
    const std::size_t path = event.message->header.from.value * nodes_.size() + event.node;
    if (!cut_[path]) return false;
    if (draws_.below(2) == 0) return true;
    Event again = event;
    again.at = last_[path] = std::max(last_[path], now_ + Duration{100 * kMs});
    again.sequence = ++sequence_;
    events_.push(again);
    return true;
  }
  void carry_out(std::uint32_t node) {
    Node& it = nodes_[node];
    for (const Effects::Timer& timer : out_.timers)
      events_.push({now_ + timer.after, ++sequence_, node, it.incarnation, TimerEvent{timer.key, timer.generation}, nullptr, 0});
    for (const Note& note : out_.notes)
      if (note.kind == Note::Kind::suspected) suspected.emplace(note.subject, now_.ns);
    for (const Effects::Send& send : out_.sends) deliver(node, send);
    it.machine->check_invariants();
    if (it.machine->take_change()) {
      const View& view = it.machine->view();
      const auto [known, is_new] = views.emplace(view.number, view);
      if (!is_new && !(known->second == view)) problems.push_back("two views of number " + std::to_string(view.number));
    }
    if (!it.machine->evicted()) return;
    crash(node);
    events_.push({now_ + Duration{20 * kMs}, ++sequence_, node, 0, std::nullopt, nullptr, 0});   // so that time comes to its reboot
    reboot_.push_back({now_.ns + 20 * kMs, node});
  }
  // First in, first out for each pair.
  void deliver(std::uint32_t from, const Effects::Send& send) {
    ++sent;
    const std::size_t path = from * nodes_.size() + send.to.value;
    Duration takes{20'000 + static_cast<std::int64_t>(draws_.below(kMs))};
    Instant& last = last_[path];
    last = std::max(last, now_ + takes);
    auto message = std::make_shared<ssi::Message>();
    message->header.from = {from};
    message->header.to = send.to;
    message->body = send.body;
    events_.push({last, ++sequence_, send.to.value, nodes_[send.to.value].incarnation, std::nullopt, message, nodes_[from].incarnation});
  }
  void check() {
    for (auto at = reboot_.begin(); at != reboot_.end();)
      if (at->first <= now_.ns) {
        restart(at->second);
        at = reboot_.erase(at);
      } else {
        ++at;
      }
    if (views.empty()) return;
    const View& newest = views.rbegin()->second;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      const Node& it = nodes_[i];
      if (!it.machine || !it.machine->may_serve(now_)) continue;
      const Member* member = newest.find({i});
      if (member == nullptr || member->incarnation.value != it.incarnation)
        problems.push_back("at " + std::to_string(now_.ns) + " ns node " + std::to_string(i) + " may serve without being in view " +
                           std::to_string(newest.number) + ", by a lease to " + std::to_string(it.machine->lease_until().ns) +
                           " of master " + std::to_string(it.machine->master().value) + ", view " +
                           std::to_string(it.machine->view().number));
    }
  }

  Settings settings_;
  Stream draws_;
  std::vector<Node> nodes_;
  std::vector<char> cut_;
  std::map<std::size_t, Instant> last_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> reboot_;
  std::uint64_t sequence_ = 0;
  Instant now_{};
  Effects out_;
};

void make_trouble(MemberWorld& world) {
  const auto node = static_cast<std::uint32_t>(world.draws().below(world.size()));
  switch (world.draws().below(6)) {
    case 0: world.crash(node); break;
    case 1: world.restart(node); break;
    case 2: world.pause(node, world.draws().below(2) == 0); break;
    case 3:
    case 4: {
      const bool on = world.draws().below(2) == 0, one_way = world.draws().below(3) == 0;
      const auto side = world.draws().below(1U << world.size());
      for (std::uint32_t a = 0; a < world.size(); ++a)
        for (std::uint32_t b = 0; b < world.size(); ++b)
          if (((side >> a) & 1) == 1 && ((side >> b) & 1) == 0) {
            world.cut(a, b, on);
            if (!one_way) world.cut(b, a, on);
          }
      break;
    }
    case 5: world.cut(node, (node + 1) % world.size(), world.draws().below(2) == 0); break;
  }
}

// A majority of the first view is always there at the end, so all come together
// again.
TEST(Membership, WhoMayServeIsInTheNewestViewWhateverFails) {
  std::size_t most_views = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Settings settings;
    settings.adaptive = seed % 3 == 0;
    if (seed % 2 == 0) settings.witness = NodeId{0};
    MemberWorld world(3 + static_cast<std::uint32_t>(seed % 3), seed, settings);
    std::int64_t at = 500;
    for (int i = 0; i < 30; ++i) {
      world.run_until(at);
      make_trouble(world);
      at += 20 + static_cast<std::int64_t>(world.draws().below(600));
    }
    ASSERT_TRUE(world.problems.empty()) << "seed " << seed << ": " << world.problems.front();
    most_views = std::max(most_views, world.views.size());
  }
  EXPECT_GT(most_views, 10U);
}

std::string shown(const MemberWorld& world) {
  std::string out;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    if (!world.up(i)) continue;
    const Membership& it = world.machine(i);
    out += "\nnode " + std::to_string(i) + (it.evicted() ? " evicted" : "") + " master " + std::to_string(it.master().value) + " view " +
           std::to_string(it.view().number) + ":";
    for (const Member& member : it.view().members)
      out += " " + std::to_string(member.node.value) + "." + std::to_string(member.incarnation.value);
  }
  return out;
}

// One crash at a time, so that there is a majority of each view.
TEST(Membership, AfterTheLastFaultAllAreMembersOfOneViewAndMayServe) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    MemberWorld world(5, seed, {});
    std::int64_t at = 300;
    for (int i = 0; i < 8; ++i) {
      const auto node = static_cast<std::uint32_t>(world.draws().below(5));
      const auto kind = world.draws().below(3);
      world.run_until(at);
      if (kind == 0) world.crash(node);
      if (kind == 1) world.pause(node, true);
      if (kind == 2)
        for (std::uint32_t other = 0; other < 5; ++other)
          if (other != node) world.cut(node, other, true), world.cut(other, node, true);
      at += static_cast<std::int64_t>(world.draws().below(1500));
      world.run_until(at);
      world.heal();
      at += 3000;
    }
    world.run_until(at + 3000);
    ASSERT_TRUE(world.problems.empty()) << "seed " << seed << ": " << world.problems.front();
    for (std::uint32_t i = 0; i < 5; ++i) {
      ASSERT_TRUE(world.up(i)) << seed;
      EXPECT_TRUE(world.machine(i).may_serve(world.now())) << "seed " << seed << " node " << i << shown(world);
      EXPECT_EQ(world.machine(i).view().number, world.machine(0).view().number) << "seed " << seed;
      EXPECT_EQ(world.machine(i).view().members.size(), 5U) << "seed " << seed;
      for (const Member& member : world.machine(i).view().members) EXPECT_EQ(member.stage, Stage::up) << "seed " << seed;
    }
  }
}

// Silence begins with the last heartbeat that was heard: up to one heartbeat
// before the crash.
TEST(Membership, DetectionTakesWhatTheHeartbeatsSay) {
  for (const auto& [heartbeat, after] : {std::pair(100, 350), std::pair(20, 100), std::pair(500, 2000)})
    for (std::uint32_t victim = 0; victim < 4; ++victim)
      for (int part = 0; part < 5; ++part) {
        Settings settings{.heartbeat = {heartbeat * kMs}, .suspect_after = {after * kMs}, .lease = {after * kMs * 3 / 4}};
        MemberWorld world(4, 7, settings);
        const std::int64_t at = 10 * heartbeat + heartbeat * part / 5;
        world.run_until(at);
        world.crash(victim);
        world.run_until(at + 3L * after);
        ASSERT_TRUE(world.suspected.contains(victim));
        const double took = static_cast<double>(world.suspected[victim]) / kMs - static_cast<double>(at);
        EXPECT_GE(took, after - heartbeat - 1.1) << heartbeat << " " << victim;
        EXPECT_LE(took, after + 1.1) << heartbeat << " " << victim;
        EXPECT_EQ(world.views.rbegin()->second.members.size(), 3U);
        EXPECT_EQ(world.views.rbegin()->second.find({victim}), nullptr);
      }
}

TEST(Membership, AnEvenSplitStopsBothSidesUnlessThereIsAWitness) {
  for (const bool with : {false, true}) {
    Settings settings;
    if (with) settings.witness = NodeId{3};
    MemberWorld world(4, 3, settings);
    world.run_until(500);
    for (std::uint32_t a : {0U, 1U})
      for (std::uint32_t b : {2U, 3U}) world.cut(a, b, true), world.cut(b, a, true);
    world.run_until(3000);
    EXPECT_TRUE(world.problems.empty());
    for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(world.machine(i).may_serve(world.now()), with && i >= 2) << i;
    EXPECT_EQ(world.views.size(), with ? 1U : 0U);
  }
}

TEST(Membership, WithoutFaultsTheMasterAndEachMemberSendOneHeartbeatAPeriod) {
  MemberWorld world(8, 1, {});
  world.run_until(10'050);
  EXPECT_NEAR(static_cast<double>(world.sent), 100 * 14, 20);
  EXPECT_TRUE(world.views.empty());
}

}   // namespace
}   // namespace ssi::membership
