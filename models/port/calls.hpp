// What a program may ask of the system. The same calls for every strategy: that is what makes designs comparable.
// Errors are POSIX names. Every call ends exactly once: ok, fail (definitely without effect), info (may have happened).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/bytes.hpp"
#include "models/port/channel_calls.hpp"
#include "models/port/compute.hpp"
#include "models/port/file_calls.hpp"
#include "models/port/segment_calls.hpp"

namespace ssi {

enum class Signal : std::uint8_t {
  none = 0,
  hup = 1,
  interrupt = 2,
  kill = 9,
  usr1 = 10,
  usr2 = 12,
  pipe = 13,
  term = 15,
  chld = 17,
  cont = 18,
  stop = 19
};
enum class Disposition : std::uint8_t { standard, ignore, handler };

enum class Errno : std::uint8_t {
  none,
  esrch,
  echild,
  einval,
  eperm,
  eintr,
  eagain,
  enosys,
  ehostdown,
  eio,
  enoent,
  eexist,
  enotdir,
  eisdir,
  enotempty,
  ebadf,
  emfile,
  enospc,
  enomem,
  efbig,
  estale,
  epipe,
  eaddrinuse,
  econnrefused,
  econnreset,
  eidrm,
  edeadlk
};
inline constexpr std::size_t kErrnos = static_cast<std::size_t>(Errno::edeadlk) + 1;

// Which program a new process runs: an entry of one workload's program list, and its arguments.
struct ProgramRef {
  std::uint32_t workload{};
  std::uint32_t program{};
  std::array<std::uint64_t, 2> arguments{};
};

// Where a new process shall run. `least_loaded` leaves the choice to the design.
struct Placement {
  enum class Kind : std::uint8_t { here, node, least_loaded } kind = Kind::here;
  NodeId node{};
};

struct Spawn {
  ProgramRef program;
  Placement placement;
};   // fork + exec; the child's pid is returned
struct Fork {
  ProgramRef child;
};   // the child runs here and inherits signal dispositions
struct Rfork {
  ProgramRef child;
  std::vector<NodeId> nodes;
};   // fork onto each of these nodes, in parallel; Result::processes() has the children in this order (Locus, rforkmulti). Those that could
     // not be made have kNoPid; an error if none could
struct Exec {
  ProgramRef program;
  Placement placement;
};   // keeps the pid and, if it is ok, never returns to the old program; placed elsewhere it takes the process there (rexec)
// kNoPid: the caller, whose call ends on the other node. Another one goes at its next safe point, as with SIGMIGRATE: ok says that its
// node has taken the order (or that it is there already), not that it has arrived; a move that is refused leaves it where it was.
struct Migrate {
  Pid pid{kNoPid};
  NodeId node{};
};
struct Exit {
  std::int32_t status{};
};   // never returns
struct Wait {
  Pid child{kNoPid};
  bool no_hang{};
};   // kNoPid: any child; returns pid and status
struct Kill {
  Pid pid;
  Signal signal;
};   // Signal::none only asks whether the process exists
struct KillGroup {
  Pid group;
  Signal signal;
};
struct SetAction {
  Signal signal;
  Disposition disposition;
};
struct SetGroup {
  Pid pid;
  Pid group;
};   // kNoPid: the caller; group kNoPid: pid itself
struct SetSession {};
struct List {};    // ps: every process that the caller's system shows
struct Pause {};   // until a signal was handled; always ends in EINTR
struct Sleep {
  Instant until;
};   // node-local: at once when `until` has passed

using Call = std::variant<Spawn, Fork, Rfork, Exec, Migrate, Exit, Wait, Kill, KillGroup, SetAction, SetGroup, SetSession, List, Pause,   //
                          Open, Close, Read, Write, Seek, Commit, Create, Unlink, Rename, MakeDirectory, ReadDirectory, Stat, LockFile,   //
                          Pipe, Listen, Connect, Accept, Send, Receive,                                                                   //
                          SegmentGet, SegmentRemove, Attach, Detach, Load, Store, Atomic, Down, Up, Mutex, Barrier,                       //
                          Compute, Sleep>;

// Names of the calls in results, by index of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<Call>> kCallNames{
    "spawn",   "fork",  "rfork", "exec",   "migrate", "exit",    "wait",   "kill",    "killpg",  "sigaction",   "setpgid",        "setsid",
    "list",    "pause", "open",  "close",  "read",    "write",   "seek",   "commit",  "create",  "unlink",      "rename",         "mkdir",
    "readdir", "stat",  "lock",  "pipe",   "listen",  "connect", "accept", "send",    "recv",    "segment_get", "segment_remove", "attach",
    "detach",  "load",  "store", "atomic", "down",    "up",      "mutex",  "barrier", "compute", "sleep"};

// Designs cover a class or leave it to the single node.
enum class CallClass : std::uint8_t { process, file, channel, segment, node_local };
inline constexpr std::size_t kCallClasses = 5;
constexpr CallClass class_of(std::size_t kind) {   // index of the variant
  constexpr auto index_of = [](std::string_view name) {
    std::size_t at = 0;
    while (kCallNames[at] != name) ++at;
    return at;
  };
  if (kind >= index_of("compute")) return CallClass::node_local;
  if (kind >= index_of("segment_get")) return CallClass::segment;
  if (kind >= index_of("pipe")) return CallClass::channel;
  return kind >= index_of("open") ? CallClass::file : CallClass::process;
}
inline CallClass class_of(const Call& call) { return class_of(call.index()); }

struct ProcessInfo {
  Pid pid, parent, group;
  NodeId node;
  bool zombie{};
  friend auto operator<=>(const ProcessInfo&, const ProcessInfo&) = default;
};

enum class Certainty : std::uint8_t { ok, fail, info };

struct Result {
  using Processes = std::shared_ptr<const std::vector<ProcessInfo>>;
  using Names = std::shared_ptr<const std::vector<std::string>>;

  Errno error = Errno::none;
  Certainty certainty = Certainty::ok;
  std::int32_t status{};   // wait: exit status, or 128 + signal when a signal ended the child
  Pid pid{kNoPid};         // spawn, fork, wait
  std::int64_t value{};    // a descriptor, a count, an offset, an id, a word
  std::variant<std::monostate, Processes, Bytes, Names, std::shared_ptr<const FileStat>> more{};

  static Result ok(Pid pid = kNoPid, std::int32_t status = 0) { return {Errno::none, Certainty::ok, status, pid}; }
  static Result of(std::int64_t value) { return {Errno::none, Certainty::ok, 0, kNoPid, value}; }
  static Result fail(Errno error) { return {error, Certainty::fail}; }
  static Result info(Errno error) { return {error, Certainty::info}; }
  bool good() const { return certainty == Certainty::ok; }

  Processes processes() const { return part<Processes>(); }                                          // list, rfork
  Bytes bytes() const { return part<Bytes>(); }                                                      // read, recv, load
  Names names() const { return part<Names>(); }                                                      // readdir
  std::shared_ptr<const FileStat> stat() const { return part<std::shared_ptr<const FileStat>>(); }   // stat

 private:
  template <class T>
  T part() const {
    const T* found = std::get_if<T>(&more);
    return found ? *found : T{};
  }
};

constexpr std::int32_t status_of(Signal signal) { return 128 + static_cast<std::int32_t>(signal); }

std::string_view name_of(Errno error);     // "ESRCH"; "" for none
std::string_view name_of(Signal signal);   // "SIGTERM"; "0" for none

}   // namespace ssi
