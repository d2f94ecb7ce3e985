// The vnode switch (Kleiman, USENIX Summer 1986): what the system-call layer asks of a file system, local or remote. A look-up is
// one component, so that the switch point is each component. Every operation is asynchronous: it is begun under a token, and its
// answer is appended to the context's list, now or in a later event; never re-entrantly.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/port/strategy.hpp"

namespace ssi::vnode {

// A file's handle: never used twice, so one that is stale is recognised (ESTALE).
using FileId = std::uint64_t;
inline constexpr FileId kNoFile = 0, kRoot = 1;

struct Attributes {
  FileId file{};
  std::uint64_t size{};       // bytes of a file, entries of a directory
  std::uint64_t contents{};   // of the file system's counter of changes, at the last change of contents or entries (mtime)
  std::uint32_t links{};
  bool directory = false;
  friend auto operator<=>(const Attributes&, const Attributes&) = default;
};

struct Lookup {
  FileId directory{};
  std::string name;
};   // attributes; ENOENT, ENOTDIR
struct GetAttributes {
  FileId file{};
};
struct Read {
  FileId file{};
  std::uint64_t offset{}, count{};
};   // data, short at the end; atomic against writes of the same file
struct Write {
  FileId file{};
  std::uint64_t offset{};
  Bytes data;
  bool append = false;   // at the end, wherever that is then; `offset` is not used
};                       // value: the offset behind the last byte; ENOSPC
struct SetSize {
  FileId file{};
  std::uint64_t size{};
};
struct Create {
  FileId directory{};
  std::string name;
  bool is_directory = false;
};   // attributes; EEXIST
struct Remove {
  FileId directory{};
  std::string name;
};   // of a file or of an empty directory
struct Rename {
  FileId from_directory{};
  std::string from;
  FileId to_directory{};
  std::string to;
};   // atomic; replaces a file, or an empty directory by a directory
struct ReadDirectory {
  FileId directory{};
};   // names, ascending
struct Sync {
  FileId file{};
};   // what was written before is durable
struct Open {
  FileId file{};
  bool write = false;
};   // attributes as they are now (close-to-open); the contents stay until Close, linked or not, if the file system has such state
struct Close {
  FileId file{};
  bool write = false;
};
struct Lock {
  FileId file{};
  std::uint64_t owner{};   // the open-file entry
  LockFile::Kind kind = LockFile::Kind::exclusive;
  bool no_wait = false;
};   // only of a file system that serves locks

using Operation = std::variant<Lookup, GetAttributes, Read, Write, SetSize, Create, Remove, Rename, ReadDirectory, Sync, Open, Close, Lock>;

struct Reply {
  Errno error = Errno::none;
  Certainty certainty = Certainty::ok;
  Attributes attributes{};
  std::uint64_t value{};
  Bytes data{};
  Result::Names names{};

  bool good() const { return certainty == Certainty::ok; }
  static Reply fail(Errno error) { return {error, Certainty::fail}; }
  static Reply info(Errno error) { return {error, Certainty::info}; }
};

struct Answer {
  std::uint64_t token{};
  Reply reply;
  NodeId served;
};

// What a file system has at hand during one event.
struct Context {
  Instant now;
  Effects& out;
  std::vector<Answer>& answers;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // `token`: of the asker, in no other operation under way. `cause`: on whose behalf.
  virtual void begin(std::uint64_t token, const Operation& operation, CallId cause, Context& at) = 0;
  // Nobody waits for the answer any more; a lock that was not granted is withdrawn, other operations go on.
  virtual void forget(std::uint64_t /*token*/, Context&) {}
  virtual bool serves_locks() const { return false; }                // else each node's system-call layer locks by itself
  virtual bool message(const Message&, Context&) { return false; }   // false: of another protocol
  virtual bool timer(const TimerEvent&, Context&) { return false; }
  virtual void disk_done(const DiskDone&, Context&) {}
  virtual void circuit_broken(const CircuitBroken&, Context&) {}
  virtual std::shared_ptr<const Durable> durable() const { return nullptr; }   // what its disk would hold after a crash now

  virtual void check_invariants() const = 0;
  virtual std::unique_ptr<FileSystem> clone() const = 0;
  virtual void hash_into(StateHash& hash) const = 0;
  virtual void describe(StateDump& out) const = 0;
};

}   // namespace ssi::vnode
