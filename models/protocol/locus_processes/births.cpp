#include "models/protocol/locus_processes/births.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::locus_processes {

const Births::Record* Births::find(Pid pid) const {
  const auto found = records_.find(pid);
  return found == records_.end() ? nullptr : &found->second;
}

Verdict Births::step(Pid pid, BirthEvent on, NodeId site, std::uint32_t moves) {
  using birth_rows::kTable;
  const Record* record = find(pid);
  const BirthState at = record ? record->state : BirthState::none;
  const std::size_t index = row_of(kTable, at, on);
  const auto& row = kTable[index];
  ++hits_[index];
  SSI_CHECK(row.verdict != Verdict::never, "birth of " + std::to_string(pid.value) + ": state " + std::to_string(static_cast<int>(at)) +
                                               ", event " + std::to_string(static_cast<int>(on)));
  if (row.verdict != Verdict::go) return row.verdict;
  const bool names = on == BirthEvent::left || on == BirthEvent::moved;
  if (row.next == BirthState::none) records_.erase(pid);
  else if (!names) records_[pid].state = row.next;
  else if (record == nullptr || moves > record->moves) records_[pid] = {row.next, site, moves};
  return Verdict::go;
}

void Births::hash_into(StateHash& hash) const {
  hash.add(records_.size());
  for (const auto& [pid, record] : records_) {
    hash.add(pid);
    hash.add(static_cast<std::uint64_t>(record.state));
    hash.add(record.site);
    hash.add(std::uint64_t{record.moves});
  }
}

}   // namespace ssi::locus_processes
