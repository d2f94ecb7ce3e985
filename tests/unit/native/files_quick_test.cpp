// Quick against obvious: random calls of several processes on the file system and on a model of a page of code, with a disk that answers
// in any order, a tiny cache and a full disk now and then. A failure names the seed and the step.
#include <set>

#include "models/base/random.hpp"
#include "tests/unit/native/files_model.hpp"
#include "tests/unit/native/files_rig.hpp"

namespace ssi::native {
namespace {

class FileDuel {
 public:
  explicit FileDuel(std::uint64_t seed) : draws_(seed), rig_(settings(seed)) {
    for (int i = 0; i < 3; ++i) people_.push_back(rig_.start());
  }

  void step() {
    const std::uint64_t what = draws_.below(100);
    const std::size_t who = draws_.below(people_.size());
    const Pid pid = people_[who];
    if (what < 3 && people_.size() < 6) {
      people_.push_back(rig_.fork(pid));
      model_.fork(pid, people_.back());
    } else if (what < 5 && people_.size() > 2) {
      rig_.exit(pid);
      model_.exit(pid);
      people_.erase(people_.begin() + static_cast<std::ptrdiff_t>(who));
    } else if (what < 8) {
      rig_.fire_timer();
    } else {
      call(pid, choose());
    }
  }
  const std::set<std::string>& reached() const { return reached_; }
  // Everything that may be cached reaches the disk, and what a crash keeps is what the model has.
  void crash() {
    while (rig_.fire_timer()) serve();
    serve();
    const DiskImage image = rig_.store().pages().image();
    FilesRig after({}, &image);
    const Pid pid = after.start();
    compare_tree(after, pid, "");
  }

 private:
  static FileSettings settings(std::uint64_t seed) {
    FileSettings out;
    out.disk = seed % 4 != 0;
    out.cache_pages = seed % 3 == 0 ? 1'000 : 3;
    out.dirty_max = seed % 5 == 0 ? 1 : 4;
    return out;
  }
  void serve() {
    while (!rig_.disk.empty()) rig_.serve_disk(draws_.below(rig_.disk.size()));
  }
  std::string path() {
    static constexpr const char* kNames[] = {"a", "b", "c"};
    std::string out;
    const std::uint64_t depth = 1 + draws_.below(3);
    for (std::uint64_t i = 0; i < depth; ++i) out += std::string("/") + kNames[draws_.below(3)];
    return out;
  }
  OpenFlags some_flags() {
    OpenFlags flags;
    const std::uint64_t bits = draws_.below(64);
    flags.read = (bits & 3) != 0;
    flags.write = (bits & 4) != 0 || !flags.read;
    flags.append = (bits & 24) == 8;
    flags.create = (bits & 24) != 16;
    flags.truncate = flags.write && (bits & 32) != 0 && (bits & 1) != 0;
    flags.exclusive = (bits & 63) == 63;
    return flags;
  }
  Call choose() {
    const std::uint64_t what = draws_.below(14);
    const auto file = static_cast<std::int32_t>(draws_.below(5));
    std::string first = path();
    switch (what) {
      case 0:
      case 1: return Open{first, some_flags()};
      case 2: return Close{file};
      case 3:
      case 4: return Read{file, draws_.below(10'000)};
      case 5:
      case 6:
      case 7: {
        const std::uint64_t length = draws_.below(3) == 0 ? draws_.below(9'000) : draws_.below(50);
        return Write{file, bytes(std::string(length, static_cast<char>('a' + ++written_ % 26)))};
      }
      case 8: return Seek{file, static_cast<std::int64_t>(draws_.below(6'000)) - 2'000, static_cast<Seek::From>(draws_.below(3))};
      case 9: return draws_.below(3) == 0 ? Call(Commit{file}) : Call(Create{first});
      case 10: return Unlink{first};
      case 11: {
        std::string second = path();
        return Rename{first, second};
      }
      case 12: return MakeDirectory{first};
      default: return draws_.below(2) == 0 ? Call(ReadDirectory{first}) : Call(Stat{first});
    }
  }
  void call(Pid pid, const Call& call) {
    const CallId id = rig_.begin(pid, call);
    while (!rig_.results.contains(id) && !rig_.disk.empty()) rig_.serve_disk(draws_.below(rig_.disk.size()));
    ASSERT_TRUE(rig_.results.contains(id)) << "stuck";
    const Result got = rig_.results[id], expected = model_.call(pid, call);
    const std::string name(kCallNames[call.index()]);
    EXPECT_EQ(name_of(got.error), name_of(expected.error)) << name;
    reached_.insert(name + " " + std::string(name_of(got.error)));
    if (!got.good()) return;
    EXPECT_EQ(got.value, expected.value) << name;
    EXPECT_EQ(text(got.bytes()), text(expected.bytes()));
    if (got.names()) { EXPECT_EQ(*got.names(), *expected.names()); }
    if (got.stat()) {
      EXPECT_EQ(got.stat()->size, expected.stat()->size);
      EXPECT_EQ(got.stat()->links, expected.stat()->links);
      EXPECT_EQ(got.stat()->directory, expected.stat()->directory);
    }
  }
  void compare_tree(FilesRig& after, Pid pid, const std::string& path) {
    const Result names = after.call(pid, ReadDirectory{path.empty() ? "/" : path});
    const Result expected = model_.call(people_[0], ReadDirectory{path.empty() ? "/" : path});
    ASSERT_EQ(*names.names(), *expected.names()) << path;
    for (const std::string& name : *names.names()) {
      const std::string child = path + "/" + name;
      if (model_.call(people_[0], Stat{child}).stat()->directory) {
        compare_tree(after, pid, child);
        continue;
      }
      const auto opened = model_.call(people_[0], Open{child, kReadOnly});
      const Result all = model_.call(people_[0], Read{static_cast<std::int32_t>(opened.value), 1 << 30});
      EXPECT_EQ(after.read(pid, after.open(pid, child, kReadOnly), 1 << 30), text(all.bytes())) << child;
      model_.call(people_[0], Close{static_cast<std::int32_t>(opened.value)});
    }
  }

  Stream draws_;
  FilesRig rig_;
  FileModel model_;
  std::vector<Pid> people_;
  std::uint64_t written_ = 0;
  std::set<std::string> reached_;
};

TEST(FilesQuick, TheFileSystemDoesWhatTheModelDoesAndACrashKeepsWhatWasCommitted) {
  std::set<std::string> reached;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    FileDuel duel(seed);
    for (int step = 1; step <= 1'500; ++step) {
      duel.step();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
    if (seed % 4 != 0) duel.crash();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", after the crash";
    reached.insert(duel.reached().begin(), duel.reached().end());
  }
  for (const char* must :
       {"open ",         "open EEXIST",    "open EISDIR",   "open ENOTDIR",     "read ",   "read EBADF",       "read EISDIR",
        "write ",        "seek ",          "seek EINVAL",   "commit ",          "unlink ", "unlink ENOTEMPTY", "rename ",
        "rename EINVAL", "rename ENOTDIR", "rename EISDIR", "rename ENOTEMPTY", "mkdir ",  "readdir ",         "stat ",
        "close "})
    EXPECT_TRUE(reached.contains(must)) << must;
}

}   // namespace
}   // namespace ssi::native
