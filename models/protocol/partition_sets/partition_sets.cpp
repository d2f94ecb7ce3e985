// What both protocols share: who is followed, answers, announcements, and the timers.
#include "models/protocol/partition_sets/partition_sets.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::partition_sets {
namespace {

constexpr TimerKey kPeriod{hash_of("partition_sets.period")}, kWait{hash_of("partition_sets.wait")};

}   // namespace

PartitionSets::PartitionSets(NodeId self, std::uint32_t nodes, Incarnation incarnation, const Settings& settings)
    : self_(self), nodes_(nodes), settings_(settings) {
  sites_[self] = incarnation;
  if (incarnation.value != 1) return;
  number_ = 1;
  for (std::uint32_t node = 0; node < nodes; ++node) sites_[NodeId{node}] = Incarnation{1};
}

void PartitionSets::boot(Effects& out) {
  out.set_timer(kPeriod, ++periods_, settings_.merge_period, true);
  if (sites_.size() < nodes_) begin_merge(out);
}

bool PartitionSets::has(NodeId site, Incarnation incarnation) const {
  const auto found = sites_.find(site);
  return found != sites_.end() && found->second == incarnation && !failed_.contains(site);
}

void PartitionSets::arm(Duration after, Effects& out) { out.set_timer(kWait, ++waits_, after, true); }

Sites PartitionSets::reachable() const {
  Sites out = sites_;
  std::erase_if(out, [this](const auto& site) { return failed_.contains(site.first); });
  return out;
}

void PartitionSets::tell_set(NodeId to, Effects& out) const {
  this->to(to, Answer{number_, std::make_shared<const Sites>(reachable())}, out);
}

void PartitionSets::follow(Followed active, Effects& out) {
  active_.reset();
  follows_ = active;
  arm(settings_.answer_within * 4, out);   // it may have to wait for others itself
}

void PartitionSets::stop_waiting(Effects& out) {
  follows_.reset();
  if (!failed_.empty()) begin_partition(out);
}

// A circuit that broke after this site had told its set is in nobody's answer: then the new set is made smaller at once.
void PartitionSets::install(std::uint64_t number, const Sites& sites, Effects& out) {
  SSI_CHECK(number > number_ && sites.contains(self_), "a partition set that is older, or without this site");
  Change change;
  for (const auto& [site, incarnation] : sites_)
    if (const auto now = sites.find(site); now == sites.end() || now->second != incarnation) change.left.emplace(site, incarnation);
  for (const auto& [site, incarnation] : sites)
    if (const auto before = sites_.find(site); before == sites_.end() || before->second != incarnation)
      change.joined.emplace(site, incarnation);
  number_ = number;
  sites_ = sites;
  active_.reset();
  follows_.reset();
  std::erase_if(failed_, [&](NodeId site) { return !sites_.contains(site); });
  out.note(Note::Kind::view_installed, static_cast<std::uint32_t>(number));
  if (change_) {   // two at once: as one
    change.left.insert(change_->left.begin(), change_->left.end());
    change.joined.insert(change_->joined.begin(), change_->joined.end());
  }
  change_ = std::move(change);
  if (!failed_.empty()) begin_partition(out);
}

void PartitionSets::circuit_broken(NodeId peer, Effects& out) {
  if (sites_.contains(peer) && peer != self_ && failed_.insert(peer).second) out.note(Note::Kind::suspected, peer.value);
  if (follows_ && follows_->site == peer) follows_.reset();
  if (active_ && active_->merges && sites_.contains(peer)) withdraw_merge(out);   // first the set has to be right
  if (active_ && active_->merges) {
    active_->sites.erase(peer);
    active_->own_sets.erase(peer);
    return;
  }
  if (active_) return drop_candidate(peer, out);
  if (!follows_ && !failed_.empty()) begin_partition(out);
}

void PartitionSets::stranger_spoke(NodeId stranger, Effects& out) const { to(stranger, Differs{}, out); }

struct PartitionSets::Server {
  PartitionSets& site;
  NodeId from;
  Incarnation incarnation;
  Effects& out;

  // Stages are ordered: a partition before a merge. Of two active sites of one stage the lower goes on.
  bool goes_before(bool merges) const {
    const bool as_active = site.active_ && site.active_->merges == merges && site.self_ < from;
    return as_active || (site.follows_ && site.follows_->merges == merges && site.follows_->site < from);
  }
  void refuse() const { site.to(from, Refusal{site.follows_ ? site.follows_->site : site.self_}, out); }

  // Who polls has this site in its set. If it is none of this one's, it hears so from the answer.
  void operator()(const Poll&) const {
    if (!site.has(from, incarnation)) return site.tell_set(from, out);
    if (site.active_ && site.active_->merges) site.withdraw_merge(out);
    if (goes_before(false)) return refuse();
    site.tell_set(from, out);
    site.follow({from, false}, out);
  }
  void operator()(const MergePoll&) const {
    const bool partitions = (site.active_ && !site.active_->merges) || (site.follows_ && !site.follows_->merges);
    if (partitions || !site.failed_.empty() || goes_before(true)) return refuse();
    if (site.active_) site.withdraw_merge(out);
    site.tell_set(from, out);
    site.follow({from, true}, out);
  }
  void operator()(const Answer& answer) const {
    if (!site.active_) {   // it has been given up
      site.to(from, Withdraw{}, out);
      if (!site.has(from, incarnation)) site.to(from, Differs{}, out);
      return;
    }
    if (site.active_->merges) {
      site.active_->sites[from] = incarnation;
      site.answered_merge(from, answer, out);
    } else {
      site.answered_partition(from, answer, out);
    }
  }
  void operator()(const Refusal& refusal) const {
    if (!site.active_) return;
    if (site.active_->merges) {   // the other one is under way, or another comes at the next attempt
      if (site.sites_.contains(from)) site.withdraw_merge(out);
      return;
    }
    if (site.active_->asked != from) return;
    const bool polls_us = refusal.active < site.self_ && site.sites_.contains(refusal.active) && !site.failed_.contains(refusal.active);
    if (!polls_us) return site.drop_candidate(from, out);
    site.follow({refusal.active, false}, out);
  }
  void operator()(const Announce& announce) const {
    const bool awaited = site.follows_ && site.follows_->site == from;
    if (awaited && announce.number > site.number_ && announce.sites->contains(site.self_))
      site.install(announce.number, *announce.sites, out);
  }
  void operator()(const Withdraw&) const {
    if (site.follows_ && site.follows_->site == from) site.stop_waiting(out);
  }
  void operator()(const Differs&) const {
    if (site.sites_.contains(from)) site.circuit_broken(from, out);
  }
};

bool PartitionSets::message(const ssi::Message& message, Effects& out) {
  if (!message.body.is<Message>()) return false;
  std::visit(Server{*this, message.header.from, message.header.from_incarnation, out}, message.body.get<Message>());
  return true;
}

bool PartitionSets::timer(const TimerEvent& event, Effects& out) {
  if (event.key == kPeriod) {
    if (event.generation != periods_) return true;
    out.set_timer(kPeriod, ++periods_, settings_.merge_period, true);
    if (at_rest() && sites_.size() < nodes_ && sites_.begin()->first == self_) begin_merge(out);
    return true;
  }
  if (event.key != kWait) return false;
  if (event.generation != waits_) return true;
  if (active_ && !active_->merges) drop_candidate(NodeId{active_->asked}, out);
  else if (active_ && active_->awaited.empty()) end_merge(out);
  else if (active_) withdraw_merge(out);
  else if (follows_) stop_waiting(out);
  return true;
}

void PartitionSets::check_invariants() const {
  SSI_INVARIANT(sites_.contains(self_) && !failed_.contains(self_), "a site is not in its own partition set");
  SSI_INVARIANT(!active_ || !follows_, "an active site follows another");
  for (const NodeId site : failed_) SSI_INVARIANT(sites_.contains(site), "a circuit has failed to who is no member");
}

void PartitionSets::hash_into(StateHash& hash) const {
  hash.add(number_);
  for (const auto& [site, incarnation] : sites_) hash.add((std::uint64_t{site.value} << 32) | incarnation.value);
  for (const NodeId site : failed_) hash.add(site);
  hash.add(std::uint64_t{active_.has_value()} << 1 | std::uint64_t{follows_.has_value()});
}

}   // namespace ssi::partition_sets
