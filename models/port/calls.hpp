// What a program may ask of the system. The same calls for every strategy: that is what makes designs comparable.
// Errors are POSIX names. Every call ends exactly once: ok, fail (definitely without effect), info (may have happened).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"

namespace ssi {

enum class Signal : std::uint8_t {
  none = 0,
  hup = 1,
  interrupt = 2,
  kill = 9,
  usr1 = 10,
  usr2 = 12,
  term = 15,
  chld = 17,
  cont = 18,
  stop = 19
};
enum class Disposition : std::uint8_t { standard, ignore, handler };

enum class Errno : std::uint8_t { none, esrch, echild, einval, eperm, eintr, eagain, enosys, ehostdown, eio };

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
struct Compute {
  Duration cpu;
};   // node-local: cpu time of one core
struct Sleep {
  Instant until;
};   // node-local: at once when `until` has passed

using Call = std::variant<Spawn, Fork, Exit, Wait, Kill, KillGroup, SetAction, SetGroup, SetSession, List, Pause, Compute, Sleep>;

// Names of the calls in results, by index of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<Call>> kCallNames{
    "spawn", "fork", "exit", "wait", "kill", "killpg", "sigaction", "setpgid", "setsid", "list", "pause", "compute", "sleep"};

struct ProcessInfo {
  Pid pid, parent, group;
  NodeId node;
  bool zombie{};
  friend auto operator<=>(const ProcessInfo&, const ProcessInfo&) = default;
};

enum class Certainty : std::uint8_t { ok, fail, info };

struct Result {
  Errno error = Errno::none;
  Certainty certainty = Certainty::ok;
  Pid pid{kNoPid};                                             // spawn, fork, wait
  std::int32_t status{};                                       // wait: exit status, or 128 + signal when a signal ended the child
  std::shared_ptr<const std::vector<ProcessInfo>> processes;   // list

  static Result ok(Pid pid = kNoPid, std::int32_t status = 0) { return {Errno::none, Certainty::ok, pid, status, {}}; }
  static Result fail(Errno error) { return {error, Certainty::fail, kNoPid, 0, {}}; }
  static Result info(Errno error) { return {error, Certainty::info, kNoPid, 0, {}}; }
  bool good() const { return certainty == Certainty::ok; }
};

constexpr std::int32_t status_of(Signal signal) { return 128 + static_cast<std::int32_t>(signal); }

std::string_view name_of(Errno error);     // "ESRCH"; "" for none
std::string_view name_of(Signal signal);   // "SIGTERM"; "0" for none

}   // namespace ssi
