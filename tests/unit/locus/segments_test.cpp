// Segments of Locus (Mirage): the library site, where a segment's key hashes to, has the records of all its pages; one writer or many
// readers; a page is held for delta. Messages by who is where: the library site (0), the caller, who has the page.
#include "models/base/hash.hpp"
#include "tests/unit/locus/rig.hpp"

namespace ssi::test {
namespace {

constexpr std::uint32_t kSites = 4;

// The n-th key whose library is site 0.
std::uint64_t key_at_zero(int n = 0) {
  std::uint64_t key = 1;
  while (mix64(key) % kSites != 0 || n-- > 0) ++key;
  return key;
}
config::Values mirage(std::int64_t delta = 0) {   // which knows no exclusive readers
  return {{"segment_exclusive", false}, {"segment_hold", delta}};
}

class LocusSegments : public LocusRig {
 public:
  explicit LocusSegments(config::Values params = mirage(), std::uint64_t bytes = 16384) : LocusRig(kSites, std::move(params)) {
    for (std::uint32_t site = 0; site < kSites; ++site) {
      people.push_back(start(site));
      id = static_cast<std::uint64_t>(call(people[site], SegmentGet{key_at_zero(), bytes}).result->value);
      EXPECT_TRUE(call(people[site], Attach{id}).result->good());
    }
  }
  Count load(std::uint32_t site, std::uint64_t offset = 0) { return count(call(people[site], Load{id, offset})); }
  Count store(std::uint32_t site, std::uint64_t value) { return count(call(people[site], Store{id, 0, value, {}})); }

  std::uint64_t id = 0;
  std::vector<Pid> people;
};

TEST(LocusSegmentCount, AKeyIsAtItsLibrarySite) {
  LocusRig rig(kSites);
  const Pid there = rig.start(0), elsewhere = rig.start(2);
  EXPECT_EQ(count(rig.call(there, SegmentGet{key_at_zero(), 64})), (Count{0, 0}));
  const auto& got = rig.call(elsewhere, SegmentGet{key_at_zero(), 64});
  EXPECT_EQ(count(got), (Count{2, 2}));
  const auto id = static_cast<std::uint64_t>(got.result->value);
  EXPECT_EQ(count(rig.call(elsewhere, Attach{id})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(elsewhere, Detach{id})), (Count{0, 1}));
  EXPECT_EQ(count(rig.call(elsewhere, SegmentRemove{id})), (Count{2, 2}));
}

TEST(LocusSegmentCount, TheLibrarySiteHasTheRecordsOfAllPages) {
  LocusSegments rig;
  for (std::uint64_t page = 0; page < 4; ++page) EXPECT_EQ(rig.load(0, page * 4096), (Count{0, 0})) << page;
  for (std::uint64_t page = 0; page < 4; ++page) EXPECT_EQ(rig.load(3, page * 4096), (Count{2, 2})) << page;
}

TEST(LocusSegmentCount, OneWriterOrManyReaders) {
  LocusSegments rig;
  EXPECT_EQ(rig.store(1, 5), (Count{2, 2}));   // nobody has it: the library's memory
  EXPECT_EQ(rig.store(1, 6), (Count{0, 0}));
  EXPECT_EQ(rig.load(2), (Count{3, 4}));   // by way of the library; the writer gives it up and writes back
  EXPECT_EQ(rig.load(3), (Count{2, 2}));
  EXPECT_EQ(rig.load(1), (Count{0, 0}));       // it has become a reader
  EXPECT_EQ(rig.store(2, 7), (Count{3, 7}));   // two others read: 3 + 2S
  EXPECT_EQ(rig.store(3, 8), (Count{3, 4}));   // one writer elsewhere
  EXPECT_EQ(rig.call(rig.people[1], Load{rig.id, 0}).result->value, 8);
}

TEST(LocusSegmentCount, SynchronisationIsAtTheKeysSite) {
  LocusRig rig(kSites);
  const Pid there = rig.start(0), elsewhere = rig.start(1);
  const std::uint64_t key = key_at_zero(1);
  EXPECT_EQ(count(rig.call(there, Up{key, 1})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(elsewhere, Down{key})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(elsewhere, Mutex{key, true})), (Count{2, 2}));
  EXPECT_EQ(count(rig.call(elsewhere, Mutex{key, false})), (Count{2, 2}));
}

// Delta: whoever wants the page waits until it has been kept for that long; asking costs no more messages than without.
TEST(LocusSegments, APageIsHeldForDelta) {
  constexpr std::int64_t kDelta = 1'000'000;
  LocusSegments rig(mirage(kDelta));
  rig.store(1, 5);
  const CallId wants = rig.world.call(NodeId{2}, rig.people[2], Store{rig.id, 0, 6, {}});
  rig.world.deliver_all();
  EXPECT_FALSE(rig.world.trace(wants).result);
  EXPECT_EQ(rig.store(1, 7), (Count{0, 0}));   // it still has it
  for (std::size_t i = 0; i < rig.world.timers().size(); ++i)
    if (rig.world.timers()[i].node == NodeId{1} && !rig.world.timers()[i].background) {
      rig.world.pass(Duration{kDelta});
      rig.world.fire(i);
      break;
    }
  rig.world.deliver_all();
  ASSERT_TRUE(rig.world.trace(wants).result);
  EXPECT_EQ(count(rig.world.trace(wants)), (Count{3, 4}));
}

TEST(LocusSegments, TheirTestsAreNumberedBehindThoseOfChannels) {
  LocusSegments rig;
  const auto first = static_cast<std::uint32_t>(locus_crawl::Site::segment);
  rig.world.call(NodeId{1}, rig.people[1], Load{rig.id, 0});
  std::vector<std::pair<Note::Kind, std::uint32_t>> notes;
  for (const Note& note : rig.world.last_effects().notes) notes.emplace_back(note.kind, note.subject);
  const std::uint32_t page = first + static_cast<std::uint32_t>(parts::SegmentTest::page);
  EXPECT_EQ(notes, (std::vector<std::pair<Note::Kind, std::uint32_t>>{{Note::Kind::locality_test, page}, {Note::Kind::shipped, page}}));
  EXPECT_EQ(first + parts::kSegmentTests, find_strategy("locus_crawl")->dispatch_sites);
}

}   // namespace
}   // namespace ssi::test
