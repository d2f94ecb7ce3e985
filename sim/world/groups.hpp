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

}   // namespace ssi::world
