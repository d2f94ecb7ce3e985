// Who was in which process group when, as far as the callers of setpgid and setsid can know: a change takes effect at
// some instant of its call.
#pragma once
#include <limits>

#include "sim/world/history.hpp"

namespace ssi::world {

inline constexpr Step kNever = std::numeric_limits<Step>::max();

class Groups {
 public:
  explicit Groups(const History& history);

  // Was the process in the group all the time?
  bool sure_member(const Life& process, Pid group, Step from, Step to) const;
  // Can it have been in the group at some instant?
  bool maybe_member(const Life& process, Pid group, Step from, Step to) const;
  // The group that it was in all the time; empty: not known.
  std::optional<Pid> sure_group(const Life& process, Step from, Step to) const;

 private:
  // A call that changed a process's group, or may have (its caller died before the answer).
  struct Change {
    Pid pid, to;
    Step from, until;
    bool sure;
  };
  bool undisturbed(Pid pid, Pid group, Step since, Step to) const;
  Step left_by(Pid pid, Pid group, Step since) const;

  std::vector<Change> changes_;
};

// Fills in the group that each process was born into, as far as callers can know it (else kNoPid), for drivers that do not look
// into kernels.
void learn_birth_groups(History& history);

}   // namespace ssi::world
