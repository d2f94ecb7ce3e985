// What has to hold: on one site after every event, and over all sites at every instant; state hash and text.
#include "models/base/check.hpp"
#include "models/parts/cluster_files.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {
namespace {

std::string text(Pid pid) {
  return std::to_string(pid.origin().value) + "." + std::to_string(pid.incarnation().value) + ":" + std::to_string(pid.sequence());
}

}   // namespace

void LocusCrawl::check_invariants() const {
  processes_.check_invariants();
  if (sets_) sets_->check_invariants();
  parts_.check_invariants();
  for (const auto& [pid, record] : births_.all())
    SSI_INVARIANT((sets_ || pid.origin() == self_) && processes_.find(pid) == nullptr && !processes_.is_zombie(pid),
                  text(pid) + " is here and elsewhere");
  for (const auto& [pid, transit] : in_transit_)
    SSI_INVARIANT(processes_.find(pid) == nullptr && transit.to != self_, text(pid) + " is here and under way from here");
  for (const auto& [status, with] : carried_)
    SSI_INVARIANT(in_transit_.contains(with) && !processes_.is_zombie(status), text(status) + " is carried by nobody");
  for (const auto& [pid, travels] : travels_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " is remembered after its end");
  for (const auto& [pid, departing] : departing_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " departs and is not here");
  for (const auto& [pid, to] : orders_) SSI_INVARIANT(processes_.find(pid) != nullptr, text(pid) + " is to go and is not here");
}

// No pid lives on two sites, or lives and is a zombie. Where a process runs is what its birth site believes, or where it was after fewer
// moves; while it leaves its birth site that waits.
void check_cluster(std::span<const Strategy* const> nodes, Report& report) {
  std::map<NodeId, const LocusCrawl*> by_id;
  std::vector<const locus::Node*> files;
  std::vector<const native::Parts*> all_parts;
  for (const Strategy* strategy : nodes) {
    const auto* node = static_cast<const LocusCrawl*>(strategy);
    by_id[node->self()] = node;
    files.push_back(&node->files());
    all_parts.push_back(&node->parts());
  }
  if (std::string wrong = locus::broken_rule(files); !wrong.empty()) report.add(std::move(wrong));
  const bool by_sets = !by_id.empty() && by_id.begin()->second->sets();   // two sides of a cut may believe different things
  if (!by_sets && !parts::one_offset(all_parts)) report.add("the offset of an open file is valid on two nodes");
  std::map<Pid, NodeId> seen;
  for (const auto& [id, node] : by_id)
    for (const ProcessInfo& process : node->processes().list()) {
      if (by_sets && process.zombie) continue;   // its parent was separated from it
      const auto [first, is_new] = seen.emplace(process.pid, id);
      if (!is_new)
        report.add("process " + text(process.pid) + " is on nodes " + std::to_string(first->second.value) + " and " +
                   std::to_string(id.value));
      const NodeId birth = node->tracker(process.pid);
      if (process.zombie || birth == id || !by_id.contains(birth)) continue;
      const LocusCrawl& knows = *by_id.at(birth);
      const bool apart = node->sets() && (node->sets()->number() != knows.sets()->number() || !knows.is_rebuilt() || !node->is_rebuilt());
      if (apart) continue;   // it will be told
      const auto* record = by_id.at(birth)->births().find(process.pid);
      const std::uint32_t moves = node->moves_of(process.pid);
      if (record == nullptr || record->state != lp::BirthState::away || record->moves > moves ||
          (record->moves == moves && record->site != id))
        report.add("the birth site of process " + text(process.pid) + " does not know that it runs on node " + std::to_string(id.value));
    }
}

void LocusCrawl::hash_into(StateHash& hash) const {
  hash.add(self_);
  processes_.hash_into(hash);
  parts_.hash_into(hash);
  births_.hash_into(hash);
  broadcasts_.hash_into(hash);
  hints_.hash_into(hash);
  pending_.hash_into(hash);
  for (const auto& [pid, travels] : travels_) {
    hash.add(pid);
    hash.add(std::uint64_t{travels.moves});
    hash.add(travels.met.size());
  }
  for (const auto& [pid, transit] : in_transit_) {
    hash.add(pid);
    hash.add(transit.to);
    hash.add(transit.stalled.size());
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
  for (const auto& [pid, notice] : early_) hash.add(pid);
  if (sets_) sets_->hash_into(hash);
  hash.add(held_.size());
  hash.add(awaited_.size());
}

void LocusCrawl::describe(StateDump& out) const {
  out.add("processes", processes_.describe());
  for (const auto& [pid, record] : births_.all())
    out.add("birth of " + text(pid), "state " + std::to_string(static_cast<int>(record.state)) + " node " +
                                         std::to_string(record.site.value) + " moves " + std::to_string(record.moves));
  for (const auto& [pid, transit] : in_transit_)
    out.add("left: " + text(pid), "to node " + std::to_string(transit.to.value) + ", " + std::to_string(transit.stalled.size()) + " wait");
  for (const auto& [id, active] : broadcasts_.all())
    out.add("signal to group " + text(active.group),
            "asked by node " + std::to_string(id.asker.value) + (active.answered ? "" : ", not answered"));
  if (sets_) {
    std::string sites;
    for (const NodeId site : members()) sites += " " + std::to_string(site.value);
    out.add("partition set " + std::to_string(sets_->number()), sites + (awaited_.empty() ? "" : ", not rebuilt"));
  }
  for (const auto& [txn, record] : pending_.all())
    out.add("pending " + std::to_string(txn.value), "kind " + std::to_string(record.index()));
  parts_.describe(out);
}

}   // namespace ssi::locus_crawl
