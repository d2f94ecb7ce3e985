// What has to hold: on one node after every event, and over all nodes at every instant; state hash and text.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {
namespace {

std::string text(Pid pid) {
  return std::to_string(pid.origin().value) + "." + std::to_string(pid.incarnation().value) + ":" + std::to_string(pid.sequence());
}

std::size_t exits_under_way(const vproc::PendingTable& pending) {
  std::size_t count = 0;
  for (const auto& [txn, record] : pending.all()) count += std::holds_alternative<vproc::PendingExit>(record);
  return count;
}

}   // namespace

void VprocSwitch::check_invariants() const {
  processes_.check_invariants();
  parts_.check_invariants();
  std::size_t strangers = 0, elsewhere = 0;
  for (const auto& [pid, process] : processes_.all()) {
    if (pid != processes_.init() && processes_.find(process.parent) == nullptr) {
      ++strangers;
      SSI_INVARIANT(parents_.contains(pid), text(pid) + " has a parent nobody knows");
    }
    for (const auto& [child, status] : process.children) {
      if (status || processes_.find(child) != nullptr) continue;
      ++elsewhere;
      SSI_INVARIANT(children_.contains(child), text(child) + " is a child whose node nobody knows");
    }
    if (is_home(process.group)) continue;
    const auto* entry = memberships_.find(process.group);
    SSI_INVARIANT(entry != nullptr && entry->registrations > 0 && entry->seen.contains(pid),
                  text(pid) + " is no registered member of its group");
  }
  SSI_INVARIANT(strangers == parents_.size() && elsewhere == children_.size(), "a relation to a process that is none");
  for (const auto& [group, entry] : memberships_.all()) {
    SSI_INVARIANT(entry.seen.size() == processes_.members(group).size(), text(group) + " has a member that is none");
    SSI_INVARIANT(!entry.seen.empty() || !entry.under_way.empty(), text(group) + " is kept for nobody");
  }
  for (const auto& [pid, record] : origins_.all()) {
    SSI_INVARIANT(is_home(pid) && processes_.find(pid) == nullptr && !processes_.is_zombie(pid), text(pid) + " is here and elsewhere");
    // Who leaves names where its parent was last known to be, which may have been here.
    SSI_INVARIANT(record.place.node != self_ || record.state == vproc::OriginState::leaving, text(pid) + " is elsewhere on its own node");
    SSI_INVARIANT(record.state != vproc::OriginState::leaving || leaving_.contains(pid), text(pid) + " leaves without notice");
  }
  for (const auto& [pid, groups] : left_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " is remembered after its end");
  for (const auto& [group, entry] : holder_.all()) SSI_INVARIANT(!entry.registrations.contains(self_), text(group) + " lists its holder");
  SSI_INVARIANT(leaving_.size() == exits_under_way(pending_), "a notice of exit nobody waits for");
  check_moves();
}

void VprocSwitch::check_moves() const {
  for (const auto& [pid, txn] : in_transit_)
    SSI_INVARIANT(processes_.find(pid) == nullptr && !processes_.is_zombie(pid) && pending_.all().contains(txn),
                  text(pid) + " is here and under way from here");
  for (const auto& [pid, stub] : stubs_)
    SSI_INVARIANT(processes_.find(pid) == nullptr && !processes_.is_zombie(pid) && stub.place.node != self_ && !is_home(pid),
                  text(pid) + " is here and has gone from here");
  for (const auto& [pid, moves] : moves_)
    SSI_INVARIANT(processes_.find(pid) != nullptr || processes_.is_zombie(pid), text(pid) + " has moved and is not here");
  for (const auto& [pid, departing] : departing_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " departs and is not here");
  for (const auto& [pid, to] : orders_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " is to go and is not here");
}

namespace {

// Where nodes watch each other: who is in the newest view. The others have stopped, or will before they do anything.
std::map<NodeId, const VprocSwitch*> who_counts(std::span<const Strategy* const> nodes) {
  std::map<NodeId, const VprocSwitch*> by_id;
  const membership::View* newest = nullptr;
  for (const Strategy* strategy : nodes) {
    const auto* node = static_cast<const VprocSwitch*>(strategy);
    by_id[node->self()] = node;
    if (node->membership() && (newest == nullptr || node->membership()->view().number > newest->number))
      newest = &node->membership()->view();
  }
  if (newest == nullptr) return by_id;
  std::erase_if(by_id, [&](const auto& entry) {
    const auto* member = newest->find(entry.first);
    return member == nullptr || member->incarnation != entry.second->processes().init().incarnation();
  });
  return by_id;
}

// What one knows of the other's duty holds when both are in one view and have done what followed from it.
bool agree(const VprocSwitch& a, const VprocSwitch& b) {
  if (!a.membership()) return true;
  return a.membership()->view().number == b.membership()->view().number && a.recoveries().all().empty() && b.recoveries().all().empty();
}

}   // namespace

// One location: no pid lives on two nodes, or lives and is a zombie. A registered member is listed. Where a process runs
// is what its origin believes, or where it was after fewer moves; while it leaves its origin the origin waits.
void check_cluster(std::span<const Strategy* const> nodes, Report& report) {
  const auto by_id = who_counts(nodes);
  std::vector<const native::Parts*> all_parts;
  for (const auto& [id, node] : by_id) all_parts.push_back(&node->parts());
  if (!parts::one_writer(all_parts)) report.add("a page of a file is writable on a node and readable on another");
  if (!parts::one_offset(all_parts)) report.add("the offset of an open file is valid on two nodes");
  std::map<Pid, NodeId> seen;
  for (const auto& [id, node] : by_id) {
    for (const ProcessInfo& process : node->processes().list()) {
      const auto [first, is_new] = seen.emplace(process.pid, id);
      if (!is_new)
        report.add("process " + text(process.pid) + " is on nodes " + std::to_string(first->second.value) + " and " +
                   std::to_string(id.value));
      const auto home = by_id.find(node->home_of(process.pid));
      if (process.zombie || home == by_id.end() || home->first == id || home->second->is_in_transit(process.pid)) continue;
      if (!agree(*node, *home->second)) continue;
      const auto* record = home->second->origins().find(process.pid);
      const std::uint32_t moves = node->moves_of(process.pid);
      if (record == nullptr || record->place.moves > moves || (record->place.moves == moves && record->place.node != id))
        report.add("the origin of process " + text(process.pid) + " does not know that it runs on node " + std::to_string(id.value));
    }
    for (const auto& [group, entry] : node->memberships().all()) {
      const auto holder = by_id.find(node->home_of(group));
      if (holder == by_id.end() || !agree(*node, *holder->second)) continue;
      const auto* led = holder->second->groups_led().find(group);
      const auto listed = led == nullptr || !led->registrations.contains(id) ? 0U : led->registrations.at(id);
      if (listed < entry.registrations) report.add("group " + text(group) + " does not list node " + std::to_string(id.value));
    }
  }
}

void VprocSwitch::hash_into(StateHash& hash) const {
  hash.add(self_);
  processes_.hash_into(hash);
  parts_.hash_into(hash);
  origins_.hash_into(hash);
  locations_.hash_into(hash);
  holder_.hash_into(hash);
  memberships_.hash_into(hash);
  pending_.hash_into(hash);
  gossip_.hash_into(hash);
  hash_views(hash);
  for (const auto& [pid, link] : parents_) {
    hash.add(pid);
    link.place.hash_into(hash);
    hash.add(link.created_by);
  }
  for (const auto& [pid, place] : children_) {
    hash.add(pid);
    place.hash_into(hash);
  }
  hash_moves(hash);
  for (const auto& [pid, groups] : left_)
    for (const auto& [group, seen] : groups) {
      hash.add(pid);
      hash.add(group);
      hash.add(seen);
    }
}

void VprocSwitch::hash_moves(StateHash& hash) const {
  for (const auto& [pid, moves] : moves_) {
    hash.add(pid);
    hash.add(std::uint64_t{moves});
  }
  for (const auto& [pid, stub] : stubs_) {
    hash.add(pid);
    stub.place.hash_into(hash);
    hash.add(std::uint64_t{stub.ended});
  }
  for (const auto& [pid, txn] : in_transit_) {
    hash.add(pid);
    hash.add(txn);
  }
  for (const auto& [pid, departing] : departing_) {
    hash.add(pid);
    hash.add(departing.to);
    hash.add(std::uint64_t{departing.stands});
  }
  for (const auto& [pid, to] : orders_) {
    hash.add(pid);
    hash.add(to);
  }
  for (const auto& [node, txns] : arrived_) {
    hash.add(node);
    for (TxnId txn : txns) hash.add(txn);
  }
  for (Pid pid : met_before_adoption_) hash.add(pid);
}

void VprocSwitch::describe(StateDump& out) const {
  out.add("processes", processes_.describe());
  for (const auto& [pid, record] : origins_.all())
    out.add("origin of " + text(pid), "state " + std::to_string(static_cast<int>(record.state)) + " node " +
                                          std::to_string(record.place.node.value) +
                                          (record.place.moves == 0 ? "" : " moves " + std::to_string(record.place.moves)));
  for (const auto& [pid, stub] : stubs_)
    out.add("stub of " + text(pid), "node " + std::to_string(stub.place.node.value) + " moves " + std::to_string(stub.place.moves));
  for (const auto& [group, entry] : holder_.all())
    for (const auto& [node, registrations] : entry.registrations)
      out.add("list of group " + text(group), "node " + std::to_string(node.value) + " registrations " + std::to_string(registrations));
  for (const auto& [group, entry] : memberships_.all())
    out.add("member of group " + text(group), std::to_string(entry.seen.size()) + " processes, " + std::to_string(entry.registrations) +
                                                  " registrations, " + std::to_string(entry.under_way.size()) + " under way");
  for (const auto& [txn, record] : pending_.all())
    out.add("pending " + std::to_string(txn.value), "kind " + std::to_string(record.index()));
}

// What is not the cluster's is each node's own.
Coverage coverage(const config::Values& params) {
  const auto settings = config::bind<Settings>(settings_fields(), params);
  const auto level = [&](std::string_view name) { return settings.covers(name) ? std::string_view("full") : std::string_view("local"); };
  return {.process = "full", .file = level("file"), .channel = level("channel"), .segment = level("segment")};
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params) {
  return std::make_unique<VprocSwitch>(setup, settings_from(params));
}

}   // namespace ssi::vproc_switch
