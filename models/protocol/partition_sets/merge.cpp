// The merge protocol: the initiator polls all sites at once, those that are believed down too. It waits long for the members of its own
// set, then a little for all others. Sets are joined whole: one of which a member did not answer stays as it is until the next attempt.
#include "models/protocol/partition_sets/partition_sets.hpp"

namespace ssi::partition_sets {

void PartitionSets::begin_merge(Effects& out) {
  active_ = Active{.merges = true, .number = number_};
  active_->sites[self_] = sites_.at(self_);
  active_->own_sets[self_] = std::make_shared<const Sites>(sites_);
  for (const auto& [site, incarnation] : sites_)
    if (site != self_) active_->awaited.insert(site);
  for (std::uint32_t node = 0; node < nodes_; ++node)
    if (node != self_.value) to(NodeId{node}, MergePoll{}, out);
  arm(active_->awaited.empty() ? settings_.stragglers_within : settings_.answer_within, out);
}

void PartitionSets::withdraw_merge(Effects& out) {
  for (const auto& [site, incarnation] : active_->sites)
    if (site != self_) to(site, Withdraw{}, out);
  active_.reset();
}

void PartitionSets::answered_merge(NodeId from, const Answer& answer, Effects& out) {
  Active& active = *active_;
  active.number = std::max(active.number, answer.number);
  active.own_sets[from] = answer.sites;
  if (active.sites.size() == nodes_) return end_merge(out);
  if (active.awaited.erase(from) == 1 && active.awaited.empty()) arm(settings_.stragglers_within, out);
}

void PartitionSets::end_merge(Effects& out) {
  Active& active = *active_;
  const auto is_whole = [&](const Sites& own) {
    for (const auto& [site, incarnation] : own)
      if (const auto found = active.sites.find(site); found == active.sites.end() || found->second != incarnation) return false;
    return true;
  };
  Sites joined;
  for (const auto& [site, own] : active.own_sets)
    if (is_whole(*own)) joined.emplace(site, active.sites.at(site));
  if (joined == sites_) return withdraw_merge(out);   // nobody else is there
  const Announce announce{active.number + 1, std::make_shared<const Sites>(joined)};
  for (const auto& [site, incarnation] : active.sites) {
    if (site == self_) continue;
    if (joined.contains(site)) to(site, announce, out);
    else to(site, Withdraw{}, out);
  }
  install(announce.number, joined, out);
}

}   // namespace ssi::partition_sets
