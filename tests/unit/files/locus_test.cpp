// Locus files: propagation, tokens, what open files and names are worth, and what the disk has.
#include <set>

#include "tests/unit/files/locus_cluster.hpp"

namespace ssi::test {
namespace {

TEST(LocusPropagation, EachOtherCopyPullsTwoMessagesAPage) {
  FilesCluster cluster = locus_cluster({.copies = 3});
  std::map<std::string, int> sent;
  const Pid p = cluster.start(1);
  const auto file = cluster.open(p, "/f");
  cluster.deliver_all();
  cluster.seen = [&](const Message& message) { ++sent[std::string(message.body.type().name)]; };
  cluster.call(p, Write{file, bytes(pages(2))});
  EXPECT_EQ(cluster.count(p, Commit{file}), (Count{0, 10}));   // answered before anything of it
  EXPECT_EQ(sent, (std::map<std::string, int>{{"locus.NEW_VERSION", 2}, {"locus.READ", 4}, {"locus.PAGE", 4}}));   // the CSS has a copy
  sent.clear();
  cluster.call(p, start_of(file));
  cluster.call(p, Write{file, bytes("y")});
  cluster.call(p, Commit{file});
  EXPECT_EQ(sent, (std::map<std::string, int>{{"locus.NEW_VERSION", 2}, {"locus.READ", 2}, {"locus.PAGE", 2}}));   // what was modified
  cluster.call(p, Close{file});
  EXPECT_EQ(locus::broken_rule_at_rest(nodes_of(cluster)), "");
}

// Its notice is under way when the file is opened elsewhere.
TEST(LocusPropagation, AnOldCopyRefusesAndAnotherIsTried) {
  FilesCluster cluster = locus_cluster({.copies = 4});
  const Pid p = cluster.start(1), q = cluster.start(2);
  for (const char* contents : {"old", "new"}) {
    const auto file = cluster.open(p, "/f", kCreate);
    cluster.call(p, Write{file, bytes(contents)});
    const CallId closed = cluster.begin(p, Close{file});
    if (contents == std::string("old")) cluster.deliver_all();
    int refused = 0;
    cluster.seen = [&](const Message& message) { refused += message.body.type().name == "locus.REFUSE"; };
    while (!cluster.result(closed) && cluster.step(nullptr)) {}
    const CallId open = cluster.begin(q, Open{"/f", kReadOnly});
    cluster.deliver_all();
    ASSERT_TRUE(cluster.result(open));
    const auto descriptor = static_cast<std::int32_t>(cluster.result(open)->value);
    EXPECT_EQ(cluster.read(q, descriptor, 9), contents);
    EXPECT_EQ(refused, contents == std::string("old") ? 0 : 1);
    cluster.call(q, Close{descriptor});
    EXPECT_EQ(locus::broken_rule_at_rest(nodes_of(cluster)), "");
  }
}

// A reader's tokens, moved pages and storage site when somebody writes.
TEST(LocusTokens, WhoReadsElsewhereComesToTheSiteOfWhoWrites) {
  FilesCluster cluster = locus_cluster({.copies = 4});
  const Pid p = cluster.start(1), q = cluster.start(2);
  const auto file = cluster.open(p, "/f");
  cluster.call(p, Write{file, bytes("old")});
  cluster.call(p, Close{file});
  const auto of_q = cluster.open(q, "/f", kReadOnly);
  EXPECT_EQ(cluster.read(q, of_q, 9), "old");
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadWrite}), (Count{4, 5}));   // q: REDIRECT, REDIRECTED, JOIN; LEAVE is local
  EXPECT_EQ(cluster.count(p, Write{0, bytes("new")}), (Count{0, 0}));
  cluster.call(q, start_of(of_q));
  EXPECT_EQ(cluster.count(q, Read{of_q, 1}),
            (Count{4, 4}));   // TOKEN_REQ, GRANT; READ, PAGE. The writer is where the file is: its token goes locally
  cluster.call(q, start_of(of_q));
  EXPECT_EQ(cluster.count(q, Read{of_q, 1}), (Count{0, 0}));
  cluster.call(p, start_of(0));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("N")}), (Count{2, 2}));   // RECALL, RELEASE
  EXPECT_EQ(cluster.read(q, of_q, 9), "ew");
  cluster.call(q, start_of(of_q));
  EXPECT_EQ(cluster.read(q, of_q, 9), "New");
}

TEST(LocusTokens, TwoWritersElsewhereTakeTurns) {
  FilesCluster cluster = locus_cluster({.packs = 1, .copies = 1});
  const Pid p = cluster.start(1), q = cluster.start(2);
  const auto of_p = cluster.open(p, "/log", kAppend), of_q = cluster.open(q, "/log", kAppend);
  cluster.call(p, Write{of_p, bytes("pp")});
  EXPECT_EQ(cluster.count(q, Write{of_q, bytes("q")}), (Count{6, 7}));   // TOKEN_REQ, RECALL, RELEASE, GRANT; READ, PAGE; WRITE
  EXPECT_EQ(cluster.count(q, Write{of_q, bytes("q")}), (Count{0, 1}));
  const CallId first = cluster.begin(p, Write{of_p, bytes("PP")}), second = cluster.begin(q, Write{of_q, bytes("Q")});
  cluster.deliver_all();
  EXPECT_TRUE(cluster.result(first) && cluster.result(second));
  EXPECT_EQ(cluster.call(q, Stat{"/log"}).stat()->size, 7U);
}

// A second open on its site brings a newer grant while a page that was asked for under the older one is still on the disk.
TEST(LocusTokens, APageThatComesUnderAnOlderGrantIsAskedForAgain) {
  FilesCluster cluster = locus_cluster({.copies = 1, .cache_pages = 1});
  const Pid p = cluster.start(1), q = cluster.start(2), r = cluster.start(2);
  const auto made = cluster.open(p, "/f");
  cluster.call(p, Write{made, bytes(pages(3))});
  cluster.call(p, Close{made});
  const auto file = cluster.open(q, "/f", kReadOnly);
  const CallId read = cluster.begin(q, Read{file, 3 * kPage}), open = cluster.begin(r, Open{"/f", kReadWrite});
  while (!cluster.result(open) && cluster.step(nullptr)) {}
  EXPECT_FALSE(cluster.result(read));
  cluster.deliver_all();
  ASSERT_TRUE(cluster.result(read));
  EXPECT_EQ(text(cluster.result(read)->bytes()), pages(3));
}

TEST(Locus, AnUnlinkedFileLivesWhileItIsOpenOnAnyNodeAndItsNumberComesBack) {
  FilesCluster cluster = locus_cluster({.copies = 2});
  const Pid a = cluster.start(1), b = cluster.start(2);
  const auto file = cluster.open(a, "/f");
  cluster.call(a, Write{file, bytes("kept")});
  EXPECT_TRUE(cluster.call(b, Unlink{"/f"}).good());
  EXPECT_EQ(cluster.call(b, Open{"/f", kReadOnly}).error, Errno::enoent);
  cluster.call(a, start_of(file));
  EXPECT_EQ(cluster.read(a, file, 9), "kept");
  EXPECT_TRUE(cluster.call(a, Close{file}).good());
  for (const locus::Node* node : nodes_of(cluster)) EXPECT_EQ(node->storage_site().pack().all().size(), 1U);
  const std::uint64_t before = cluster.call(a, Stat{"/"}).stat()->inode;
  cluster.call(a, Create{"/g"});
  const locus::Name name = locus::Name::of(cluster.call(a, Stat{"/g"}).stat()->inode);
  EXPECT_EQ(name.number, 1U);
  EXPECT_EQ(name.generation, 1U);
  EXPECT_EQ(before, vnode::kRoot);
}

TEST(Locus, ALockKeepsOtherNodesOut) {
  FilesCluster cluster = locus_cluster({});
  const Pid a = cluster.start(1), b = cluster.start(2);
  const auto of_a = cluster.open(a, "/l"), of_b = cluster.open(b, "/l");
  EXPECT_EQ(cluster.count(a, LockFile{of_a}), (Count{2, 2}));
  EXPECT_EQ(cluster.call(b, LockFile{of_b, LockFile::Kind::exclusive, true}).error, Errno::eagain);
  const CallId waits = cluster.begin(b, LockFile{of_b});
  cluster.deliver_all();
  EXPECT_FALSE(cluster.result(waits));
  cluster.call(a, Close{of_a});
  EXPECT_TRUE(cluster.result(waits));
}

// The CSS of another filegroup; a directory that is moved into itself.
TEST(Locus, DirectoriesOfTheRootAreFilegroupsOfTheirOwn) {
  FilesCluster cluster = locus_cluster({.filegroups = 4});
  const Pid p = cluster.start(1);
  std::set<std::uint32_t> groups;
  for (char name = 'a'; name < 'i'; ++name) {
    const std::string path = std::string("/") + name;
    cluster.call(p, MakeDirectory{path});
    cluster.call(p, Create{path + "/f"});
    const std::uint32_t group = locus::Name::of(cluster.call(p, Stat{path}).stat()->inode).filegroup;
    EXPECT_EQ(locus::Name::of(cluster.call(p, Stat{path + "/f"}).stat()->inode).filegroup, group);
    groups.insert(group);
  }
  EXPECT_GT(groups.size(), 2U);
  EXPECT_TRUE(cluster.call(p, Rename{"/a", "/b/a"}).good());
  EXPECT_EQ(cluster.call(p, Rename{"/b", "/b/a/b"}).error, Errno::einval);
  EXPECT_EQ(cluster.call(p, Unlink{"/b"}).error, Errno::enotempty);
  EXPECT_TRUE(cluster.call(p, Rename{"/c/f", "/b/a/f"}).good());   // replaces one
  EXPECT_EQ(cluster.call(p, Stat{"/b/a"}).stat()->size, 1U);
  EXPECT_EQ(locus::broken_rule_at_rest(nodes_of(cluster)), "");
}

// Whoever is polled pulls as soon as it can: if the site it pulls from is lost, it keeps what it had.
TEST(LocusPropagation, APullerThatLosesContactKeepsItsOldVersionWhole) {
  FilesCluster cluster = locus_cluster({.copies = 2});
  const Pid p = cluster.start(1);
  const auto file = cluster.open(p, "/f");
  cluster.call(p, Write{file, bytes(pages(4, 'a'))});
  cluster.call(p, Commit{file});
  const vnode::FileId id = cluster.call(p, Stat{"/f"}).stat()->inode;
  cluster.call(p, start_of(file));
  cluster.call(p, Write{file, bytes(pages(4, 'b'))});
  int pulled = 0;
  cluster.seen = [&](const Message& message) { pulled += message.body.type().name == "locus.PAGE"; };
  cluster.begin(p, Commit{file});
  while (pulled < 2 && cluster.step(nullptr)) {}
  cluster.break_circuit(0, 1);
  cluster.deliver_all();
  const locus::Pack& pack = cluster.below<locus::Node>(0).storage_site().pack();
  const locus::Pack::Pages has = pack.durable(id);
  ASSERT_EQ(has.size(), 4U);
  for (const auto& [page, data] : has) EXPECT_EQ(text(data), pages(1, 'a'));
  EXPECT_TRUE(cluster.below<locus::Node>(0).storage_site().quiet());
}

// A commit is all or nothing at every access to the disk.
TEST(LocusPack, WhatTheDiskHasIsAlwaysOneCommit) {
  FilesCluster cluster = locus_cluster({.copies = 1});
  const Pid p = cluster.start(0);
  const auto file = cluster.open(p, "/f");
  const vnode::FileId id = cluster.call(p, Stat{"/f"}).stat()->inode;
  for (char with = 'a'; with < 'e'; ++with) {
    cluster.call(p, start_of(file));
    cluster.call(p, Write{file, bytes(pages(3, with))});
    const CallId commit = cluster.begin(p, Commit{file});
    int steps = 0;
    for (; !cluster.result(commit) && cluster.step(nullptr); ++steps) {
      const locus::Pack::Pages has = cluster.below<locus::Node>(0).storage_site().pack().durable(id);
      const char is = has.empty() ? 0 : text(has.begin()->second)[0];
      ASSERT_TRUE(has.empty() || has.size() == 3);
      for (const auto& [page, data] : has) ASSERT_EQ(text(data), pages(1, is));
      ASSERT_TRUE(is == 0 ? with == 'a' : is == with || is == with - 1);
    }
    EXPECT_GE(steps, 4);   // pages, flush, inode, flush
  }
}

}   // namespace
}   // namespace ssi::test
