// One site's part in agreeing on partition sets (LOCUS: Walker et al., SOSP 1983; Popek, Walker 1985, ch. 5). No majority: each side of a
// cut goes on. The partition protocol makes the set smaller, by intersection, until all in it agree; the merge protocol makes it larger.
//
// Invariants: a site is in its own set; sets of one number and one announcer are the same everywhere; numbers only grow; of two active
// sites that meet the lower goes on, and a site never follows two.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "models/base/hash.hpp"
#include "models/base/time.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/protocol/partition_sets/messages.hpp"

namespace ssi::partition_sets {

struct Settings {
  Duration merge_period{1'000'000'000};     // between two attempts of a set that lacks a site
  Duration answer_within{500'000'000};      // a merge waits so long for the members of its own set, and a poll for its answer
  Duration stragglers_within{50'000'000};   // ... and then so long for all others
};

// Of the set, against the one before. A site that has started again has left and joined.
struct Change {
  Sites left, joined;
};

class PartitionSets {
 public:
  // The first incarnations of all sites form set 1 without a message; a later one is alone, and merges.
  PartitionSets(NodeId self, std::uint32_t nodes, Incarnation incarnation, const Settings& settings);

  void boot(Effects& out);
  bool message(const ssi::Message& message, Effects& out);   // false: of another protocol
  bool timer(const TimerEvent& event, Effects& out);         // false: not its own
  void circuit_broken(NodeId peer, Effects& out);
  void stranger_spoke(NodeId stranger, Effects& out) const;                              // it takes this site for a member of its set
  std::optional<Change> take_change() { return std::exchange(change_, std::nullopt); }   // since the last call; after each event

  // Whether what this incarnation of a site says counts: it is in the set, and its circuit has not broken since.
  bool has(NodeId site, Incarnation incarnation) const;
  bool has(NodeId site) const { return sites_.contains(site) && !failed_.contains(site); }
  const Sites& sites() const { return sites_; }
  std::uint64_t number() const { return number_; }
  bool at_rest() const { return !active_ && !follows_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Server;   // an overload for each message
  // This site is the active one: it makes a new set.
  struct Active {
    bool merges = false;
    Sites sites{};                                               // the new set, so far; a merge: who has answered
    std::set<NodeId> agreed{};                                   // partition: whose own set is in it
    NodeId asked{};                                              // partition: whose answer is awaited
    std::set<NodeId> awaited{};                                  // merge: members of the own set that have yet to answer
    std::map<NodeId, std::shared_ptr<const Sites>> own_sets{};   // merge: of who has answered
    std::uint64_t number = 0;                                    // the largest that any of them has
  };

  void to(NodeId site, Message message, Effects& out) const { out.send(site, {}, std::move(message), {.raised = true}); }
  struct Followed {   // the active site whose announcement is awaited
    NodeId site;
    bool merges = false;
  };
  void arm(Duration after, Effects& out);
  Sites reachable() const;
  void tell_set(NodeId to, Effects& out) const;
  void follow(Followed active, Effects& out);
  void stop_waiting(Effects& out);
  void install(std::uint64_t number, const Sites& sites, Effects& out);

  // partition.cpp
  void begin_partition(Effects& out);
  void poll_next(Effects& out);
  void answered_partition(NodeId from, const Answer& answer, Effects& out);
  void drop_candidate(NodeId site, Effects& out);

  // merge.cpp
  void begin_merge(Effects& out);
  void withdraw_merge(Effects& out);
  void answered_merge(NodeId from, const Answer& answer, Effects& out);
  void end_merge(Effects& out);

  NodeId self_;
  std::uint32_t nodes_;
  Settings settings_;
  std::uint64_t number_ = 0;
  Sites sites_;
  std::set<NodeId> failed_;   // of them: circuits that have broken since
  std::optional<Active> active_;
  std::optional<Followed> follows_;
  std::uint64_t periods_ = 0, waits_ = 0;   // timer generations
  std::optional<Change> change_;
};

}   // namespace ssi::partition_sets
