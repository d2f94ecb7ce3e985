// Tokens of shared file offsets on their own: nodes that pass an entry on, use its offset, and let it go, in any order of messages. Every
// use sees what the one before has left, wherever it was; nothing waits for ever; every row is reached. SSISIM_RANDOM_SEEDS for more.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include "models/base/random.hpp"
#include "models/protocol/offset/tokens.hpp"

namespace ssi::test {
namespace {

using offset::Tokens;

constexpr std::uint64_t kName = (std::uint64_t{0} << offset::kManagerShift) | 7;   // opened on node 0

class Nodes {
 public:
  explicit Nodes(std::uint32_t count) {
    for (std::uint32_t id = 0; id < count; ++id) nodes_.emplace_back(NodeId{id});
    nodes_[0].share(kName, 0, false);
    has_[0] = 1;
  }

  // Passes the entry on; it arrives with a later `arrive`, as a new process does.
  void pass_on(std::uint32_t from, std::uint32_t to) {
    does(from, [&](Effects& out) { nodes_[from].hold(kName, NodeId{to}, 1, out); });
    arriving_.emplace_back(to, nodes_[from].offset(kName));
  }
  void arrive(std::size_t which) {
    const auto [to, offset] = arriving_[which];
    arriving_.erase(arriving_.begin() + static_cast<std::ptrdiff_t>(which));
    nodes_[to].arrived(kName, offset);
    ++has_[to];
  }
  void take(std::uint32_t at) {
    bool taken = false;
    does(at, [&](Effects& out) { taken = nodes_[at].take(kName, CallId{1}, out); });
    if (taken) use(at);
    else waiting_.insert(at);
  }
  void put(std::uint32_t at) {
    using_.erase(at);
    does(at, [&](Effects& out) { nodes_[at].put(kName, ++uses, out); });
  }
  void leave(std::uint32_t at) {
    has_.erase(at);
    does(at, [&](Effects& out) { nodes_[at].left(kName, out); });
  }
  void deliver(std::pair<std::uint32_t, std::uint32_t> pair) {
    const Message message = under_way_.at(pair).front();
    under_way_.at(pair).pop_front();
    if (under_way_.at(pair).empty()) under_way_.erase(pair);
    ++messages;
    std::vector<std::uint64_t> came;
    does(pair.second, [&](Effects& out) { EXPECT_TRUE(nodes_[pair.second].message(message, out, came)); });
    for (std::size_t i = 0; i < came.size(); ++i) use(pair.second);
  }
  void deliver_all() {
    while (!under_way_.empty()) deliver(under_way_.begin()->first);
  }
  void lose(std::uint32_t a, std::uint32_t b) {
    under_way_.erase({a, b});
    under_way_.erase({b, a});
    for (const auto& [at, peer] : {std::pair(a, b), std::pair(b, a)}) {
      std::vector<std::uint64_t> came;
      does(at, [&, peer = peer, at = at](Effects& out) { nodes_[at].circuit_broken(NodeId{peer}, out, came); });
      for (std::size_t i = 0; i < came.size(); ++i) {
        waiting_.erase(at);
        using_.insert(at);
      }
    }
  }

  bool has(std::uint32_t at) const { return has_.contains(at); }
  bool idle(std::uint32_t at) const { return has(at) && !waiting_.contains(at) && !using_.contains(at); }
  bool uses_it(std::uint32_t at) const { return using_.contains(at); }
  const auto& under_way() const { return under_way_; }
  std::size_t arriving() const { return arriving_.size(); }
  std::size_t waiting() const { return waiting_.size(); }
  const std::vector<Tokens>& all() const { return nodes_; }
  std::uint64_t uses = 0;
  std::uint32_t messages = 0;

 private:
  void use(std::uint32_t at) {
    EXPECT_EQ(nodes_[at].offset(kName), uses) << "node " << at;
    waiting_.erase(at);
    using_.insert(at);
  }
  template <class F>
  void does(std::uint32_t at, F&& act) {
    Effects out;
    out.begin(CallId{1}, true);
    act(out);
    for (const auto& send : out.sends) {
      Message message;
      message.header = {.from = NodeId{at}, .to = send.to, .cause = send.cause};
      message.body = send.body;
      under_way_[{at, send.to.value}].push_back(message);
    }
    std::vector<const Tokens*> nodes;
    for (const Tokens& node : nodes_) {
      node.check_invariants();
      nodes.push_back(&node);
    }
    EXPECT_TRUE(offset::one_holder(nodes));
  }

  std::vector<Tokens> nodes_;
  std::map<std::uint32_t, int> has_;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> arriving_;
  std::set<std::uint32_t> waiting_, using_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<Message>> under_way_;
};

std::uint32_t use(Nodes& nodes, std::uint32_t at) {
  const std::uint32_t before = nodes.messages;
  nodes.take(at);
  nodes.deliver_all();
  EXPECT_TRUE(nodes.uses_it(at));
  nodes.put(at);
  nodes.deliver_all();
  return nodes.messages - before;
}

TEST(OffsetCount, TwoFromTheManagerFourFromAThirdNodeNoneWhereItIs) {
  Nodes nodes(3);
  nodes.pass_on(0, 1);
  nodes.pass_on(0, 2);
  nodes.arrive(0);
  nodes.arrive(0);
  EXPECT_EQ(use(nodes, 0), 0U);   // the manager has it
  EXPECT_EQ(use(nodes, 1), 2U);   // WANT, GRANT
  EXPECT_EQ(use(nodes, 1), 0U);   // kept until it is asked for
  EXPECT_EQ(use(nodes, 2), 4U);   // WANT, RECALL, SURRENDER, GRANT
  EXPECT_EQ(use(nodes, 0), 2U);   // RECALL, SURRENDER
}

TEST(OffsetCount, PassingItOnIsAHoldIfTheManagerIsElsewhereAndLettingGoARelease) {
  Nodes nodes(3);
  nodes.pass_on(0, 1);
  nodes.arrive(0);
  nodes.pass_on(1, 2);
  nodes.deliver_all();
  EXPECT_EQ(nodes.messages, 1U);
  nodes.arrive(0);
  EXPECT_EQ(use(nodes, 2), 2U);
  nodes.leave(1);
  nodes.leave(2);
  nodes.leave(0);
  nodes.deliver_all();
  EXPECT_TRUE(nodes.all()[0].managed().empty());
}

// The offset then is as it was last known, each node's own where the manager was lost.
TEST(Offset, ALostNodeTakesItsTokenAlongAndALostManagerLeavesEachItsOwn) {
  Nodes nodes(3);
  nodes.pass_on(0, 1);
  nodes.pass_on(0, 2);
  nodes.arrive(0);
  nodes.arrive(0);
  use(nodes, 1);
  nodes.take(2);
  nodes.lose(0, 1);
  nodes.uses = 0;   // what node 1 did is lost with it
  nodes.deliver_all();
  EXPECT_TRUE(nodes.uses_it(2));
  nodes.put(2);
  nodes.take(1);   // alone: at once
  EXPECT_TRUE(nodes.uses_it(1));
}

void step(Nodes& nodes, Stream& draws, std::uint32_t count) {
  const auto at = static_cast<std::uint32_t>(draws.below(count)), other = static_cast<std::uint32_t>(draws.below(count));
  const std::uint64_t what = draws.below(10);
  if (what < 4 && !nodes.under_way().empty()) {
    auto pair = nodes.under_way().begin();
    std::advance(pair, static_cast<std::ptrdiff_t>(draws.below(nodes.under_way().size())));
    nodes.deliver(pair->first);
  } else if (what < 5 && nodes.idle(at) && other != at) {
    nodes.pass_on(at, other);
  } else if (what < 6 && nodes.arriving() > 0) {
    nodes.arrive(draws.below(nodes.arriving()));
  } else if (what < 8 && nodes.idle(at)) {
    nodes.take(at);
  } else if (what < 9 && nodes.uses_it(at)) {
    nodes.put(at);
  } else if (nodes.idle(at) && nodes.arriving() > 0 && draws.below(3) == 0) {
    nodes.leave(at);
  }
}

// Who waits gets it, once the others have put it back; then all let go.
void come_to_an_end(Nodes& nodes, std::uint32_t count) {
  for (int i = 0; i < 100 && (nodes.waiting() > 0 || !nodes.under_way().empty()); ++i) {
    nodes.deliver_all();
    for (std::uint32_t at = 0; at < count; ++at)
      if (nodes.uses_it(at)) nodes.put(at);
  }
  EXPECT_EQ(nodes.waiting(), 0U);
  while (nodes.arriving() > 0) nodes.arrive(0);
  for (std::uint32_t at = 0; at < count; ++at) {
    if (nodes.uses_it(at)) nodes.put(at);
    nodes.deliver_all();
    if (nodes.has(at)) nodes.leave(at);
  }
  nodes.deliver_all();
  EXPECT_TRUE(nodes.all()[0].managed().empty());
}

TEST(OffsetRandom, EveryUseSeesTheOneBeforeAndEveryRowIsReached) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 200;
  std::array<std::uint64_t, offset::kStates * offset::kEvents> hits{};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Stream draws(seed);
    const auto count = static_cast<std::uint32_t>(2 + seed % 3);
    Nodes nodes(count);
    for (int i = 0; i < 400; ++i) step(nodes, draws, count);
    come_to_an_end(nodes, count);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    for (const Tokens& node : nodes.all())
      for (std::size_t i = 0; i < hits.size(); ++i) hits[i] += node.hits()[i];
  }
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (offset::rows::kTable[i].on == offset::On::lost) continue;   // circuits do not break here
    EXPECT_EQ(hits[i] > 0, offset::rows::kTable[i].verdict != Verdict::never) << "row " << i;
  }
}

}   // namespace
}   // namespace ssi::test
