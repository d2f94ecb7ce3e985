// Partition sets of locus_crawl: both sides of a cut go on; the cleanup table (Popek, Walker 1985, ch. 5) row by row; and what becomes of
// changes of both sides when they come together again.
#include "tests/unit/locus/sets.hpp"

namespace ssi::test {
namespace {

using Names = std::vector<std::string>;

class LocusSets : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint32_t site = 0; site < 4; ++site) people.push_back(image.start(site));
  }
  void expect_alike() {
    for (std::uint32_t site = 0; site < 4; ++site) EXPECT_EQ(image.set_of(site).size(), 4U) << site;
    EXPECT_EQ(locus::broken_rule_at_rest(image.files()), "");
  }
  void heal() {
    image.heal();
    image.run(5000);
  }
  SetsImage image{4, {{"copies", std::int64_t{4}}}};
  std::vector<Pid> people;
};

TEST_F(LocusSets, BothSidesOfACutGoOnAndComeTogetherAgain) {
  image.cut({0, 1});
  image.run(1000);
  EXPECT_EQ(image.set_of(0), (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(image.set_of(3), (std::set<std::uint32_t>{2, 3}));
  const Result over = image.result(people[0], Spawn{{}, {Placement::Kind::node, NodeId{3}}});
  EXPECT_EQ(over.error, Errno::ehostdown);
  EXPECT_EQ(over.certainty, Certainty::fail);
  EXPECT_EQ(image.where(image.spawn(people[0], 1)), NodeId{1});
  EXPECT_EQ(image.where(image.spawn(people[3], 2)), NodeId{2});
  EXPECT_EQ(image.result(people[0], Kill{people[3], Signal::none}).error, Errno::ehostdown);   // it may live
  image.write_file(people[1], "/a", "left");
  image.write_file(people[2], "/b", "right");
  heal();
  EXPECT_TRUE(image.result(people[0], Kill{people[3], Signal::none}).good());
  for (const Pid pid : people) {
    EXPECT_EQ(image.read_file(pid, "/a"), "left");
    EXPECT_EQ(image.read_file(pid, "/b"), "right");
    EXPECT_EQ(image.names(pid, "/"), (Names{"a", "b"}));
  }
  expect_alike();
}

// Row: a local file in use remotely, open for update, US lost.
TEST_F(LocusSets, WhatALostUsingSiteHasNotCommittedIsUndone) {
  image.write_file(people[0], "/f", "old");
  const std::int32_t file = image.open(people[2], "/f");
  image.result(people[2], Write{file, bytes("new")});
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(image.read_file(people[0], "/f"), "old");
  EXPECT_EQ(image.read_file(people[1], "/f"), "old");
  image.write_file(people[1], "/f", "own");   // it is open nowhere
  EXPECT_EQ(image.read_file(people[3], "/f"), "own");
}

// Rows: a remote file in use locally, SS lost: for update, for read with another copy, for read without.
TEST(LocusSetsRows, AFileWhoseStorageSiteIsLost) {
  for (const std::int64_t copies : {1, 2}) {
    SetsImage image(4, {{"copies", copies}});
    const Pid maker = image.start(1), user = image.start(3);
    image.write_file(maker, "/f", "old");   // at 1, and at the CSS if there are two
    const std::int32_t file = image.open(user, "/f", {});
    EXPECT_EQ(text(image.result(user, Read{file, 1}).bytes()), "o");
    const std::uint32_t storage = copies == 1 ? 1 : 0;
    image.crash(storage);
    image.run(1000);
    const Result read = image.result(user, Read{file, 9});
    if (copies == 2) EXPECT_EQ(text(read.bytes()), "ld") << name_of(read.error);
    else EXPECT_EQ(read.error, Errno::eio);
    EXPECT_TRUE(image.result(user, Close{file}).good());
  }
  SetsImage image(4, {{"copies", std::int64_t{1}}});
  const Pid maker = image.start(1), user = image.start(3);
  image.write_file(maker, "/f", "old");
  const std::int32_t file = image.open(user, "/f");
  image.crash(1);
  image.run(1000);
  EXPECT_EQ(image.result(user, Write{file, bytes("x")}).error, Errno::eio);
  EXPECT_EQ(image.result(user, Commit{file}).error, Errno::eio);
}

// The CSS is lost: another one has the lock table again, from who uses files and holds locks.
TEST_F(LocusSets, ANewSynchronizationSiteKnowsWhatIsOpenAndLocked) {
  const std::int32_t one = image.open(people[1], "/f"), two = image.open(people[2], "/f", {});
  image.result(people[1], LockFile{one, LockFile::Kind::exclusive});
  image.result(people[1], Write{one, bytes("abc")});
  image.crash(0);
  image.run(1000);
  EXPECT_EQ(image.result(people[2], LockFile{two, LockFile::Kind::exclusive, true}).error, Errno::eagain);
  EXPECT_EQ(text(image.result(people[2], Read{two, 9}).bytes()), "abc");   // they still use one storage site
  const std::int32_t three = image.open(people[3], "/f");
  image.result(people[3], Write{three, bytes("x")});
  image.result(people[2], Seek{two, 0, Seek::From::start});
  EXPECT_EQ(text(image.result(people[2], Read{two, 9}).bytes()), "xbc");
  EXPECT_TRUE(image.result(people[1], LockFile{one, LockFile::Kind::unlock}).good());
  EXPECT_TRUE(image.result(people[2], LockFile{two, LockFile::Kind::exclusive, true}).good());
}

TEST_F(LocusSets, AnOpenThatTheLostSynchronizationSiteWasAskedForIsAskedAgain) {
  image.write_file(people[1], "/f", "abc");
  const CallId open = image.begin(people[3], Open{"/f", {}});   // under way to the CSS, which crashes before it is there
  image.crash(0);
  image.run(1000);
  ASSERT_TRUE(image.world.trace(open).result);
  EXPECT_TRUE(image.world.trace(open).result->good()) << name_of(image.world.trace(open).result->error);
}

// Row: remote fork outstanding, remote site lost.
TEST_F(LocusSets, AForkOnALostSiteIsAnError) {
  const CallId spawn = image.begin(people[0], Spawn{{}, {Placement::Kind::node, NodeId{2}}});
  image.crash(2);
  image.run(1000);
  ASSERT_TRUE(image.world.trace(spawn).result);
  EXPECT_EQ(image.world.trace(spawn).result->error, Errno::ehostdown);
}

// Row: parent and child separated.
TEST_F(LocusSets, SeparatedRelativesAreTold) {
  const Pid child = image.spawn(people[0], 2), grandchild = image.spawn(child, 3), stays = image.spawn(people[0], 1);
  image.result(grandchild, SetAction{Signal::hup, Disposition::handler});
  const CallId pause = image.begin(grandchild, Pause{});
  const CallId wait = image.begin(people[0], Wait{child, false});
  image.crash(2);
  image.run(1000);
  ASSERT_TRUE(image.world.trace(wait).result);
  EXPECT_EQ(image.world.trace(wait).result->status, 128 + 9);
  ASSERT_TRUE(image.world.trace(pause).result);
  EXPECT_EQ(image.world.trace(pause).result->error, Errno::eintr);
  EXPECT_EQ(image.node(3).processes().find(grandchild)->parent, image.node(3).processes().init());
  EXPECT_TRUE(image.result(people[0], Kill{stays, Signal::none}).good());
  image.result(stays, Exit{4});
  EXPECT_EQ(image.result(people[0], Wait{stays, false}).status, 4);
}

TEST_F(LocusSets, ASurrogateStandsInForALostBirthSite) {
  const Pid child = image.spawn(people[0], 2);
  EXPECT_TRUE(image.result(child, Migrate{kNoPid, NodeId{3}}).good());
  image.crash(2);
  image.run(1000);
  EXPECT_EQ(image.where(child), NodeId{3});
  EXPECT_TRUE(image.result(people[1], Kill{child, Signal::none}).good());
  EXPECT_TRUE(image.result(child, Migrate{kNoPid, NodeId{1}}).good());
  EXPECT_TRUE(image.result(people[3], Kill{child, Signal::none}).good());
  image.restart(2);
  image.run(3000);
  EXPECT_EQ(image.set_of(0).size(), 4U);
  EXPECT_TRUE(image.result(people[3], Kill{child, Signal::none}).good());   // its birth site knows again
  image.result(child, Exit{6});
  EXPECT_EQ(image.result(people[0], Wait{child, false}).status, 6);
}

TEST_F(LocusSets, ARestartedSiteGetsWhatItMissed) {
  image.write_file(people[1], "/f", "old");
  image.crash(3);
  image.run(1000);
  image.write_file(people[1], "/f", "new");
  image.write_file(people[1], "/g", "more");
  image.restart(3);
  image.run(3000);
  const Pid there = image.start(3);
  EXPECT_EQ(image.read_file(there, "/f"), "new");
  EXPECT_EQ(image.read_file(there, "/g"), "more");
  expect_alike();
}

TEST_F(LocusSets, AFileThatBothSidesHaveChangedIsInConflictAndBothVersionsStay) {
  image.write_file(people[0], "/f", "old");
  image.write_file(people[0], "/g", "old");
  image.cut({0, 1});
  image.run(1000);
  image.write_file(people[0], "/f", "left");
  image.write_file(people[3], "/f", "right");
  image.write_file(people[3], "/g", "newer");   // only here
  heal();
  for (const Pid pid : people) {
    EXPECT_EQ(image.read_file(pid, "/f"), "EIO");
    EXPECT_EQ(image.read_file(pid, "/g"), "newer");
  }
  const auto of = [&](std::uint32_t site) {
    std::set<std::string> out;
    const auto& pack = image.node(site).files().storage_site().pack();
    for (const auto& [file, stored] : pack.all())
      if (!stored.inode->directory && stored.inode->size > 0) out.insert(text(pack.durable(file).at(0)));
    return out;
  };
  EXPECT_TRUE(of(0).contains("left") && of(3).contains("right"));
  expect_alike();
}

TEST_F(LocusSets, NamesOfBothSidesAreThere) {
  image.result(people[0], MakeDirectory{"/d"});
  image.write_file(people[0], "/d/both", "x");
  image.write_file(people[0], "/d/gone", "x");
  image.write_file(people[0], "/d/moved", "x");
  image.cut({0, 1});
  image.run(1000);
  image.write_file(people[0], "/d/left", "l");
  image.write_file(people[3], "/d/right", "r");
  image.result(people[3], Unlink{"/d/gone"});
  image.result(people[0], Rename{"/d/moved", "/d/new"});
  heal();
  for (const Pid pid : people) EXPECT_EQ(image.names(pid, "/d"), (Names{"both", "left", "new", "right"}));
  EXPECT_EQ(image.read_file(people[0], "/d/right"), "r");
  EXPECT_EQ(image.read_file(people[3], "/d/left"), "l");
  expect_alike();
}

TEST_F(LocusSets, ANameThatBothSidesGaveStandsForNeither) {
  image.cut({0, 1});
  image.run(1000);
  image.write_file(people[0], "/n", "l");
  image.write_file(people[3], "/n", "r");
  heal();
  const Names names = image.names(people[1], "/");
  ASSERT_EQ(names.size(), 2U);
  std::set<std::string> contents;
  for (const std::string& name : names) {
    EXPECT_EQ(name.substr(0, 2), "n@");
    contents.insert(image.read_file(people[2], ("/" + name).c_str()));
  }
  EXPECT_EQ(contents, (std::set<std::string>{"l", "r"}));
  expect_alike();
}

TEST_F(LocusSets, AFileThatWasChangedOnOneSideAndRemovedOnTheOtherStays) {
  image.write_file(people[0], "/f", "old");
  image.cut({0, 1});
  image.run(1000);
  image.write_file(people[0], "/f", "new");
  image.result(people[3], Unlink{"/f"});
  heal();
  for (const Pid pid : people) EXPECT_EQ(image.read_file(pid, "/f"), "new");
  expect_alike();
}

// Made in an earlier set, it has copies there only.
TEST_F(LocusSets, WhatIsOnTheOtherSideOfACutIsNeitherOpenedNorRemoved) {
  image.cut({0, 1});
  image.run(1000);
  image.write_file(people[0], "/f", "left");
  heal();
  EXPECT_EQ(image.read_file(people[3], "/f"), "left");
  image.cut({0, 1});
  image.run(1000);
  EXPECT_EQ(image.read_file(people[3], "/f"), "EHOSTDOWN");
  EXPECT_EQ(image.result(people[3], Unlink{"/f"}).error, Errno::ehostdown);
  EXPECT_EQ(image.names(people[3], "/"), (Names{"f"}));
  heal();
  EXPECT_EQ(image.read_file(people[3], "/f"), "left");
  expect_alike();
}

}   // namespace
}   // namespace ssi::test
