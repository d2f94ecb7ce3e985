// Locus files: messages by how the roles of sites coincide.
#include "tests/unit/files/locus_cluster.hpp"

namespace ssi::test {
namespace {

// A file whose roles are at these nodes: made and written where it is stored, so that this is the only copy.
struct Roles {
  std::uint32_t us, ss;
};
class LocusCount : public ::testing::Test {
 protected:
  LocusCount() : cluster(locus_cluster({.copies = 1})) {}
  // `/f` has three pages at `ss`; a process at `us`.
  Pid at(Roles roles) {
    const Pid maker = cluster.start(roles.ss);
    const auto file = cluster.open(maker, "/f");
    cluster.call(maker, Write{file, bytes(pages(3))});
    cluster.call(maker, Close{file});
    EXPECT_EQ(locus::broken_rule_at_rest(nodes_of(cluster)), "");
    return cluster.start(roles.us);
  }
  FilesCluster cluster;
};

TEST_F(LocusCount, AllRolesAtOneSiteNothing) {
  const Pid p = at({0, 0});
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Read{0, 1}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Commit{0}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{0, 0}));
}

TEST_F(LocusCount, UsingSiteIsSynchronizationSite) {
  const Pid p = at({0, 2});
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Read{0, 1}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 1}));
  EXPECT_EQ(cluster.count(p, Commit{0}), (Count{2, 3}));   // and NEW_VERSION
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{4, 4}));
}

TEST_F(LocusCount, UsingSiteHasTheLatestCopy) {
  const Pid p = at({1, 1});
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{2, 2}));   // the CSS names it as its own SS
  EXPECT_EQ(cluster.count(p, Read{0, 1}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Commit{0}), (Count{0, 1}));
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{2, 2}));
}

TEST_F(LocusCount, SynchronizationSiteHasTheLatestCopy) {
  const Pid p = at({1, 0});
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{2, 2}));   // it picks itself, without a poll
  EXPECT_EQ(cluster.count(p, Read{0, 1}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 1}));
  EXPECT_EQ(cluster.count(p, Commit{0}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{2, 2}));
}

TEST_F(LocusCount, AllDifferent) {
  const Pid p = at({1, 2});
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{4, 4}));
  EXPECT_EQ(cluster.count(p, Read{0, 1}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 1}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes(pages(1))}), (Count{2, 4}));   // the end of the second page is read first: two writes
  EXPECT_EQ(cluster.count(p, Commit{0}), (Count{2, 3}));
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{4, 4}));
}

TEST_F(LocusCount, APageIsReadOnceAndTheNextOneAheadInSequence) {
  const Pid p = at({1, 2});
  const auto file = cluster.open(p, "/f", kReadOnly);
  EXPECT_EQ(cluster.count(p, Read{file, kPage}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Read{file, kPage}), (Count{2, 4}));   // and the third page
  EXPECT_EQ(cluster.count(p, Read{file, kPage}), (Count{0, 0}));
  cluster.call(p, start_of(file));
  EXPECT_EQ(cluster.count(p, Read{file, 3 * kPage}), (Count{0, 0}));
}

TEST_F(LocusCount, ADirectoryThatIsStoredHereIsSearchedWithoutAMessage) {
  const Pid p = at({1, 2});
  cluster.call(p, MakeDirectory{"/d"});
  cluster.call(p, Create{"/d/g"});
  const Pid q = cluster.start(3);
  EXPECT_EQ(cluster.call(q, Open{"/d/nothing", kReadOnly}).error, Errno::enoent);
  EXPECT_EQ(cluster.count(q, ReadDirectory{"/d"}), (Count{0, 0}));
}

TEST(LocusCounts, ADirectoryThatIsStoredElsewhereIsOpenedAndReadForEachComponent) {
  FilesCluster cluster = locus_cluster({.packs = 1, .copies = 1});
  const Pid p = cluster.start(0), q = cluster.start(1);
  cluster.call(p, MakeDirectory{"/d"});
  cluster.call(p, Create{"/d/f"});
  EXPECT_EQ(cluster.count(q, Stat{"/d/f"}), (Count{10, 10}));   // root: open 2, page 2; /d: the same; attributes of /d/f 2
  EXPECT_EQ(cluster.count(q, Open{"/d/f", kReadOnly}), (Count{10, 10}));
}

// US 1, CSS 0: the directory is changed at the copy of the US, the file is made there.
TEST(LocusCounts, CreateAndUnlink) {
  FilesCluster cluster = locus_cluster({.copies = 1});
  const Pid p = cluster.start(1);
  // directory: open 2, close 2; file: register 2. Three other packs are told of the directory and pull its page.
  EXPECT_EQ(cluster.count(p, Create{"/f"}), (Count{6, 6 + 3 * 3}));
  EXPECT_EQ(cluster.count(p, Unlink{"/f"}), (Count{8, 8 + 3 * 3 + 1}));   // removing: the CSS asks the SS, 4. All have seen it: RECYCLED
}

}   // namespace
}   // namespace ssi::test
