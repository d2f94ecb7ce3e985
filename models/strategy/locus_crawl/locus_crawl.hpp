// `locus_crawl`: native code with a locality test at each place where it touched a resource that may now be elsewhere (LOCUS: Walker et
// al., SOSP 1983; Popek, Walker 1985). A process runs on one site; the site that its pid names, where it was born, always tracks it.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/native/kernel.hpp"
#include "models/parts/cluster_channels.hpp"
#include "models/parts/cluster_segments.hpp"
#include "models/parts/held_events.hpp"
#include "models/protocol/locus_files/node.hpp"
#include "models/protocol/locus_processes/births.hpp"
#include "models/protocol/locus_processes/broadcasts.hpp"
#include "models/protocol/locus_processes/pending.hpp"
#include "models/protocol/partition_sets/partition_sets.hpp"
#include "models/strategy/locus_crawl/packed.hpp"
#include "models/strategy/locus_crawl/settings.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::locus_crawl {

namespace lp = locus_processes;

// The places that ask "is it here?", as they are numbered in results.
enum class Site : std::uint32_t {
  run,                                        // the site that the placement names
  rfork,                                      // the sites that it names
  exec,                                       // the site that the placement names
  migrate,                                    // the site that the caller moves to
  order,                                      // the process that is to move
  kill,                                       // the process that is signalled
  served,                                     // a process that another site asks for
  exit,                                       // the parent
  orphan,                                     // a child of a process that exits
  reap,                                       // the birth site of a process whose status was taken
  killpg,                                     // the other sites: a signal to a group goes to all
  setpgid,                                    // the process that changes its group
  group,                                      // a member of the group that it enters
  list,                                       // the other sites: a list goes to all
  file,                                       // the first of locus::kTests, in the order of locus::Test
  channel = file + locus::kTests,             // ... of parts::ChannelTest
  segment = channel + parts::kChannelTests,   // ... of parts::SegmentTest
};
inline constexpr std::uint32_t kSites = static_cast<std::uint32_t>(Site::segment) + parts::kSegmentTests;

class LocusCrawl final : public Strategy {
 public:
  LocusCrawl(const NodeSetup& setup, const Settings& settings);

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override;
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<LocusCrawl>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;
  std::shared_ptr<const Durable> durable() const override { return parts_.durable(); }

  // For checks and tests.
  NodeId self() const { return self_; }
  const native::Processes& processes() const { return processes_; }
  const native::Parts& parts() const { return parts_; }
  const locus::Node& files() const;
  const lp::Births& births() const { return births_; }
  const lp::Broadcasts& broadcasts() const { return broadcasts_; }
  const std::map<Pid, lp::Transit>& in_transit() const { return in_transit_; }
  std::uint32_t moves_of(Pid pid) const;
  NodeId tracker(Pid pid) const;                                                       // its birth site, or who stands in for it
  const std::optional<partition_sets::PartitionSets>& sets() const { return sets_; }   // empty: nobody keeps one
  bool is_rebuilt() const { return awaited_.empty(); }
  bool idle() const { return pending_.all().empty() && in_transit_.empty() && early_.empty() && broadcasts_.all().empty(); }

 private:
  struct Calls;    // an overload for each call
  struct Server;   // an overload for each message

  // locus_crawl.cpp: calls
  void call(const CallEvent& event, Instant now, Effects& out);
  void serve_any(NodeId from, TxnId txn, CallId cause, const lp::Message& body, Effects& out);
  void after_event(Effects& out);
  bool is_here(Site site, bool here, Effects& out) const;
  void tell(NodeId to, TxnId txn, lp::Message message, Effects& out, CallId cause = kNoCall) const;
  void post(Pid pid, Signal signal, Effects& out);   // to a process here
  static Result result_of(Errno error);
  void answer(const lp::Caller& caller, Result result, NodeId served, Effects& out) const;
  NodeId choose_node(const Placement& placement);

  // sets.cpp: what is served, and when
  using Fate = parts::HeldEvents::Fate;
  void handle(const Event& event, Effects& out);
  bool is_of_sets(const Event& event, Effects& out);
  Fate fate_of(const Event& event) const;
  Fate fate_of(const Message& message) const;
  void follow_set(Effects& out);
  void tell_files(Effects& out);
  void lose(NodeId site, Effects& out);
  void drop_to_strangers(Effects& out);
  std::set<NodeId> members() const;   // this site included
  bool reaches(NodeId site) const { return !sets_ || sites_here(site); }
  bool sites_here(NodeId site) const { return site == self_ || sets_->has(site); }
  Errno error_of_gone() const;

  // rebirths.cpp: who is where, built again in each set
  void tell_present(bool has_lost, Effects& out);
  void end_requests(Effects& out);
  std::vector<Pid> relatives_elsewhere() const;
  void serve_present(NodeId from, const lp::Present& present, Effects& out);
  void rebuild_births(Effects& out);
  bool is_known(Pid pid) const;
  void serve_absent(const lp::Absent& absent, Effects& out);

  // following.cpp: requests that go to where a process is
  enum class Found : std::uint8_t { here, sent, stalled, zombie, gone };
  template <class M>
  Found follow(M request, const lp::Asker& asker, NodeId from, Effects& out);
  NodeId first_hop(Pid pid) const;
  void stall(Pid pid, lp::Stalled request);
  void resume(const std::vector<lp::Stalled>& stalled, Effects& out);
  void ship_kill(const CallEvent& event, const Kill& kill, Effects& out);
  void serve_kill(lp::Kill kill, const lp::Asker& asker, NodeId from, Effects& out);
  void serve_order(const lp::Order& order, const lp::Asker& asker, NodeId from, Effects& out);
  void serve_answer(NodeId from, TxnId txn, Errno error, Effects& out);

  // forks.cpp: processes that start elsewhere, or come from elsewhere
  lp::Inheritance inheritance(Pid parent, const ProgramRef& program, bool exec) const;
  Pid new_child_here(Pid parent, const ProgramRef& program, bool exec, Effects& out);
  void fork_at(NodeId node, const lp::Caller& parent, lp::Inheritance of, TxnId rfork, std::uint32_t place, Effects& out);
  void serve_fork(NodeId from, TxnId txn, CallId cause, const lp::Fork& fork, Effects& out);
  void serve_forked(NodeId from, TxnId txn, const lp::Forked& forked, Effects& out);
  void child_forked(const lp::PendingFork& fork, Pid child, Effects& out);
  void answer_fork(const lp::PendingFork& fork, const Result& result, Effects& out);
  void fork_onto(const CallEvent& event, const Rfork& fork, Effects& out);
  void end_rfork_if_over(TxnId txn, Effects& out);
  bool has_fork_under_way(Pid parent) const;

  // exits.cpp
  void departed(const native::Departure& departure, Effects& out);
  void serve_exit(const lp::ExitNotice& notice, NodeId from, TxnId txn, CallId cause, Effects& out);
  void take_status(const lp::ExitNotice& notice, Effects& out);
  void refuse_status(Pid child, Effects& out);
  void serve_reparent(const lp::Reparent& reparent, NodeId from, TxnId txn, CallId cause, Effects& out);
  void tell_births_of_reaped(Effects& out);
  void serve_list(const CallEvent& event, Effects& out);
  std::vector<ProcessInfo> list_here(Effects& out) const;
  void serve_listed(NodeId from, TxnId txn, const lp::Listed& listed, Effects& out);
  void end_list_if_over(TxnId txn, Effects& out);

  // moves.cpp
  struct Departing {
    NodeId to;
    lp::Caller caller;   // kNoCall: somebody else's order
    std::optional<ProgramRef> exec{};
    bool stands = false;
    Memory memory{};
  };
  void migrate(const CallEvent& event, const Migrate& migrate, Effects& out);
  void take_order(Pid pid, NodeId to);
  void depart(Pid pid, Departing departing, Effects& out);
  void stands_still(const Frozen& frozen);
  bool is_settled(Pid pid) const;
  void go_where_ordered(Effects& out);
  void ship(Pid pid, const Departing& departing, Effects& out);
  void serve_migrate(NodeId from, TxnId txn, CallId cause, const lp::Migrate& migrate, Effects& out);
  void put_in(const Packed& packed, const Travels& travels, Effects& out);
  void serve_moved(NodeId from, const lp::Moved& moved, Effects& out);
  std::vector<lp::Stalled> take_down(Pid pid, Effects& out);
  void settle(Pid pid, std::uint32_t moves, Effects& out);
  void comes_back(Pid pid, std::uint32_t moves, Errno error, Effects& out);
  void serve_move_status(NodeId from, TxnId txn, const lp::MoveStatus& status, Effects& out);

  // groups.cpp
  void kill_group(const CallEvent& event, const KillGroup& kill, Effects& out);
  void serve_group_signal(NodeId from, TxnId txn, const lp::GroupSignal& signal, Effects& out);
  void meet(lp::BroadcastId id, Effects& out);
  void keep_met(lp::Met& met, lp::Met& before) const;
  void over(lp::BroadcastId id);
  void meet(Pid pid, Pid group, bool only_reached, Effects& out);
  bool is_under_way(lp::BroadcastId id, Pid group) const;
  void answer_broadcasts(Effects& out);
  void end_broadcast_if_over(TxnId txn, Effects& out);
  void set_group(const CallEvent& event, const SetGroup& set, Effects& out);
  void set_session(const CallEvent& event, Effects& out);
  void serve_set_group(const lp::SetGroup& request, const lp::Asker& asker, NodeId from, Effects& out);
  void change_group(Pid pid, Pid group, Pid callers_session, const lp::Asker& asker, Effects& out);
  void ask_for_group(lp::PendingGroupAsk ask, Effects& out);
  lp::GroupKnown known_of(Pid group) const;
  void group_known(TxnId txn, NodeId from, const lp::GroupKnown& known, Effects& out);
  void end_group_ask_if_over(TxnId txn, Effects& out);
  void enter(const lp::PendingGroupAsk& ask, Effects& out);
  void answer_change(const lp::Asker& asker, Errno error, Effects& out);

  // broken.cpp
  struct GiveUp;
  void give_up(NodeId peer, Effects& out);

  NodeId self_;
  Instant now_;   // of the event being handled
  std::uint32_t nodes_;
  Settings settings_;
  native::Costs costs_;
  native::Processes processes_;
  native::Parts parts_;
  lp::Births births_;
  lp::Broadcasts broadcasts_;
  lp::Hints hints_;
  lp::PendingTable pending_;
  std::uint64_t asked_broadcasts_ = 0, moves_made_ = 0;
  std::uint32_t advised_ = 0;                            // placements that the design has chosen
  std::map<Pid, Travels> travels_;                       // of processes here that have any
  std::map<Pid, lp::Transit> in_transit_;                // have left and are not settled
  std::map<Pid, Pid> carried_;                           // statuses that went along: with which process
  std::map<Pid, Departing> departing_;                   // ordered to stand still; still in the table
  std::map<Pid, NodeId> orders_;                         // to go there at the next safe point
  std::map<Pid, std::optional<lp::ExitNotice>> early_;   // children that came, or whose EXIT did, before their FORKED
  // In a partition set.
  std::optional<partition_sets::PartitionSets> sets_;
  parts::HeldEvents held_;
  std::set<NodeId> awaited_;                            // members that have yet to tell who is there
  std::map<NodeId, lp::Present> present_;               // what they have told
  std::map<Pid, NodeId> limbo_;                         // was on its way there when the circuit broke
  std::map<NodeId, std::set<std::uint64_t>> arrived_;   // moves from each site that it may still ask about, if the circuit breaks
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);   // see check.cpp for what holds at every instant

}   // namespace ssi::locus_crawl
