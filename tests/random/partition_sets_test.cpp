// Partition sets under random crashes and cuts, with time but without a simulator: circuits of pairs, whose ends are told of a cut or a
// crash after a while. While faults go on each site is in its own set; a cut that stays leaves each side its own set, and both go on; when
// all is whole again all are in one. And what the protocols cost in messages. SSISIM_RANDOM_SEEDS=3000 for more.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <queue>

#include "models/base/distributions.hpp"
#include "models/protocol/partition_sets/partition_sets.hpp"

namespace ssi::partition_sets {
namespace {

constexpr std::int64_t kMs = 1'000'000, kCircuit = 100;   // ms until a circuit is given up

class SetsWorld {
 public:
  SetsWorld(std::uint32_t sites, std::uint64_t seed) : draws_(RandomRoot(seed).stream("sets")), sites_(sites) {
    for (std::uint32_t i = 0; i < sites; ++i) boot(i);
  }

  void run_until(std::int64_t ms) {
    while (!events_.empty() && events_.top().at.ns <= ms * kMs) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      take(event);
    }
    now_ = {ms * kMs};
  }
  void run_on(std::int64_t ms) { run_until(now_.ns / kMs + ms); }

  void crash(std::uint32_t site) {
    if (!sites_[site].machine) return;
    sites_[site].machine.reset();
    ++sites_[site].incarnation;
    for (std::uint32_t peer = 0; peer < size(); ++peer)
      if (peer != site) later(peer, Event{.node = peer, .broken = site, .incarnation = sites_[peer].incarnation});
  }
  void restart(std::uint32_t site) {
    if (sites_[site].machine) return;
    for (std::uint32_t peer = 0; peer < size(); ++peer)   // before its first message, at the latest
      if (peer != site && sites_[peer].machine) tell_broken(peer, site);
    boot(site);
  }
  // Sides: a bit for each site. No message passes between them until `heal`.
  void cut(std::uint64_t side) {
    side_ = side;
    for (std::uint32_t a = 0; a < size(); ++a)
      for (std::uint32_t b = a + 1; b < size(); ++b)
        if (is_cut(a, b)) break_later(a, b);
  }
  void heal() {
    side_ = 0;
    for (std::uint32_t i = 0; i < size(); ++i) restart(i);
  }
  void break_circuit(std::uint32_t a, std::uint32_t b, bool tell_second = true) {
    ++epochs_[key(a, b)];
    tell_broken(a, b);
    if (tell_second) tell_broken(b, a);
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(sites_.size()); }
  bool up(std::uint32_t site) const { return sites_[site].machine != nullptr; }
  const PartitionSets& machine(std::uint32_t site) const { return *sites_[site].machine; }
  std::set<std::uint32_t> set_of(std::uint32_t site) const {
    std::set<std::uint32_t> out;
    for (const auto& [node, incarnation] : machine(site).sites()) out.insert(node.value);
    return out;
  }
  std::string shown() const {
    std::string out;
    for (std::uint32_t i = 0; i < size(); ++i) {
      out += "\n" + std::to_string(i) + ":";
      if (!up(i)) continue;
      for (const auto& [node, incarnation] : machine(i).sites())
        out += " " + std::to_string(node.value) + "." + std::to_string(incarnation.value);
      out += " number " + std::to_string(machine(i).number()) + (machine(i).at_rest() ? "" : ", not at rest");
    }
    return out;
  }
  Stream& draws() { return draws_; }
  std::map<std::string, int> sent;

 private:
  struct Event {
    Instant at{};
    std::uint64_t sequence = 0;
    std::uint32_t node = 0;
    std::optional<std::uint32_t> broken{};
    std::uint32_t incarnation = 0;   // of `node`, else it is void
    std::optional<TimerEvent> timer{};
    std::shared_ptr<ssi::Message> message{};
    std::uint64_t epoch = 0;
    bool pair = false;   // `broken`: the circuit of a cut pair, if it is cut still
    bool operator>(const Event& other) const { return std::pair(at, sequence) > std::pair(other.at, other.sequence); }
  };
  struct Site {
    std::unique_ptr<PartitionSets> machine;
    std::uint32_t incarnation = 1;
  };
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  static Pair key(std::uint32_t a, std::uint32_t b) { return {std::min(a, b), std::max(a, b)}; }
  bool is_cut(std::uint32_t a, std::uint32_t b) const { return ((side_ >> a) & 1) != ((side_ >> b) & 1); }

  void push(Event event, Instant at) {
    event.at = at;
    event.sequence = ++sequence_;
    events_.push(std::move(event));
  }
  void later(std::uint32_t, Event event) {
    const auto ms = static_cast<std::int64_t>(draws_.below(kCircuit)) + kCircuit;
    push(std::move(event), now_ + Duration{ms * kMs});
  }
  void break_later(std::uint32_t a, std::uint32_t b) {
    Event event{.node = a, .broken = b};
    event.pair = true;
    event.epoch = epochs_[key(a, b)];
    later(a, event);
  }
  void boot(std::uint32_t site) {
    Site& it = sites_[site];
    it.machine = std::make_unique<PartitionSets>(NodeId{site}, size(), Incarnation{it.incarnation}, Settings{});
    out_.begin(kNoCall, false);
    it.machine->boot(out_);
    carry_out(site);
  }
  void tell_broken(std::uint32_t site, std::uint32_t peer) {
    if (!sites_[site].machine) return;
    out_.begin(kNoCall, false);
    sites_[site].machine->circuit_broken(NodeId{peer}, out_);
    carry_out(site);
  }
  void take(const Event& event) {
    Site& it = sites_[event.node];
    if (event.pair) {
      const Pair pair = key(event.node, *event.broken);
      if (!is_cut(pair.first, pair.second) || epochs_[pair] != event.epoch) return;
      return break_circuit(pair.first, pair.second);
    }
    if (!it.machine || event.incarnation != it.incarnation) return;
    if (event.broken) return tell_broken(event.node, *event.broken);
    out_.begin(kNoCall, false);
    if (event.timer) it.machine->timer(*event.timer, out_);
    else if (!arrives(event)) return;
    else it.machine->message(*event.message, out_);
    carry_out(event.node);
  }
  bool arrives(const Event& event) {
    const Header& header = event.message->header;
    const std::uint32_t from = header.from.value;
    if (sites_[from].incarnation != header.from_incarnation.value || epochs_[key(from, event.node)] != event.epoch) return false;
    if (!is_cut(from, event.node)) return true;
    push(event, now_ + Duration{10 * kMs});   // sent again
    return false;
  }
  void carry_out(std::uint32_t site) {
    Site& it = sites_[site];
    for (const Effects::Timer& timer : out_.timers)
      push({.node = site, .incarnation = it.incarnation, .timer = TimerEvent{timer.key, timer.generation}}, now_ + timer.after);
    for (const Effects::Send& send : out_.sends) deliver(site, send);
    it.machine->check_invariants();
    it.machine->take_change();
  }
  void deliver(std::uint32_t from, const Effects::Send& send) {
    ++sent[std::string(send.body.type().name)];
    const std::uint32_t to = send.to.value;
    if (!sites_[to].machine) return later(from, Event{.node = from, .broken = to, .incarnation = sites_[from].incarnation});
    if (is_cut(from, to)) break_later(from, to);
    Instant& last = last_[{from, to}];
    last = std::max(last, now_ + Duration{20'000 + static_cast<std::int64_t>(draws_.below(kMs))});
    Event event{.node = to, .incarnation = sites_[to].incarnation};
    event.message = std::make_shared<ssi::Message>();
    event.message->header.from = NodeId{from};
    event.message->header.from_incarnation = Incarnation{sites_[from].incarnation};
    event.message->header.to = send.to;
    event.message->body = send.body;
    event.epoch = epochs_[key(from, to)];
    push(std::move(event), last);
  }

  Stream draws_;
  std::vector<Site> sites_;
  std::uint64_t side_ = 0, sequence_ = 0;
  std::map<Pair, std::uint64_t> epochs_;
  std::map<Pair, Instant> last_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  Instant now_{};
  Effects out_;
};

using Counts = std::map<std::string, int>;

TEST(PartitionSetsCount, OneActiveSitePollsAllButTheLostOneAndAnnounces) {
  for (std::uint32_t sites : {3U, 5U, 8U}) {
    SetsWorld world(sites, 1);
    world.break_circuit(0, sites - 1, false);
    world.run_on(20);
    const int others = static_cast<int>(sites) - 2;
    EXPECT_EQ(world.sent, (Counts{{"PARTITION_POLL", others}, {"PARTITION_SET", others}, {"PARTITION_ANNOUNCE", others}}));
    EXPECT_EQ(world.set_of(0).size(), sites - 1);
  }
}

TEST(PartitionSetsCount, AMergePollsAllSites) {
  for (std::uint32_t sites : {3U, 5U}) {
    SetsWorld world(sites, 1);
    world.crash(sites - 1);
    world.run_on(900);   // the first period is over after that
    EXPECT_EQ(world.set_of(0).size(), sites - 1);
    world.sent.clear();
    world.restart(sites - 1);
    world.run_on(50);
    const int others = static_cast<int>(sites) - 1;
    EXPECT_EQ(world.sent, (Counts{{"MERGE_POLL", others}, {"PARTITION_SET", others}, {"PARTITION_ANNOUNCE", others}}));
    for (std::uint32_t site = 0; site < sites; ++site) EXPECT_EQ(world.set_of(site).size(), sites) << world.shown();
  }
}

TEST(PartitionSets, ALostLinkLeavesTheTwoInDifferentSets) {
  SetsWorld world(4, 3);
  world.break_circuit(1, 2);
  world.run_on(500);
  EXPECT_NE(world.set_of(1).contains(2), true) << world.shown();
  EXPECT_NE(world.set_of(2).contains(1), true) << world.shown();
  world.run_on(4000);   // the circuit can be made again, so the merge brings all together
  for (std::uint32_t site = 0; site < 4; ++site) EXPECT_EQ(world.set_of(site).size(), 4U) << world.shown();
}

void expect_sides(SetsWorld& world, std::uint64_t side, std::uint64_t seed) {
  for (std::uint32_t site = 0; site < world.size(); ++site) {
    if (!world.up(site)) continue;
    std::set<std::uint32_t> own;
    for (std::uint32_t other = 0; other < world.size(); ++other)
      if (world.up(other) && ((side >> other) & 1) == ((side >> site) & 1)) own.insert(other);
    EXPECT_EQ(world.set_of(site), own) << "site " << site << ", seed " << seed << world.shown();
  }
}

TEST(PartitionSets, EachSideOfACutGoesOnAndAllComeTogetherAgain) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 60;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SetsWorld world(3 + static_cast<std::uint32_t>(seed % 4), seed);
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 6; ++i) {   // in quick succession
        const auto site = static_cast<std::uint32_t>(world.draws().below(world.size()));
        const std::uint64_t kind = world.draws().below(5), side = world.draws().below(1ULL << world.size());
        if (kind == 0) world.crash(site);
        if (kind == 1) world.restart(site);
        if (kind >= 2) world.cut(side);
        world.run_on(static_cast<std::int64_t>(world.draws().below(400)));
      }
      const std::uint64_t side = world.draws().below(1ULL << world.size());
      world.cut(side);
      world.run_on(8000);
      expect_sides(world, side, seed);
      world.heal();
      world.run_on(6000);
      expect_sides(world, 0, seed);
      for (std::uint32_t site = 0; site < world.size(); ++site) EXPECT_EQ(world.machine(site).number(), world.machine(0).number());
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    }
  }
}

}   // namespace
}   // namespace ssi::partition_sets
