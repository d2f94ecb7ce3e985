// What a survivor still does about each dead node: a table of its own for each. The surrogate of a dead node collects what all the others
// know, and denies nothing before; then it tells them who lives and who does not. A later view makes what is not over begin anew.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/table.hpp"
#include "models/protocol/vproc/messages.hpp"
#include "models/protocol/vproc/pending.hpp"

namespace ssi::vproc {

enum class RecoveryState : std::uint8_t {
  settled,      // nothing is to be done
  reporting,    // REREGISTER was sent; REREGISTERED is awaited
  collecting,   // this node is the surrogate; REREGISTER of others is awaited
};
enum class RecoveryEvent : std::uint8_t {
  own_duty,      // a view without the node, or without its surrogate: this one is the surrogate
  others_duty,   // ... another one is
  report,        // REREGISTER, and others are still awaited
  last_report,   // REREGISTER, or a view without those that were awaited
  verdicts,      // REREGISTERED
};
inline constexpr std::size_t kRecoveryStates = 3, kRecoveryEvents = 5;

namespace recovery_rows {
using enum RecoveryState;
using enum RecoveryEvent;
using enum Verdict;
using R = Row<RecoveryState, RecoveryEvent>;
// clang-format off
inline constexpr std::array<R, kRecoveryStates * kRecoveryEvents> kTable{{
    {settled,    own_duty,    go,     collecting},
    {settled,    others_duty, go,     reporting},
    {settled,    report,      never,  settled},
    {settled,    last_report, go,     settled},      // of a sender that had to begin anew: it is told again
    {settled,    verdicts,    ignore, settled},      // told again
    {reporting,  own_duty,    go,     collecting},   // the surrogate is dead too
    {reporting,  others_duty, go,     reporting},
    {reporting,  report,      never,  reporting},    // all agree who the surrogate is
    {reporting,  last_report, never,  reporting},
    {reporting,  verdicts,    go,     settled},
    {collecting, own_duty,    go,     collecting},
    {collecting, others_duty, never,  collecting},   // who has a duty keeps it
    {collecting, report,      go,     collecting},
    {collecting, last_report, go,     settled},
    {collecting, verdicts,    never,  collecting},
}};
// clang-format on
static_assert(covers_every_pair(kTable, kRecoveryStates, kRecoveryEvents), "a (state, event) pair is missing or double");
}   // namespace recovery_rows

class Recoveries {
 public:
  struct Record {
    RecoveryState state;
    bool died = false;                            // it left the view; else its surrogate did, and it may be here again
    Incarnation above{};                          // whose pids it is about: those of later incarnations
    std::uint64_t view{};                         // in which it began
    std::set<NodeId> taking_part{};               // who was up when it began, and still is
    std::set<NodeId> waiting{};                   // collecting: whose REREGISTER is awaited
    std::map<NodeId, Registrations> reports{};    // collecting: this node's own too
    std::vector<Stalled> stalled{};               // requests that wait for the end of this
  };
  using Hits = std::array<std::uint32_t, recovery_rows::kTable.size()>;

  const Record* find(NodeId dead) const;   // nullptr: settled
  Record* find(NodeId dead) { return const_cast<Record*>(std::as_const(*this).find(dead)); }
  RecoveryState state(NodeId dead) const;
  struct Beginning {
    NodeId self, surrogate;
    std::uint64_t view{};
    const std::set<NodeId>& up;     // members that are. Those that were not when it began first have nothing to tell.
    const Duties::Moved* moved{};   // in this view; nullptr: it only begins anew
  };
  Record& begin(NodeId dead, const Beginning& beginning);
  // What a report comes to: true if it was the last one that was awaited, or if nothing was.
  bool report(NodeId dead, NodeId from, std::uint64_t view, const Registrations& what);
  std::optional<Record> end(NodeId dead, bool own_duty);   // empty: it was settled
  void forget_requests_of(const std::map<NodeId, Incarnation>& gone);

  bool collects() const;
  const std::map<NodeId, Record>& all() const { return records_; }
  const Hits& hits() const { return hits_; }
  void hash_into(StateHash& hash) const;

 private:
  RecoveryState step(NodeId dead, RecoveryEvent on);

  std::map<NodeId, Record> records_;
  Hits hits_{};
};

}   // namespace ssi::vproc
