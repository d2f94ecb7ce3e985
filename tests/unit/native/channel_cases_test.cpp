// Pipes and sockets of one node: what POSIX says, by name.
#include "tests/unit/native/node.hpp"

namespace ssi::native {
namespace {

TEST(Channels, AWriterThatNobodyReadsDiesOfSigpipeUnlessItIgnoresIt) {
  Node node = small_node();
  const Pid writer = node.start(), hardened = node.start();
  node.now(hardened, SetAction{Signal::pipe, Disposition::ignore});
  for (Pid pid : {writer, hardened}) {
    const Result pipe = node.now(pid, Pipe{});
    node.now(pid, Close{static_cast<std::int32_t>(pipe.value)});
    node.call(pid, Send{pipe.status, bytes_of_text("lost")});
  }
  EXPECT_FALSE(node.alive(writer));
  EXPECT_EQ(node.answers().rbegin()->second.error, Errno::epipe);
}

TEST(Channels, AClosedListenerEndsConnectionsThatNobodyAccepted) {
  Node node = small_node();
  const Pid server = node.start(), client = node.start();
  const auto listener = static_cast<std::int32_t>(node.now(server, Listen{"s", 1}).value);
  const auto socket = static_cast<std::int32_t>(node.now(client, Connect{"s"}).value);
  EXPECT_EQ(node.now(client, Connect{"s"}).error, Errno::econnrefused);   // the backlog is full
  const std::uint64_t waits = node.call(client, Receive{socket, 1});
  node.now(server, Close{listener});
  EXPECT_EQ(size_of(node.answer(waits)->bytes()), 0U);
  EXPECT_EQ(node.now(client, Connect{"s"}).error, Errno::econnrefused);
}

TEST(Channels, APartlyWrittenWriteThatIsInterruptedReturnsWhatIsIn) {
  Node node = small_node();
  const Pid writer = node.start();
  node.now(writer, SetAction{Signal::usr1, Disposition::handler});
  const Result pipe = node.now(writer, Pipe{});
  const std::uint64_t waits = node.call(writer, Send{pipe.status, bytes_of_text("0123456789abcdefXYZ")});
  EXPECT_TRUE(node.blocked(writer));
  node.now(node.init(), Kill{writer, Signal::usr1});
  EXPECT_EQ(node.answer(waits)->value, 16);
  EXPECT_EQ(text_of_bytes(node.now(writer, Receive{static_cast<std::int32_t>(pipe.value), 99}).bytes()), "0123456789abcdef");
}

}   // namespace
}   // namespace ssi::native
