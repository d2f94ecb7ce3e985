// The messages of the partition and the merge protocol of LOCUS; README.md gives each a line. All are raised.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/message.hpp"

namespace ssi::partition_sets {

using Sites = std::map<NodeId, Incarnation>;   // a partition set

struct Poll {
  static constexpr std::string_view kName = "PARTITION_POLL";
};
struct MergePoll {
  static constexpr std::string_view kName = "MERGE_POLL";
};
// To either: the sender's own set, without those whose circuit it has lost. It waits for the announcement now.
struct Answer {
  static constexpr std::string_view kName = "PARTITION_SET";
  std::uint64_t number{};
  std::shared_ptr<const Sites> sites;
};
// To either: the sender follows another active site, or is one itself, and goes before.
struct Refusal {
  static constexpr std::string_view kName = "PARTITION_REFUSED";
  NodeId active;
};
struct Announce {
  static constexpr std::string_view kName = "PARTITION_ANNOUNCE";
  std::uint64_t number{};   // of this set: larger than that of any set that a member was in
  std::shared_ptr<const Sites> sites;
};
struct Withdraw {   // who has answered a merge waits no longer
  static constexpr std::string_view kName = "MERGE_WITHDRAWN";
};
// To who takes the sender for a member and is none: evidence of different partition sets.
struct Differs {
  static constexpr std::string_view kName = "PARTITION_DIFFERS";
};

inline std::uint64_t bytes_of_sites(const Sites& sites) { return 8 + 8 * sites.size(); }
inline std::uint64_t bytes_of(const Poll&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const MergePoll&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Answer& m) { return kHeaderBytes + 8 + bytes_of_sites(*m.sites); }
inline std::uint64_t bytes_of(const Refusal&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const Announce& m) { return kHeaderBytes + 8 + bytes_of_sites(*m.sites); }
inline std::uint64_t bytes_of(const Withdraw&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Differs&) { return kHeaderBytes; }

using Message = std::variant<Poll, MergePoll, Answer, Refusal, Announce, Withdraw, Differs>;

}   // namespace ssi::partition_sets
