// A physical container of a filegroup: inodes and pages on the site's disk, changed through shadow pages. What is written goes to new
// blocks; a commit makes those durable, then replaces the inode, and only then gives up the old blocks.
//
// Invariant: after a crash at any instant the disk has, of each file, all of its last commit that had ended, and nothing else. A version
// never replaces one that has changes which it lacks.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/protocol/locus_files/settings.hpp"

namespace ssi::locus {

class Pack {
 public:
  static constexpr std::uint64_t kFirstDataBlock = 1 << 20;   // of the disk; inodes lie before
  using Pages = std::map<std::uint64_t, Bytes>;               // by number; short or missing ones end in zeros
  // Written and not committed: the in-core inode, its shadow pages, and how many of the older pages are left after a cut.
  struct Shadow {
    Inode inode;
    Pages pages{};
    std::uint64_t kept = ~0ULL;
    bool bumps = true;   // a change of this site's, not one that was pulled
  };
  struct Stored {
    InodePtr inode;   // committed; nullptr: being made
    std::map<std::uint64_t, std::uint64_t> blocks{};
    std::optional<Shadow> next{}, committing{};
    std::set<std::uint64_t> waits{};                  // disk requests of the commit
    std::map<std::uint64_t, std::uint64_t> fresh{};   // its blocks, by page
    enum class Phase : std::uint8_t { data, data_flush, inode, inode_flush } phase = Phase::data;
    bool failed = false;
    CallId cause{};
  };
  Pack(NodeId self, const Settings& settings)
      : self_(self), capacity_(settings.capacity_blocks), cache_pages_(settings.cache_pages), costs_(settings.costs) {}

  void format(FileId file, const Inode& inode);               // at the making of the file system: durable at once
  FileId make(std::uint32_t filegroup, const Inode& inode);   // a number of this pack's pool; to be committed
  const Stored* find(FileId file) const;
  InodePtr committed(FileId file) const;     // nullptr: not here
  const Inode* current(FileId file) const;   // with what is not committed
  bool changed(FileId file) const { return find(file) != nullptr && find(file)->next.has_value(); }
  bool committing(FileId file) const { return find(file) != nullptr && find(file)->committing.has_value(); }

  bool write(FileId file, std::uint64_t page, Bytes data, std::uint64_t size, std::uint64_t entries);   // false: ENOSPC
  void set(FileId file, std::uint64_t size, std::uint64_t entries, FileId parent);
  void remove(FileId file);   // the inode stays, marked, until all storage sites have seen that
  // A version that was pulled, or (bumps) made of two; else than all only these pages differ.
  void install(FileId file, const Inode& inode, Pages pages, bool all, bool bumps = false);
  void prevail(FileId file, const VersionVector& over);   // a change of the inode only: the version goes before that one too
  void undo(FileId file);                                 // back to the last commit
  void commit(FileId file, CallId cause, Effects& out);   // of what is changed; one at a time for each file
  void recycle(FileId file);                              // forget it; a number of the own pool can be used again, in its next generation

  struct Found {
    bool at_hand = true;
    Bytes data{};
  };
  Found page(FileId file, std::uint64_t page, bool committed_only);
  std::uint64_t fetch(FileId file, std::uint64_t page, CallId cause, Effects& out);   // one that is not at hand: the disk request
  struct Ended {
    std::optional<std::uint64_t> fetched{};
    std::optional<FileId> committed{};
    bool failed = false;
  };
  Ended disk_done(const DiskDone& done, Effects& out);

  const std::map<FileId, Stored>& all() const { return files_; }
  Pages durable(FileId file) const;   // what the disk has
  // What a crash leaves, and the next incarnation starts from: the committed inodes and their blocks, and which numbers were given out.
  struct Image {
    std::map<FileId, std::pair<InodePtr, std::map<std::uint64_t, std::uint64_t>>> files;
    std::map<std::uint64_t, Bytes> disk;
    std::map<std::uint32_t, std::uint32_t> next_number;
    std::map<std::uint32_t, std::vector<FileId>> used_before;
  };
  Image image() const;
  void restore(const Image& image);   // of an empty pack
  bool quiet() const { return requests_.empty(); }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Request {
    FileId file{};    // of a commit, or 0
    Pages blocks{};   // written, or (one, without contents) read
  };
  Shadow& shadow(FileId file);
  std::uint64_t ask(DiskRequest request, Request what, Effects& out);
  void go_on(FileId file, Effects& out);
  void write_pages(FileId file, Stored& stored, Effects& out);
  void end_commit(FileId file, Stored& stored);
  void keep(std::uint64_t block, Bytes data);
  void free_block(std::uint64_t block);

  NodeId self_;
  std::uint64_t capacity_, cache_pages_;
  Costs costs_;
  std::map<FileId, Stored> files_;
  std::map<std::uint64_t, Bytes> disk_;                              // by block
  std::map<std::uint64_t, std::pair<Bytes, std::uint64_t>> cache_;   // by block: contents, last use
  std::map<std::uint64_t, std::uint64_t> by_use_;
  std::map<std::uint64_t, std::uint64_t> reading_;   // by block: the request
  std::map<std::uint64_t, Request> requests_;
  std::set<std::uint64_t> free_;
  std::map<std::uint32_t, std::uint32_t> next_number_;         // by filegroup
  std::map<std::uint32_t, std::vector<FileId>> used_before_;   // numbers to be used again
  std::uint64_t used_ = 0, asked_ = 0, uses_ = 0;
};

}   // namespace ssi::locus
