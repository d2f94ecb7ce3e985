#include "models/config/membership.hpp"

#include <array>
#include <string_view>

namespace ssi::config {
namespace {

using M = Membership;

constexpr double kMinute = 60e9;
constexpr std::array<std::string_view, 3> kModes{"majority", "partition_sets", "none"};
constexpr std::array<std::string_view, 2> kSuspicions{"fixed", "adaptive"};
constexpr Needs kMajority{"mode", "majority"}, kSets{"mode", "partition_sets"}, kAdaptive{"suspicion", "adaptive"};

const std::array kMembership{
    Bound<M>{{"mode", Kind::choice, std::string_view{"majority"}, 0, 0, kModes,
              "agreed views in which a majority goes on; sets in which each side of a cut does (LOCUS); or nobody watches"},
             &M::mode},
    Bound<M>{{"heartbeat",
              Kind::duration,
              std::int64_t{100'000'000},
              1e6,
              kMinute,
              {},
              "between two signs of life",
              "estimate, range 10 ms to 1 s",
              kMajority},
             &M::heartbeat},
    Bound<M>{{"suspect_after",
              Kind::duration,
              std::int64_t{350'000'000},
              1e6,
              10 * kMinute,
              {},
              "silence after which a node is believed dead",
              "three heartbeats and a half",
              kMajority},
             &M::suspect_after},
    Bound<M>{{"suspicion", Kind::choice, std::string_view{"fixed"}, 0, 0, kSuspicions,
              "adaptive: later where heartbeats come irregularly, never earlier", "fixed", kMajority},
             &M::suspicion},
    Bound<M>{{"deviations", Kind::ratio, 8.0, 0, 1000, {}, "of the gaps between heartbeats, above their mean", "estimate", kAdaptive},
             &M::deviations},
    Bound<M>{{"lease",
              Kind::duration,
              std::int64_t{250'000'000},
              1e6,
              10 * kMinute,
              {},
              "a node stops serving so long after its last agreement with a majority; less than suspect_after",
              "two heartbeats and a half",
              kMajority},
             &M::lease},
    Bound<M>{{"witness",
              Kind::integer,
              std::int64_t{-1},
              -1,
              1e6,
              {},
              "the node whose side goes on when a view splits evenly; -1: neither does",
              "none",
              kMajority},
             &M::witness},
    Bound<M>{{"restart",
              Kind::duration,
              std::int64_t{1'000'000'000},
              0,
              10 * kMinute,
              {},
              "a node that learns that it was left out stops, and has booted again so long afterwards",
              "estimate: a kernel without firmware, range 1 s to 60 s",
              kMajority},
             &M::restart},
    Bound<M>{{"merge_period",
              Kind::duration,
              std::int64_t{1'000'000'000},
              1e6,
              10 * kMinute,
              {},
              "between two attempts of a set that lacks a node to find it; a node is missed when its circuit breaks",
              "estimate, range 100 ms to 60 s",
              kSets},
             &M::merge_period},
    Bound<M>{{"answer_within",
              Kind::duration,
              std::int64_t{500'000'000},
              1e6,
              kMinute,
              {},
              "a merge waits so long for the members of its own set, and the partition protocol for an answer",
              "estimate; LOCUS: a long timeout",
              kSets},
             &M::answer_within},
    Bound<M>{{"stragglers_within",
              Kind::duration,
              std::int64_t{50'000'000},
              1e6,
              kMinute,
              {},
              "... and then so long for all others",
              "estimate; LOCUS: a short timeout",
              kSets},
             &M::stragglers_within},
};

}   // namespace

std::span<const Bound<Membership>> membership_fields() { return kMembership; }

}   // namespace ssi::config
