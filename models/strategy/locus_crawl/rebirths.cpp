// Who is where, built again in each partition set (Popek, Walker 1985: surrogate origin site): each site tells each other one who is there
// of the pids that it tracks; who is told of by nobody is gone, which its relatives hear.
#include <algorithm>

#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

using One = lp::Present::One;

namespace {

constexpr std::int32_t kLostStatus = 128 + 9;   // as if killed

}   // namespace

// Requests that somebody has passed on to who is lost now are never answered: all end here.
void LocusCrawl::end_requests(Effects& out) {
  std::vector<TxnId> open;
  for (const auto& [txn, record] : pending_.all())
    if (std::holds_alternative<lp::PendingRequest>(record)) open.push_back(txn);
  for (const TxnId txn : open)
    if (const auto request = pending_.take<lp::PendingRequest>(txn))
      answer(request->caller, Result::info(Errno::ehostdown), request->asked, out);
}

void LocusCrawl::tell_present(bool has_lost, Effects& out) {
  if (has_lost) end_requests(out);
  std::map<NodeId, std::vector<One>> told;
  std::map<NodeId, std::vector<Pid>> relatives;
  for (const ProcessInfo& process : processes_.list())
    told[tracker(process.pid)].push_back({process.pid, self_, moves_of(process.pid), process.zombie, false});
  for (const auto& [pid, transit] : in_transit_) {
    told[tracker(pid)].push_back({pid, transit.to, transit.moves, false, true});
    for (const Pid status : transit.statuses) told[tracker(status)].push_back({status, transit.to, 0, true, true});
  }
  for (const auto& [txn, record] : pending_.all())   // on its way to be born
    if (const auto* fork = std::get_if<lp::PendingFork>(&record); fork != nullptr && fork->child != kNoPid)
      told[tracker(fork->child)].push_back({fork->child, fork->at, 0, false, true});
  for (const Pid pid : relatives_elsewhere()) relatives[tracker(pid)].push_back(pid);

  awaited_ = members();
  present_.clear();
  for (const NodeId member : members()) {
    const lp::Present present{std::make_shared<const std::vector<One>>(told[member]),
                              std::make_shared<const std::vector<Pid>>(relatives[member])};
    if (member == self_) present_[self_] = present;
    else tell(member, pending_.fresh(), present, out);
  }
  awaited_.erase(self_);
  if (awaited_.empty()) rebuild_births(out);
}

std::vector<Pid> LocusCrawl::relatives_elsewhere() const {
  std::set<Pid> out;
  const auto is_away = [&](Pid pid) { return processes_.find(pid) == nullptr && !processes_.is_zombie(pid) && !in_transit_.contains(pid); };
  for (const auto& [pid, process] : processes_.all()) {
    if (process.parent != kNoPid && is_away(process.parent)) out.insert(process.parent);
    for (const auto& [child, status] : process.children)
      if (!status && is_away(child)) out.insert(child);
  }
  return {out.begin(), out.end()};
}

void LocusCrawl::serve_present(NodeId from, const lp::Present& present, Effects& out) {
  if (awaited_.erase(from) == 0) return;
  present_[from] = present;
  if (awaited_.empty()) rebuild_births(out);
}

// The latest of what is told of a process is where it is. Who has left somewhere and has arrived is settled there.
void LocusCrawl::rebuild_births(Effects& out) {
  births_ = lp::Births();
  hints_ = lp::Hints(settings_.location_cache);
  std::map<Pid, std::uint32_t> arrived;
  for (const auto& [from, present] : present_)
    for (const One& one : *present.all)
      if (!one.zombie && !one.leaves) arrived[one.pid] = one.moves;
  for (const auto& [from, present] : present_)
    for (const One& one : *present.all) {
      const bool here = processes_.find(one.pid) != nullptr || processes_.is_zombie(one.pid) || in_transit_.contains(one.pid);
      const auto* record = births_.find(one.pid);
      const bool later = record == nullptr || (record->state == lp::BirthState::away && record->moves < one.moves);
      if (!here && one.zombie && record == nullptr) births_.step(one.pid, lp::BirthEvent::died_here);
      if (!here && !one.zombie && later)
        births_.step(one.pid, record == nullptr ? lp::BirthEvent::left : lp::BirthEvent::moved, one.site, one.moves);
      const auto is = arrived.find(one.pid);
      if (!one.zombie && one.leaves && is != arrived.end() && is->second >= one.moves && one.moves > 0) {
        if (from == self_) settle(one.pid, one.moves, out);
        else tell(from, pending_.fresh(), lp::Settled{one.pid, one.moves}, out);
      }
    }
  for (const auto& [from, present] : std::exchange(present_, {})) {
    std::vector<Pid> gone;
    for (const Pid pid : *present.relatives)
      if (!is_known(pid)) gone.push_back(pid);
    if (gone.empty()) continue;
    const lp::Absent absent{std::make_shared<const std::vector<Pid>>(std::move(gone))};
    if (from == self_) serve_absent(absent, out);
    else tell(from, pending_.fresh(), absent, out);
  }
  out.note(Note::Kind::rebuilt, static_cast<std::uint32_t>(sets_->number()));
  after_event(out);
}

bool LocusCrawl::is_known(Pid pid) const {
  return births_.find(pid) != nullptr || processes_.find(pid) != nullptr || processes_.is_zombie(pid) || in_transit_.contains(pid) ||
         carried_.contains(pid);
}

// Parent and child are separated: the parent is told as if the child had been killed; the child gets another parent, and SIGHUP if it has a
// handler for it.
void LocusCrawl::serve_absent(const lp::Absent& absent, Effects& out) {
  const std::set<Pid> gone(absent.pids->begin(), absent.pids->end());
  std::vector<std::pair<Pid, Pid>> children;
  std::vector<Pid> orphans;
  for (const auto& [pid, process] : processes_.all()) {
    if (gone.contains(process.parent) && processes_.find(process.parent) == nullptr) orphans.push_back(pid);
    for (const auto& [child, status] : process.children)
      if (!status && gone.contains(child) && processes_.find(child) == nullptr) children.emplace_back(pid, child);
  }
  for (const auto& [parent, child] : children) {
    out.note(Note::Kind::lost_process);
    if (processes_.find(parent) != nullptr) processes_.child_exited(parent, child, kLostStatus, out);
  }
  for (const Pid pid : orphans) {
    processes_.reparent(pid, processes_.init());
    const auto& dispositions = processes_.find(pid)->dispositions;
    if (dispositions[static_cast<std::size_t>(Signal::hup)] == Disposition::handler) post(pid, Signal::hup, out);
  }
}

}   // namespace ssi::locus_crawl
