// Operations on names, made of what a using site can do: a look-up searches without a lock; a change opens its directories for
// modification, in the order of their numbers, looks again, writes its records, and closes, which commits each directory at once.
//
// Invariants: of several directories the new name is committed before the old one is gone; a file is removed after its last name,
// a directory while it is still locked.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

inline constexpr std::uint64_t kOfNames = 1ULL << 63;   // tokens of what is asked of the using site on behalf of these

class Names {
 public:
  explicit Names(NodeId self) : self_(self) {}

  static bool serves(const vnode::Operation& operation);
  void begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, Wire& wire);
  void finished(Finished& done, Wire& wire);   // with a token of these

  struct Ask {
    std::uint64_t token{};
    Operation operation;
    CallId cause;
  };
  bool asks() const { return !asks_.empty(); }
  std::vector<Ask> take_asks() { return std::exchange(asks_, {}); }
  bool quiet() const { return tasks_.empty(); }
  void hash_into(StateHash& hash) const { hash.add(tasks_.size()); }

 private:
  struct Place {   // a name that is looked up, and what it names
    FileId directory{};
    std::string name{};
    std::optional<Entry> is{};
  };
  struct Task {
    enum class Step : std::uint8_t {
      search,   // what the names stand for, which may be something else by the time that the directories are locked
      lock,
      exists,   // what is going to be removed, in this partition set?
      climb,    // is the new place inside of what is moved? The root is locked by who moves a directory, so nobody else moves one
      read,
      make,   // the new file
      write,
      close,
      remove
    } step = Step::search;
    std::uint64_t asker{};
    CallId cause;
    vnode::Operation operation;
    std::vector<Place> places{};   // rename: the old one, the new one
    std::size_t at = 0;            // in places, locks or closes
    bool moves = false;            // a directory into another one, so its parent is written in it
    FileId above{};                // where the climb is
    std::vector<FileId> locks{}, closes{};
    std::map<FileId, InodePtr> inodes{};
    std::map<FileId, Bytes> contents{};
    std::deque<Operation> writes{};
    FileId removed{};     // its last name is gone
    bool again = false;   // from the beginning: a name has changed meanwhile
    vnode::Reply reply{};
  };

  void ask(std::uint64_t id, Operation operation);
  void searched(std::uint64_t id, Finished& done, Wire& wire);
  void search_next(std::uint64_t id, Wire& wire);
  void lock_all(std::uint64_t id, Wire& wire);
  void lock_next(std::uint64_t id, Wire& wire);
  void locked(std::uint64_t id, Wire& wire);
  void climbed(std::uint64_t id, const Finished& done, Wire& wire);
  void read_next(std::uint64_t id, Wire& wire);
  void decide(std::uint64_t id, Wire& wire);
  void decide(std::uint64_t id, const vnode::Create& create, Wire& wire);
  void decide(std::uint64_t id, const vnode::Remove& remove, Wire& wire);
  void decide(std::uint64_t id, const vnode::Rename& rename, Wire& wire);
  bool still(Task& task);   // do the names stand for what they did?
  void write_next(std::uint64_t id, Wire& wire);
  void close_all(std::uint64_t id, Wire& wire);
  void close_next(std::uint64_t id, Wire& wire);
  void refuse(std::uint64_t id, Errno error, Wire& wire);   // unlocks first
  void finish(std::uint64_t id, Wire& wire);

  NodeId self_;
  std::uint64_t started_ = 0;
  std::map<std::uint64_t, Task> tasks_;
  std::vector<Ask> asks_;
};

}   // namespace ssi::locus
