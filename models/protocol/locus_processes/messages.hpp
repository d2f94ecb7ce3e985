// The messages about processes of Locus, one closed variant. README.md gives each a paragraph.
// A request that is forwarded keeps the transaction id of its first sender. All of them are sent in one class, so that what one site says
// to another arrives in order: the rules about births rest on that.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/luggage.hpp"
#include "models/port/message.hpp"

namespace ssi::locus_processes {

// A signal to a group on its way to all sites: the n-th of the site that asks for it.
struct BroadcastId {
  NodeId asker;
  std::uint64_t number{};
  friend auto operator<=>(const BroadcastId&, const BroadcastId&) = default;
};
using Met = std::vector<BroadcastId>;   // that a process has got, ascending

// What a new process inherits.
struct Inheritance {
  Pid parent, group, session;
  ProgramRef program;
  std::uint32_t ignored{}, handled{};   // signals, a bit each
  std::uint64_t data_bytes{};           // arguments, environment, credentials; of a fork also what its parent has written
  bool exec = true;                     // run; else fork
  Met met{};
  Met before{};                               // its group was entered after these of each asker, and all earlier ones
  std::shared_ptr<const Luggage> luggage{};   // of files, channels and segments
};
struct Fork {
  static constexpr std::string_view kName = "locus.FORK";
  Pid child;   // kNoPid: the executing site names it
  std::shared_ptr<const Inheritance> of;
};
struct Forked {
  static constexpr std::string_view kName = "locus.FORKED";
  Pid child;
  Errno error = Errno::none;
};

struct Kill {
  static constexpr std::string_view kName = "locus.KILL";
  Pid pid;
  NodeId asker;
  Signal signal = Signal::none;
  bool cached = false;   // sent by what the asker remembers
  bool missed = false;   // as in all that follow a process: the sender does not have it
};
struct Killed {
  static constexpr std::string_view kName = "locus.KILLED";
  Pid pid;
  Errno error = Errno::none;
  bool lives_here = false;
};

struct ExitNotice {
  static constexpr std::string_view kName = "locus.EXIT";
  Pid child, pid;   // pid: the parent
  std::int32_t status{};
  bool missed = false;
};
struct Ended {
  static constexpr std::string_view kName = "locus.ENDED";
  Pid pid;
};
struct Reaped {
  static constexpr std::string_view kName = "locus.REAPED";
  Pid pid;
};
struct Reparent {
  static constexpr std::string_view kName = "locus.REPARENT";
  Pid pid;
  bool missed = false;
};

struct Order {
  static constexpr std::string_view kName = "locus.MOVE";
  Pid pid;
  NodeId to, asker;
  bool missed = false;
};
struct Ordered {
  static constexpr std::string_view kName = "locus.MOVE_TAKEN";
  Errno error = Errno::none;
};
struct Migrate {
  static constexpr std::string_view kName = "locus.MIGRATE";
  Pid pid;
  std::uint32_t moves{};                      // this one included
  std::shared_ptr<const Luggage> process{};   // its kernel state
  std::shared_ptr<const Luggage> luggage{};   // of files, channels and segments
  std::uint64_t image_bytes{};                // its dirty pages, or what exec carries
  std::uint64_t settled_below{};              // earlier moves from the sender to the receiver, by number, are settled
  std::uint64_t number{};                     // of the sender's moves
};
struct Refused {
  static constexpr std::string_view kName = "locus.REFUSED";
  Pid pid;
  std::uint32_t moves{};
  Errno error = Errno::none;
};
struct Moved {
  static constexpr std::string_view kName = "locus.MOVED";
  Pid pid;
  NodeId from;
  std::uint32_t moves{};
};
struct Settled {
  static constexpr std::string_view kName = "locus.SETTLED";
  Pid pid;
  std::uint32_t moves{};
};
struct MoveStatus {
  static constexpr std::string_view kName = "locus.MOVE_STATUS";
  Pid pid;
  std::uint32_t moves{};
  std::uint64_t number{};
};

struct SetGroup {
  static constexpr std::string_view kName = "locus.SETPGID";
  Pid pid, group, caller, session;   // the session is the caller's
  NodeId asker;
  bool missed = false;
};
struct SetGroupDone {
  static constexpr std::string_view kName = "locus.SETPGID_DONE";
  Errno error = Errno::none;
};
struct GroupAsk {
  static constexpr std::string_view kName = "locus.GROUP_ASK";
  Pid group;
};
struct GroupKnown {
  static constexpr std::string_view kName = "locus.GROUP_KNOWN";
  bool exists = false;
  Pid session;
  std::shared_ptr<const Met> met{};   // broadcasts to it that are under way and have found somebody there
};
struct GroupSignal {
  static constexpr std::string_view kName = "locus.GROUP_SIGNAL";
  std::uint64_t number{};
  Pid group;
  Signal signal = Signal::none;
};
struct GroupSignalled {
  static constexpr std::string_view kName = "locus.GROUP_SIGNALLED";
  std::uint64_t number{};
  bool reached = false;   // somebody was there
};
struct GroupOver {
  static constexpr std::string_view kName = "locus.GROUP_OVER";
  std::uint64_t number{};
};

// After a change of the partition set, to each member: who is at the sender, or on its way from there, of the pids that the receiver tracks
// now; and relatives of processes at the sender, who may be gone.
struct Present {
  static constexpr std::string_view kName = "locus.PRESENT";
  struct One {
    Pid pid;
    NodeId site;
    std::uint32_t moves{};
    bool zombie = false, leaves = false;   // its status lies at the sender; it has left the sender for the site
  };
  std::shared_ptr<const std::vector<One>> all;
  std::shared_ptr<const std::vector<Pid>> relatives;
};
struct Absent {
  static constexpr std::string_view kName = "locus.ABSENT";
  std::shared_ptr<const std::vector<Pid>> pids;   // of the relatives
};

struct ListRequest {
  static constexpr std::string_view kName = "locus.LIST";
};
struct Listed {
  static constexpr std::string_view kName = "locus.LISTED";
  std::shared_ptr<const std::vector<ProcessInfo>> processes;
};

// Bytes on the wire: the header and the fields (pid 8, site 4, number 8, count 4, signal, error and flag 1 each).
inline constexpr std::uint64_t kListedEntryBytes = 3 * 8 + 4 + 1, kMetBytes = 12;

inline std::uint64_t bytes_of(const Fork& m) {
  const Inheritance& of = *m.of;
  return kHeaderBytes + 4 * 8 + 24 + 8 + 1 + kMetBytes * (of.met.size() + of.before.size()) + of.data_bytes +
         (of.luggage ? of.luggage->bytes() : 0);
}
inline std::uint64_t bytes_of(const Forked&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const Kill&) { return kHeaderBytes + 8 + 4 + 3; }
inline std::uint64_t bytes_of(const Killed&) { return kHeaderBytes + 8 + 2; }
inline std::uint64_t bytes_of(const ExitNotice&) { return kHeaderBytes + 2 * 8 + 4 + 1; }
inline std::uint64_t bytes_of(const Ended&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Reaped&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Reparent&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const Order&) { return kHeaderBytes + 8 + 4 + 4 + 1; }
inline std::uint64_t bytes_of(const Ordered&) { return kHeaderBytes + 1; }
inline std::uint64_t bytes_of(const Migrate& m) {
  const auto packed = [](const std::shared_ptr<const Luggage>& one) { return one ? one->bytes() : 0; };
  return kHeaderBytes + 8 + 4 + 2 * 8 + m.image_bytes + packed(m.process) + packed(m.luggage);
}
inline std::uint64_t bytes_of(const Refused&) { return kHeaderBytes + 8 + 4 + 1; }
inline std::uint64_t bytes_of(const Moved&) { return kHeaderBytes + 8 + 4 + 4; }
inline std::uint64_t bytes_of(const Settled&) { return kHeaderBytes + 8 + 4; }
inline std::uint64_t bytes_of(const MoveStatus&) { return kHeaderBytes + 8 + 4 + 8; }
inline std::uint64_t bytes_of(const SetGroup&) { return kHeaderBytes + 4 * 8 + 4 + 1; }
inline std::uint64_t bytes_of(const SetGroupDone&) { return kHeaderBytes + 1; }
inline std::uint64_t bytes_of(const GroupAsk&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const GroupKnown& m) { return kHeaderBytes + 8 + 1 + (m.met ? kMetBytes * m.met->size() : 0); }
inline std::uint64_t bytes_of(const GroupSignal&) { return kHeaderBytes + 8 + 8 + 1; }
inline std::uint64_t bytes_of(const GroupSignalled&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const GroupOver&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Present& m) { return kHeaderBytes + 17 * m.all->size() + 8 * m.relatives->size(); }
inline std::uint64_t bytes_of(const Absent& m) { return kHeaderBytes + 8 * m.pids->size(); }
inline std::uint64_t bytes_of(const ListRequest&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Listed& m) { return kHeaderBytes + 4 + kListedEntryBytes * m.processes->size(); }

using Message = std::variant<Fork, Forked, Kill, Killed, ExitNotice, Ended, Reaped, Reparent, Order, Ordered, Migrate, Refused, Moved,
                             Settled, MoveStatus, SetGroup, SetGroupDone, GroupAsk, GroupKnown, GroupSignal, GroupSignalled, GroupOver,
                             ListRequest, Listed, Present, Absent>;

}   // namespace ssi::locus_processes
