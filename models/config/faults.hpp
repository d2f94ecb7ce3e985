// Faults that a scenario injects. A kind's field table says what it takes; what exactly happens then: sim/cluster/FAULTS.md.
//
// A run is given the *plan*: timed single faults, sorted by date. It is a pure function of the scenario and the seed.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/config/fields.hpp"

namespace ssi::config {

inline constexpr std::int64_t kEveryNode = -1;

struct Fault {
  std::string kind;
  Duration at;
  Duration lasts;                                   // 0: for good
  std::uint32_t node = 0;                           // that it strikes
  std::int64_t peer = -1;                           // of links: the other end, or kEveryNode
  bool one_way = false;                             // only what `node`, or the first group, sends is concerned
  double factor = 1;                                // slow_node
  std::int64_t bandwidth{};                         // link_degrade: bit/s; 0: as it is
  Duration latency;                                 // ... besides the platform's
  double loss = 0;                                  // ... probability that a message is lost
  Duration between;                                 // random: mean time from one of a node's faults to its next; 0: `count` says
  std::uint32_t count = 0;                          // ... so many in all
  Duration mean_for;                                // ... mean time that one lasts; 0: for good
  std::vector<std::string> kinds;                   // ... which are drawn, each as often
  std::vector<std::vector<std::uint32_t>> groups;   // partition: each node stands in one
};

struct FaultKind {
  std::string_view name, help;   // one line
  std::span<const Bound<Fault>> fields;
  bool groups = false;   // it has "groups" besides
};

const std::vector<FaultKind>& fault_kinds();
const FaultKind* find_fault_kind(std::string_view name);   // nullptr: none

// Those of the scenario as they are, and what its random ones come to. `duration`: of the run; later ones are left out.
std::vector<Fault> fault_plan(const std::vector<Fault>& faults, const RandomRoot& random, std::uint32_t nodes, Duration duration);

}   // namespace ssi::config
