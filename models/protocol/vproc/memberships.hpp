// The node side of process groups that are led elsewhere: one entry for each such group with a member here, or with one
// on its way. The leader's origin (the holder) lists this node as long as not all registrations were given back.
//
// Invariants: a node with a member has a registration. Every member has got every broadcast that is over: a process has
// `seen` the number of the last one that met it or, before its birth, its parent. A broadcast is not acknowledged from
// here before what was under way when it came (creations by members, joins) is settled.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/table.hpp"

namespace ssi::vproc {

enum class MemberState : std::uint8_t {
  absent,    // no entry
  joining,   // JOIN was sent, JOINED is awaited; not yet registered
  member,    // registered
};
enum class MemberEvent : std::uint8_t {
  ask,        // a JOIN leaves
  admitted,   // JOINED, or CREATE of a holder that has listed this node
  signal,     // GROUP_SIGNAL
  emptied,    // nobody of the group is here any more, and nothing is under way
};
inline constexpr std::size_t kMemberStates = 3, kMemberEvents = 4;

namespace member_rows {
using enum MemberState;
using enum MemberEvent;
using enum Verdict;
using R = Row<MemberState, MemberEvent>;
// clang-format off
inline constexpr std::array<R, kMemberStates * kMemberEvents> kTable{{
    {absent,  ask,      go,     joining},
    {absent,  admitted, go,     member},
    {absent,  signal,   ignore, absent},      // the last one has left and LEAVE is on its way: answered with nobody reached
    {absent,  emptied,  never,  absent},
    {joining, ask,      go,     joining},
    {joining, admitted, go,     member},
    {joining, signal,   stall,  joining},     // remembered for who joins; acknowledged when the joins are settled
    {joining, emptied,  go,     absent},      // the join was refused
    {member,  ask,      go,     member},      // setpgid asks the holder always
    {member,  admitted, go,     member},
    {member,  signal,   go,     member},
    {member,  emptied,  go,     absent},      // LEAVE gives all registrations back
}};
// clang-format on
static_assert(covers_every_pair(kTable, kMemberStates, kMemberEvents), "a (state, event) pair is missing or double");
}   // namespace member_rows

class Memberships {
 public:
  struct News {
    std::uint64_t number{};
    Signal signal = Signal::none;
  };
  struct Owed {
    TxnId txn;
    CallId cause;
    std::uint64_t number{};
    bool reached = false;
    std::set<TxnId> until;
  };
  struct Entry {
    std::uint32_t registrations = 0;
    News last;                           // the newest broadcast that this node was told of
    std::map<Pid, std::uint64_t> seen;   // of each member here
    std::set<TxnId> under_way;           // creations by members here, joins from here
    std::vector<Owed> owed;              // acknowledgements
  };
  using Hits = std::array<std::uint32_t, member_rows::kTable.size()>;

  const Entry* find(Pid group) const;
  MemberState state(Pid group) const;
  std::uint64_t seen(Pid group, Pid pid) const;

  void ask(Pid group, TxnId txn);                   // JOIN leaves
  void admitted(Pid group, News news);              // one registration more; news.number 0: none
  void begin(Pid group, TxnId txn);                 // a member here creates a process elsewhere
  std::vector<Owed> settle(Pid group, TxnId txn);   // what was under way is settled: the acknowledgements now due

  // A process becomes a member, if it is not one. The broadcast that it has still to get, if any.
  std::optional<News> enter(Pid group, Pid pid, std::uint64_t seen);
  void leave(Pid group, Pid pid);

  // GROUP_SIGNAL: the members that have to get it.
  std::vector<Pid> signal(Pid group, News news);
  // May the broadcast be acknowledged now? If not it is owed, and settle() will return it.
  bool acknowledge(Pid group, TxnId txn, CallId cause, std::uint64_t number, bool reached);

  // How many registrations to give back; empty: the entry is still in use.
  std::optional<std::uint32_t> emptied(Pid group);
  void forget(Pid group) { entries_.erase(group); }         // this node holds its list now
  void owes_nobody(Pid group) { at(group).owed.clear(); }   // its holder is lost

  const std::map<Pid, Entry>& all() const { return entries_; }
  const Hits& hits() const { return hits_; }
  void hash_into(StateHash& hash) const;

 private:
  const member_rows::R& row(Pid group, MemberEvent on);
  void check_is(Pid group, MemberState expected) const;
  Entry& at(Pid group);

  std::map<Pid, Entry> entries_;
  Hits hits_{};
};

}   // namespace ssi::vproc
