// The end of an image and the next one: whoever sees a connection break stops all; those that have booted again are one image if they are
// more than half, whatever happens meanwhile.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <optional>

#include "models/base/random.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"
#include "sim/world/run_out.hpp"

namespace ssi::test {
namespace {
using namespace world;   // sim/world
using dsm_first::DsmFirst;
using dsm_first::Image;

struct ImageWorld {
  explicit ImageWorld(std::uint32_t nodes, config::Values params = {{"reboot_after", std::int64_t{1'000'000'000}}})
      : world("dsm_first", {.nodes = nodes, .params = std::move(params)}) {
    run_out(world);
  }
  CallTrace call(std::uint32_t node, Pid caller, Call what) {
    const CallId id = world.call(NodeId{node}, caller, std::move(what));
    run_out(world);
    return world.trace(id);
  }
  CallTrace spawn(std::uint32_t on, std::uint32_t to) { return call(on, world.init(on), Spawn{{}, {Placement::Kind::node, NodeId{to}}}); }
  // Who is told of it runs on to its end.
  void is_lost(std::uint32_t node, std::uint32_t seen_by) {
    world.crash(NodeId{node});
    world.tell_broken({NodeId{seen_by}, NodeId{node}});
    run_out(world);
  }
  std::vector<std::uint32_t> up() const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t id = 0; id < world.nodes(); ++id)
      if (world.is_up(NodeId{id})) out.push_back(id);
    return out;
  }
  void boot(std::vector<std::uint32_t> nodes) {
    for (const std::uint32_t id : nodes) world.restart(NodeId{id});
  }
  std::string members(std::uint32_t node) const {
    if (!world.is_up(NodeId{node}) || !world.as<DsmFirst>(NodeId{node}).image().running()) return "none";
    std::string out;
    for (const NodeId member : world.as<DsmFirst>(NodeId{node}).image().members()) out += std::to_string(member.value);
    return out;
  }
  void check() const {
    std::vector<const Strategy*> machines;
    for (const std::uint32_t id : up()) machines.push_back(&world.machine(NodeId{id}));
    Report report;
    dsm_first::check_cluster(machines, report);
    EXPECT_TRUE(report.problems.empty()) << report.problems.front();
  }
  World world;
};

TEST(DsmFirstImage, AConnectionThatBreaksIsTheEndOfAllNodes) {
  ImageWorld four(4);
  ASSERT_TRUE(four.spawn(0, 3).result->good());
  four.is_lost(2, 1);   // only node 1 sees it
  EXPECT_TRUE(four.up().empty()) << "the others were told";
}

TEST(DsmFirstImage, ACircuitThatBreaksWithoutACrashIsItsEndToo) {
  ImageWorld three(3);
  three.world.break_circuit(NodeId{0}, NodeId{1});
  run_out(three.world);
  EXPECT_TRUE(three.up().empty());
}

// Under each protocol and placement the new kernel works without the pages that a missing node was the home of.
TEST(DsmFirstImage, TheNextImageIsThoseThatAreThere) {
  for (const std::string protocol : {"directory", "ivy_dynamic", "ivy_fixed", "ivy_improved", "ivy_central"})
    for (const std::string placement : {"first_touch", "packed", "one_per_page"})
      for (const std::uint32_t missing : {0U, 2U, 3U}) {
        SCOPED_TRACE(protocol + ", " + placement + ", without " + std::to_string(missing));
        ImageWorld four(4, {{"reboot_after", std::int64_t{1'000'000'000}}, {"protocol", protocol}, {"placement", placement}});
        four.is_lost(missing, (missing + 1) % 4);
        std::vector<std::uint32_t> rest;
        for (std::uint32_t id = 0; id < 4; ++id)
          if (id != missing) rest.push_back(id);
        four.boot(rest);
        run_out(four.world);
        std::string name;
        for (const std::uint32_t id : rest) name += std::to_string(id);
        for (const std::uint32_t id : rest) ASSERT_EQ(four.members(id), name);
        for (const std::uint32_t from : rest)
          for (const std::uint32_t to : rest) {
            const CallTrace made = four.spawn(from, to);
            ASSERT_TRUE(made.result && made.result->good());
            EXPECT_EQ(four.call(to, made.result->pid, SegmentGet{7, 65'536}).result->error, Errno::none);
          }
        EXPECT_EQ(four.spawn(rest[0], missing).result->error, Errno::ehostdown);
        const CallTrace anywhere = four.call(rest[1], four.world.init(rest[1]), Spawn{{}, {Placement::Kind::least_loaded, {}}});
        EXPECT_TRUE(anywhere.result && anywhere.result->good());
        four.check();
      }
}

TEST(DsmFirstImage, LessThanHalfOfTheNodesAreNone) {
  ImageWorld four(4);
  four.is_lost(3, 0);
  four.boot({0, 1});
  run_out(four.world);
  EXPECT_EQ(four.members(0) + four.members(1), "nonenone");
  four.boot({3});                                               // and its first message tells that it is there
  for (int i = 0; i < 12 && four.members(0) == "none"; ++i) {   // timers of the background
    four.world.pass(milliseconds(500));
    four.world.fire(0);
    run_out(four.world);
  }
  EXPECT_EQ(four.members(0), "013");
}

TEST(DsmFirstImage, WhoComesLateWaitsForTheNext) {
  ImageWorld four(4);
  four.is_lost(3, 0);
  four.boot({0, 1, 2});
  run_out(four.world);
  four.boot({3});
  run_out(four.world);
  EXPECT_EQ(four.members(0), "012");
  EXPECT_EQ(four.members(3), "none");
  EXPECT_TRUE(four.spawn(0, 1).result->good());
}

// Nodes without memory below: every order of messages, boots, crashes and timers.
class ImageNodes {
 public:
  ImageNodes(std::uint32_t nodes, std::uint64_t seed) : count_(nodes), draws_(RandomRoot(seed).stream("images")), nodes_(nodes) {
    for (std::uint32_t id = 0; id < nodes; ++id) nodes_[id].image.emplace(place(id, false));
  }
  void step() {
    const std::uint64_t kind = draws_.below(40);
    const auto node = static_cast<std::uint32_t>(draws_.below(count_));
    if (kind == 0 && faults_ > 0) crash(node), --faults_;
    else if (kind < 4 && !nodes_[node].image) boot(node);
    else if (kind < 6) tell_one();
    else if (kind < 10) fire(node);
    else deliver();
    check();
  }
  void mend() {   // no more crashes; everybody is there
    faults_ = 0;
    for (int round = 0; round < 400; ++round) {
      for (std::uint32_t id = 0; id < count_; ++id)
        if (!nodes_[id].image) boot(id);
      for (int i = 0; i < 40; ++i) tell_one(), deliver();
      fire(static_cast<std::uint32_t>(draws_.below(count_)));
      check();
    }
  }
  std::size_t running() const {
    std::size_t sum = 0;
    for (const Node& node : nodes_) sum += node.image && node.image->running();
    return sum;
  }
  int images = 0;   // that were begun

 private:
  struct Node {
    std::optional<Image> image{};
    std::uint64_t name = 0;   // of the image that runs: the same number at all its members
    std::uint32_t lives = 1;
    std::vector<TimerKey> timers{};
  };
  struct Sent {
    dsm_first::ImageMessage message;
    std::uint64_t name;
  };
  using Pair = std::pair<std::uint32_t, std::uint32_t>;

  Image::Place place(std::uint32_t id, bool again) const {
    return {.self = NodeId{id}, .nodes = count_, .again = again, .reboots = true, .gather = milliseconds(1)};
  }
  void boot(std::uint32_t id) {
    nodes_[id] = {.image = Image(place(id, true)), .lives = nodes_[id].lives + 1, .timers = {}};
    act(id, [](Image& image, Effects& out) { return image.begin(out), false; });
  }
  void crash(std::uint32_t id) {
    if (!nodes_[id].image) return;
    nodes_[id].image.reset();
    for (std::uint32_t peer = 0; peer < count_; ++peer) {
      wire_.erase({id, peer});
      wire_.erase({peer, id});
      untold_.erase({id, peer});
      if (nodes_[peer].image) untold_.insert({peer, id});
    }
  }
  template <class F>
  void act(std::uint32_t id, F&& what, std::uint64_t name = 0) {
    Effects out;
    out.begin(kNoCall, false);
    Node& node = nodes_[id];
    const bool proposed = node.image->state() == Image::State::proposing;
    if (what(*node.image, out)) {
      node.name = name != 0 ? name : (++names_, names_);
      images += name == 0;
    }
    EXPECT_TRUE(!node.image->running() || node.name != 0 || node.lives == 1) << proposed;
    if (out.restarts) return crash(id);
    for (const Effects::Timer& timer : out.timers) node.timers.push_back(timer.key);
    for (const Effects::Send& send : out.sends) {
      if (!nodes_[send.to.value].image || untold_.contains({id, send.to.value})) continue;
      wire_[{id, send.to.value}].push_back({send.body.get<dsm_first::ImageMessage>(), node.name});
    }
  }
  void fire(std::uint32_t id) {
    Node& node = nodes_[id];
    if (!node.image || node.timers.empty()) return;
    const TimerKey key = node.timers.front();
    node.timers.erase(node.timers.begin());
    act(id, [&](Image& image, Effects& out) { return image.on_timer(key, out); });
  }
  void tell(Pair which) {
    untold_.erase(which);
    if (nodes_[which.first].image)
      act(which.first, [&](Image& image, Effects& out) { return image.circuit_broken(NodeId{which.second}, out), false; });
  }
  void tell_one() {
    if (!untold_.empty()) tell(*std::next(untold_.begin(), static_cast<std::ptrdiff_t>(draws_.below(untold_.size()))));
  }
  void deliver() {
    std::erase_if(wire_, [](const auto& entry) { return entry.second.empty(); });
    if (wire_.empty()) return;
    const auto at = std::next(wire_.begin(), static_cast<std::ptrdiff_t>(draws_.below(wire_.size())));
    const auto [from, to] = at->first;
    if (untold_.contains({to, from})) return tell({to, from});
    const Sent sent = at->second.front();
    at->second.pop_front();
    act(
        to, [&, from = from](Image& image, Effects& out) { return image.on(NodeId{from}, sent.message, out); }, sent.name);
  }
  // Who runs with somebody that runs another image has still to be told that their circuit is no more.
  void check() const {
    for (std::uint32_t a = 0; a < count_; ++a)
      for (std::uint32_t b = 0; b < count_; ++b) {
        const auto &one = nodes_[a], &other = nodes_[b];
        if (!one.image || !other.image || !one.image->running() || !other.image->running() || one.name == other.name) continue;
        EXPECT_TRUE(!one.image->has(NodeId{b}) || untold_.contains({a, b})) << "nodes " << a << " and " << b;
      }
  }

  std::uint32_t count_;
  Stream draws_;
  std::vector<Node> nodes_;
  std::map<Pair, std::deque<Sent>> wire_;
  std::set<Pair> untold_;   // first has to be told that its circuit to second broke
  std::uint64_t names_ = 0;
  int faults_ = 6;
};

TEST(DsmFirstImage, NoOrderOfEventsMakesANodeAPartOfTwo) {
  int images = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    ImageNodes five(5, seed);
    for (int i = 0; i < 600; ++i) five.step();
    five.mend();
    images += five.images;
    EXPECT_GE(five.running(), 3U) << "in the end there is one";
    if (HasFailure()) return;
  }
  EXPECT_GT(images, 300);
}

}   // namespace
}   // namespace ssi::test
