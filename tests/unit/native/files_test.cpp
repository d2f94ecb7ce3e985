// What POSIX says of files, on one kernel.
#include "tests/unit/native/files_rig.hpp"

namespace ssi::native {
namespace {

using From = Seek::From;
using Kind = LockFile::Kind;

TEST(Files, WhatIsWrittenIsReadAcrossBlocksAndHolesAreZero) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  const std::string long_text = std::string(5000, 'x') + std::string(5000, 'y');
  EXPECT_EQ(rig.call(p, Write{file, bytes(long_text)}).value, 10'000);
  EXPECT_EQ(rig.call(p, Seek{file, 4990, From::start}).value, 4990);
  EXPECT_EQ(rig.read(p, file, 20), std::string(10, 'x') + std::string(10, 'y'));
  rig.call(p, Seek{file, 20'000, From::start});
  rig.call(p, Write{file, bytes("end")});
  rig.call(p, Seek{file, 9'998, From::start});
  EXPECT_EQ(rig.read(p, file, 4), std::string("yy\0\0", 4));
  EXPECT_EQ(rig.call(p, Seek{file, 0, From::end}).value, 20'003);
  EXPECT_EQ(rig.read(p, file, 10), "");
  EXPECT_EQ(rig.call(p, Stat{"/a"}).stat()->size, 20'003U);
}

TEST(Files, TheOffsetIsSharedAcrossForkAndNotByASecondOpen) {
  FilesRig rig;
  const Pid parent = rig.start();
  const auto file = rig.open(parent, "/a");
  const Pid child = rig.fork(parent);
  rig.call(child, Write{file, bytes("child")});
  rig.call(parent, Write{file, bytes("parent")});
  const auto other = rig.open(parent, "/a");
  EXPECT_EQ(rig.read(parent, other, 99), "childparent");
  rig.exit(parent);
  rig.call(child, Seek{file, -6, From::current});
  EXPECT_EQ(rig.read(child, file, 99), "parent");
  EXPECT_EQ(rig.call(child, Read{other, 1}).error, Errno::ebadf);   // opened after the fork
}

TEST(Files, AppendWritesAtTheEndWhereverThatIs) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto a = rig.open(p, "/log", kAppend), b = rig.open(p, "/log", kAppend);
  for (auto file : {a, b, a}) rig.call(p, Write{file, bytes("-")});
  EXPECT_EQ(rig.call(p, Stat{"/log"}).stat()->size, 3U);
}

TEST(Files, AnUnlinkedFileLivesWhileItIsOpenAndItsBlocksGoWithIt) {
  FilesRig rig({.disk = false});
  const Pid p = rig.start();
  const std::uint64_t free = rig.store().inodes().free_blocks();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes("kept")});
  EXPECT_TRUE(rig.call(p, Unlink{"/a"}).good());
  EXPECT_EQ(rig.call(p, Stat{"/a"}).error, Errno::enoent);
  rig.call(p, Seek{file, 0, From::start});
  EXPECT_EQ(rig.read(p, file, 9), "kept");
  EXPECT_EQ(rig.store().inodes().free_blocks(), free - 1);
  EXPECT_TRUE(rig.call(p, Close{file}).good());
  EXPECT_EQ(rig.store().inodes().all().size(), 1U);
  EXPECT_EQ(rig.store().inodes().free_blocks(), free);
}

TEST(Files, RenameReplacesAFileAndRefusesWhatPosixRefuses) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto a = rig.open(p, "/a"), b = rig.open(p, "/b");
  rig.call(p, Write{a, bytes("A")});
  rig.call(p, Write{b, bytes("B")});
  rig.call(p, MakeDirectory{"/d"});
  rig.call(p, MakeDirectory{"/d/e"});
  EXPECT_TRUE(rig.call(p, Rename{"/a", "/b"}).good());
  EXPECT_EQ(rig.read(p, rig.open(p, "/b", kReadOnly), 9), "A");
  rig.call(p, Seek{b, 0, From::start});
  EXPECT_EQ(rig.read(p, b, 9), "B");   // the replaced one is still open
  EXPECT_EQ(rig.call(p, Rename{"/b", "/d"}).error, Errno::eisdir);
  EXPECT_EQ(rig.call(p, Rename{"/d", "/b"}).error, Errno::enotdir);
  EXPECT_EQ(rig.call(p, Rename{"/d", "/d/e/f"}).error, Errno::einval);
  EXPECT_EQ(rig.call(p, Rename{"/none", "/x"}).error, Errno::enoent);
  rig.call(p, MakeDirectory{"/g"});
  EXPECT_EQ(rig.call(p, Rename{"/g", "/d"}).error, Errno::enotempty);
  EXPECT_TRUE(rig.call(p, Rename{"/d/e", "/g"}).good());
  EXPECT_EQ(*rig.call(p, ReadDirectory{"/"}).names(), (std::vector<std::string>{"b", "d", "g"}));
  EXPECT_EQ(rig.call(p, Stat{"/"}).stat()->links, 4U);
}

TEST(Files, Errors) {
  FilesRig rig;
  const Pid p = rig.start();
  rig.call(p, MakeDirectory{"/d"});
  rig.call(p, Create{"/d/f"});
  EXPECT_EQ(rig.call(p, Create{"/d/f"}).error, Errno::eexist);
  EXPECT_EQ(rig.call(p, MakeDirectory{"/d"}).error, Errno::eexist);
  EXPECT_EQ(rig.call(p, Unlink{"/d"}).error, Errno::enotempty);
  EXPECT_EQ(rig.call(p, Stat{"/d/f/g"}).error, Errno::enotdir);
  EXPECT_EQ(rig.call(p, ReadDirectory{"/d/f"}).error, Errno::enotdir);
  EXPECT_EQ(rig.call(p, Open{"/d", kReadWrite}).error, Errno::eisdir);
  EXPECT_EQ(rig.call(p, Open{"/none", kReadWrite}).error, Errno::enoent);
  EXPECT_EQ(rig.call(p, Open{"/d/f", {.write = true, .create = true, .exclusive = true}}).error, Errno::eexist);
  EXPECT_EQ(rig.call(p, Open{"relative", kReadOnly}).error, Errno::einval);
  EXPECT_EQ(rig.call(p, Unlink{"/"}).error, Errno::einval);
  const auto file = rig.open(p, "/d/../d/./f", kReadOnly);
  EXPECT_EQ(rig.call(p, Write{file, bytes("x")}).error, Errno::ebadf);
  EXPECT_EQ(rig.call(p, Seek{file, -1, From::start}).error, Errno::einval);
  EXPECT_EQ(rig.call(p, Close{99}).error, Errno::ebadf);
  const auto directory = rig.open(p, "/", kReadOnly);
  EXPECT_EQ(rig.call(p, Read{directory, 1}).error, Errno::eisdir);
}

TEST(Files, TruncatedBytesDoNotComeBack) {
  FilesRig rig;
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes(std::string(9000, 'x'))});
  rig.open(p, "/a", {.write = true, .truncate = true});
  EXPECT_EQ(rig.call(p, Stat{"/a"}).stat()->size, 0U);
  rig.call(p, Seek{file, 8999, From::start});
  rig.call(p, Write{file, bytes("y")});
  rig.call(p, Seek{file, 0, From::start});
  EXPECT_EQ(rig.read(p, file, 9000), std::string(8999, '\0') + "y");
}

TEST(Files, AFullDiskRefusesTheWholeWrite) {
  FilesRig rig({.disk = false, .capacity_blocks = 2});
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  EXPECT_EQ(rig.call(p, Write{file, bytes(std::string(8193, 'x'))}).error, Errno::enospc);
  EXPECT_TRUE(rig.call(p, Write{file, bytes(std::string(8192, 'x'))}).good());
  rig.call(p, Unlink{"/a"});
  rig.call(p, Close{file});
  EXPECT_TRUE(rig.call(p, Write{rig.open(p, "/b"), bytes(std::string(8192, 'x'))}).good());
}

TEST(Files, ALockIsOfTheEntryAndWaitsAndGoesWithItsLastDescriptor) {
  FilesRig rig;
  const Pid a = rig.start(), b = rig.start(), c = rig.start();
  const auto of_a = rig.open(a, "/l"), of_b = rig.open(b, "/l"), of_c = rig.open(c, "/l");
  EXPECT_TRUE(rig.call(a, LockFile{of_a}).good());
  EXPECT_EQ(rig.call(b, LockFile{of_b, Kind::shared, true}).error, Errno::eagain);
  const CallId waits_b = rig.begin(b, LockFile{of_b, Kind::shared}), waits_c = rig.begin(c, LockFile{of_c, Kind::shared});
  EXPECT_FALSE(rig.results.contains(waits_b));
  const Pid child = rig.fork(a);   // shares the entry, and so the lock
  rig.exit(a);
  EXPECT_FALSE(rig.results.contains(waits_b));
  rig.exit(child);
  EXPECT_TRUE(rig.results.contains(waits_b) && rig.results.contains(waits_c));   // shared ones together
}

TEST(Files, AHandlerEndsAWaitForALockInEintrAndDeathWithdrawsIt) {
  FilesRig rig;
  const Pid a = rig.start(), b = rig.start(), c = rig.start();
  const auto of_a = rig.open(a, "/l"), of_b = rig.open(b, "/l"), of_c = rig.open(c, "/l");
  rig.call(a, LockFile{of_a});
  rig.processes.set_action(b, Signal::usr1, Disposition::handler);
  const CallId waits = rig.begin(b, LockFile{of_b});
  rig.signal(b, Signal::usr1);
  EXPECT_EQ(rig.results[waits].error, Errno::eintr);
  rig.begin(c, LockFile{of_c});
  rig.signal(c, Signal::kill);
  rig.call(a, LockFile{of_a, Kind::unlock});
  EXPECT_TRUE(rig.call(b, LockFile{of_b, Kind::exclusive, true}).good());   // nobody else has it or waits
  EXPECT_TRUE(rig.part().quiet());
}

TEST(Files, AProcessThatWaitsForTheDiskIsNotInterrupted) {
  FilesRig rig({.cache_pages = 1, .dirty_max = 100});
  const Pid p = rig.start();
  const auto file = rig.open(p, "/a");
  rig.call(p, Write{file, bytes(std::string(12'288, 'x'))});
  rig.call(p, Commit{file});
  rig.call(p, Seek{file, 0, From::start});
  rig.processes.set_action(p, Signal::usr1, Disposition::handler);
  const CallId read = rig.begin(p, Read{file, 1});
  EXPECT_FALSE(rig.results.contains(read));
  rig.signal(p, Signal::usr1);
  EXPECT_FALSE(rig.results.contains(read));
  rig.drain_disk();
  EXPECT_EQ(rig.results[read].value, 1);
  rig.begin(p, Read{file, 9000});
  rig.exit(p);   // while it waits: nothing is left behind
  rig.drain_disk();
  EXPECT_TRUE(rig.part().quiet());
}

TEST(FileCost, OfAPathIsALookUpForEachComponentAndAPageOnlyWhatIsTouched) {
  FilesRig rig({.disk = false});
  const Pid p = rig.start();
  rig.call(p, MakeDirectory{"/d"});
  EXPECT_EQ(rig.work, Duration{100});   // one update; the root is not looked up
  const auto file = rig.open(p, "/d/f");
  EXPECT_EQ(rig.work, Duration{10 + 1 + 1 + 100 + 1});   // entry, "d", "f" missing, made, opened
  rig.call(p, Write{file, bytes(std::string(4097, 'x'))});
  EXPECT_EQ(rig.work, Duration{1'000 + 2 * 10'000 + 5 * 100'000});
}

}   // namespace
}   // namespace ssi::native
