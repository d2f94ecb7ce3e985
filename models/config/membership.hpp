// How the nodes of an image agree on which of them there are: the scenario's "membership" block. Without one nobody watches anybody.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"

namespace ssi::config {

struct Membership {
  std::string mode = "none";   // "majority" | "partition_sets" | "none"
  Duration heartbeat;          // between two of a member's signs of life
  Duration suspect_after;      // silence after which a node is believed dead
  std::string suspicion;       // "fixed" | "adaptive": never less than suspect_after
  double deviations = 0;       // adaptive: mean gap and so many standard deviations more
  Duration lease;              // a node stops serving so long after its last agreement with a majority
  std::int64_t witness = -1;   // decides an even split; -1: then everybody stops
  Duration restart{};          // of a node that was left out: so long until it has booted again
  // Of partition sets:
  Duration merge_period{1'000'000'000};     // between two attempts of a set that lacks a node
  Duration answer_within{500'000'000};      // a merge waits so long for the members of its own set
  Duration stragglers_within{50'000'000};   // ... and then so long for all others

  bool by_majority() const { return mode == "majority"; }
  bool by_sets() const { return mode == "partition_sets"; }
  bool on() const { return by_majority() || by_sets(); }
};

std::span<const Bound<Membership>> membership_fields();

}   // namespace ssi::config
