// Messages of `scale_out` by case, on the path of the call and in total: starting a program elsewhere, signals, status, sockets, files.
#include "tests/unit/scale_out/rig.hpp"

namespace ssi::test {
namespace {

TEST(RexecCount, ARoundIsTwoThenStart) {
  for (std::int64_t rounds : {1, 3, 8}) {
    ScaleOutRig rig(2, param("login_rounds", rounds));
    const Pid parent = rig.start(0);
    EXPECT_EQ(messages(rig.call(0, parent, ScaleOutRig::spawn_on(1))), (Messages{0, static_cast<std::uint32_t>(2 * rounds + 1)}));
  }
  ScaleOutRig rig(2, param("login_rounds", std::int64_t{2}));
  rig.start_at(0, rig.start(0), 1);
  EXPECT_EQ(rig.path, "LOGIN CHALLENGE LOGIN CHALLENGE START");
}

TEST(RexecCount, HereIsFree) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0);
  EXPECT_EQ(messages(rig.call(0, parent, ScaleOutRig::spawn_on(0))), (Messages{0, 0}));
  EXPECT_EQ(messages(rig.call(0, parent, Fork{})), (Messages{0, 0}));
  EXPECT_EQ(messages(rig.call(0, parent, List{})), (Messages{0, 0}));
}

TEST(RexecCount, TheStatusIsOneMessageOffThePath) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1);
  EXPECT_EQ(messages(rig.call(1, rig.program(), Exit{7})), (Messages{0, 1}));
  const CallTrace& wait = rig.call(0, parent, Wait{});
  EXPECT_EQ(messages(wait), (Messages{0, 0}));
  EXPECT_EQ(wait.result->pid, client);
  EXPECT_EQ(wait.result->status, 7);
}

TEST(RexecCount, ASignalIsOneAndTheStatusOfWhoDiesOfItAnother) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1);
  rig.call(1, rig.program(), SetAction{Signal::hup, Disposition::handler});
  EXPECT_EQ(messages(rig.call(0, parent, Kill{client, Signal::hup})), (Messages{0, 1}));
  EXPECT_EQ(messages(rig.call(0, parent, Kill{client, Signal::term})), (Messages{0, 2}));
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, status_of(Signal::term));
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->error, Errno::echild);
}

TEST(RexecCount, ADeadClientHangsUpAndIsToldNothing) {
  ScaleOutRig rig(2);
  const Pid parent = rig.start(0), client = rig.start_at(0, parent, 1);
  EXPECT_EQ(messages(rig.call(0, parent, Kill{client, Signal::kill})), (Messages{0, 1}));
  EXPECT_FALSE(rig.lives(1, rig.program()));
  EXPECT_EQ(rig.call(0, parent, Wait{}).result->status, status_of(Signal::kill));
}

TEST(RexecCount, RefusalIsTwo) {
  ScaleOutRig rig(2, param("sessions_max", std::int64_t{1}));
  const Pid parent = rig.start(0);
  rig.start_at(0, parent, 1);
  const CallTrace& second = rig.call(0, parent, ScaleOutRig::spawn_on(1));
  EXPECT_TRUE(second.result->good());
  EXPECT_EQ(messages(second), (Messages{0, 2}));
  const CallTrace& wait = rig.call(0, parent, Wait{});
  EXPECT_EQ(wait.result->pid, second.result->pid);
  EXPECT_EQ(wait.result->status, rexec::kNoStatus);
}

TEST(SocketCount, OfAnotherHostThreeCasesAsTcp) {
  ScaleOutRig rig(2);
  const Pid server = rig.start(1), client = rig.start(0), neighbour = rig.start(1);
  const CallTrace& listen = rig.call(1, server, Listen{"1:echo"});
  EXPECT_EQ(messages(listen), (Messages{0, 0}));
  const CallTrace& connect = rig.call(0, client, Connect{"1:echo"});
  EXPECT_EQ(messages(connect), (Messages{2, 2}));
  const auto channel = static_cast<std::int32_t>(connect.result->value);
  const Bytes word = std::make_shared<const std::vector<std::byte>>(8);
  EXPECT_EQ(messages(rig.call(0, client, Send{channel, word})), (Messages{0, 1}));
  const auto accepted = rig.call(1, server, Accept{static_cast<std::int32_t>(listen.result->value)});
  EXPECT_EQ(messages(rig.call(1, server, Receive{static_cast<std::int32_t>(accepted.result->value), 8})), (Messages{0, 0}));
  EXPECT_EQ(messages(rig.call(1, neighbour, Connect{"1:echo"})), (Messages{0, 0}));
}

TEST(SocketCount, ANameWithoutAHostIsThisHosts) {
  ScaleOutRig rig(2);
  const Pid server = rig.start(1), client = rig.start(0);
  rig.call(1, server, Listen{"echo"});
  EXPECT_EQ(rig.call(0, client, Connect{"echo"}).result->error, Errno::econnrefused);
  EXPECT_TRUE(rig.call(0, client, Listen{"echo"}).result->good());   // nobody knows of the other
  EXPECT_EQ(rig.call(0, client, Listen{"1:other"}).result->error, Errno::einval);
  EXPECT_EQ(rig.call(0, client, Connect{"1:nobody"}).result->error, Errno::econnrefused);
  EXPECT_EQ(rig.call(0, client, Connect{"7:echo"}).result->error, Errno::econnrefused);   // no such host
}

TEST(FileCount, AreTheServersByNfs) {
  ScaleOutRig rig(3, param("file_server", std::int64_t{2}));
  const Pid writer = rig.start(0), reader = rig.start(1);
  const OpenFlags makes{.read = true, .write = true, .create = true};
  const CallTrace& made = rig.call(0, writer, Open{"/f", makes});
  ASSERT_TRUE(made.result->good());
  EXPECT_EQ(made.served, NodeId{2});
  rig.call(0, writer, Write{static_cast<std::int32_t>(made.result->value), std::make_shared<const std::vector<std::byte>>(5)});
  rig.call(0, writer, Close{static_cast<std::int32_t>(made.result->value)});
  const CallTrace& opened = rig.call(1, reader, Open{"/f", {}});
  EXPECT_EQ(messages(opened), (Messages{4, 4}));   // LOOKUP, GETATTR
  const CallTrace& read = rig.call(1, reader, Read{static_cast<std::int32_t>(opened.result->value), 9});
  EXPECT_EQ(messages(read), (Messages{2, 2}));
  EXPECT_EQ(read.result->value, 5);
}

}   // namespace
}   // namespace ssi::test
