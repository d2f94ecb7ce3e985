#include "models/protocol/vproc/recoveries.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::vproc {

const Recoveries::Record* Recoveries::find(NodeId dead) const {
  const auto found = records_.find(dead);
  return found == records_.end() ? nullptr : &found->second;
}

RecoveryState Recoveries::state(NodeId dead) const {
  const Record* record = find(dead);
  return record == nullptr ? RecoveryState::settled : record->state;
}

RecoveryState Recoveries::step(NodeId dead, RecoveryEvent on) {
  const std::size_t index = row_of(recovery_rows::kTable, state(dead), on);
  const auto& row = recovery_rows::kTable[index];
  ++hits_[index];
  SSI_CHECK(row.verdict != Verdict::never, "recovery from node " + std::to_string(dead.value) + ": state " +
                                               std::to_string(static_cast<int>(state(dead))) + ", event " +
                                               std::to_string(static_cast<int>(on)));
  return row.next;
}

Recoveries::Record& Recoveries::begin(NodeId dead, const Beginning& beginning) {
  const bool own = beginning.surrogate == beginning.self;
  const RecoveryState next = step(dead, own ? RecoveryEvent::own_duty : RecoveryEvent::others_duty);
  const auto [entry, is_new] = records_.try_emplace(dead);
  Record& record = entry->second;
  if (is_new) record.taking_part = beginning.up;
  else std::erase_if(record.taking_part, [&](NodeId node) { return !beginning.up.contains(node); });
  if (const auto* moved = beginning.moved) {
    record.above = is_new ? moved->above : std::min(record.above, moved->above);
    record.died = record.died || moved->died;
  }
  record.state = next;
  record.view = beginning.view;
  record.waiting = record.taking_part;
  record.waiting.erase(beginning.self);
  record.reports.clear();
  return record;
}

// One that was sent in an earlier view than this began in will come again.
bool Recoveries::report(NodeId dead, NodeId from, std::uint64_t view, const Registrations& what) {
  Record* record = find(dead);
  if (record == nullptr) return step(dead, RecoveryEvent::last_report), true;
  if (view < record->view) return false;
  record->reports[from] = what;
  record->waiting.erase(from);
  if (record->waiting.empty()) return true;   // end() goes on
  step(dead, RecoveryEvent::report);
  return false;
}

std::optional<Recoveries::Record> Recoveries::end(NodeId dead, bool own_duty) {
  step(dead, own_duty ? RecoveryEvent::last_report : RecoveryEvent::verdicts);
  auto entry = records_.extract(dead);
  return entry.empty() ? std::nullopt : std::optional(std::move(entry.mapped()));
}

void Recoveries::forget_requests_of(const std::map<NodeId, Incarnation>& gone) {
  for (auto& [dead, record] : records_) std::erase_if(record.stalled, [&](const Stalled& one) { return gone.contains(one.from); });
}

bool Recoveries::collects() const {
  return std::any_of(records_.begin(), records_.end(), [](const auto& entry) { return entry.second.state == RecoveryState::collecting; });
}

void Recoveries::hash_into(StateHash& hash) const {
  hash.add(records_.size());
  for (const auto& [dead, record] : records_) {
    hash.add(dead);
    hash.add(static_cast<std::uint64_t>(record.state));
    hash.add(record.view);
    for (NodeId node : record.waiting) hash.add(node);
    hash.add(record.stalled.size());
  }
}

}   // namespace ssi::vproc
