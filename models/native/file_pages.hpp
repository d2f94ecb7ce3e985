// The page cache of one file system and the disk below it: real bytes by disk block, least recently used go first, what is dirty is
// written back in runs of adjacent blocks. The disk's own contents are kept in two layers: what a crash keeps, and what lies in the
// disk's volatile cache until a flush. Without a disk everything stays in the cache, which then has no limit.
//
// Invariants: at most one write of a block is under way; a dirty page is never evicted.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/native/file_inodes.hpp"
#include "models/port/bytes.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"

namespace ssi::native {

// What the disk would have after a crash now: what was flushed, and the inodes of the last commit that had ended.
struct DiskImage {
  std::map<std::uint64_t, Bytes> blocks;
  std::map<FileId, Inode> inodes;
  FileId next = vnode::kRoot + 1;
};

class FilePages {
 public:
  struct Options {
    bool disk = true;
    std::uint64_t capacity = 65536;   // pages
    std::uint64_t run_max = 32;       // adjacent blocks written by one request
  };
  explicit FilePages(const Options& options) : options_(options) {}
  FilePages(const Options& options, DiskImage image) : options_(options), image_(std::move(image)) {}

  Bytes find(std::uint64_t block);                // nullptr: not in the cache
  void put(std::uint64_t block, Bytes content);   // newly written by somebody: dirty, if there is a disk
  void drop(std::uint64_t block);                 // its file has given it up
  bool being_written(std::uint64_t block) const { return writing_.contains(block); }

  // Each returns the disk request's token. A read of a block that is being read joins it.
  std::uint64_t read(std::uint64_t block, CallId cause, Effects& out);
  std::vector<std::uint64_t> write_back(std::set<std::uint64_t> blocks, CallId cause, Effects& out);   // those dirty and not under way
  std::uint64_t write_journal(std::uint64_t bytes, CallId cause, Effects& out);
  std::uint64_t flush(CallId cause, Effects& out);                                  // what was done before becomes durable
  void commit(const std::map<FileId, std::optional<Inode>>& inodes, FileId next);   // these are durable now

  struct Done {
    std::uint64_t token{};
    std::vector<std::uint64_t> blocks;
    bool failed = false;
  };
  std::optional<Done> done(const DiskDone& done);   // empty: somebody else's request
  void trim();                                      // evicts down to the capacity

  const std::set<std::uint64_t>& dirty() const { return dirty_; }
  std::set<std::uint64_t> under_way() const;                                    // tokens of writes
  std::uint64_t unwritten() const { return dirty_.size() + writing_.size(); }   // blocks
  std::uint64_t size() const { return cache_.size(); }
  const Options& options() const { return options_; }
  const DiskImage& image() const { return image_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Page {
    Bytes content;
    std::uint64_t used{};
  };
  struct Io {
    DiskRequest::Kind kind{};
    std::vector<std::pair<std::uint64_t, Bytes>> blocks;   // what is written, or becomes durable
  };
  std::uint64_t ask(DiskRequest request, Io io, Effects& out);
  void keep(std::uint64_t block, Bytes content);
  Bytes on_disk(std::uint64_t block) const;

  Options options_;
  DiskImage image_;
  std::map<std::uint64_t, Bytes> disk_cache_;   // written, not flushed
  std::map<std::uint64_t, Page> cache_;
  std::map<std::uint64_t, std::uint64_t> by_use_;   // Page::used -> block
  std::set<std::uint64_t> dirty_;
  std::map<std::uint64_t, std::uint64_t> reading_, writing_;   // block -> token
  std::map<std::uint64_t, Io> ios_;
  std::uint64_t uses_ = 0, asked_ = 0, journal_at_ = 0;
};

}   // namespace ssi::native
