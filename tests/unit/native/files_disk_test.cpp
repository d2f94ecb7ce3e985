// What the disk is asked, what waits for it, and what a crash leaves.
#include <set>

#include "tests/unit/native/files_rig.hpp"

namespace ssi::native {
namespace {

using Kind = DiskRequest::Kind;

std::vector<Kind> kinds(const FilesRig& rig) {
  std::vector<Kind> out;
  for (const DiskRequest& request : rig.disk) out.push_back(request.kind);
  return out;
}

// A file system that finds what the disk has kept.
std::string after_crash(const FilesRig& rig, const std::string& path) {
  const DiskImage image = rig.store().pages().image();
  FilesRig next({}, &image);
  const Pid p = next.start();
  const Result opened = next.call(p, Open{path, kReadOnly});
  if (!opened.good()) return std::string(name_of(opened.error));
  return next.read(p, static_cast<std::int32_t>(opened.value), 1 << 20);
}

TEST(FileDisk, ACommitWritesTheDataThenTheJournalThenFlushes) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes(std::string(9000, 'x'))});
  const CallId commit = rig.begin(p, Commit{file});
  EXPECT_EQ(kinds(rig), std::vector{Kind::write});
  EXPECT_EQ(rig.disk[0].bytes, 3 * kBlockBytes);   // adjacent blocks together
  EXPECT_EQ(rig.disk[0].cause, commit);
  rig.serve_disk();
  EXPECT_EQ(kinds(rig), std::vector{Kind::write});
  rig.serve_disk();
  EXPECT_EQ(kinds(rig), std::vector{Kind::flush});
  EXPECT_EQ(after_crash(rig, "/a"), "ENOENT");
  EXPECT_FALSE(rig.results.contains(commit));
  rig.serve_disk();
  EXPECT_TRUE(rig.results[commit].good());
  EXPECT_EQ(after_crash(rig, "/a"), std::string(9000, 'x'));
  EXPECT_TRUE(rig.call(p, Commit{file}).good());   // nothing new: nothing asked
  EXPECT_TRUE(rig.disk.empty());
}

TEST(FileDisk, ACrashLosesWhatWasNotCommittedAndAllOfIt) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes("old")});
  rig.call(p, Commit{file});
  rig.call(p, Write{file, bytes(" new")});
  rig.call(p, Rename{"/a", "/b"});
  EXPECT_EQ(after_crash(rig, "/a"), "old");
  EXPECT_EQ(after_crash(rig, "/b"), "ENOENT");
  rig.call(p, Commit{file});
  EXPECT_EQ(after_crash(rig, "/a"), "ENOENT");
  EXPECT_EQ(after_crash(rig, "/b"), "old new");
}

TEST(FileDisk, AnUnlinkedOpenFileIsGoneAfterACrashAndItsBlocksAreFree) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes("x")});
  rig.call(p, Unlink{"/a"});
  rig.call(p, Commit{file});
  const DiskImage image = rig.store().pages().image();
  FilesRig next({}, &image);
  next.start();   // checks the invariants: no orphan, no block lost
  EXPECT_EQ(next.store().inodes().all().size(), 1U);
}

TEST(FileDisk, WhoCommitsDuringACommitSharesTheNext) {
  FilesRig rig;
  const Pid p = rig.start(), q = rig.start(), r = rig.start();
  const auto of_p = rig.open(p, "/p"), of_q = rig.open(q, "/q"), of_r = rig.open(r, "/r");
  rig.call(p, Write{of_p, bytes("p")});
  rig.begin(p, Commit{of_p});
  rig.serve_disk();
  rig.call(q, Write{of_q, bytes("q")});
  const CallId second = rig.begin(q, Commit{of_q}), third = rig.begin(r, Commit{of_r});
  rig.serve_disk();
  rig.serve_disk();
  EXPECT_FALSE(rig.results.contains(second));
  for (int i = 0; i < 3; ++i) rig.serve_disk();
  EXPECT_TRUE(rig.results.contains(second) && rig.results.contains(third));
  EXPECT_TRUE(rig.disk.empty());
}

TEST(FileDisk, ABlockDirtiedWhileItIsWrittenIsWrittenAgainAfterwards) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes("old")});
  rig.fire_timer();   // the periodic commit
  ASSERT_EQ(rig.disk.size(), 1U);
  rig.call(p, Seek{file, 0, Seek::From::start});
  rig.call(p, Write{file, bytes("new")});
  const CallId commit = rig.begin(p, Commit{file});
  EXPECT_EQ(rig.disk.size(), 1U);   // one write of a block at a time
  rig.drain_disk();
  EXPECT_TRUE(rig.results[commit].good());
  EXPECT_EQ(after_crash(rig, "/a"), "new");
}

TEST(FileDisk, ASmallCacheReadsFromTheDiskAgain) {
  FilesRig rig({.cache_pages = 2, .dirty_max = 2});
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  std::string all;
  for (char c = 'a'; c < 'k'; ++c) {
    rig.call(p, Write{file, bytes(std::string(kBlockBytes, c))});
    all += std::string(kBlockBytes, c);
  }
  rig.drain_disk();
  EXPECT_LE(rig.store().pages().size(), 2U);
  rig.call(p, Seek{file, 0, Seek::From::start});
  const CallId read = rig.begin(p, Read{file, all.size()});
  EXPECT_GE(rig.disk.size(), 8U);   // all at once
  EXPECT_EQ(rig.disk[0].kind, Kind::read);
  rig.drain_disk();
  EXPECT_EQ(text(rig.results[read].bytes()), all);
}

TEST(FileDisk, AWriterWaitsWhileTooMuchIsDirty) {
  FilesRig rig({.cache_pages = 100, .dirty_max = 2});
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  const CallId write = rig.begin(p, Write{file, bytes(std::string(5 * kBlockBytes, 'x'))});
  EXPECT_FALSE(rig.results.contains(write));
  EXPECT_EQ(rig.disk.size(), 1U);
  rig.serve_disk();
  EXPECT_TRUE(rig.results.contains(write));
}

TEST(FileDisk, ARefusedAccessIsEio) {
  FilesRig rig({.cache_pages = 1, .dirty_max = 100});
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes(std::string(3 * kBlockBytes, 'x'))});
  const CallId commit = rig.begin(p, Commit{file});
  rig.serve_disk(0, true);
  rig.drain_disk();
  EXPECT_EQ(rig.results[commit].error, Errno::eio);
  rig.call(p, Seek{file, 0, Seek::From::start});
  const CallId read = rig.begin(p, Read{file, 1});
  rig.serve_disk(0, true);
  EXPECT_EQ(rig.results[read].error, Errno::eio);
}

// A write of two pages and a read of both, while the disk is slow: the read has all of the old or all of the new.
TEST(FileDisk, AReadIsAtomicAgainstAWriteThatWaitsForTheDisk) {
  FilesRig rig({.cache_pages = 1, .dirty_max = 100});
  const Pid p = rig.start(), q = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes(std::string(2 * kBlockBytes, 'o'))});
  rig.call(p, Commit{file});
  const auto other = rig.open(q, "/a", kReadOnly);
  const CallId read = rig.begin(q, Read{other, 2 * kBlockBytes});
  rig.call(p, Seek{file, 10, Seek::From::start});
  const CallId write = rig.begin(p, Write{file, bytes(std::string(kBlockBytes, 'n'))});
  EXPECT_FALSE(rig.results.contains(write));
  while (!rig.disk.empty()) rig.serve_disk(rig.disk.size() - 1);
  EXPECT_EQ(text(rig.results[read].bytes()), std::string(2 * kBlockBytes, 'o'));
  EXPECT_TRUE(rig.results.contains(write));
}

}   // namespace
}   // namespace ssi::native
