// What the origin knows of the pids it has allocated, from allocation to reaping. A process that lives here, or whose
// status lies with a parent here, needs no record: the native table knows it. So a pid with neither is gone, or on its way
// from here to its first other node.
#pragma once
#include <array>
#include <cstdint>
#include <map>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/table.hpp"
#include "models/protocol/vproc/place.hpp"

namespace ssi::vproc {

enum class OriginState : std::uint8_t {
  none,       // lives here, is a zombie here, or is gone
  starting,   // CREATE was sent; CREATED is awaited
  running,    // lives on the record's node, or has; its status may have moved on from there
  leaving,    // has exited here; EXIT_NOTICE was sent to the record's node, EXIT_ACK is awaited
  zombie,     // its status lies with the parent on the record's node
};
enum class OriginEvent : std::uint8_t {
  allotted,   // CREATE with this pid leaves
  created,    // CREATED
  left,       // it has exited here and its parent is elsewhere
  settled,    // EXIT_ACK: the parent has the status
  ended,      // refused, or its exit has come home, or GONE, or EXIT_ACK without a parent
  departed,   // it has moved away from here, or its parent has with its status
  located,    // LOCATION after more moves than the record knows
  returned,   // it has moved here, or its parent has with its status
};
inline constexpr std::size_t kOriginStates = 5, kOriginEvents = 8;

namespace origin_rows {
using enum OriginState;
using enum OriginEvent;
using enum Verdict;
using R = Row<OriginState, OriginEvent>;
// clang-format off
inline constexpr std::array<R, kOriginStates * kOriginEvents> kTable{{
    {none,     allotted, go,     starting},
    {none,     created,  ignore, none},       // it has come home before CREATED
    {none,     left,     go,     leaving},
    {none,     settled,  ignore, none},       // it was reaped, and GONE overtook EXIT_ACK; or its status has come home before that
    {none,     ended,    never,  none},
    {none,     departed, go,     running},
    {none,     located,  ignore, none},       // overtaken: it is home, or gone
    {none,     returned, never,  none},
    {starting, allotted, never,  starting},
    {starting, created,  go,     running},
    {starting, left,     never,  starting},
    {starting, settled,  never,  starting},
    {starting, ended,    go,     none},       // refused
    {starting, departed, never,  starting},
    {starting, located,  go,     starting},   // it has moved on before CREATED
    {starting, returned, go,     none},
    {running,  allotted, never,  running},
    {running,  created,  ignore, running},    // it has come home and left again before CREATED
    {running,  left,     never,  running},
    {running,  settled,  never,  running},
    {running,  ended,    go,     none},
    {running,  departed, never,  running},
    {running,  located,  go,     running},
    {running,  returned, go,     none},
    {leaving,  allotted, never,  leaving},
    {leaving,  created,  ignore, leaving},    // it has come home and exited, and its parent is dead
    {leaving,  left,     never,  leaving},
    {leaving,  settled,  go,     zombie},
    {leaving,  ended,    go,     none},       // no parent; or GONE before EXIT_ACK
    {leaving,  departed, never,  leaving},
    {leaving,  located,  go,     leaving},    // its parent has moved on with the status, before EXIT_ACK
    {leaving,  returned, go,     none},       // ... to here
    {zombie,   allotted, never,  zombie},
    {zombie,   created,  never,  zombie},
    {zombie,   left,     never,  zombie},
    {zombie,   settled,  never,  zombie},
    {zombie,   ended,    go,     none},
    {zombie,   departed, never,  zombie},
    {zombie,   located,  go,     zombie},
    {zombie,   returned, go,     none},
}};
// clang-format on
static_assert(covers_every_pair(kTable, kOriginStates, kOriginEvents), "a (state, event) pair is missing or double");
}   // namespace origin_rows

class Origins {
 public:
  struct Record {
    OriginState state;
    Place place;
  };
  using Hits = std::array<std::uint32_t, origin_rows::kTable.size()>;

  const Record* find(Pid pid) const;   // nullptr: OriginState::none
  // `place` is kept for allotted, left, departed and located, and for settled unless a later one is known; the others do not change it.
  Verdict step(Pid pid, OriginEvent on, Place place);

  const std::map<Pid, Record>& all() const { return records_; }
  const Hits& hits() const { return hits_; }   // rows reached; no part of the state
  void hash_into(StateHash& hash) const;

 private:
  std::map<Pid, Record> records_;
  Hits hits_{};
};

}   // namespace ssi::vproc
