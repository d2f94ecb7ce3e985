#include "models/native/file_inodes.hpp"

#include <utility>

#include "models/base/check.hpp"

namespace ssi::native {

using vnode::Reply;

vnode::Attributes attributes_of(FileId id, const Inode& inode) {
  const std::uint64_t size = inode.directory ? inode.entries.size() : inode.size;
  return {id, size, inode.contents, inode.links, inode.directory};
}

Inodes::Inodes(std::uint64_t capacity_blocks) : capacity_(capacity_blocks) {
  inodes_[vnode::kRoot] = {.directory = true, .links = 2, .parent = vnode::kRoot};
}

// Files that were unlinked and open at the crash have no entry; they are freed, as fsck does.
Inodes::Inodes(std::uint64_t capacity_blocks, const std::map<FileId, Inode>& durable, FileId next)
    : capacity_(capacity_blocks), next_(next), inodes_(durable) {
  std::erase_if(inodes_, [](const auto& entry) { return entry.second.links == 0; });
  if (!inodes_.contains(vnode::kRoot)) inodes_[vnode::kRoot] = {.directory = true, .links = 2, .parent = vnode::kRoot};
  std::set<std::uint64_t> taken;
  for (auto& [id, inode] : inodes_) {
    inode.holds = 0;
    change_ = std::max(change_, inode.contents);
    for (const auto& [index, block] : inode.blocks) taken.insert(block);
  }
  used_ = taken.empty() ? 0 : *taken.rbegin() + 1;
  for (std::uint64_t block = 0; block < used_; ++block)
    if (!taken.contains(block)) free_.insert(block);
}

const Inode* Inodes::find(FileId id) const {
  const auto found = inodes_.find(id);
  return found == inodes_.end() ? nullptr : &found->second;
}

Inode& Inodes::at(FileId id) {
  const auto found = inodes_.find(id);
  SSI_CHECK(found != inodes_.end(), "no file " + std::to_string(id));
  return found->second;
}

const Inode* Inodes::directory(FileId id, Errno& error) const {
  const Inode* inode = find(id);
  error = inode == nullptr ? Errno::estale : inode->directory ? Errno::none : Errno::enotdir;
  return error == Errno::none ? inode : nullptr;
}

void Inodes::touch(FileId id, Inode& inode) {
  inode.contents = ++change_;
  changes_.inodes.insert(id);
}

void Inodes::changed(FileId id) { touch(id, at(id)); }

Reply Inodes::attributes(FileId id) const {
  const Inode* inode = find(id);
  if (inode == nullptr) return Reply::fail(Errno::estale);
  Reply reply;
  reply.attributes = attributes_of(id, *inode);
  return reply;
}

Reply Inodes::lookup(FileId id, const std::string& name) const {
  Errno error{};
  const Inode* parent = directory(id, error);
  if (parent == nullptr) return Reply::fail(error);
  const auto entry = parent->entries.find(name);
  return entry == parent->entries.end() ? Reply::fail(Errno::enoent) : attributes(entry->second);
}

Reply Inodes::create(const vnode::Create& create) {
  Errno error{};
  if (directory(create.directory, error) == nullptr) return Reply::fail(error);
  Inode& parent = at(create.directory);
  if (parent.links == 0) return Reply::fail(Errno::enoent);   // removed, but somebody has it
  if (parent.entries.contains(create.name)) return Reply::fail(Errno::eexist);
  const FileId id = next_++;
  Inode inode{.directory = create.is_directory, .links = create.is_directory ? 2U : 1U};
  if (create.is_directory) {
    inode.parent = create.directory;
    ++parent.links;   // its ".."
  }
  parent.entries.emplace(create.name, id);
  touch(create.directory, parent);
  touch(id, inodes_[id] = std::move(inode));
  return attributes(id);
}

Reply Inodes::remove(const vnode::Remove& remove) {
  const Reply found = lookup(remove.directory, remove.name);
  if (!found.good()) return found;
  if (found.attributes.directory && found.attributes.size > 0) return Reply::fail(Errno::enotempty);
  unlink(remove.directory, remove.name, found.attributes.file);
  Reply reply;
  reply.attributes = found.attributes;   // which file it was
  reply.attributes.links = found.attributes.directory ? 0 : found.attributes.links - 1;
  return reply;
}

void Inodes::unlink(FileId parent_id, const std::string& name, FileId id) {
  Inode& parent = at(parent_id);
  Inode& inode = at(id);
  parent.entries.erase(name);
  touch(parent_id, parent);
  if (inode.directory) {
    inode.links = 0;
    --parent.links;
  } else {
    --inode.links;
  }
  changes_.inodes.insert(id);
  free_if_unused(id);
}

namespace {

Errno replaces(const vnode::Attributes& from, const vnode::Attributes& to) {
  if (from.directory && !to.directory) return Errno::enotdir;
  if (!from.directory && to.directory) return Errno::eisdir;
  return to.directory && to.size > 0 ? Errno::enotempty : Errno::none;
}

}   // namespace

// Every reason to refuse is found before anything is changed.
Reply Inodes::rename(const vnode::Rename& rename) {
  const Reply from = lookup(rename.from_directory, rename.from);
  if (!from.good()) return from;
  const Reply to = lookup(rename.to_directory, rename.to);
  if (!to.good() && to.error != Errno::enoent) return to;
  const FileId id = from.attributes.file;
  if (at(rename.to_directory).links == 0) return Reply::fail(Errno::enoent);
  if (from.attributes.directory && is_inside(rename.to_directory, id)) return Reply::fail(Errno::einval);
  if (to.good()) {
    if (to.attributes.file == id) return from;
    if (const Errno why = replaces(from.attributes, to.attributes); why != Errno::none) return Reply::fail(why);
    unlink(rename.to_directory, rename.to, to.attributes.file);
  }
  Inode& old_parent = at(rename.from_directory);
  Inode& new_parent = at(rename.to_directory);
  old_parent.entries.erase(rename.from);
  new_parent.entries.emplace(rename.to, id);
  touch(rename.from_directory, old_parent);
  touch(rename.to_directory, new_parent);
  if (from.attributes.directory) {
    --old_parent.links;
    ++new_parent.links;
    at(id).parent = rename.to_directory;
    changes_.inodes.insert(id);
  }
  return from;
}

bool Inodes::is_inside(FileId id, FileId ancestor) const {
  for (;;) {
    if (id == ancestor) return true;
    if (id == vnode::kRoot) return false;
    id = find(id)->parent;
    if (find(id) == nullptr) return false;   // below a directory that was removed
  }
}

Reply Inodes::list(FileId id) const {
  Errno error{};
  const Inode* found = directory(id, error);
  if (found == nullptr) return Reply::fail(error);
  std::vector<std::string> names;
  names.reserve(found->entries.size());
  for (const auto& [name, child] : found->entries) names.push_back(name);
  Reply reply;
  reply.attributes = attributes_of(id, *found);
  reply.names = std::make_shared<const std::vector<std::string>>(std::move(names));
  return reply;
}

void Inodes::hold(FileId id) { ++at(id).holds; }

void Inodes::release(FileId id) {
  Inode& inode = at(id);
  SSI_CHECK(inode.holds > 0, "a file is released more often than held");
  --inode.holds;
  free_if_unused(id);
}

void Inodes::free_if_unused(FileId id) {
  const Inode& inode = at(id);
  if (inode.links > 0 || inode.holds > 0) return;
  set_size(id, 0);
  changes_.inodes.insert(id);
  inodes_.erase(id);
}

void Inodes::set_size(FileId id, std::uint64_t size) {
  Inode& inode = at(id);
  const std::uint64_t kept = (size + kBlockBytes - 1) / kBlockBytes;
  for (auto it = inode.blocks.lower_bound(kept); it != inode.blocks.end(); it = inode.blocks.erase(it)) {
    changes_.released.insert(it->second);
    unrecycled_.insert(it->second);
    dropped_.push_back(it->second);
  }
  inode.size = size;
  touch(id, inode);
}

bool Inodes::map_block(FileId id, std::uint64_t index) {
  Inode& inode = at(id);
  if (inode.blocks.contains(index)) return true;
  if (free_.empty() && used_ == capacity_) return false;
  const std::uint64_t block = free_.empty() ? used_++ : *free_.begin();
  free_.erase(block);
  inode.blocks.emplace(index, block);
  return true;
}

void Inodes::recycle(const std::set<std::uint64_t>& blocks) {
  for (std::uint64_t block : blocks) {
    const bool known = unrecycled_.erase(block) == 1;
    SSI_CHECK(known, "a block is recycled that was not given up");
    free_.insert(block);
  }
}

}   // namespace ssi::native
