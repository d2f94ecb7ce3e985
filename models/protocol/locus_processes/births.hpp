// What a birth site knows of the pids that it has given out and that are not here: it always tracks their execution site. A process that
// lives here, or whose status lies with a parent here, needs no record; so a pid with neither has gone for good.
//
// Invariant: what a site says of a process it says in order, so a record is never behind what the site that it names has said.
#pragma once
#include <array>
#include <cstdint>
#include <map>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/table.hpp"

namespace ssi::locus_processes {

enum class BirthState : std::uint8_t {
  none,     // it is here, or has gone
  away,     // it lives on the record's site, or was sent there
  zombie,   // its status lies with a parent elsewhere, or is on its way there
};
enum class BirthEvent : std::uint8_t {
  left,        // it is sent away: to be born there, or as a move
  moved,       // MOVED: it lives there now; counts if it is later news than the record's
  ended,       // ENDED, or its EXIT has come by
  died_here,   // its status leaves: to its parent, or with its parent
  returned,    // it has come home, or its status has, or was refused elsewhere
  gone,        // REAPED, or it was never born, or is lost
};
inline constexpr std::size_t kBirthStates = 3, kBirthEvents = 6;

namespace birth_rows {
using enum BirthState;
using enum BirthEvent;
using enum Verdict;
using R = Row<BirthState, BirthEvent>;
// clang-format off
inline constexpr std::array<R, kBirthStates * kBirthEvents> kTable{{
    {none,   left,      go,     away},
    {none,   moved,     ignore, none},     // it has come home, or was reaped, before the news of an earlier move
    {none,   ended,     ignore, none},     // it was reaped before the news of its end, or its status came home
    {none,   died_here, go,     zombie},
    {none,   returned,  ignore, none},     // it was taken for lost
    {none,   gone,      ignore, none},     // it was taken for lost, and has ended
    {away,   left,      never,  away},
    {away,   moved,     go,     away},
    {away,   ended,     go,     zombie},
    {away,   died_here, never,  away},
    {away,   returned,  go,     none},
    {away,   gone,      go,     none},
    {zombie, left,      never,  zombie},
    {zombie, moved,     ignore, zombie},   // of an earlier move
    {zombie, ended,     ignore, zombie},   // said twice: by the site where it ended, and by its EXIT
    {zombie, died_here, never,  zombie},
    {zombie, returned,  go,     none},
    {zombie, gone,      go,     none},
}};
// clang-format on
static_assert(covers_every_pair(kTable, kBirthStates, kBirthEvents), "a (state, event) pair is missing or double");
}   // namespace birth_rows

class Births {
 public:
  struct Record {
    BirthState state = BirthState::none;
    NodeId site{};
    std::uint32_t moves{};
  };
  using Hits = std::array<std::uint32_t, birth_rows::kTable.size()>;

  const Record* find(Pid pid) const;                                                 // nullptr: BirthState::none
  Verdict step(Pid pid, BirthEvent on, NodeId site = {}, std::uint32_t moves = 0);   // the site is kept for left and moved

  const std::map<Pid, Record>& all() const { return records_; }
  const Hits& hits() const { return hits_; }   // rows reached; no part of the state
  void hash_into(StateHash& hash) const;

 private:
  std::map<Pid, Record> records_;
  Hits hits_{};
};

}   // namespace ssi::locus_processes
