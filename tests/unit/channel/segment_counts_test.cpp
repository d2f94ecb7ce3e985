// How many messages each call on shared memory costs, by case, and what holds of it between nodes. Keys lie at node 0.
#include "models/parts/cluster_segments.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

constexpr std::uint64_t kKey = 7;

class SegmentRig : public Rig {
 public:
  explicit SegmentRig(std::uint32_t nodes, config::Values more = {}) : Rig(nodes, with_segments(std::move(more))) {}
  static config::Values with_segments(config::Values more) {
    more.emplace_back("cover", std::vector<std::string>{"process", "segment"});
    more.emplace_back("name_server", std::string("fixed"));
    return more;
  }
  // A process on `node` that is attached to the segment of the key.
  Pid attach(std::uint32_t node, std::uint64_t* id = nullptr) {
    const Pid pid = start(node);
    const auto segment = static_cast<std::uint64_t>(call(pid, SegmentGet{kKey, 64}).result->value);
    EXPECT_TRUE(call(pid, Attach{segment}).result->good());
    if (id) *id = segment;
    return pid;
  }
  const parts::ClusterSegments& segments(std::uint32_t id) const {
    return dynamic_cast<const parts::ClusterSegments&>(*node(id).parts().part(CallClass::segment));
  }
};

TEST(SegmentCount, NamesAndAttachments) {
  SegmentRig rig(3);
  EXPECT_EQ(count(rig.call(rig.start(0), SegmentGet{kKey, 64})), (Count{0, 0}));
  const Pid first = rig.start(1), second = rig.start(1);
  const auto& got = rig.call(first, SegmentGet{kKey, 64});
  EXPECT_EQ(count(got), (Count{2, 2}));
  const auto id = static_cast<std::uint64_t>(got.result->value);
  EXPECT_EQ(count(rig.call(first, Attach{id})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(first, Attach{id})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(first, Detach{id})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(first, Detach{id})), (Count{0, 1}));   // the node's last
  EXPECT_EQ(rig.call(second, Attach{99}).result->error, Errno::einval);
  EXPECT_EQ(rig.call(second, SegmentGet{kKey, 64, true, true}).result->error, Errno::eexist);   // N2
  EXPECT_EQ(count(rig.call(second, SegmentRemove{id})), (Count{2, 2}));
  EXPECT_EQ(rig.call(second, SegmentGet{kKey, 64, false}).result->error, Errno::enoent);
  EXPECT_TRUE(rig.segments(0).home().segments().empty());
}

// Pages are at node 0: the first of a segment whose id is even, on three nodes of which its number names the home.
TEST(SegmentCount, PagesMoveToWhoUsesThem) {
  SegmentRig rig(3);
  std::uint64_t id = 0;
  const Pid zero = rig.attach(0, &id), one = rig.attach(1), two = rig.attach(2);
  rig.call(zero, Store{id, 0, 5, {}});
  EXPECT_EQ(rig.call(one, Load{id, 0}).result->value, 5);
  EXPECT_EQ(count(rig.call(one, Load{id, 8})), (Count{0, 0}));   // the page is here now
  rig.call(two, Store{id, 0, 6, {}});
  const auto& again = rig.call(one, Load{id, 0});
  EXPECT_EQ(again.result->value, 6);
  EXPECT_GT(again.path, 0U);   // it was taken away
  rig.call(one, Atomic{id, 0, Atomic::Kind::add, 4, 0});
  EXPECT_EQ(count(rig.call(one, Atomic{id, 0, Atomic::Kind::add, 1, 0})), (Count{0, 0}));   // the only writer
  EXPECT_EQ(rig.call(zero, Load{id, 0}).result->value, 11);
}

TEST(SegmentCount, EveryProtocolIsOneMemory) {
  for (const char* name : {"directory", "ivy_dynamic", "ivy_fixed", "ivy_improved", "ivy_central"}) {
    SegmentRig rig(3, param("segment_protocol", std::string(name)));
    std::uint64_t id = 0;
    const Pid zero = rig.attach(0, &id), one = rig.attach(1), two = rig.attach(2);
    for (int i = 0; i < 3; ++i)
      for (const Pid pid : {zero, one, two}) EXPECT_TRUE(rig.call(pid, Atomic{id, 8, Atomic::Kind::add, 1, 0}).result->good()) << name;
    EXPECT_EQ(rig.call(zero, Load{id, 8}).result->value, 9) << name;
  }
}

TEST(SegmentCount, OptionsOfAProtocolAreReached) {
  for (const bool relayed : {false, true}) {
    config::Values options = param("segment_protocol", std::string("ivy_dynamic"));
    options.emplace_back("segment_forwarding", std::string(relayed ? "relayed" : "cut_through"));
    SegmentRig rig(3, options);
    std::uint64_t id = 0;
    rig.attach(0, &id);
    const auto home = static_cast<std::uint32_t>((id << 32) % 3);
    const Pid one = rig.attach((home + 1) % 3), two = rig.attach((home + 2) % 3);
    rig.call(one, Store{id, 0, 1, {}});
    EXPECT_EQ(count(rig.call(two, Store{id, 0, 2, {}})), (relayed ? Count{4, 4} : Count{3, 3})) << "by way of the first owner";
  }
}

TEST(SegmentCount, AWordAcrossTwoPagesAndARange) {
  SegmentRig rig(2, param("segment_page", std::int64_t{64}));
  const Pid one = rig.start(1), zero = rig.start(0);
  const auto id = static_cast<std::uint64_t>(rig.call(one, SegmentGet{kKey, 200}).result->value);
  rig.call(one, Attach{id});
  rig.call(zero, Attach{id});
  rig.call(one, Store{id, 60, 0x0102030405060708, {}});
  EXPECT_EQ(rig.call(zero, Load{id, 60}).result->value, 0x0102030405060708);
  EXPECT_EQ(rig.call(zero, Load{id, 60, 3}).result->value, 0x060708);
  const auto& range = rig.call(zero, Load{id, 0, 200});
  ASSERT_EQ(size_of(range.result->bytes()), 200U);
  EXPECT_EQ((*range.result->bytes())[60], std::byte{8});
  EXPECT_EQ(rig.call(zero, Load{id, 196}).result->error, Errno::einval);
}

TEST(SemaphoreCount, ShippedToTheHome) {
  SegmentRig rig(3);
  const Pid one = rig.start(1), two = rig.start(2);
  EXPECT_EQ(count(rig.call(one, Up{kKey, 1})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(two, Down{kKey})), (Count{2, 2}));
  const auto& refused = rig.call(two, Down{kKey, true});
  EXPECT_EQ(refused.result->error, Errno::eagain);
  EXPECT_EQ(count(rig.call(rig.start(0), Up{kKey, 1})), (Count{0, 0}));
}

TEST(SemaphoreCount, AnInterruptedDownTakesNothingEvenIfItsGrantIsUnderWay) {
  SegmentRig rig(2);
  const Pid zero = rig.start(0), one = rig.start(1), other = rig.start(1);
  rig.call(one, SetAction{Signal::usr1, Disposition::handler});
  const CallId waits = rig.world.call(NodeId{1}, one, Down{kKey});
  rig.world.deliver_all();
  rig.world.call(NodeId{0}, zero, Up{kKey, 1});   // the grant is on its way
  rig.world.call(NodeId{1}, other, Kill{one, Signal::usr1});
  rig.world.deliver_all();
  EXPECT_EQ(rig.world.trace(waits).result->error, Errno::eintr);
  EXPECT_TRUE(rig.call(zero, Down{kKey, true}).result->good());
}

TEST(MutexCount, OneHolderInTheCluster) {
  SegmentRig rig(3);
  const Pid one = rig.start(1), two = rig.start(2);
  EXPECT_EQ(count(rig.call(one, Mutex{kKey, true})), (Count{2, 2}));
  const CallId waits = rig.world.call(NodeId{2}, two, Mutex{kKey, true});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(waits).result);
  EXPECT_EQ(count(rig.call(one, Mutex{kKey, false})), (Count{2, 3}));   // and the grant to who waits
  EXPECT_TRUE(rig.world.trace(waits).result);
  EXPECT_EQ(rig.call(one, Mutex{kKey, false}).result->error, Errno::eperm);
}

TEST(MutexCount, ADeadHoldersIsStalledOrRobust) {
  for (bool robust : {false, true}) {
    SegmentRig rig(3, param("robust_mutexes", robust));
    const Pid one = rig.start(1), two = rig.start(2);
    rig.call(one, Mutex{kKey, true});
    const CallId waits = rig.world.call(NodeId{2}, two, Mutex{kKey, true});
    rig.world.deliver_all();
    rig.call(one, Exit{0});
    ASSERT_EQ(rig.world.trace(waits).result.has_value(), robust);
    if (robust) { EXPECT_EQ(rig.world.trace(waits).result->status, segment::kOwnerDied); }
  }
}

TEST(BarrierCount, OfThreeNodes) {
  SegmentRig rig(3);
  const Pid zero = rig.start(0), one = rig.start(1), two = rig.start(2);
  const CallId first = rig.world.call(NodeId{1}, one, Barrier{kKey, 3}), second = rig.world.call(NodeId{2}, two, Barrier{kKey, 3});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(first).result || rig.world.trace(second).result);
  EXPECT_EQ(rig.call(zero, Barrier{kKey, 3}).result->value, 1);
  EXPECT_TRUE(rig.world.trace(first).result && rig.world.trace(second).result);
}

}   // namespace
}   // namespace ssi::test
