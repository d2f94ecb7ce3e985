#include "models/protocol/locus_files/names.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::locus {

using vnode::Reply;

bool Names::serves(const vnode::Operation& operation) {
  return std::holds_alternative<vnode::Lookup>(operation) || std::holds_alternative<vnode::Create>(operation) ||
         std::holds_alternative<vnode::Remove>(operation) || std::holds_alternative<vnode::Rename>(operation) ||
         std::holds_alternative<vnode::ReadDirectory>(operation);
}

void Names::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, Wire& wire) {
  const std::uint64_t id = ++started_;
  Task& task = tasks_.emplace(id, Task{.asker = token, .cause = cause, .operation = operation}).first->second;
  if (const auto* lookup = std::get_if<vnode::Lookup>(&operation)) task.places = {{lookup->directory, lookup->name}};
  if (const auto* create = std::get_if<vnode::Create>(&operation)) task.places = {{create->directory, create->name}};
  if (const auto* remove = std::get_if<vnode::Remove>(&operation)) task.places = {{remove->directory, remove->name}};
  if (const auto* rename = std::get_if<vnode::Rename>(&operation))
    task.places = {{rename->from_directory, rename->from}, {rename->to_directory, rename->to}};
  for (const Place& place : task.places)
    if (place.name.size() > kLongestName) {
      task.reply = Reply::fail(Errno::einval);
      return finish(id, wire);
    }
  if (const auto* list = std::get_if<vnode::ReadDirectory>(&operation)) return ask(id, Search{list->directory});
  if (std::holds_alternative<vnode::Create>(operation)) return lock_all(id, wire);
  search_next(id, wire);
}

void Names::ask(std::uint64_t id, Operation operation) { asks_.push_back({kOfNames | id, std::move(operation), tasks_.at(id).cause}); }

void Names::finish(std::uint64_t id, Wire& wire) {
  const auto entry = tasks_.extract(id);
  const Task& task = entry.mapped();
  if (task.again) return begin(task.asker, task.operation, task.cause, wire);
  wire.at.answers.push_back({task.asker, task.reply, self_});
}

// What has been asked for is there.
void Names::finished(Finished& done, Wire& wire) {
  const std::uint64_t id = done.token & ~kOfNames;
  Task& task = tasks_.at(id);
  using Step = Task::Step;
  if (task.step == Step::search) return searched(id, done, wire);
  const bool closing = task.step == Step::close || task.step == Step::remove;
  if (!done.reply.good() && !closing) {
    const bool lost = done.reply.error == Errno::estale;   // a directory that is gone has nothing in it
    return refuse(id, lost ? Errno::enoent : done.reply.error, wire);
  }
  if (!done.reply.good() && done.reply.error != Errno::estale && task.reply.good()) task.reply = done.reply;
  switch (task.step) {
    case Step::search: return;
    case Step::exists: return locked(id, wire);
    case Step::climb: return climbed(id, done, wire);
    case Step::lock: task.inodes[task.locks[task.at++]] = done.inode; return lock_next(id, wire);
    case Step::read: task.contents[task.places[task.at++].directory] = done.reply.data; return read_next(id, wire);
    case Step::make: {
      task.reply.attributes = done.reply.attributes;
      Place& place = task.places.front();
      Record record = place_for(task.contents.at(place.directory), place.name, wire.settings.is_split());
      record.entry = {done.reply.attributes.file, done.reply.attributes.directory, place.name, {}};
      task.writes.push_back(PutRecord{place.directory, std::move(record), 1});
      return write_next(id, wire);
    }
    case Step::write: return write_next(id, wire);
    case Step::close: return close_next(id, wire);
    case Step::remove: return finish(id, wire);
  }
}

void Names::search_next(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  if (task.at < task.places.size()) {
    const Place& place = task.places[task.at];
    return ask(id, Search{place.directory, place.name});
  }
  const auto* rename = std::get_if<vnode::Rename>(&task.operation);
  task.moves = rename != nullptr && task.places[0].is->directory && rename->from_directory != rename->to_directory;
  lock_all(id, wire);
}

void Names::searched(std::uint64_t id, Finished& done, Wire& wire) {
  Task& task = tasks_.at(id);
  const bool may_miss = task.at == 1 && done.reply.error == Errno::enoent;   // the new name of a rename
  if (std::holds_alternative<vnode::Lookup>(task.operation) || (!done.reply.good() && !may_miss)) {
    task.reply = done.reply;
    return finish(id, wire);
  }
  if (std::holds_alternative<vnode::ReadDirectory>(task.operation)) {
    std::vector<std::string> names;
    for (Record& record : done.records) names.push_back(std::move(record.entry.name));
    std::sort(names.begin(), names.end());
    task.reply.attributes = done.reply.attributes;
    task.reply.names = std::make_shared<const std::vector<std::string>>(std::move(names));
    return finish(id, wire);
  }
  if (!may_miss) task.places[task.at].is = std::move(done.records.back().entry);
  ++task.at;
  search_next(id, wire);
}

void Names::lock_all(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  task.step = Task::Step::lock;
  task.at = 0;
  for (const Place& place : task.places) task.locks.push_back(place.directory);
  if (std::holds_alternative<vnode::Remove>(task.operation) && task.places[0].is->directory) task.locks.push_back(task.places[0].is->file);
  if (task.moves) {
    task.locks.push_back(vnode::kRoot);
    task.locks.push_back(task.places[0].is->file);
  }
  if (task.places.size() == 2 && task.places[1].is && task.places[1].is->directory) task.locks.push_back(task.places[1].is->file);
  std::sort(task.locks.begin(), task.locks.end());
  task.locks.erase(std::unique(task.locks.begin(), task.locks.end()), task.locks.end());
  lock_next(id, wire);
}

void Names::lock_next(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  if (task.at < task.locks.size()) return ask(id, OpenDirectory{task.locks[task.at]});
  for (const Place& place : task.places)
    if (!task.inodes.at(place.directory)->directory) return refuse(id, Errno::enotdir, wire);
  const bool removes = std::holds_alternative<vnode::Remove>(task.operation) || task.places.size() == 2;
  const std::optional<Entry>& gone = task.places.back().is;
  if (!wire.settings.is_split() || !removes || !gone) return locked(id, wire);
  task.step = Task::Step::exists;   // nobody can remove what is on the other side of a cut
  ask(id, vnode::GetAttributes{gone->file});
}

void Names::locked(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  task.at = 0;
  task.step = task.moves ? Task::Step::climb : Task::Step::read;
  if (!task.moves) return read_next(id, wire);
  task.above = task.places[1].directory;
  ask(id, vnode::GetAttributes{task.above});
}

void Names::climbed(std::uint64_t id, const Finished& done, Wire& wire) {
  Task& task = tasks_.at(id);
  if (task.above == task.places[0].is->file) return refuse(id, Errno::einval, wire);
  const bool goes_on = task.above != vnode::kRoot && done.inode && done.inode->parent != vnode::kNoFile;
  if (goes_on) {
    task.above = done.inode->parent;
    return ask(id, vnode::GetAttributes{task.above});
  }
  task.step = Task::Step::read;
  read_next(id, wire);
}

void Names::read_next(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  if (task.at == task.places.size()) return decide(id, wire);
  const FileId directory = task.places[task.at].directory;
  ask(id, vnode::Read{directory, 0, task.inodes.at(directory)->size});
}

void Names::write_next(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  task.step = Task::Step::write;
  const bool marks = task.removed != vnode::kNoFile && task.inodes.contains(task.removed);
  if (task.writes.empty() && marks)
    return ask(id, RemoveFile{std::exchange(task.removed, vnode::kNoFile)});   // whoever waits to change it finds it gone
  if (task.writes.empty()) return close_all(id, wire);
  Operation next = std::move(task.writes.front());
  task.writes.pop_front();
  ask(id, std::move(next));
}

// The directory of the new name is the first to be committed.
void Names::close_all(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  task.step = Task::Step::close;
  task.closes = task.locks;
  const FileId first = task.places.back().directory;
  std::stable_partition(task.closes.begin(), task.closes.end(), [first](FileId file) { return file == first; });
  std::erase_if(task.closes, [&](FileId file) { return !task.inodes.contains(file); });   // not locked any more
  task.at = 0;
  close_next(id, wire);
}

void Names::close_next(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  if (task.at < task.closes.size()) return ask(id, vnode::Close{task.closes[task.at++], true});
  if (task.removed == vnode::kNoFile || !task.reply.good() || task.again) return finish(id, wire);
  task.step = Task::Step::remove;
  ask(id, RemoveFile{std::exchange(task.removed, vnode::kNoFile)});
}

void Names::refuse(std::uint64_t id, Errno error, Wire& wire) {
  Task& task = tasks_.at(id);
  const bool written = task.step == Task::Step::write;
  const vnode::Attributes attributes = task.reply.attributes;
  task.reply = written ? Reply::info(error) : Reply::fail(error);
  task.reply.attributes = attributes;
  task.removed = vnode::kNoFile;
  close_all(id, wire);
}

}   // namespace ssi::locus
