// How many messages each call on channels costs, by case: on the path and in total. The name server is node 0.
#include "tests/unit/channel/rig.hpp"

namespace ssi::test {
namespace {

TEST(ListenCount, ByNameServer) {
  ChannelRig rig(2);
  EXPECT_EQ(count(rig.call(rig.start(0), Listen{"a"})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(rig.start(1), Listen{"b"})), (Count{2, 2}));
  const auto& refused = rig.call(rig.start(1), Listen{"a"});
  EXPECT_EQ(refused.result->error, Errno::eaddrinuse);   // N2: one winner
  EXPECT_EQ(count(refused), (Count{2, 2}));
}

TEST(ConnectCount, ByPlaceOfServerAndListener) {
  ChannelRig rig(4);
  rig.listen(rig.start(0), "at 0");
  rig.listen(rig.start(1), "at 1");
  EXPECT_EQ(count(rig.call(rig.start(0), Connect{"at 0"})), (Count{0, 0}));   // all three on one node
  EXPECT_EQ(count(rig.call(rig.start(1), Connect{"at 1"})), (Count{0, 0}));   // the listener is here
  EXPECT_EQ(count(rig.call(rig.start(2), Connect{"at 0"})), (Count{2, 2}));   // the listener at the name server
  EXPECT_EQ(count(rig.call(rig.start(0), Connect{"at 1"})), (Count{2, 2}));   // the client at the name server
  EXPECT_EQ(count(rig.call(rig.start(2), Connect{"at 1"})), (Count{3, 3}));   // all apart
  EXPECT_EQ(count(rig.call(rig.start(0), Connect{"none"})), (Count{0, 0}));
  const auto& refused = rig.call(rig.start(2), Connect{"none"});
  EXPECT_EQ(refused.result->error, Errno::econnrefused);
  EXPECT_EQ(count(refused), (Count{2, 2}));
}

TEST(StreamCount, BytesAtTheReaderOrAtTheWriter) {
  for (bool at_reader : {true, false}) {
    ChannelRig rig(2, param("stream_buffer", std::string(at_reader ? "reader" : "writer")));
    const Pid server = rig.start(0), client = rig.start(1);
    const auto listener = rig.listen(server, "s"), socket = rig.connect(client, "s"), accepted = rig.accept(server, listener);
    EXPECT_EQ(count(rig.send(client, socket, "hello")), (at_reader ? Count{0, 1} : Count{0, 0}));
    const auto& read = rig.receive(server, accepted);
    EXPECT_EQ(text(read.result->bytes()), "hello");
    EXPECT_EQ(count(read), (at_reader ? Count{0, 0} : Count{2, 2}));
  }
}

TEST(StreamCount, CreditComesWhenHalfTheWindowIsOwed) {
  ChannelRig rig(2, param("stream_window", std::int64_t{8192}));
  const Pid server = rig.start(0), client = rig.start(1);
  const auto listener = rig.listen(server, "s"), socket = rig.connect(client, "s");
  rig.accept(server, listener);
  EXPECT_EQ(count(rig.send(client, socket, std::string(4095, 'x'))), (Count{0, 1}));
  EXPECT_EQ(count(rig.send(client, socket, "x")), (Count{0, 2}));
  EXPECT_EQ(count(rig.send(client, socket, std::string(20000, 'x'))), (Count{4, 5}));   // 8192, credit, 8192, credit, 3616: no credit yet
}

TEST(StreamCount, APipeIsInheritedByAChildElsewhere) {
  ChannelRig rig(3);
  const Pid parent = rig.start(0);
  const auto [reading, writing] = rig.pipe(parent);
  const Pid child = rig.spawn(parent, 1);
  EXPECT_EQ(count(rig.send(child, writing, "from 1")), (Count{0, 1}));
  EXPECT_EQ(text(rig.receive(parent, reading).result->bytes()), "from 1");
  rig.send(parent, writing, "from 0");
  const auto& read = rig.receive(child, reading);
  EXPECT_EQ(text(read.result->bytes()), "from 0");
  EXPECT_EQ(count(read), (Count{2, 2}));
  rig.send(parent, writing, "more");   // the child read last: asked first whether anything is to be put back
  EXPECT_EQ(count(rig.receive(parent, reading)), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(child, Close{writing})), (Count{0, 1}));
}

TEST(ChannelCount, WhereEverythingIsOnTheNameServersNodeNothing) {
  ChannelRig rig(2);
  const Pid one = rig.start(0);
  const auto nothing = [&](Call call) { EXPECT_EQ(count(rig.call(one, call)), (Count{0, 0})) << kCallNames[call.index()]; };
  nothing(Pipe{});   // 0 and 1
  nothing(Send{1, text("x")});
  nothing(Receive{0, 1});
  nothing(Listen{"s"});    // 2
  nothing(Connect{"s"});   // 3
  nothing(Accept{2});      // 4
  nothing(Send{4, text("x")});
  nothing(Receive{3, 1});
  for (std::int32_t file = 0; file < 5; ++file) nothing(Close{file});
  rig.expect_nothing_left();
}

TEST(ChannelCount, AListenersNameIsGivenBackToItsServer) {
  ChannelRig rig(2);
  const Pid one = rig.start(1);
  const auto listener = rig.listen(one, "s");
  EXPECT_EQ(count(rig.call(one, Close{listener})), (Count{0, 1}));   // UNBIND
}

// A pipe lies where it was made.
TEST(StreamCount, OfAnInheritedPipeByPlaceOfItsHomeItsWriterAndItsReader) {
  for (const std::uint32_t home : {0U, 1U})
    for (const std::uint32_t writer : {0U, 1U, 2U})
      for (const std::uint32_t reader : {0U, 1U, 2U}) {
        ChannelRig rig(3);
        const Pid parent = rig.start(home);
        const auto [reading, writing] = rig.pipe(parent);
        const auto child = [&](std::uint32_t node) { return node == home ? rig.fork(parent) : rig.spawn(parent, node); };
        const Pid writes = child(writer), reads = child(reader);
        SCOPED_TRACE("home, writer, reader " + std::to_string(home) + " " + std::to_string(writer) + " " + std::to_string(reader));
        EXPECT_EQ(count(rig.send(writes, writing, "x")), (writer == home ? Count{0, 0} : Count{0, 1}));
        EXPECT_EQ(count(rig.receive(reads, reading)), (reader == home ? Count{0, 0} : Count{2, 2}));
        EXPECT_EQ(count(rig.call(writes, Close{writing})), (writer == home ? Count{0, 0} : Count{0, 1}));
        EXPECT_EQ(count(rig.call(reads, Close{reading})), (reader == home ? Count{0, 0} : Count{0, 1}));
      }
}

TEST(Stream, EndsWhenTheLastWriterOnAnyNodeHasGone) {
  ChannelRig rig(3);
  const Pid parent = rig.start(0);
  const auto [reading, writing] = rig.pipe(parent);
  const Pid child = rig.spawn(parent, 1), grandchild = rig.spawn(child, 2);
  rig.call(parent, Close{writing});
  rig.call(child, Exit{0});
  const CallId waits = rig.world.call(NodeId{0}, parent, Receive{reading, 5});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(waits).result);
  rig.call(grandchild, Exit{0});
  ASSERT_TRUE(rig.world.trace(waits).result);
  EXPECT_EQ(size_of(rig.world.trace(waits).result->bytes()), 0U);
  rig.call(parent, Exit{0});
  rig.expect_nothing_left();
}

TEST(Stream, AWriterElsewhereGetsSigpipeWhenNoReaderIsLeft) {
  ChannelRig rig(2);
  const Pid parent = rig.start(0);
  const auto [reading, writing] = rig.pipe(parent);
  const Pid child = rig.spawn(parent, 1);
  rig.call(child, Close{reading});
  rig.call(child, SetAction{Signal::pipe, Disposition::ignore});
  EXPECT_TRUE(rig.send(child, writing, "x").result->good());
  rig.call(parent, Close{reading});
  EXPECT_EQ(rig.send(child, writing, "x").result->error, Errno::epipe);
  rig.call(child, SetAction{Signal::pipe, Disposition::standard});
  rig.send(child, writing, "x");
  EXPECT_EQ(rig.node(1).processes().find(child), nullptr);
}

TEST(Stream, AnInterruptedReadElsewherePutsBackWhatItFetched) {
  ChannelRig rig(2);
  const Pid parent = rig.start(0);
  const auto [reading, writing] = rig.pipe(parent);
  const Pid child = rig.spawn(parent, 1);
  rig.call(child, SetAction{Signal::usr1, Disposition::handler});
  const CallId waits = rig.world.call(NodeId{1}, child, Receive{reading, 5});
  rig.world.deliver_all();
  rig.call(parent, Kill{child, Signal::usr1});
  EXPECT_EQ(rig.world.trace(waits).result->error, Errno::eintr);
  rig.send(parent, writing, "kept");
  EXPECT_EQ(text(rig.receive(parent, reading).result->bytes()), "kept");
}

}   // namespace
}   // namespace ssi::test
