// The messages of the vproc protocol, one closed variant. README.md gives each a paragraph.
// A reply carries the transaction id of its request; a request that is forwarded keeps that of its first sender.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/luggage.hpp"
#include "models/port/message.hpp"
#include "models/protocol/vproc/move_messages.hpp"
#include "models/protocol/vproc/place.hpp"
#include "models/protocol/vproc/recovery_messages.hpp"

namespace ssi::vproc {

struct Create {
  static constexpr std::string_view kName = "CREATE";
  static constexpr auto kRole = MessageType::Role::waits;   // while the child's group is joined
  Pid child;                                                // kNoPid: the executing node allocates it
  Pid parent, group, session;
  ProgramRef program;
  std::shared_ptr<const Luggage> luggage{};   // what it inherits of channels, segments and files
  std::uint64_t seen{};                       // the last broadcast to `group` that the parent has got
  std::uint64_t data_bytes{};   // arguments, environment, credentials, open-file descriptions; rfork: the parent's dirty pages
  std::uint32_t ignored{};      // signals that are ignored, a bit each
  std::uint32_t handled{};      // rfork: signals that have a handler
  bool exec = true;             // spawn; else rfork, whose child is a copy
  bool registered = false;      // the sender is the group's holder and has listed the receiver
  Signal news = Signal::none;   // registered: `seen` is still under way with this signal
  bool under_way = false;
};
struct Created {
  static constexpr std::string_view kName = "CREATED";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid child;
  Errno error = Errno::none;
};

struct Kill {
  static constexpr std::string_view kName = "KILL";
  Pid pid;
  NodeId asker;
  Signal signal = Signal::none;
  Route route{};
};
struct Killed {
  static constexpr std::string_view kName = "KILLED";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  Errno error = Errno::none;
  bool lives_here = false;   // worth remembering
  std::uint32_t moves{};     // of the process
};
struct NotHere {
  static constexpr std::string_view kName = "NOT_HERE";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  std::uint32_t moves{};   // of the news that have sent the KILL here
};
struct Redirect {
  static constexpr std::string_view kName = "REDIRECT";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  Place place;
};

struct ExitNotice {
  static constexpr std::string_view kName = "EXIT_NOTICE";
  Pid child, parent;
  std::int32_t status{};
  TxnId created_by;          // of the CREATE, in case this overtakes its CREATED
  NodeId asker;              // the node that the child has run on
  std::uint32_t moves = 1;   // that have brought the status to its parent
  Route route{};             // to the parent
  bool passed_on = false;    // `asker` is not the sender
};
struct ExitAck {
  static constexpr std::string_view kName = "EXIT_ACK";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid child;
  bool accepted = false;   // the parent has got the status; else there is no parent any more
  bool kept = false;       // ... and has not yet been asked for it
};
struct Reparent {
  static constexpr std::string_view kName = "REPARENT";
  Pid child;
  Pid parent{};   // from now on; kNoPid: its own node's init
  Route route{};
};
struct Adopt {
  static constexpr std::string_view kName = "ADOPT";
  Pid child;
  Place place;   // where it lives, as far as is known
};
struct Gone {
  static constexpr std::string_view kName = "GONE";
  Pid pid;
};

enum class JoinFor : std::uint8_t { arrival, member, leader, session };
struct Join {
  static constexpr std::string_view kName = "JOIN";
  Pid group, session;
  JoinFor purpose = JoinFor::arrival;
};
struct Joined {
  static constexpr std::string_view kName = "JOINED";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid group;
  std::uint64_t done{};     // every broadcast up to this one is over, or was before the join
  std::uint64_t active{};   // the one under way; 0: none
  Signal signal = Signal::none;
  Errno error = Errno::none;
};
struct Leave {
  static constexpr std::string_view kName = "LEAVE";
  Pid group;
  std::uint32_t registrations{};   // given back
};

struct KillGroupRequest {
  static constexpr std::string_view kName = "KILLPG";
  Pid group;
  Signal signal = Signal::none;
};
struct KillGroupDone {
  static constexpr std::string_view kName = "KILLPG_DONE";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid group;
  Errno error = Errno::none;
};
struct GroupSignal {
  static constexpr std::string_view kName = "GROUP_SIGNAL";
  Pid group;
  std::uint64_t number{};
  Signal signal = Signal::none;
};
struct GroupSignalled {
  static constexpr std::string_view kName = "GROUP_SIGNALLED";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid group;
  std::uint64_t number{};
  bool reached = false;   // somebody was there
};

struct SetGroupRequest {
  static constexpr std::string_view kName = "SETPGID";
  static constexpr auto kRole = MessageType::Role::waits;   // while the group is joined
  Pid pid, group, caller, session;                          // the session is the caller's
  NodeId asker;
  Route route{};
  bool passed_on = false;   // `asker` is not the sender
};
struct SetGroupDone {
  static constexpr std::string_view kName = "SETPGID_DONE";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  Errno error = Errno::none;
};

struct ListRequest {
  static constexpr std::string_view kName = "LIST";
};
struct Listed {
  static constexpr std::string_view kName = "LISTED";
  static constexpr auto kRole = MessageType::Role::answer;
  std::shared_ptr<const std::vector<ProcessInfo>> processes;
};

// Bytes on the wire: the header and the fields (pid 8, node 4, number 8, signal, error and flag 1 each).
inline constexpr std::uint64_t kListedEntryBytes = 3 * 8 + 4 + 1;

inline std::uint64_t bytes_of(const Create& m) {
  const std::uint64_t luggage = m.luggage ? m.luggage->bytes() : 0;
  return kHeaderBytes + 4 * 8 + 24 + 8 + 4 + 4 + (m.exec ? 0 : 4) + 3 + m.data_bytes + luggage;
}
inline std::uint64_t bytes_of(const Created&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const Kill& m) { return kHeaderBytes + 8 + 4 + 1 + bytes_of(m.route); }
inline std::uint64_t bytes_of(const Killed& m) { return kHeaderBytes + 8 + 1 + 1 + bytes_of_moves(m.moves); }
inline std::uint64_t bytes_of(const NotHere& m) { return kHeaderBytes + 8 + bytes_of_moves(m.moves); }
inline std::uint64_t bytes_of(const Redirect& m) { return kHeaderBytes + 8 + 4 + bytes_of_moves(m.place.moves); }
inline std::uint64_t bytes_of(const ExitNotice& m) {
  return kHeaderBytes + 8 + 8 + 4 + 8 + (m.passed_on ? 4 : 0) + bytes_of_moves(m.moves - 1) + bytes_of(m.route);
}
inline std::uint64_t bytes_of(const ExitAck&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const Reparent& m) { return kHeaderBytes + 8 + (m.parent == kNoPid ? 0 : 8) + bytes_of(m.route); }
inline std::uint64_t bytes_of(const Adopt& m) { return kHeaderBytes + 8 + 4 + bytes_of_moves(m.place.moves); }
inline std::uint64_t bytes_of(const Gone&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Join&) { return kHeaderBytes + 8 + 8 + 1; }
inline std::uint64_t bytes_of(const Joined&) { return kHeaderBytes + 8 + 8 + 8 + 1 + 1; }
inline std::uint64_t bytes_of(const Leave&) { return kHeaderBytes + 8 + 4; }
inline std::uint64_t bytes_of(const KillGroupRequest&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const KillGroupDone&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const GroupSignal&) { return kHeaderBytes + 8 + 8 + 1; }
inline std::uint64_t bytes_of(const GroupSignalled&) { return kHeaderBytes + 8 + 8 + 1; }
inline std::uint64_t bytes_of(const SetGroupRequest& m) { return kHeaderBytes + 4 * 8 + (m.passed_on ? 4 : 0) + bytes_of(m.route); }
inline std::uint64_t bytes_of(const SetGroupDone&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const ListRequest&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Listed& m) { return kHeaderBytes + 4 + kListedEntryBytes * m.processes->size(); }

using Message =
    std::variant<Create, Created, Kill, Killed, NotHere, Redirect, ExitNotice, ExitAck, Reparent, Adopt, Gone, Join, Joined, Leave,
                 KillGroupRequest, KillGroupDone, GroupSignal, GroupSignalled, SetGroupRequest, SetGroupDone, ListRequest, Listed, Move,
                 MoveTaken, Migrate, Migrated, MigrateStatus, Location, Located, Reregister, Reregistered, Lost, Hello, Welcome>;

}   // namespace ssi::vproc
