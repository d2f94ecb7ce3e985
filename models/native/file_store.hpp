// A local file system below the vnode switch: `Inodes` for names and block maps, `FilePages` for contents, and a journal that makes both
// durable together, as ext3 does with data=ordered: a commit writes all dirty data, then the changed inodes, then flushes the disk. One
// commit at a time; those who ask meanwhile share the next.
//
// Reads of a file share it and a write has it alone, so both are atomic (POSIX.1-2017, 2.9.7). A writer waits while too much is dirty.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/native/file_inodes.hpp"
#include "models/native/file_pages.hpp"
#include "models/port/vnode.hpp"

namespace ssi::native {

// CPU time of a file system's own work; the figures and their sources are the platform's.
struct FileCosts {
  Duration lookup;         // of one component, and of a file's attributes
  Duration open;           // make or end an open-file entry
  Duration update;         // one change of the name space
  Duration io;             // one read or write, besides its pages
  Duration page;           // find, enter or dirty a page
  Duration copy_per_kib;   // between cache and program
  Duration disk_request;   // submit it and take its end

  template <class C>
  static FileCosts of(const C& c) {
    return {c.file_lookup, c.file_open, c.file_update, c.file_io, c.file_page, c.copy_per_kib, c.disk_request};
  }
};

struct FileSettings {
  bool disk = true;                             // else files are in memory only and commit does nothing
  std::uint64_t capacity_blocks = 1ULL << 28;   // of the disk: 1 TiB
  std::uint64_t cache_pages = 65536;            // 256 MiB
  std::uint64_t dirty_max = 13107;              // pages: one in five of the cache (Linux: vm.dirty_ratio), then writers wait
  Duration commit_period{5'000'000'000};        // ext3: commit=5

  template <class C>
  static FileSettings of(const C& costs, bool disk) {
    FileSettings out;
    out.disk = disk;
    out.cache_pages = std::max<std::uint64_t>(8, costs.page_cache / kBlockBytes);
    out.dirty_max = std::max<std::uint64_t>(1, out.cache_pages / 5);
    return out;
  }
};

// What the file system of a node's next incarnation starts from.
struct DurableFiles final : Durable {
  explicit DurableFiles(DiskImage of) : image(std::move(of)) {}
  DiskImage image;
};

class FileStore final : public vnode::FileSystem {
 public:
  FileStore(NodeId self, const FileCosts& costs, const FileSettings& settings);
  FileStore(NodeId self, const FileCosts& costs, const FileSettings& settings, const DiskImage& image);   // what a crash has left

  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) override;
  bool timer(const TimerEvent& event, vnode::Context& at) override;
  void disk_done(const DiskDone& done, vnode::Context& at) override;
  std::shared_ptr<const Durable> durable() const override;

  const Inodes& inodes() const { return inodes_; }
  const FilePages& pages() const { return pages_; }
  bool quiet() const { return running_.empty() && throttled_.empty() && !commit_ && waiting_syncs_.empty(); }
  void check_invariants() const override;
  std::unique_ptr<vnode::FileSystem> clone() const override { return std::make_unique<FileStore>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  using DataOperation = std::variant<vnode::Read, vnode::Write, vnode::SetSize>;
  struct Asker {
    std::uint64_t token{};
    CallId cause;
  };
  // A read or a write that waits for its turn or for pages.
  struct Running {
    Asker asker;
    DataOperation operation;
    FileId file{};
    std::map<std::uint64_t, Bytes> pages{};   // by index; nullptr: a hole
    std::set<std::uint64_t> waits{};          // disk requests
    bool failed = false;
  };
  struct Turns {
    std::deque<std::uint64_t> waiting;
    std::set<std::uint64_t> active;
    bool alone = false;
  };
  struct Throttled {
    Asker asker;
    vnode::Reply reply;
  };
  struct Commit {
    enum class Phase : std::uint8_t { data, journal, flush } phase = Phase::data;
    std::set<std::uint64_t> todo, waits;   // dirty blocks at its start, disk requests
    std::map<FileId, std::optional<Inode>> inodes;
    std::set<std::uint64_t> released;
    FileId next{};
    std::vector<Asker> syncs;
    bool failed = false;
  };
  struct Begin;

  void answer(const Asker& asker, vnode::Reply reply, vnode::Context& at) const;
  void update(const Asker& asker, vnode::Reply reply, vnode::Context& at) const;   // charges a change

  // file_data.cpp: reads and writes
  void data(const Asker& asker, DataOperation operation, FileId file, vnode::Context& at);
  void give_turns(FileId file, vnode::Context& at);
  void collect(std::uint64_t id, vnode::Context& at);
  std::set<std::uint64_t> needed(const Running& running) const;
  void finish(std::uint64_t id, vnode::Context& at);
  vnode::Reply carry_out(const Running& running, const vnode::Read& read, vnode::Context& at);
  vnode::Reply carry_out(const Running& running, const vnode::Write& write, vnode::Context& at);
  vnode::Reply carry_out(const Running& running, const vnode::SetSize& set, vnode::Context& at);
  vnode::Reply state_of(FileId file, std::uint64_t value) const;

  // file_commit.cpp: what becomes durable when
  void sync(const Asker& asker, vnode::Context& at);
  void settle(vnode::Context& at);   // at the end of each event
  void start_commit(vnode::Context& at);
  void push_commit(vnode::Context& at);
  void end_commit(vnode::Context& at);
  std::uint64_t journal_bytes() const;
  void charge(const std::vector<std::uint64_t>& requests, vnode::Context& at) const;
  bool changed() const { return !inodes_.changes().inodes.empty() || !pages_.dirty().empty(); }

  NodeId self_;
  FileCosts costs_;
  FileSettings settings_;
  Inodes inodes_;
  FilePages pages_;
  std::map<std::uint64_t, Running> running_;
  std::map<FileId, Turns> turns_;
  std::deque<Throttled> throttled_;
  std::optional<Commit> commit_;
  std::vector<Asker> waiting_syncs_;   // for the next commit
  std::uint64_t started_ = 0, timer_generation_ = 0;
  bool timer_set_ = false;
};

}   // namespace ssi::native
