// The system calls on files: descriptors, open-file entries with their offsets, and path walks, one component per operation of the
// vnode switch, over whatever file system lies below it, local or remote.
//
// Invariants: an entry's references are the descriptors that name it and the calls under way on it; of an entry's reads, writes and
// seeks one at a time is under way, so that a shared offset is moved by each (POSIX.1-2017, 2.9.7).
// A process that waits for a disk or a server cannot be interrupted by a handler; one that waits for a lock can.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/cloned.hpp"
#include "models/native/file_store.hpp"
#include "models/native/part.hpp"
#include "models/port/shared_offsets.hpp"
#include "models/port/vnode.hpp"
#include "models/port/vnode_locks.hpp"

namespace ssi::native {

// What each operation pays at the switch, and under which number it is noted; the native kernel has none.
struct VnodeSwitch {
  Duration dispatch;
  std::optional<std::uint32_t> site{};
  bool of_all_nodes = false;   // the files are the same on every node, so that open ones go along with a process
};

class FilePart final : public Part {
 public:
  // `offsets`: of entries that processes of several nodes have; without it each node has its own.
  FilePart(NodeId self, const FileCosts& costs, std::unique_ptr<vnode::FileSystem> below, VnodeSwitch at_switch = {},
           std::unique_ptr<SharedOffsets> offsets = nullptr)
      : self_(self), costs_(costs), switch_(at_switch), below_(std::move(below)), offsets_(std::move(offsets)) {}

  void call(const CallEvent& event, PartContext& at) override;
  void broken_off(CallId call, PartContext& at) override;
  void forked(Pid parent, Pid child, PartContext& at) override;
  void ended(Pid pid, PartContext& at) override;
  bool keeps(Pid pid) const override;
  std::shared_ptr<const Luggage> pack(Pid pid, NodeId to, bool exec, PartContext& at) override;
  void unpack(Pid pid, const Luggage& luggage, NodeId from, PartContext& at) override;
  void taken_back(const Luggage& luggage, NodeId to, PartContext& at) override;
  bool message(const Message& message, PartContext& at) override;
  bool timer(const TimerEvent& event, PartContext& at) override;
  void disk_done(const DiskDone& done, PartContext& at) override;
  void circuit_broken(const CircuitBroken& broken, PartContext& at) override;

  std::shared_ptr<const Durable> durable() const override { return below_->durable(); }

  const vnode::FileSystem& below() const { return *below_; }
  const SharedOffsets* offsets() const { return offsets_.get(); }   // nullptr: none are shared
  bool quiet() const { return doing_.empty(); }
  void check_invariants() const override;
  std::unique_ptr<Part> clone() const override { return std::make_unique<FilePart>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  struct Entry {
    FileId file{};
    OpenFlags flags;
    bool directory = false, busy = false, locked = false;
    std::uint64_t offset{};
    std::uint64_t shared{};   // its name, if processes of other nodes have it too; 0: they have not
    std::uint32_t references{};
    std::uint64_t using_it{};              // token of the call whose turn it is
    std::deque<std::uint64_t> waiting{};   // tokens of reads, writes and seeks, in order
  };
  // A call under way: what is awaited, and what is known by then.
  struct Doing {
    enum class Step : std::uint8_t {
      walk,            // the next component
      open_look_up,    // the last component
      open_create,     // ... which was not there
      open_open,       // the file
      open_truncate,   // ... which is open
      turn,            // the entry, which another call uses
      offset,          // ... and its offset, which another node has
      read,
      write,         // contents
      end_of_file,   // attributes, for a seek
      lock,
      reopen,   // of a process that has come from another node
      last      // the operation whose answer is the call's
    } step = Step::walk;
    CallId call;
    Pid caller;   // kNoPid: it has ended, nobody is answered
    Call request;
    std::vector<std::string> path{};   // the components still to be walked
    FileId directory{vnode::kRoot};    // where the walk is
    std::string name{};                // the last component, of calls that need its directory
    FileId first_directory{};          // rename: of the old name, once the walk to the new one has begun
    std::string first_name{};
    std::uint64_t entry{};
    vnode::Attributes attributes{};
  };
  struct Starter;

  // file_part.cpp
  std::uint64_t enter(Doing doing);
  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, PartContext& at);
  template <class F>
  void with_below(PartContext& at, F&& tell);
  void drain(PartContext& at);
  void finish(std::uint64_t token, Result result, NodeId served, PartContext& at);
  void fail(std::uint64_t token, Errno error, PartContext& at) { finish(token, Result::fail(error), self_, at); }
  static Result result_of(const vnode::Reply& reply, std::int64_t value = 0);

  // file_walk.cpp: paths
  void walk(std::uint64_t token, const std::string& path, bool to_parent, PartContext& at);
  void go_on(std::uint64_t token, PartContext& at);    // with the walk
  void walked(std::uint64_t token, PartContext& at);   // to its end
  void look_up_last(std::uint64_t token, PartContext& at);
  void opened(std::uint64_t token, const vnode::Answer& answer, PartContext& at);
  void found(std::uint64_t token, const vnode::Answer& answer, PartContext& at);
  void answered(std::uint64_t token, const vnode::Answer& answer, PartContext& at);
  void install(std::uint64_t token, NodeId served, PartContext& at);

  // file_moves.cpp
  std::uint64_t share(std::uint64_t id, Entry& entry, NodeId to, PartContext& at);
  void offset_came(std::uint64_t name, PartContext& at);
  void reopened(std::uint64_t token, const vnode::Answer& answer, PartContext& at);

  // file_entries.cpp: descriptors and entries
  void on_entry(Doing doing, std::int32_t descriptor, PartContext& at);
  void take_turn(std::uint64_t token, PartContext& at);
  void use_entry(std::uint64_t token, PartContext& at);
  void use_offset(std::uint64_t token, PartContext& at);
  void used_entry(std::uint64_t token, const vnode::Answer& answer, PartContext& at);
  void give_turn(std::uint64_t entry, PartContext& at);
  void close(Doing doing, std::int32_t descriptor, PartContext& at);
  void unlock(std::uint64_t id, Entry& entry, PartContext& at);
  void drop(std::uint64_t entry, std::uint64_t token, CallId cause, PartContext& at);   // a reference; `token` awaits the end, or 0
  void lock(std::uint64_t token, const LockFile& request, PartContext& at);
  void grant(const std::vector<std::uint64_t>& freed, PartContext& at);

  NodeId self_;
  FileCosts costs_;
  VnodeSwitch switch_;
  Cloned<vnode::FileSystem> below_;
  Cloned<SharedOffsets> offsets_;
  std::map<std::uint64_t, std::uint64_t> shared_;   // entries here by the names that they share
  vnode::LockTable locks_;                          // if the file system below serves none
  std::map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, Doing> doing_;   // by token
  std::uint64_t tokens_ = 0, made_ = 0;
  std::vector<vnode::Answer> answers_;   // empty between events
};

}   // namespace ssi::native
