#include "models/protocol/vproc/origins.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::vproc {

const Origins::Record* Origins::find(Pid pid) const {
  const auto found = records_.find(pid);
  return found == records_.end() ? nullptr : &found->second;
}

Verdict Origins::step(Pid pid, OriginEvent on, Place place) {
  using origin_rows::kTable;
  const Record* record = find(pid);
  const OriginState at = record ? record->state : OriginState::none;
  const std::size_t index = row_of(kTable, at, on);
  const auto& row = kTable[index];
  ++hits_[index];
  SSI_CHECK(row.verdict != Verdict::never, "origin of " + std::to_string(pid.value) + ": state " + std::to_string(static_cast<int>(at)) +
                                               ", event " + std::to_string(static_cast<int>(on)));
  if (row.verdict != Verdict::go) return row.verdict;
  if (row.next == OriginState::none) {
    records_.erase(pid);
  } else {
    const bool later = on == OriginEvent::settled && place.moves >= record->place.moves;
    const bool away = on == OriginEvent::left || on == OriginEvent::departed || on == OriginEvent::located;
    records_[pid] = {row.next, away || later || on == OriginEvent::allotted ? place : record->place};
  }
  return Verdict::go;
}

void Origins::hash_into(StateHash& hash) const {
  hash.add(records_.size());
  for (const auto& [pid, record] : records_) {
    hash.add(pid);
    hash.add(static_cast<std::uint64_t>(record.state));
    record.place.hash_into(hash);
  }
}

}   // namespace ssi::vproc
