// The partition protocol: the active site polls one site after the other and takes the intersection of their sets, until all in it have
// been polled. Who misses the active site is dropped, since the set has to be fully connected.
#include "models/protocol/partition_sets/partition_sets.hpp"

namespace ssi::partition_sets {

void PartitionSets::begin_partition(Effects& out) {
  active_ = Active{.sites = reachable(), .agreed = {self_}, .number = number_};
  poll_next(out);
}

void PartitionSets::poll_next(Effects& out) {
  Active& active = *active_;
  for (const auto& [site, incarnation] : active.sites) {
    if (active.agreed.contains(site)) continue;
    active.asked = site;
    arm(settings_.answer_within, out);
    return to(site, Poll{}, out);
  }
  const Announce announce{active.number + 1, std::make_shared<const Sites>(active.sites)};
  for (const auto& [site, incarnation] : active.sites)
    if (site != self_) to(site, announce, out);
  for (const auto& [site, incarnation] : sites_)   // others in the set have lost it: it hears that it is left out
    if (!active.sites.contains(site) && !failed_.contains(site)) to(site, Differs{}, out);
  install(announce.number, *announce.sites, out);
}

void PartitionSets::answered_partition(NodeId from, const Answer& answer, Effects& out) {
  Active& active = *active_;
  if (active.asked != from || active.agreed.contains(from) || !active.sites.contains(from)) return;
  if (!answer.sites->contains(self_)) return drop_candidate(from, out);
  active.number = std::max(active.number, answer.number);
  active.agreed.insert(from);
  std::erase_if(active.sites, [&](const auto& site) { return !answer.sites->contains(site.first); });
  poll_next(out);
}

// It does not answer, or its circuit is broken: it is in no set with this one.
void PartitionSets::drop_candidate(NodeId site, Effects& out) {
  Active& active = *active_;
  if (active.sites.erase(site) == 0) return;
  active.agreed.erase(site);
  if (sites_.contains(site)) failed_.insert(site);
  if (active.asked == site || active.agreed.contains(active.asked)) poll_next(out);
}

}   // namespace ssi::partition_sets
