#include "models/protocol/vproc/group_holder.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::vproc {

const GroupHolder::Group* GroupHolder::find(Pid group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

GroupHolder::Broadcast* GroupHolder::active(Pid group) {
  const auto found = groups_.find(group);
  return found == groups_.end() || !found->second.active ? nullptr : &*found->second.active;
}

void GroupHolder::grant(Pid group, Pid session, NodeId node, std::uint32_t registrations) {
  Group& entry = groups_[group];
  entry.session = session;
  entry.registrations[node] += registrations;
}

void GroupHolder::give_back(Pid group, NodeId node, std::uint32_t registrations) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;   // the node was lost
  auto& listed = found->second.registrations;
  const auto at = listed.find(node);
  if (at == listed.end()) return;
  at->second -= std::min(at->second, registrations);   // fewer are known after the node was lost and has joined again
  if (at->second == 0) listed.erase(at);
  drop_if_idle(group);
}

GroupHolder::Broadcast& GroupHolder::begin(Pid group, const Request& request, std::set<TxnId> creates) {
  Group& entry = groups_.at(group);
  SSI_CHECK(!entry.active, "two broadcasts to one group");
  entry.active = Broadcast{++broadcasts_, request.signal, request.asker, false, std::nullopt, {}, std::move(creates)};
  return *entry.active;
}

std::optional<GroupHolder::Broadcast> GroupHolder::take_over(Pid group) {
  const auto found = groups_.find(group);
  if (found == groups_.end() || !found->second.active || !found->second.active->over()) return std::nullopt;
  Broadcast over = std::move(*found->second.active);
  found->second.active.reset();
  drop_if_idle(group);
  return over;
}

std::optional<GroupHolder::Request> GroupHolder::next(Pid group) {
  const auto found = groups_.find(group);
  if (found == groups_.end() || found->second.active || found->second.queue.empty()) return std::nullopt;
  const Request request = found->second.queue.front();
  found->second.queue.pop_front();
  drop_if_idle(group);
  return request;
}

void GroupHolder::drop_if_idle(Pid group) {
  const auto found = groups_.find(group);
  const Group& entry = found->second;
  if (entry.registrations.empty() && !entry.active && entry.queue.empty()) groups_.erase(found);
}

std::vector<Pid> GroupHolder::lost(NodeId node) {
  std::vector<Pid> led, active;
  for (const auto& [group, entry] : groups_) led.push_back(group);
  for (Pid group : led) {
    Group& entry = groups_.at(group);
    entry.registrations.erase(node);
    if (entry.active) {
      std::erase_if(entry.active->waiting, [&](const auto& awaited) { return awaited.first == node; });
      active.push_back(group);
    }
    drop_if_idle(group);
  }
  return active;
}

void GroupHolder::hash_into(StateHash& hash) const {
  hash.add(broadcasts_);
  hash.add(groups_.size());
  for (const auto& [group, entry] : groups_) {
    hash.add(group);
    hash.add(entry.session);
    for (const auto& [node, registrations] : entry.registrations) {
      hash.add(node);
      hash.add(std::uint64_t{registrations});
    }
    hash.add(entry.queue.size());
    for (const Request& request : entry.queue) request.asker.hash_into(hash);
    if (!entry.active) continue;
    hash.add(entry.active->number);
    entry.active->asker.hash_into(hash);
    hash.add(std::uint64_t{entry.active->reached});
    for (const auto& [node, txn] : entry.active->waiting) {
      hash.add(node);
      hash.add(txn);
    }
    for (TxnId txn : entry.active->creates) hash.add(txn);
  }
}

}   // namespace ssi::vproc
