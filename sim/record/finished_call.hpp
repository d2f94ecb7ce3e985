// A call that has been answered, as the cluster reports it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "sim/record/stats.hpp"

namespace ssi::record {

struct FinishedCall {
  CallId id;
  std::size_t kind{};   // index of kCallNames
  Pid caller;
  NodeId node, served;   // where it was asked; where it was carried out
  Instant issued, answered;
  Errno error = Errno::none;
  Certainty certainty = Certainty::ok;
  std::uint32_t path_messages{};   // on the critical path
  PathTime where;
};

}   // namespace ssi::record
