// The port's own values: message bodies and names.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "models/base/check.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"
#include "models/port/message.hpp"

namespace ssi {
namespace {

struct Ping {
  static constexpr std::string_view kName = "PING";
  std::uint64_t number{};
};
std::uint64_t bytes_of(const Ping&) { return 8; }

struct Blob {
  static constexpr std::string_view kName = "BLOB";
  std::shared_ptr<const std::string> text;
};
std::uint64_t bytes_of(const Blob& blob) { return blob.text->size(); }

using Ours = std::variant<Ping, Blob>;
using Theirs = std::variant<Blob, Ping>;

TEST(Body, KnowsItsVariantItsTypeAndItsSize) {
  const Body ping(Ours(Ping{7}));
  const Body blob(Ours(Blob{std::make_shared<const std::string>("hello")}));
  EXPECT_EQ(std::get<Ping>(ping.get<Ours>()).number, 7U);
  EXPECT_EQ(ping.type().name, "PING");
  EXPECT_EQ(ping.type().hash, hash_of("PING"));
  EXPECT_EQ(ping.bytes(), 8U);
  EXPECT_EQ(blob.type().name, "BLOB");
  EXPECT_EQ(blob.bytes(), 5U);
  EXPECT_EQ(&ping.type(), &kMessageType<Ping>);
}

TEST(Body, OfAnotherProtocolIsRefused) {
  const Body body(Ours(Ping{1}));
  EXPECT_TRUE(body.is<Ours>());
  EXPECT_FALSE(body.is<Theirs>());
  EXPECT_THROW(body.get<Theirs>(), CheckFailed);
  EXPECT_THROW(Body().get<Ours>(), CheckFailed);
}

TEST(Body, CopiesMovesAndReleasesWhatItHolds) {
  auto text = std::make_shared<const std::string>("payload");
  {
    Body first(Ours(Blob{text}));
    EXPECT_EQ(text.use_count(), 2);
    const Body copy(first);
    EXPECT_EQ(text.use_count(), 3);
    const Body moved(std::move(first));
    EXPECT_EQ(*std::get<Blob>(moved.get<Ours>()).text, "payload");
    EXPECT_EQ(text.use_count(), 3);
    Body assigned(Ours(Ping{1}));
    assigned = copy;
    EXPECT_EQ(text.use_count(), 4);
    assigned = Body(Ours(Ping{2}));
    EXPECT_EQ(text.use_count(), 3);
    EXPECT_EQ(std::get<Ping>(assigned.get<Ours>()).number, 2U);
    assigned = Body();
    EXPECT_FALSE(assigned.is<Ours>());
    Body& self = assigned = copy;
    assigned = self;
    EXPECT_EQ(*std::get<Blob>(assigned.get<Ours>()).text, "payload");
  }
  EXPECT_EQ(text.use_count(), 1);
}

TEST(Effects, ASendIsRaisedWhileAMessageIsServedAndHasTheEventsCause) {
  Effects out;
  out.begin(CallId{5}, false);
  out.send(NodeId{1}, TxnId{2}, Ours(Ping{3}));
  out.begin(CallId{6}, true);
  ASSERT_TRUE(out.sends.empty());
  out.send(NodeId{1}, TxnId{2}, Ours(Ping{3}));
  out.send(NodeId{1}, TxnId{2}, Ours(Ping{3}), {.before_work = true, .cause = CallId{9}});
  EXPECT_EQ(out.sends[0].priority, Priority::raised);
  EXPECT_EQ(out.sends[0].cause, CallId{6});
  EXPECT_FALSE(out.sends[0].before_work);
  EXPECT_EQ(out.sends[1].cause, CallId{9});
  EXPECT_TRUE(out.sends[1].before_work);
}

TEST(Calls, EveryErrorAndSignalHasItsOwnName) {
  std::set<std::string_view> names;
  for (std::size_t e = 0; e < kErrnos; ++e) names.insert(name_of(static_cast<Errno>(e)));
  EXPECT_EQ(names.size(), kErrnos);
  EXPECT_EQ(names.count("?"), 0U);
  EXPECT_EQ(name_of(Errno::none), "");
  EXPECT_EQ(name_of(Errno::ehostdown), "EHOSTDOWN");

  names.clear();
  for (int s = 0; s < 32; ++s) names.insert(name_of(static_cast<Signal>(s)));
  EXPECT_EQ(names.size(), 12U);   // the eleven values and "?" for what is none
  EXPECT_EQ(name_of(Signal::none), "0");
  EXPECT_EQ(name_of(Signal::term), "SIGTERM");
  EXPECT_EQ(status_of(Signal::kill), 137);
}

TEST(Pid, HoldsOriginIncarnationAndSequence) {
  const Pid pid = Pid::make(NodeId{1000}, Incarnation{7}, 0xfffffff0U);
  EXPECT_EQ(pid.origin(), NodeId{1000});
  EXPECT_EQ(pid.incarnation(), Incarnation{7});
  EXPECT_EQ(pid.sequence(), 0xfffffff0U);
  EXPECT_LT(Pid::make(NodeId{1}, Incarnation{9}, 5), Pid::make(NodeId{2}, Incarnation{1}, 1));
  EXPECT_EQ(init_of(NodeId{3}, Incarnation{1}).sequence(), kInitSequence);
}

}   // namespace
}   // namespace ssi
