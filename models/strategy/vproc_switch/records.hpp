// Small records of the switch: the sites of its locality tests, and what a node keeps because nodes can die.
#pragma once
#include <cstdint>
#include <memory>

#include "models/parts/held_events.hpp"
#include "models/protocol/vproc/asker.hpp"
#include "models/protocol/vproc/recovery_messages.hpp"

namespace ssi::vproc_switch {

// The places that ask "is it here?".
enum class Site : std::uint32_t {
  spawn,            // the node that the placement names
  kill,             // the process that is signalled
  kill_served,      // ... asked again by the node that was sent the request
  killpg,           // the holder of the group's list
  setpgid,          // the process that changes its group
  setpgid_holder,   // the holder of the group it enters
  setsid_holder,    // the holder of the group it makes
  arrival_holder,   // the holder of the group that a process from elsewhere is born into
  exit,             // the parent
  orphan,           // a child of a process that exits
  reap,             // the origin of a process whose status was taken
  list,             // the other nodes: a list always goes there
  rfork,            // the nodes that it names
  exec,             // the node that the placement names
  migrate,          // the node that the caller moves to
  order,            // the process that is to move
  file,             // whose file system: at each operation of the vnode switch
};
inline constexpr std::uint32_t kSites = 17;

// A request of another node's, to a third one that answers it.
struct PassedOn {
  Instant at;
  vproc::Asker asker;
  NodeId to;
};

// The last verdicts on a node.
struct Judged {
  NodeId node;
  Incarnation up_to;
  std::shared_ptr<const vproc::Verdicts> verdicts;
  bool is_dead(Pid pid) const;
};

}   // namespace ssi::vproc_switch
