// Path walks, one component per operation, and what is done at their end.
#include "models/base/check.hpp"
#include "models/native/file_part.hpp"

namespace ssi::native {
namespace {

using Path = std::vector<std::string>;

// "." and ".." are taken out of the text beforehand; there are no symbolic links that could make a difference. Empty: not absolute.
std::optional<Path> split(const std::string& path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  Path out;
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    std::string name = path.substr(from, to - from);
    if (name == ".." && !out.empty()) out.pop_back();
    else if (!name.empty() && name != "." && name != "..") out.push_back(std::move(name));
    from = to + 1;
  }
  return out;
}

// What a call that changes the root's name would answer.
Errno error_at_root(const Call& call) {
  return std::holds_alternative<Rename>(call) || std::holds_alternative<Unlink>(call) ? Errno::einval : Errno::eexist;
}

}   // namespace

void FilePart::walk(std::uint64_t token, const std::string& path, bool to_parent, PartContext& at) {
  Doing& doing = doing_.at(token);
  auto components = split(path);
  if (!components) return fail(token, Errno::einval, at);
  doing.step = Doing::Step::walk;
  doing.directory = vnode::kRoot;
  doing.path = std::move(*components);
  doing.attributes = {.file = vnode::kRoot, .directory = true};
  if (to_parent && doing.path.empty() && !std::holds_alternative<Open>(doing.request)) return fail(token, error_at_root(doing.request), at);
  doing.name.clear();
  if (to_parent && !doing.path.empty()) {
    doing.name = std::move(doing.path.back());
    doing.path.pop_back();
  }
  go_on(token, at);
}

void FilePart::go_on(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  if (doing.path.empty()) return walked(token, at);
  std::string next = std::move(doing.path.front());
  doing.path.erase(doing.path.begin());
  begin(token, vnode::Lookup{doing.directory, std::move(next)}, doing.call, at);
}

void FilePart::walked(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  doing.step = Doing::Step::last;
  const FileId directory = doing.directory;
  const CallId cause = doing.call;
  if (std::holds_alternative<Open>(doing.request)) return look_up_last(token, at);
  if (std::holds_alternative<Create>(doing.request)) return begin(token, vnode::Create{directory, doing.name, false}, cause, at);
  if (std::holds_alternative<MakeDirectory>(doing.request)) return begin(token, vnode::Create{directory, doing.name, true}, cause, at);
  if (std::holds_alternative<Unlink>(doing.request)) return begin(token, vnode::Remove{directory, doing.name}, cause, at);
  if (std::holds_alternative<ReadDirectory>(doing.request)) return begin(token, vnode::ReadDirectory{directory}, cause, at);
  if (std::holds_alternative<Stat>(doing.request)) return begin(token, vnode::GetAttributes{directory}, cause, at);
  const auto* rename = std::get_if<Rename>(&doing.request);
  SSI_CHECK(rename != nullptr, "a walk for a call without a path");
  if (doing.first_directory == vnode::kNoFile) {
    doing.first_directory = directory;
    doing.first_name = doing.name;
    return walk(token, std::string(rename->to), true, at);
  }
  begin(token, vnode::Rename{doing.first_directory, doing.first_name, directory, doing.name}, cause, at);
}

void FilePart::look_up_last(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  doing.step = Doing::Step::open_look_up;
  if (!doing.name.empty()) return begin(token, vnode::Lookup{doing.directory, doing.name}, doing.call, at);
  vnode::Answer root{token, {}, self_};   // the root has no name to be looked up
  root.reply.attributes = doing.attributes;
  opened(token, root, at);
}

// Open: the steps after the walk. A file that comes into being or goes away between two steps is met at the next one.
void FilePart::opened(std::uint64_t token, const vnode::Answer& answer, PartContext& at) {
  Doing& doing = doing_.at(token);
  const OpenFlags& flags = std::get<Open>(doing.request).flags;
  const vnode::Reply& reply = answer.reply;
  const bool missing = doing.step == Doing::Step::open_look_up && reply.error == Errno::enoent && flags.create;
  const bool raced = doing.step == Doing::Step::open_create && reply.error == Errno::eexist && !flags.exclusive;
  if (missing) {
    doing.step = Doing::Step::open_create;
    return begin(token, vnode::Create{doing.directory, doing.name, false}, doing.call, at);
  }
  if (raced) return look_up_last(token, at);
  if (!reply.good()) return finish(token, result_of(reply), answer.served, at);
  const bool existed = doing.step == Doing::Step::open_look_up;
  if (existed && flags.create && flags.exclusive) return fail(token, Errno::eexist, at);
  if (existed && reply.attributes.directory && (flags.write || flags.truncate)) return fail(token, Errno::eisdir, at);
  if (doing.step == Doing::Step::open_look_up || doing.step == Doing::Step::open_create) {
    doing.attributes = reply.attributes;
    doing.step = Doing::Step::open_open;
    return begin(token, vnode::Open{reply.attributes.file, flags.write}, doing.call, at);
  }
  if (doing.step == Doing::Step::open_truncate || !flags.truncate || !flags.write || reply.attributes.size == 0)
    return install(token, answer.served, at);
  doing.step = Doing::Step::open_truncate;
  begin(token, vnode::SetSize{doing.attributes.file, 0}, doing.call, at);
}

// The caller may have died meanwhile, or have too many descriptors; then the file is closed again.
void FilePart::install(std::uint64_t token, NodeId served, PartContext& at) {
  Doing& doing = doing_.at(token);
  const OpenFlags flags = std::get<Open>(doing.request).flags;
  const std::uint64_t id = (std::uint64_t{self_.value} << 40) | ++made_;
  entries_.emplace(id, Entry{.file = doing.attributes.file, .flags = flags, .directory = doing.attributes.directory, .references = 1});
  doing.entry = id;   // this reference is dropped by finish()
  if (doing.caller == kNoPid) return finish(token, {}, served, at);
  const auto descriptor = at.descriptors.install(doing.caller, {CallClass::file, id});
  if (!descriptor) return fail(token, Errno::emfile, at);
  ++entries_.at(id).references;
  finish(token, Result::of(*descriptor), served, at);
}

void FilePart::answered(std::uint64_t token, const vnode::Answer& answer, PartContext& at) {
  Doing& doing = doing_.at(token);
  using Step = Doing::Step;
  switch (doing.step) {
    case Step::walk:
      if (!answer.reply.good()) return finish(token, result_of(answer.reply), answer.served, at);
      if (!answer.reply.attributes.directory && (!doing.path.empty() || !doing.name.empty())) return fail(token, Errno::enotdir, at);
      doing.directory = answer.reply.attributes.file;
      doing.attributes = answer.reply.attributes;
      return go_on(token, at);
    case Step::open_look_up:
    case Step::open_create:
    case Step::open_open:
    case Step::open_truncate: return opened(token, answer, at);
    case Step::turn:
    case Step::offset: SSI_CHECK(false, "an answer to a call that waits for its turn"); return;
    case Step::read:
    case Step::write:
    case Step::end_of_file: return used_entry(token, answer, at);
    case Step::reopen: return reopened(token, answer, at);
    case Step::lock:
    case Step::last: return found(token, answer, at);
  }
}

void FilePart::found(std::uint64_t token, const vnode::Answer& answer, PartContext& at) {
  const Doing& doing = doing_.at(token);
  Result result = result_of(answer.reply);
  if (result.good() && std::holds_alternative<ReadDirectory>(doing.request)) result.more = answer.reply.names;
  if (result.good() && std::holds_alternative<Stat>(doing.request)) {
    const vnode::Attributes& is = answer.reply.attributes;
    result.more = std::make_shared<const FileStat>(FileStat{is.file, is.size, is.links, is.directory});
  }
  if (result.good() && doing.step == Doing::Step::lock) {
    Entry& entry = entries_.at(doing.entry);
    entry.locked = std::get<LockFile>(doing.request).kind != LockFile::Kind::unlock;
    if (doing.caller == kNoPid) unlock(doing.entry, entry, at);   // granted while it was withdrawn
  }
  finish(token, std::move(result), answer.served, at);
}

}   // namespace ssi::native
