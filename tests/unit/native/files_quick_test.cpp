// Quick against obvious: random calls of several processes on the file system and on a model of a page of code, with a disk that answers
// in any order, a tiny cache and a full disk now and then. A failure names the seed and the step.
#include <set>

#include "models/base/random.hpp"
#include "tests/unit/native/files_rig.hpp"

namespace ssi::native {
namespace {

// A tree of names and strings. Open files are held by their entries, linked or not.
struct ModelFile {
  bool directory = false;
  std::string contents;
  std::map<std::string, std::shared_ptr<ModelFile>> entries;
};
using File = std::shared_ptr<ModelFile>;
struct ModelEntry {
  File file;
  OpenFlags flags;
  std::uint64_t offset = 0;
};

class FileModel {
 public:
  FileModel() { root_->directory = true; }

  Result call(Pid pid, const Call& call) {
    return std::visit([&](const auto& request) { return this->apply(pid, request); }, call);
  }
  void fork(Pid parent, Pid child) { open_[child] = open_[parent]; }
  void exit(Pid pid) { open_.erase(pid); }

 private:
  // The directory and the last name; an error if there is none.
  std::pair<File, std::string> parent_of(const std::string& path, Errno& error) const {
    File at = root_;
    std::size_t from = 1;
    for (std::size_t to = path.find('/', from); to != std::string::npos; to = path.find('/', from)) {
      const auto entry = at->entries.find(path.substr(from, to - from));
      if (entry == at->entries.end()) return error = Errno::enoent, std::pair<File, std::string>{};
      if (!entry->second->directory) return error = Errno::enotdir, std::pair<File, std::string>{};
      at = entry->second;
      from = to + 1;
    }
    return {at, path.substr(from)};
  }
  File find(const std::string& path, Errno& error) const {
    if (path == "/") return root_;
    const auto [parent, name] = parent_of(path, error);
    if (!parent) return nullptr;
    const auto entry = parent->entries.find(name);
    if (entry == parent->entries.end()) return error = Errno::enoent, nullptr;
    return entry->second;
  }
  std::shared_ptr<ModelEntry> entry(Pid pid, std::int32_t number) {
    const auto found = open_[pid].find(number);
    return found == open_[pid].end() ? nullptr : found->second;
  }
  Result make(const std::string& path, bool directory) {
    Errno error{};
    const auto [parent, name] = parent_of(path, error);
    if (!parent) return Result::fail(error);
    if (parent->entries.contains(name)) return Result::fail(Errno::eexist);
    (parent->entries[name] = std::make_shared<ModelFile>())->directory = directory;
    return {};
  }

  Result apply(Pid pid, const Open& open) {
    Errno error{};
    File file = find(open.path, error);
    if (!file && !(error == Errno::enoent && open.flags.create)) return Result::fail(error);
    if (file && open.flags.create && open.flags.exclusive) return Result::fail(Errno::eexist);
    if (file && file->directory && (open.flags.write || open.flags.truncate)) return Result::fail(Errno::eisdir);
    if (!file) {
      if (const Result made = make(open.path, false); !made.good()) return made;
      file = find(open.path, error);
    }
    if (open.flags.truncate && open.flags.write) file->contents.clear();
    std::int32_t number = 0;
    while (open_[pid].contains(number)) ++number;
    open_[pid][number] = std::make_shared<ModelEntry>(ModelEntry{file, open.flags});
    return Result::of(number);
  }
  Result apply(Pid pid, const Close& close) { return open_[pid].erase(close.file) ? Result{} : Result::fail(Errno::ebadf); }
  Result apply(Pid pid, const Read& read) {
    const auto entry = this->entry(pid, read.file);
    if (!entry || !entry->flags.read) return Result::fail(Errno::ebadf);
    if (entry->file->directory) return Result::fail(Errno::eisdir);
    const std::string& all = entry->file->contents;
    const std::string part = entry->offset < all.size() ? all.substr(entry->offset, read.count) : "";
    entry->offset += part.size();
    Result result = Result::of(static_cast<std::int64_t>(part.size()));
    result.more = bytes(part);
    return result;
  }
  Result apply(Pid pid, const Write& write) {
    const auto entry = this->entry(pid, write.file);
    if (!entry || !entry->flags.write) return Result::fail(Errno::ebadf);
    std::string& all = entry->file->contents;
    if (entry->flags.append) entry->offset = all.size();
    const std::string data = text(write.data);
    if (all.size() < entry->offset + data.size()) all.resize(entry->offset + data.size());
    all.replace(entry->offset, data.size(), data);
    entry->offset += data.size();
    return Result::of(static_cast<std::int64_t>(data.size()));
  }
  Result apply(Pid pid, const Seek& seek) {
    const auto entry = this->entry(pid, seek.file);
    if (!entry) return Result::fail(Errno::ebadf);
    const std::int64_t bases[] = {0, static_cast<std::int64_t>(entry->offset), static_cast<std::int64_t>(entry->file->contents.size())};
    const std::int64_t to = bases[static_cast<std::size_t>(seek.from)] + seek.offset;
    if (to < 0) return Result::fail(Errno::einval);
    entry->offset = static_cast<std::uint64_t>(to);
    return Result::of(to);
  }
  Result apply(Pid pid, const Commit& commit) { return entry(pid, commit.file) ? Result{} : Result::fail(Errno::ebadf); }
  Result apply(Pid, const Create& create) { return make(create.path, false); }
  Result apply(Pid, const MakeDirectory& make_directory) { return make(make_directory.path, true); }
  Result apply(Pid, const Unlink& unlink) {
    Errno error{};
    const File file = find(unlink.path, error);
    if (!file) return Result::fail(error);
    if (!file->entries.empty()) return Result::fail(Errno::enotempty);
    const auto [parent, name] = parent_of(unlink.path, error);
    parent->entries.erase(name);
    return {};
  }
  Result apply(Pid, const Rename& rename) {
    Errno error{};
    const auto [from, from_name] = parent_of(rename.from, error);
    if (!from) return Result::fail(error);
    const auto [to, to_name] = parent_of(rename.to, error);
    if (!to) return Result::fail(error);
    if (!from->entries.contains(from_name)) return Result::fail(Errno::enoent);
    const File moved = from->entries[from_name];
    if ((rename.to + "/").starts_with(rename.from + "/") && rename.to != rename.from && moved->directory)
      return Result::fail(Errno::einval);
    if (const auto old = to->entries.find(to_name); old != to->entries.end()) {
      if (old->second == moved) return {};
      if (moved->directory && !old->second->directory) return Result::fail(Errno::enotdir);
      if (!moved->directory && old->second->directory) return Result::fail(Errno::eisdir);
      if (!old->second->entries.empty()) return Result::fail(Errno::enotempty);
    }
    from->entries.erase(from_name);
    to->entries[to_name] = moved;
    return {};
  }
  Result apply(Pid, const ReadDirectory& read) {
    Errno error{};
    const File file = find(read.path, error);
    if (!file) return Result::fail(error);
    if (!file->directory) return Result::fail(Errno::enotdir);
    std::vector<std::string> names;
    for (const auto& [name, child] : file->entries) names.push_back(name);
    Result result;
    result.more = std::make_shared<const std::vector<std::string>>(names);
    return result;
  }
  Result apply(Pid, const Stat& stat) {
    Errno error{};
    const File file = find(stat.path, error);
    if (!file) return Result::fail(error);
    std::uint32_t links = file->directory ? 2 : 1;
    for (const auto& [name, child] : file->entries) links += child->directory ? 1 : 0;
    Result result;
    result.more = std::make_shared<const FileStat>(
        FileStat{0, file->directory ? file->entries.size() : file->contents.size(), links, file->directory});
    return result;
  }
  template <class C>
  Result apply(Pid, const C&) {
    ADD_FAILURE() << "not in the model";
    return {};
  }

  File root_ = std::make_shared<ModelFile>();
  std::map<Pid, std::map<std::int32_t, std::shared_ptr<ModelEntry>>> open_;
};

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
  Call choose() {
    const std::uint64_t what = draws_.below(14);
    const auto file = static_cast<std::int32_t>(draws_.below(5));
    std::string first = path();
    switch (what) {
      case 0:
      case 1: {
        OpenFlags flags;
        const std::uint64_t bits = draws_.below(64);
        flags.read = (bits & 3) != 0;
        flags.write = (bits & 4) != 0 || !flags.read;
        flags.append = (bits & 24) == 8;
        flags.create = (bits & 24) != 16;
        flags.truncate = flags.write && (bits & 32) != 0 && (bits & 1) != 0;
        flags.exclusive = (bits & 63) == 63;
        return Open{first, flags};
      }
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
