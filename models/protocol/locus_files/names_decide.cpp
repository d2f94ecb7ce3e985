// Operations on names: with the directories locked and read, whether the change may be, and what it writes.
#include "models/base/check.hpp"
#include "models/protocol/locus_files/names.hpp"

namespace ssi::locus {

void Names::decide(std::uint64_t id, Wire& wire) {
  wire.at.out.work(wire.settings.costs.update);
  const vnode::Operation operation = tasks_.at(id).operation;
  if (const auto* create = std::get_if<vnode::Create>(&operation)) decide(id, *create, wire);
  else if (const auto* remove = std::get_if<vnode::Remove>(&operation)) decide(id, *remove, wire);
  else decide(id, std::get<vnode::Rename>(operation), wire);
}

bool Names::still(Task& task) {
  for (const Place& place : task.places) {
    const auto found = find_entry(task.contents.at(place.directory), place.name);
    if (found.has_value() != place.is.has_value() || (found && found->entry.file != place.is->file)) task.again = true;
  }
  return !task.again;
}

void Names::decide(std::uint64_t id, const vnode::Create& create, Wire& wire) {
  Task& task = tasks_.at(id);
  if (find_entry(task.contents.at(create.directory), create.name)) return refuse(id, Errno::eexist, wire);
  const std::uint32_t groups = wire.settings.filegroups;
  std::uint32_t group = Name::of(create.directory).filegroup;
  if (create.is_directory && create.directory == vnode::kRoot && groups > 1)
    group = static_cast<std::uint32_t>(hash_of(create.name) % groups);
  task.step = Task::Step::make;
  ask(id, MakeNew{group, create.directory, task.inodes.at(create.directory), create.is_directory});
}

void Names::decide(std::uint64_t id, const vnode::Remove& remove, Wire& wire) {
  Task& task = tasks_.at(id);
  if (!still(task)) return close_all(id, wire);
  const Entry is = *task.places[0].is;
  if (is.directory && task.inodes.at(is.file)->entries > 0) return refuse(id, Errno::enotempty, wire);
  Record record = *find_entry(task.contents.at(remove.directory), remove.name);
  record.entry.file = vnode::kNoFile;
  task.writes.push_back(PutRecord{remove.directory, std::move(record), -1});
  task.removed = is.file;
  task.reply.attributes = {is.file, 0, 0, 0, is.directory};
  write_next(id, wire);
}

void Names::decide(std::uint64_t id, const vnode::Rename& rename, Wire& wire) {
  Task& task = tasks_.at(id);
  if (!still(task)) return close_all(id, wire);
  const Entry from = *task.places[0].is;
  const std::optional<Entry> to = task.places[1].is;
  task.reply.attributes = {from.file, 0, 0, 1, from.directory};
  if (to && to->file == from.file) return close_all(id, wire);
  if (to && from.directory && !to->directory) return refuse(id, Errno::enotdir, wire);
  if (to && !from.directory && to->directory) return refuse(id, Errno::eisdir, wire);
  if (to && to->directory && task.inodes.at(to->file)->entries > 0) return refuse(id, Errno::enotempty, wire);
  const Bytes& there = task.contents.at(rename.to_directory);
  Record made = to ? *find_entry(there, rename.to) : place_for(there, rename.to, wire.settings.is_split());
  Record gone = *find_entry(task.contents.at(rename.from_directory), rename.from);
  made.entry = {from.file, from.directory, rename.to, {}};
  gone.entry.file = vnode::kNoFile;
  task.writes.push_back(PutRecord{rename.to_directory, std::move(made), to ? 0 : 1});
  task.writes.push_back(PutRecord{rename.from_directory, std::move(gone), -1});
  if (task.moves) task.writes.push_back(SetParent{from.file, rename.to_directory});
  if (to) task.removed = to->file;
  write_next(id, wire);
}

}   // namespace ssi::locus
