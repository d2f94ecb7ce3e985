// A process on its way between two nodes: its kernel state, and who its relatives are. Opaque to the protocol (MIGRATE carries it).
#pragma once
#include <map>
#include <optional>

#include "models/native/processes.hpp"
#include "models/port/luggage.hpp"
#include "models/protocol/vproc/place.hpp"

namespace ssi::vproc_switch {

// Where the parent of a process was last known to be, and the transaction there that created the child.
struct ParentLink {
  vproc::Place place;
  TxnId created_by{};
};

struct Packed final : Luggage {
  native::Process process;
  ParentLink parent;
  std::map<Pid, vproc::Place> children{};       // living ones, where they were last known to be
  std::map<Pid, std::uint32_t> statuses{};      // of children that have exited: their moves so far
  std::map<Pid, std::uint64_t> left_groups{};   // the last broadcast that it got in groups that it has left
  std::optional<NodeId> ordered{};              // it is to move on
  std::optional<ProgramRef> exec{};             // this program takes its place
  CallId call = kNoCall;                        // of its own that ends there

  std::uint64_t bytes() const override {
    const std::uint64_t fixed = 5 * 8 + 24 + native::kSignals / 4 + 4 + 1 + (process.blocked ? 17 : 0) + (exec ? 24 : 0);
    return fixed + 24 + children.size() * 16 + statuses.size() * 16 + left_groups.size() * 16 + (ordered ? 4 : 0);
  }
};

}   // namespace ssi::vproc_switch
