// A file system as simple as can be: a tree of names and strings. What the real one is held against.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/native/files_rig.hpp"

namespace ssi::native {

// Open files are held by their entries, linked or not.
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

}   // namespace ssi::native
