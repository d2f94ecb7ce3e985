// The name space and the block maps of one file system: inodes, directories, which disk block is which part of which file. All in
// memory and at once; what of it is durable is the business of `FileStore`.
//
// Invariants: a directory's entries and its children's links agree; an inode without a link is held by somebody who has it open; a
// block belongs to one inode, or is free, or waits for the commit that makes its release durable.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/port/vnode.hpp"

namespace ssi::native {

using vnode::FileId;
inline constexpr std::uint64_t kBlockBytes = 4096;   // of a file, a page and the disk

struct Inode {
  bool directory = false;
  std::uint32_t links{};
  std::uint32_t holds{};                             // open-file entries and operations under way: not on disk
  std::uint64_t size{};                              // of a file
  std::uint64_t contents{};                          // see vnode::Attributes
  FileId parent{};                                   // of a directory
  std::map<std::string, FileId> entries{};           // of a directory
  std::map<std::uint64_t, std::uint64_t> blocks{};   // of a file: its n-th block is on that disk block; what is missing is a hole
};

class Inodes {
 public:
  explicit Inodes(std::uint64_t capacity_blocks);
  Inodes(std::uint64_t capacity_blocks, const std::map<FileId, Inode>& durable, FileId next);   // after a crash

  const Inode* find(FileId id) const;
  vnode::Reply attributes(FileId id) const;   // ESTALE
  vnode::Reply lookup(FileId directory, const std::string& name) const;
  vnode::Reply create(const vnode::Create& create);
  vnode::Reply remove(const vnode::Remove& remove);
  vnode::Reply rename(const vnode::Rename& rename);
  vnode::Reply list(FileId directory) const;

  void hold(FileId id);
  void release(FileId id);                          // the last one of an inode without links frees it
  void set_size(FileId id, std::uint64_t size);     // frees the blocks behind it
  void changed(FileId id);                          // contents
  bool map_block(FileId id, std::uint64_t index);   // a block for a hole; false: ENOSPC

  std::uint64_t free_blocks() const { return capacity_ - used_ + free_.size(); }
  // What has changed since the last call: inodes to be written (missing ones are gone), and blocks that they have given up, which are
  // in use until recycle().
  struct Changes {
    std::set<FileId> inodes;
    std::set<std::uint64_t> released;
  };
  const Changes& changes() const { return changes_; }
  Changes take_changes() { return std::exchange(changes_, {}); }
  void recycle(const std::set<std::uint64_t>& blocks);
  void release_later(const std::set<std::uint64_t>& blocks) { changes_.released.insert(blocks.begin(), blocks.end()); }
  std::vector<std::uint64_t> take_dropped() {
    return std::exchange(dropped_, {});
  }   // blocks given up since the last call: their pages are of no use

  FileId next() const { return next_; }
  const std::map<FileId, Inode>& all() const { return inodes_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  Inode& at(FileId id);
  const Inode* directory(FileId id, Errno& error) const;
  void touch(FileId id, Inode& inode);
  void unlink(FileId parent, const std::string& name, FileId id);
  void free_if_unused(FileId id);
  bool is_inside(FileId id, FileId ancestor) const;

  std::uint64_t capacity_, used_ = 0;   // blocks below used_ have been used at least once
  FileId next_ = vnode::kRoot + 1;
  std::uint64_t change_ = 0;
  std::map<FileId, Inode> inodes_;
  std::set<std::uint64_t> free_, unrecycled_;   // unrecycled_: given up, release not yet durable
  Changes changes_;
  std::vector<std::uint64_t> dropped_;
};

vnode::Attributes attributes_of(FileId id, const Inode& inode);

}   // namespace ssi::native
