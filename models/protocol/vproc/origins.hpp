// What the origin knows of the pids it has allocated, from allocation to reaping. A process that lives here, or whose
// status lies with a parent here, needs no record: the native table knows it. So a pid with neither is gone.
#pragma once
#include <array>
#include <cstdint>
#include <map>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/table.hpp"

namespace ssi::vproc {

enum class OriginState : std::uint8_t {
  none,       // lives here, is a zombie here, or is gone
  starting,   // CREATE was sent; CREATED is awaited
  running,    // lives on the record's node
  leaving,    // has exited here; EXIT_NOTICE was sent to the record's node, EXIT_ACK is awaited
  zombie,     // its status lies with the parent on the record's node
};
enum class OriginEvent : std::uint8_t {
  allotted,   // CREATE with this pid leaves
  created,    // CREATED
  left,       // it has exited here and its parent is elsewhere
  settled,    // EXIT_ACK: the parent has the status
  ended,      // refused, or its exit has come home, or GONE, or EXIT_ACK without a parent
};
inline constexpr std::size_t kOriginStates = 5, kOriginEvents = 5;

namespace origin_rows {
using enum OriginState;
using enum OriginEvent;
using enum Verdict;
using R = Row<OriginState, OriginEvent>;
// clang-format off
inline constexpr std::array<R, kOriginStates * kOriginEvents> kTable{{
    {none,     allotted, go,     starting},
    {none,     created,  never,  none},
    {none,     left,     go,     leaving},
    {none,     settled,  ignore, none},       // it was reaped, and GONE overtook EXIT_ACK
    {none,     ended,    never,  none},
    {starting, allotted, never,  starting},
    {starting, created,  go,     running},
    {starting, left,     never,  starting},
    {starting, settled,  never,  starting},
    {starting, ended,    go,     none},       // refused
    {running,  allotted, never,  running},
    {running,  created,  never,  running},
    {running,  left,     never,  running},
    {running,  settled,  never,  running},
    {running,  ended,    go,     none},
    {leaving,  allotted, never,  leaving},
    {leaving,  created,  never,  leaving},
    {leaving,  left,     never,  leaving},
    {leaving,  settled,  go,     zombie},
    {leaving,  ended,    go,     none},       // no parent; or GONE before EXIT_ACK
    {zombie,   allotted, never,  zombie},
    {zombie,   created,  never,  zombie},
    {zombie,   left,     never,  zombie},
    {zombie,   settled,  never,  zombie},
    {zombie,   ended,    go,     none},
}};
// clang-format on
static_assert(covers_every_pair(kTable, kOriginStates, kOriginEvents), "a (state, event) pair is missing or double");
}   // namespace origin_rows

class Origins {
 public:
  struct Record {
    OriginState state;
    NodeId node;
  };
  using Hits = std::array<std::uint32_t, origin_rows::kTable.size()>;

  const Record* find(Pid pid) const;   // nullptr: OriginState::none
  // `node` is kept for allotted and left; the other events do not change it.
  Verdict step(Pid pid, OriginEvent on, NodeId node);

  const std::map<Pid, Record>& all() const { return records_; }
  const Hits& hits() const { return hits_; }   // rows reached; no part of the state
  void hash_into(StateHash& hash) const;

 private:
  std::map<Pid, Record> records_;
  Hits hits_{};
};

}   // namespace ssi::vproc
