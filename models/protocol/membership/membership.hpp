// One node's part in agreeing on who is a member: heartbeats between the
// members and their master, suspicion, and one agreement for each view, in
// which a majority of the view before has to take part (OpenSSI's CLMS; each
// agreement is Lamport's single-decree Paxos).
//
// Invariants: views with one number are the same everywhere; a node serves only
// under a lease, and no view without it is agreed on before that lease is over;
// who is not in the newest view that it knows of is evicted, and comes back as
// a new incarnation only.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/protocol/membership/messages.hpp"
#include "models/protocol/membership/silence.hpp"

namespace ssi::membership {

struct Settings {
  Duration heartbeat{100'000'000};
  Duration suspect_after{350'000'000};
  Duration lease{250'000'000};       // less than suspect_after
  bool adaptive = false;             // suspicion comes later where heartbeats come irregularly
  double deviations = 8;             // ... than the mean gap and so many deviations
  std::optional<NodeId> witness{};   // its side goes on when a view splits evenly
};

// What a new view means for the services of this node, which are told in an
// order of their own.
struct Change {
  View view;
  std::vector<Member> left, coming_up, up;   // against the view before
};

class Membership {
 public:
  // The first incarnations of all nodes form view 1 without a message; later
  // ones join.
  Membership(NodeId self, std::uint32_t nodes, Incarnation incarnation, const Settings& settings);

  void boot(Instant now, Effects& out);
  bool message(Instant now, const ssi::Message& message,
               Effects& out);   // false: of another protocol
  bool timer(Instant now, const TimerEvent& event,
             Effects& out);                                                              // false: not its own
  void ready(bool are = true) { ready_ = are; }                                          // this node's services are up, or not
  void apart(NodeId peer) { apart_.insert(peer); }   // the circuit to this member has broken for good: one of both has to go
  std::optional<Change> take_change() { return std::exchange(change_, std::nullopt); }   // since the last call; after each event

  bool member() const { return !evicted_ && view_.find(self_) != nullptr; }
  bool evicted() const { return evicted_; }
  bool may_serve(Instant now) const { return member() && now < lease_until(); }
  Instant lease_until() const;
  const View& view() const { return view_; }
  NodeId master() const;   // whom it believes to be the master
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  static constexpr std::int64_t kNever = INT64_MIN / 4;
  static constexpr std::size_t kViewsKept = 32;
  struct Server;   // an overload for each message
  struct Peer {
    Silence silence;
    Instant acked{};      // the newest of this master's heartbeats that binds the
                          // peer to it
    Instant granted{};    // the newest of this node's heartbeats that the peer, as
                          // its master, has had
    Instant sent{};       // the newest of the peer's
    Instant received{};   // ... and when that came
    Duration left{};      // of the peer's lease, when it sent that
    bool heard = false;   // in this view
    bool suspected = false, ready = false;
    bool apart = false;   // from another member: to be left out, though it lives
  };
  struct Proposal {
    Ballot ballot;
    View value;
    bool promised = false;
    std::set<NodeId> votes;   // promises, then acceptances
    Ballot best{};            // of what was accepted before
    Instant begun{};
  };

  // membership.cpp: heartbeats and suspicion
  void beat(Instant now, Effects& out);
  void look(Instant now, Effects& out);
  void suspect(const std::vector<NodeId>& dead, Instant now, Effects& out);
  void arm_look(Instant now, Effects& out);
  std::vector<NodeId> watched() const;
  void say_alive(NodeId to, Instant now,
                 Effects& out);   // as a master, or to the master
  void to(NodeId node, Message message, Effects& out) const;
  bool is_quorum(const std::set<NodeId>& nodes) const;
  void heard(NodeId from, const Alive& alive, Instant now, Effects& out);
  void tell_apart(NodeId from, NodeId peer, Instant now, Effects& out);

  // agreement.cpp: views
  void propose_if_due(Instant now, Effects& out);
  std::optional<View> wanted(Instant now) const;
  void advance(Instant now,
               Effects& out);   // the proposal, as far as its votes carry it
  bool takes_time(Instant now) const;
  bool carry(const std::set<NodeId>& votes) const;
  void start(View value, Instant now, Effects& out);
  void urge(NodeId node,
            Effects& out) const;   // it believes in this master by now
  void tell_views(NodeId node, std::uint64_t after, Effects& out) const;
  void serve(NodeId from, const Prepare& prepare, Instant now, Effects& out);
  void serve(NodeId from, const Promise& promise, Instant now, Effects& out);
  void serve(NodeId from, const Propose& propose, Instant now, Effects& out);
  void serve(NodeId from, const Accepted& accepted, Instant now, Effects& out);
  Change changes_to(const View& next) const;
  void watch_members(Instant now);
  void install(const View& view, Instant now, Effects& out);

  NodeId self_;
  std::uint32_t nodes_;
  Incarnation incarnation_;
  Settings settings_;
  View view_;
  bool evicted_ = false, ready_ = false;
  std::map<NodeId, Peer> peers_;                                // the other members
  std::map<NodeId, std::pair<Incarnation, Instant>> joining_;   // who wants to join, and when it last said so
  Instant granted_{kNever};                                     // when this master asked for its view, to which a
                                                                // majority has agreed
  Instant kept_lease_{kNever};                                  // of the view before, which still holds
  NodeId bound_to_{};                                           // to no other master is anything promised ...
  Instant bound_until_{kNever};                                 // ... before this
  Instant led_until_{kNever};                                   // this node's own lease as a master
  Ballot promised_{}, accepted_{};
  std::shared_ptr<const View> accepted_value_;
  std::optional<Proposal> proposal_;
  std::uint32_t round_ = 0;
  std::uint64_t beats_ = 0, looks_ = 0;   // timer generations
  std::set<NodeId> apart_;                             // members to which this node's circuit has broken
  std::deque<std::shared_ptr<const View>> installed_;   // the last ones, oldest first
  std::optional<Instant> behind_since_;                 // a view was seen, and not the one before it
  std::optional<Change> change_;
};

}   // namespace ssi::membership
