// `vproc_switch`: a switch for process operations, as the vnode switch is one for files (TNC, OSF/1 AD, OpenSSI). If the
// process is here, do it here; else ship the request to where it lives and return the result.
//
// Where things lie: a process's status with its parent, a group's list of nodes with its leader's origin, a pid's
// whereabouts with its origin. So wait is local, and only relationships touch the origin.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "models/native/kernel.hpp"
#include "models/native/processes.hpp"
#include "models/native/single_node.hpp"
#include "models/protocol/gossip/gossip.hpp"
#include "models/protocol/membership/membership.hpp"
#include "models/protocol/vproc/duties.hpp"
#include "models/protocol/vproc/group_holder.hpp"
#include "models/protocol/vproc/locations.hpp"
#include "models/protocol/vproc/memberships.hpp"
#include "models/protocol/vproc/messages.hpp"
#include "models/protocol/vproc/origins.hpp"
#include "models/protocol/vproc/pending.hpp"
#include "models/protocol/vproc/place.hpp"
#include "models/protocol/vproc/recoveries.hpp"
#include "models/strategy/registry.hpp"
#include "models/strategy/vproc_switch/packed.hpp"
#include "models/strategy/vproc_switch/records.hpp"
#include "models/strategy/vproc_switch/settings.hpp"

namespace ssi::vproc_switch {

class VprocSwitch final : public Strategy {
 public:
  VprocSwitch(const NodeSetup& setup, const Settings& settings);

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override;
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<VprocSwitch>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;
  std::shared_ptr<const Durable> durable() const override { return parts_.durable(); }

  // For checks and tests.
  NodeId self() const { return self_; }
  const native::Processes& processes() const { return processes_; }
  const native::Parts& parts() const { return parts_; }
  const vproc::Origins& origins() const { return origins_; }
  const vproc::GroupHolder& groups_led() const { return holder_; }
  const vproc::Memberships& memberships() const { return memberships_; }
  const vproc::PendingTable& pending() const { return pending_; }
  const std::map<Pid, ParentLink>& parents_elsewhere() const { return parents_; }
  const std::map<Pid, vproc::Place>& children_elsewhere() const { return children_; }
  // A process that has moved away from here, or whose status has: where to, until the pid's origin knows.
  struct Stub {
    vproc::Place place;
    bool ended = false;
  };
  const std::map<Pid, Stub>& stubs() const { return stubs_; }
  const std::set<Pid>& met_before_adoption() const { return met_before_adoption_; }
  bool is_in_transit(Pid pid) const { return in_transit_.contains(pid); }
  const std::optional<membership::Membership>& membership() const { return membership_; }   // empty: nobody watches anybody
  NodeId home_of(Pid pid) const { return duties_.home_of(pid); }                            // its origin, or the origin's surrogate
  const vproc::Recoveries& recoveries() const { return recoveries_; }
  const vproc::Duties& duties() const { return duties_; }
  std::uint32_t moves_of(Pid pid) const;   // of a process or a status here
  std::uint32_t load() const;              // living processes that are not stopped, without init

 private:
  struct Switch;   // an overload for each call
  struct Server;   // an overload for each message

  // finding.cpp: where a process is
  struct Way {
    enum class At { here, in_transit, leaving, on, lost, gone, rebuilt } at;
    bool ended = false;     // a status, or nothing, is what is left of it
    vproc::Place place{};   // rebuilt: its node is the dead one whose verdicts are awaited
  };
  struct Found {
    enum class As { here, dead, sent } as;
    NodeId to;
  };
  struct Origin {
    bool served = false;                // the request came as a message
    std::optional<vproc::Place> hint;   // of a request of this node's own
  };
  Way way_to(Pid pid, vproc::Route route) const;
  std::optional<vproc::Place> hint_for(Pid pid) const;
  void learn(Pid pid, vproc::Place place);
  void stall(Pid pid, vproc::Stalled request);
  void resume(const std::vector<vproc::Stalled>& stalled, Effects& out);
  template <class M>
  Found find_for(Pid pid, M request, const vproc::Asker& asker, Origin of, Effects& out);

  // views.cpp: who is a member, and what waits for a lease or for a view
  using Fate = parts::HeldEvents::Fate;
  bool is_of_membership(const Event& event, Effects& out);
  Fate fate_of(const Event& event) const;
  Fate fate_of(const Message& message) const;
  bool is_member(NodeId node) const;
  void hold(const Event& event, Effects& out);
  void serve_held(Effects& out);
  void circuit_broke(const CircuitBroken& broken, Effects& out);
  void looks_for_lost(Effects& out);
  enum class Terms : std::uint8_t { good, broken, stranger };
  Terms terms_with(const Effects::Send& send) const;
  void drop_to_strangers(Effects& out);
  void stop_for_good(Effects& out) const;
  void hash_views(StateHash& hash) const;

  // node_down.cpp: a view without a node
  void follow_view(Effects& out);
  void nodes_left(const std::map<NodeId, Incarnation>& gone, Effects& out);
  void forget(const std::map<NodeId, Incarnation>& gone);
  void fail_requests_to(NodeId node, Effects& out);
  void fail_request(TxnId txn, NodeId node, Effects& out);
  void ask_the_new_holder(TxnId txn, NodeId node, Effects& out);
  void serve(const Message& message, const vproc::Lost& lost, Effects& out);
  void passes_on(const vproc::Asker& asker, NodeId to);
  bool can_take(NodeId node) const;
  std::optional<NodeId> is_rebuilt_first(Pid pid) const;
  std::optional<NodeId> is_rebuilt_first(const vproc::Message& body) const;
  bool changes_groups(const Event& event) const;
  void stall_until_rebuilt(NodeId dead, vproc::Stalled request);

  // surrogates.cpp: survivors tell the surrogate, and hear who lives
  bool is_home(Pid pid) const { return home_of(pid) == self_; }
  void begin_recoveries(const std::vector<vproc::Duties::Moved>& moved, const std::set<NodeId>& up, Effects& out);
  void forget_holder_before(const vproc::Duties::Moved& moved);
  bool has_died(NodeId node) const;
  bool is_of_duty(Pid pid, NodeId dead, Incarnation above) const;
  void take_duty(NodeId dead, const vproc::Recoveries::Record& record);
  vproc::Registrations registrations_for(NodeId dead, const vproc::Recoveries::Record& record) const;
  void register_processes(NodeId dead, vproc::Registrations& out) const;
  void register_groups(NodeId dead, Incarnation above, vproc::Registrations& out) const;
  void register_missed(NodeId dead, vproc::Registrations& out) const;
  void serve(const Message& message, const vproc::Reregister& report, Effects& out);
  void end_collecting(NodeId dead, Effects& out);
  vproc::Verdicts verdicts_from(NodeId dead, const vproc::Recoveries::Record& record) const;
  void know_where(Pid pid, vproc::Place place);
  void hold_groups(NodeId dead, const vproc::Recoveries::Record& record);
  void serve(const Message& message, const vproc::Reregistered& answer, Effects& out);

  // verdicts.cpp: what follows
  bool is_known_dead(Pid pid) const;
  void take_verdicts(NodeId dead, const vproc::Recoveries::Record& record, std::shared_ptr<const vproc::Verdicts> verdicts, Effects& out);
  std::vector<Pid> lost_children_of(const native::Process& parent) const;
  void lose_child(Pid parent, Pid child, Effects& out);
  void find_parents(const Judged& judged, Effects& out);
  void find_parent(Pid orphan, Effects& out);
  void meet_verdicts(Pid pid, Effects& out);
  void settle_moves_to(const Judged& judged, Effects& out);
  void lose_on_the_way(TxnId txn, Effects& out);
  void settle_births_at(const Judged& judged, Effects& out);
  void learn_again(const Judged& judged, Pid pid, vproc::Place place);
  void forget_the_dead(const Judged& judged);
  void ask_about_stubs(const Judged& judged, Effects& out);
  void notify_again(Effects& out);

  // rejoining.cpp: a node comes up
  static constexpr std::uint64_t kNotYet = UINT64_MAX;
  void come_up(Effects& out);
  void greet(NodeId node, Effects& out);
  void serve(const Message& message, const vproc::Hello& hello, Effects& out);
  void answer_hellos(Effects& out);
  void serve(const Message& message, const vproc::Welcome& welcome, Effects& out);
  void be_up_if_welcome();

  // switch.cpp: calls
  void handle(const Event& event, Effects& out);
  void serve_any(const Message& message, const vproc::Message& body, Effects& out);
  bool is_here(Site site, bool here, Effects& out);
  void call(const CallEvent& event, Instant now, Effects& out);
  void after_event(Instant now, Effects& out);
  void create_here(const CallEvent& event, const ProgramRef& program, bool exec, Instant now, Effects& out);
  Pid new_child_here(Pid parent, const ProgramRef& program, bool exec, Instant now, Effects& out);
  void post(Pid pid, Signal signal, Effects& out);   // to a process here
  static Result result_of(Errno error);
  void answer(const vproc::Caller& caller, Result result, NodeId served, Effects& out) const;
  NodeId choose_node(const Placement& placement, Instant now, Effects& out);

  // spawns.cpp: processes that start elsewhere, or come from elsewhere
  struct InRfork {
    TxnId txn{};   // 0: none
    std::uint32_t place{};
  };
  vproc::Create create_for(Pid parent, const ProgramRef& program, bool exec) const;
  void create_at(NodeId node, const vproc::Caller& parent, vproc::Create create, InRfork part, Effects& out);
  void serve(const Message& message, const vproc::Create& create, Effects& out);
  void arrive(const vproc::PendingJoin::Arrival& arrival, CallId cause, Effects& out);
  void serve(const Message& message, const vproc::Created& created, Effects& out);
  void child_created(vproc::PendingCreate& create, Pid child, Effects& out);
  void answer_create(const vproc::PendingCreate& create, const Result& result, Effects& out);

  // rforks.cpp: several children at once
  void fork_onto(const CallEvent& event, const Rfork& fork, Instant now, Effects& out);
  void end_rfork_if_over(TxnId txn, Effects& out);

  // kills.cpp: finding a process
  void ship_kill(const CallEvent& event, const Kill& kill, Effects& out);
  void serve(const Message& message, const vproc::Kill& kill, Effects& out);
  void serve_kill(const vproc::Kill& kill, const vproc::Asker& asker, Effects& out);
  void route_kill(const vproc::Kill& kill, const vproc::Asker& asker, Effects& out);
  void pass_kill_on(const vproc::Kill& kill, vproc::Place to, const vproc::Asker& asker, Effects& out);
  void send_own_kill(const vproc::Kill& kill, NodeId to, vproc::Route route, const vproc::Asker& asker, Effects& out);
  void answer_kill(const vproc::Kill& kill, const vproc::Asker& asker, Errno error, Effects& out);
  void serve(const Message& message, const vproc::Killed& killed, Effects& out);
  void serve(const Message& message, const vproc::NotHere& not_here, Effects& out);
  void serve(const Message& message, const vproc::Redirect& redirect, Effects& out);
  void ask_again(TxnId txn, std::uint32_t moves, CallId cause, Effects& out);

  // exits.cpp: exit, status, the end of a pid
  void departed(const native::Departure& departure, Effects& out);
  void tell_parent(const native::Departure& departure, std::uint32_t moves, Effects& out);
  void serve(const Message& message, const vproc::ExitNotice& notice, Effects& out);
  void pass_notice(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Origin of, Effects& out);
  void take_status(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out);
  void refuse_status(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out);
  void acknowledge_exit(const vproc::ExitNotice& notice, vproc::ExitAck ack, TxnId txn, CallId cause, Effects& out);
  void serve(const Message& message, const vproc::ExitAck& ack, Effects& out);
  void exit_settled(const vproc::PendingExit& exit, NodeId by, const vproc::ExitAck& ack, Effects& out);
  void told_again(const vproc::ExitNotice& notice, TxnId txn, CallId cause, Effects& out);
  void serve(const Message& message, const vproc::Gone& gone, Effects& out);
  void end_origin(Pid pid);
  void tell_origins_of_reaped(Effects& out);

  // orphans.cpp: who becomes whose child when the parent is dead
  void leave_orphans(const native::Departure& departure, Effects& out);
  void orphaned(Pid child, vproc::Place place, Effects& out);
  void serve(const Message& message, const vproc::Reparent& reparent, Effects& out);
  void reparent(const vproc::Reparent& reparent, const vproc::Asker& asker, Origin of, Effects& out);
  void tell_reaper(Pid child, vproc::Place place, Effects& out);
  void serve(const Message& message, const vproc::Adopt& adopt, Effects& out);
  void adopt(Pid child, vproc::Place place, Effects& out);
  void meet_before_adoption(Pid child);
  bool is_reaper_here() const { return processes_.find(processes_.reaper()) != nullptr; }

  // moves.cpp: the side that a process leaves
  struct Departing {
    NodeId to;
    vproc::Caller caller;   // kNoCall: somebody else's order
    std::optional<ProgramRef> exec{};
    bool stands = false;
    Memory memory{};
  };
  void migrate(const CallEvent& event, const Migrate& migrate, Effects& out);
  void serve(const Message& message, const vproc::Move& move, Effects& out);
  void pass_order(const vproc::Move& move, const vproc::Asker& asker, Origin of, Effects& out);
  void serve(const Message& message, const vproc::MoveTaken& taken, Effects& out);
  void take_order(Pid pid, NodeId to);
  void depart(Pid pid, Departing departing, Effects& out);
  void stands_still(const Frozen& frozen);
  bool is_settled(Pid pid) const;
  void go_where_ordered(Effects& out);
  std::shared_ptr<Packed> pack(Pid pid, const Departing& departing, Effects& out);
  void ship(Pid pid, const Departing& departing, Effects& out);
  void stays(Pid pid, const Departing& departing, Effects& out);
  TxnId oldest_move_to(NodeId node) const;
  void serve(const Message& message, const vproc::Migrated& migrated, Effects& out);
  void settle_if_in_transit(Pid pid, std::uint32_t moves, Effects& out);
  void has_arrived(TxnId txn, Effects& out, const std::map<Pid, vproc::Place>* since = nullptr);
  void comes_back(TxnId txn, Errno error, Effects& out);
  void serve(const Message& message, const vproc::Located& located, Effects& out);
  void is_located(Pid pid, std::uint32_t moves);

  // arrivals.cpp: the side that it comes to, and its origin
  void serve(const Message& message, const vproc::Migrate& migrate, Effects& out);
  void come_in(const vproc::PendingJoin::Coming& coming, CallId cause, Effects& out);
  void arrived_from(NodeId from, Pid pid, std::uint32_t moves, Effects& out);
  void tell_location(Pid pid, std::uint32_t moves, NodeId stub, Effects& out);
  void put_in(const Packed& packed, const std::map<Pid, std::uint32_t>& moves, Effects& out);
  void meet_news(Pid pid, Pid group, std::uint64_t seen, Effects& out);
  void serve(const Message& message, const vproc::MigrateStatus& status, Effects& out);
  void serve(const Message& message, const vproc::Location& location, Effects& out);

  // broadcasts.cpp: signals to groups
  void kill_group(const CallEvent& event, const KillGroup& kill, Effects& out);
  void serve(const Message& message, const vproc::KillGroupRequest& request, Effects& out);
  void broadcast(Pid group, vproc::GroupHolder::Request request, Effects& out);
  void start_broadcast(Pid group, const vproc::GroupHolder::Request& request, Effects& out);
  void tell_node(Pid group, vproc::GroupHolder::Broadcast& broadcast, NodeId node, Effects& out);
  bool post_to_members_here(Pid group, Signal signal, Effects& out);
  void end_broadcast_if_over(Pid group, Effects& out);
  void answer_group_kill(Pid group, const vproc::Asker& asker, bool reached, NodeId served, Effects& out);
  void serve(const Message& message, const vproc::KillGroupDone& done, Effects& out);
  void serve(const Message& message, const vproc::GroupSignal& signal, Effects& out);
  void serve(const Message& message, const vproc::GroupSignalled& signalled, Effects& out);
  void group_settled(Pid group, TxnId txn, std::optional<NodeId> now_at, Effects& out);
  void settle(Pid group, TxnId txn, Effects& out);

  // groups.cpp: setpgid, setsid, who is listed where
  void set_group(const CallEvent& event, const SetGroup& set, Effects& out);
  void set_session(const CallEvent& event, Effects& out);
  void serve(const Message& message, const vproc::SetGroupRequest& request, Effects& out);
  void pass_set_group(const vproc::SetGroupRequest& request, const vproc::Asker& asker, Origin of, Effects& out);
  void change_group(Pid pid, Pid group, Pid callers_session, const vproc::Asker& asker, Effects& out);
  void join(vproc::PendingJoin join, Pid session, CallId cause, Effects& out);
  void answer_change(Pid pid, const vproc::Asker& asker, Errno error, Effects& out);
  void serve(const Message& message, const vproc::SetGroupDone& done, Effects& out);
  Errno may_join(Pid group, Pid session, vproc::JoinFor purpose) const;
  Errno move(Pid pid, Pid group, vproc::JoinFor purpose, Effects& out);
  std::uint64_t seen_before(Pid pid, Pid group) const;
  void serve(const Message& message, const vproc::Join& join, Effects& out);
  void serve(const Message& message, const vproc::Joined& joined, Effects& out);
  void enter_group(Pid pid, Pid group, std::uint64_t seen, Effects& out);
  void leave_group(Pid pid, Pid group, Effects& out);
  void leave_if_emptied(Pid group, Effects& out);
  void serve(const Message& message, const vproc::Leave& leave, Effects& out);

  // lists.cpp
  void list(const CallEvent& event, Effects& out);
  std::vector<ProcessInfo> list_here(Effects& out) const;
  void serve(const Message& message, const vproc::ListRequest& request, Effects& out);
  void serve(const Message& message, const vproc::Listed& listed, Effects& out);
  void end_list_if_over(TxnId txn, Effects& out);

  // broken.cpp: requests to a peer whose circuit broke
  struct GiveUp;
  void give_up(NodeId peer, Effects& out);
  void give_up_one(TxnId txn, NodeId peer, Effects& out);
  void hash_moves(StateHash& hash) const;
  void check_moves() const;

  NodeId self_;
  Instant now_;   // of the event being handled
  std::uint32_t nodes_;
  Settings settings_;
  native::Costs costs_;
  native::Processes processes_;
  native::Parts parts_;
  vproc::Origins origins_;
  vproc::Locations locations_;
  vproc::GroupHolder holder_;
  vproc::Memberships memberships_;
  vproc::PendingTable pending_;
  gossip::Gossip gossip_;
  membership::Settings watching_;
  std::optional<membership::Membership> membership_;
  std::map<NodeId, Incarnation> known_;   // the newest incarnation of each node that was a member
  parts::HeldEvents held_;
  vproc::Duties duties_;
  vproc::Recoveries recoveries_;
  std::map<NodeId, Judged> verdicts_;                                   // the last ones on each dead node
  std::deque<PassedOn> passed_on_;                                      // requests of others, oldest first
  std::map<NodeId, Instant> broken_;                   // members to whom a circuit broke: until when nothing is said of it
  std::uint64_t up_since_ = 0;                         // the first view in which this incarnation is up
  std::set<NodeId> welcomed_;                          // coming up: by whom, in this view
  std::map<NodeId, std::uint64_t> hellos_;             // of others, to be answered: their view
  std::map<Pid, ParentLink> parents_;                  // of processes here whose parent is elsewhere
  std::map<Pid, vproc::Place> children_;               // living elsewhere, of processes here: where, as far as is known
  std::map<Pid, std::map<Pid, std::uint64_t>> left_;   // groups that a process here has left: the last broadcast it got there
  std::map<Pid, TxnId> leaving_;                       // exited here; EXIT_NOTICE is not yet acknowledged
  std::map<Pid, std::uint32_t> moves_;                 // of processes here that have moved, and of statuses that have more than once
  std::map<Pid, NodeId> orders_;                       // to go there at the next safe point
  std::map<Pid, Departing> departing_;                 // ordered to stand still; still in the table
  std::map<Pid, TxnId> in_transit_;                    // processes and statuses that MIGRATE carries; not yet acknowledged
  std::map<Pid, Stub> stubs_;
  std::set<Pid> met_before_adoption_;           // orphans that the image's init, which is here, knows before their ADOPT
  std::map<NodeId, std::set<TxnId>> arrived_;   // moves from each node that it may still ask about, if the circuit breaks
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
Coverage coverage(const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);   // see check.cpp for what holds at every instant

}   // namespace ssi::vproc_switch
