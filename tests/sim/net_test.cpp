// The net layer without a wire: order, classes, circuits, incarnations.
#include <gtest/gtest.h>

#include "sim/cluster/net.hpp"

namespace ssi::sim {
namespace {

struct Wire {
  Net net{4};
  std::vector<Token> ready, dropped;

  Header send(std::uint32_t from, std::uint32_t to, Priority priority = Priority::normal) {
    Header header{.from = {from}, .to = {to}, .priority = priority};
    net.stamp(header);
    return header;
  }
  std::vector<Token> arrive(const Header& header, Token token) {
    ready.clear();
    dropped.clear();
    net.arrive(header, token, ready, dropped);
    return ready;
  }
};

using Tokens = std::vector<Token>;

TEST(Net, HoldsWhatOvertookUntilItsTurn) {
  Wire wire;
  const Header a = wire.send(0, 1), b = wire.send(0, 1), c = wire.send(0, 1);
  EXPECT_EQ(wire.arrive(c, 3), Tokens{});
  EXPECT_EQ(wire.arrive(b, 2), Tokens{});
  EXPECT_EQ(wire.arrive(a, 1), (Tokens{1, 2, 3}));
}

TEST(Net, OrderHoldsPerPairAndClassOnly) {
  Wire wire;
  const Header slow = wire.send(0, 1);
  EXPECT_EQ(wire.arrive(wire.send(0, 1, Priority::raised), 5), Tokens{5});
  EXPECT_EQ(wire.arrive(wire.send(1, 0), 6), Tokens{6});
  EXPECT_EQ(wire.arrive(wire.send(0, 2), 7), Tokens{7});
  EXPECT_EQ(wire.arrive(slow, 4), Tokens{4});
}

TEST(Net, ABrokenCircuitLosesWhatWasOnItAndStartsAnew) {
  Wire wire;
  const Header first = wire.send(0, 1), second = wire.send(0, 1);
  EXPECT_EQ(wire.arrive(second, 2), Tokens{});
  Tokens lost;
  wire.net.break_circuit({1}, {0}, lost);
  EXPECT_EQ(lost, Tokens{2}) << "what was held";
  EXPECT_EQ(wire.arrive(first, 1), Tokens{});
  EXPECT_EQ(wire.dropped, Tokens{1}) << "what was on the wire";
  const Header fresh = wire.send(0, 1);
  EXPECT_GT(fresh.circuit_epoch, first.circuit_epoch);
  EXPECT_EQ(wire.arrive(fresh, 3), Tokens{3});
}

TEST(Net, ARestartedNodeGetsNothingOfItsPast) {
  Wire wire;
  const Header to_old = wire.send(0, 1), from_old = wire.send(1, 2);
  Tokens lost;
  wire.net.restart({1}, lost);
  EXPECT_EQ(wire.arrive(to_old, 1), Tokens{});
  EXPECT_EQ(wire.dropped, Tokens{1});
  EXPECT_EQ(wire.arrive(from_old, 2), Tokens{});
  EXPECT_EQ(wire.dropped, Tokens{2});
  const Header now = wire.send(0, 1);
  EXPECT_EQ(now.to_incarnation, Incarnation{2});
  EXPECT_EQ(wire.arrive(now, 3), Tokens{3});
  EXPECT_EQ(wire.arrive(wire.send(0, 2), 4), Tokens{4}) << "others are not touched";
}

TEST(Net, DeliveringTwiceIsOurBug) {
  Wire wire;
  const Header once = wire.send(0, 1);
  wire.arrive(once, 1);
  EXPECT_THROW(wire.arrive(once, 1), CheckFailed);
}

}   // namespace
}   // namespace ssi::sim
