// A listener that a child on another node has inherited: what accepting there costs, who gets a connection, and when the name is free.
#include "tests/unit/channel/rig.hpp"

namespace ssi::test {
namespace {

TEST(AcceptCount, OfAListenerThatIsElsewhere) {
  ChannelRig rig(3);
  const Pid parent = rig.start(0), client = rig.start(2);
  const auto listener = rig.listen(parent, "s");
  const Pid child = rig.spawn(parent, 1), neighbour = rig.spawn(parent, 0);
  const auto first = rig.connect(client, "s");
  const auto& accept = rig.call(child, Accept{listener});
  EXPECT_EQ(count(accept), (Count{2, 4}));   // ACCEPT, ACCEPTED; HOLD and RELEASE to the client's node, which has one of the streams
  rig.send(client, first, "to node 1");
  const auto& read = rig.receive(child, static_cast<std::int32_t>(accept.result->value));
  EXPECT_EQ(text(read.result->bytes()), "to node 1");
  EXPECT_EQ(count(read), (Count{2, 2}));   // its bytes stay at the listener's node
  rig.connect(client, "s");
  EXPECT_EQ(count(rig.call(neighbour, Accept{listener})), (Count{0, 0}));
  for (const Pid pid : {parent, child, neighbour, client}) rig.call(pid, Exit{0});
  rig.expect_nothing_left();
}

TEST(Listener, IsThereUntilTheLastProcessAnywhereHasGone) {
  ChannelRig rig(3);
  const Pid parent = rig.start(0), client = rig.start(2);
  const auto listener = rig.listen(parent, "s");
  const Pid child = rig.spawn(parent, 1), grandchild = rig.spawn(child, 2);
  rig.call(parent, Exit{0});
  rig.call(child, Exit{0});
  rig.connect(client, "s");
  EXPECT_TRUE(rig.call(grandchild, Accept{listener}).result->good());
  const Pid home = rig.spawn(grandchild, 0);   // back where the listener is
  rig.call(grandchild, Exit{0});
  EXPECT_EQ(rig.call(client, Listen{"s"}).result->error, Errno::eaddrinuse);
  rig.call(home, Close{listener});
  EXPECT_TRUE(rig.call(client, Listen{"s"}).result->good());
}

TEST(Listener, AnInterruptedAcceptTakesNoConnection) {
  ChannelRig rig(2);
  const Pid parent = rig.start(0);
  const auto listener = rig.listen(parent, "s");
  const Pid child = rig.spawn(parent, 1);
  rig.call(child, SetAction{Signal::usr1, Disposition::handler});
  const CallId waits = rig.world.call(NodeId{1}, child, Accept{listener});
  rig.world.deliver_all();
  rig.call(parent, Kill{child, Signal::usr1});
  EXPECT_EQ(rig.world.trace(waits).result->error, Errno::eintr);
  rig.connect(parent, "s");
  EXPECT_TRUE(rig.call(parent, Accept{listener}).result->good());
}

// ... nor if the connection is on its way: it goes back, before those that came after it.
TEST(Listener, AConnectionThatCrossesAnInterruptGoesBackFirst) {
  ChannelRig rig(2);
  const Pid parent = rig.start(0), client = rig.start(0);
  const auto listener = rig.listen(parent, "s");
  const Pid child = rig.spawn(parent, 1), neighbour = rig.start(1);
  rig.call(child, SetAction{Signal::usr1, Disposition::handler});
  const CallId waits = rig.world.call(NodeId{1}, child, Accept{listener});
  rig.world.deliver_all();
  const auto socket = static_cast<std::int32_t>(rig.world.trace(rig.world.call(NodeId{0}, client, Connect{"s"})).result->value);
  rig.world.call(NodeId{1}, neighbour, Kill{child, Signal::usr1});   // ACCEPTED is under way
  rig.world.call(NodeId{0}, client, Connect{"s"});                   // and this one in the backlog when it comes back
  rig.world.deliver_all();
  EXPECT_EQ(rig.world.trace(waits).result->error, Errno::eintr);
  rig.send(client, socket, "first");
  const auto accepted = rig.accept(parent, listener);
  EXPECT_EQ(text(rig.receive(parent, accepted).result->bytes()), "first");
}

TEST(Listener, OfALostNodeAnswersNobody) {
  ChannelRig rig(2, {{"pid_from", std::string("execution")}});
  const Pid parent = rig.start(0);
  const auto listener = rig.listen(parent, "s");
  const Pid child = rig.spawn(parent, 1);
  rig.call(child, SetSession{});   // a group of node 1 alone: those of both lose members here, and nothing rebuilds them yet
  const CallId waits = rig.world.call(NodeId{1}, child, Accept{listener});
  rig.world.deliver_all();
  rig.world.break_circuit(NodeId{0}, NodeId{1});
  EXPECT_EQ(rig.world.trace(waits).result->certainty, Certainty::info);
  rig.connect(parent, "s");
  EXPECT_TRUE(rig.call(parent, Accept{listener}).result->good());   // not to the lost node
}

}   // namespace
}   // namespace ssi::test
