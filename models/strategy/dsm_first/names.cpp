// Calls on paths: walks, one component after the other, and what is done at their end.
#include <algorithm>

#include "models/strategy/dsm_first/channels.hpp"
#include "models/strategy/dsm_first/files.hpp"

namespace ssi::dsm_first {
namespace {

using Path = std::vector<std::string>;

// "." and ".." are taken out of the text beforehand; there are no symbolic links that could make a difference.
bool split(const std::string& path, Path& out) {
  if (path.empty() || path.front() != '/') return false;
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    std::string part = path.substr(from, to - from);
    from = to + 1;
    if (part.size() > name::kBytes) return false;
    if (part == ".." && !out.empty()) out.pop_back();
    else if (!part.empty() && part != "." && part != "..") out.push_back(std::move(part));
  }
  return true;
}

struct Walked {
  Errno error = Errno::none;
  Object directory = kNone;   // of the last component; of the root: itself
  std::string last{};         // empty: the root
  Object found = kNone;       // the last component
};

Code<Walked> walk(Thread& t, const std::string& path) {
  Walked walked;
  Path components;
  if (!split(path, components)) {
    walked.error = Errno::einval;
    co_return walked;
  }
  walked.directory = co_await root(t);
  walked.found = walked.directory;
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (walked.found == kNone) {
      walked.error = Errno::enoent;
      co_return walked;
    }
    const std::uint64_t is_directory = co_await t.load(inode_at(t, walked.found) + inode::directory);
    if (is_directory == 0) {
      walked.error = Errno::enotdir;
      co_return walked;
    }
    walked.directory = walked.found;
    walked.last = components[i];
    walked.found = co_await inode_of(t, walked.directory, walked.last);
  }
  co_return walked;
}

std::uint64_t flags_of(const OpenFlags& flags, bool directory) {
  std::uint64_t out = 0;
  if (flags.read) out |= kReads;
  if (flags.write) out |= kWrites;
  if (flags.append) out |= kAppends;
  if (directory) out |= kIsDirectory;
  return out;
}

Code<bool> is_directory(Thread& t, Object object) {
  const std::uint64_t is = co_await t.load(inode_at(t, object) + inode::directory);
  co_return is != 0;
}

Code<Walked> open_inode(Thread& t, const Open& open) {
  Walked at = co_await walk(t, open.path);
  if (at.error != Errno::none) co_return at;
  const bool existed = at.found != kNone;
  if (existed && open.flags.create && open.flags.exclusive) at.error = Errno::eexist;
  if (!existed && !open.flags.create) at.error = Errno::enoent;
  bool directory = false;
  if (existed) directory = co_await is_directory(t, at.found);
  if (at.error == Errno::none && directory && (open.flags.write || open.flags.truncate)) at.error = Errno::eisdir;
  if (at.error != Errno::none) co_return at;
  if (!existed) {
    t.work(t.costs().file_update);
    at.found = co_await make_inode(t, false, kNone);
    co_await add_entry(t, at.directory, at.last, at.found);
  }
  co_await t.add(inode_at(t, at.found) + inode::holds, 1);
  co_return at;
}

}   // namespace

Code<> do_open(Thread& t, const Open& open) {
  t.work(t.costs().file_open);
  const Held held = co_await lock(t, name_lock(t));
  const Walked at = co_await open_inode(t, open);
  co_await unlock(t, name_lock(t), held);
  if (at.error != Errno::none) {
    t.fail(at.error);
    co_return;
  }
  if (open.flags.truncate && open.flags.write) co_await truncate(t, at.found);
  const bool directory = co_await is_directory(t, at.found);
  const Object entry = co_await new_entry(t, open_file::file, at.found, kNone);
  const std::uint64_t flags = flags_of(open.flags, directory);
  co_await t.store(entry_of(t, entry) + open_file::flags, flags);
  const std::int64_t number = co_await install(t, entry);
  if (number < 0) co_await drop(t, entry);
  t.complete(number < 0 ? Result::fail(Errno::emfile) : Result::of(number));
}

namespace {

Code<Errno> create_at(Thread& t, const std::string& path, bool directory) {
  const Walked at = co_await walk(t, path);
  if (at.error != Errno::none) co_return at.error;
  if (at.found != kNone) co_return Errno::eexist;
  t.work(t.costs().file_update);
  const Object made = co_await make_inode(t, directory, directory ? at.directory : kNone);
  co_await add_entry(t, at.directory, at.last, made);
  co_return Errno::none;
}

Code<Errno> unlink_at(Thread& t, const std::string& path) {
  const Walked at = co_await walk(t, path);
  if (at.error != Errno::none) co_return at.error;
  if (at.last.empty()) co_return Errno::einval;
  if (at.found == kNone) co_return Errno::enoent;
  const bool directory = co_await is_directory(t, at.found);
  const std::uint64_t size = co_await t.load(inode_at(t, at.found) + inode::size);
  if (directory && size > 0) co_return Errno::enotempty;
  t.work(t.costs().file_update);
  const Object entry = co_await find_entry(t, at.directory, at.last);
  co_await remove_entry(t, at.directory, entry);
  co_await unlink_inode(t, at.directory, at.found);
  co_return Errno::none;
}

Code<bool> is_inside(Thread& t, Object object, Object ancestor) {
  const Object top = co_await root(t);
  while (object != ancestor && object != top) object = co_await t.load(inode_at(t, object) + inode::parent);
  co_return object == ancestor;
}

// Whether an object may take the place of another.
Code<Errno> replaces(Thread& t, bool directory, Object other) {
  const bool other_directory = co_await is_directory(t, other);
  const std::uint64_t size = co_await t.load(inode_at(t, other) + inode::size);
  if (directory && !other_directory) co_return Errno::enotdir;
  if (!directory && other_directory) co_return Errno::eisdir;
  co_return other_directory&& size > 0 ? Errno::enotempty : Errno::none;
}

// Every reason to refuse is found before anything is changed.
Code<Errno> rename_at(Thread& t, const Rename& rename) {
  const Walked from = co_await walk(t, rename.from);
  if (from.error != Errno::none) co_return from.error;
  if (from.last.empty()) co_return Errno::einval;
  const Walked to = co_await walk(t, rename.to);
  if (to.error != Errno::none) co_return to.error;
  if (to.last.empty()) co_return Errno::einval;
  if (from.found == kNone) co_return Errno::enoent;
  const bool directory = co_await is_directory(t, from.found);
  bool inside = false;
  if (directory) inside = co_await is_inside(t, to.directory, from.found);
  if (inside) co_return Errno::einval;
  if (to.found == from.found) co_return Errno::none;
  Errno error = Errno::none;
  if (to.found != kNone) error = co_await replaces(t, directory, to.found);
  if (error != Errno::none) co_return error;
  t.work(t.costs().file_update);
  if (to.found != kNone) {
    const Object replaced = co_await find_entry(t, to.directory, to.last);
    co_await remove_entry(t, to.directory, replaced);
    co_await unlink_inode(t, to.directory, to.found);
  }
  const Object old = co_await find_entry(t, from.directory, from.last);
  co_await remove_entry(t, from.directory, old);
  co_await add_entry(t, to.directory, to.last, from.found);
  if (!directory) co_return Errno::none;
  co_await t.add(inode_at(t, from.directory) + inode::links, ~std::uint64_t{0});
  co_await t.add(inode_at(t, to.directory) + inode::links, 1);
  co_await t.store(inode_at(t, from.found) + inode::parent, to.directory);
  co_return Errno::none;
}

void answer(Thread& t, Errno error) { t.complete(error == Errno::none ? Result::ok() : Result::fail(error)); }

}   // namespace

Code<> do_create(Thread& t, const std::string& path, bool directory) {
  const Held held = co_await lock(t, name_lock(t));
  const Errno error = co_await create_at(t, path, directory);
  co_await unlock(t, name_lock(t), held);
  answer(t, error);
}

Code<> do_unlink(Thread& t, const Unlink& unlink) {
  const Held held = co_await lock(t, name_lock(t));
  const Errno error = co_await unlink_at(t, unlink.path);
  co_await unlock(t, name_lock(t), held);
  answer(t, error);
}

Code<> do_rename(Thread& t, const Rename& rename) {
  const Held held = co_await lock(t, name_lock(t));
  const Errno error = co_await rename_at(t, rename);
  co_await unlock(t, name_lock(t), held);
  answer(t, error);
}

namespace {

Code<Result> list_at(Thread& t, const std::string& path) {
  const Walked at = co_await walk(t, path);
  if (at.error != Errno::none) co_return Result::fail(at.error);
  if (at.found == kNone) co_return Result::fail(Errno::enoent);
  const bool directory = co_await is_directory(t, at.found);
  if (!directory) co_return Result::fail(Errno::enotdir);
  std::vector<std::string> names;
  Object entry = co_await t.load(inode_at(t, at.found) + inode::first_entry);
  while (entry != kNone) {
    std::string one = co_await name_of_entry(t, entry);
    names.push_back(std::move(one));
    entry = co_await t.load(t.at(Table::name, entry, name::next));
  }
  std::sort(names.begin(), names.end());
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<std::string>>(std::move(names));
  co_return result;
}

Code<Result> stat_at(Thread& t, const std::string& path) {
  const Walked at = co_await walk(t, path);
  if (at.error != Errno::none) co_return Result::fail(at.error);
  if (at.found == kNone) co_return Result::fail(Errno::enoent);
  t.work(t.costs().file_lookup);
  FileStat stat;
  stat.inode = co_await t.load(inode_at(t, at.found) + inode::number);
  stat.size = co_await t.load(inode_at(t, at.found) + inode::size);
  const std::uint64_t links = co_await t.load(inode_at(t, at.found) + inode::links);
  stat.links = static_cast<std::uint32_t>(links);
  stat.directory = co_await is_directory(t, at.found);
  Result result = Result::ok();
  result.more = std::make_shared<const FileStat>(stat);
  co_return result;
}

}   // namespace

Code<> do_read_directory(Thread& t, const ReadDirectory& read) {
  const Held held = co_await lock(t, name_lock(t));
  Result result = co_await list_at(t, read.path);
  co_await unlock(t, name_lock(t), held);
  t.complete(std::move(result));
}

Code<> do_stat(Thread& t, const Stat& stat) {
  const Held held = co_await lock(t, name_lock(t));
  Result result = co_await stat_at(t, stat.path);
  co_await unlock(t, name_lock(t), held);
  t.complete(std::move(result));
}

}   // namespace ssi::dsm_first
