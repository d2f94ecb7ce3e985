#include "models/protocol/release/intervals.hpp"

#include <utility>

#include "models/base/check.hpp"

namespace ssi::release {

Record Intervals::end(std::vector<PageId> pages) {
  clock_.raise(self_, own() + 1);
  auto record = std::make_shared<const Interval>(Interval{self_, own(), clock_, std::move(pages)});
  records_[{self_, own()}] = record;
  return record;
}

bool Intervals::learn(const Record& record) {
  if (record->number <= clock_.of(record->node)) return false;
  SSI_INVARIANT(record->number == clock_.of(record->node) + 1, "L3: an interval is known before the one that precedes it");
  clock_.raise(record->node, record->number);
  records_[{record->node, record->number}] = record;
  return true;
}

Records Intervals::missing(const Clock& clock) const {
  Records found;
  for (const auto& [key, record] : records_)
    if (key.second > clock.of(key.first)) found.push_back(record);
  return found;
}

void Intervals::forget(const Clock& floor) {
  SSI_INVARIANT(clock_.covers(floor), "L6: forgets what it does not know");
  floor_.merge(floor);
  std::erase_if(records_, [&](const auto& entry) { return entry.first.second <= floor.of(entry.first.first); });
}

void hash_clock(const Clock& clock, Digest& digest) {
  digest.add(clock.ticks().size());
  for (const auto& [node, ticks] : clock.ticks()) {
    digest.add(node);
    digest.add(std::uint64_t{ticks});
  }
}

void hash_records(const Records& records, Digest& digest) {
  digest.add(records.size());
  for (const Record& record : records) {
    digest.add(record->node);
    digest.add(std::uint64_t{record->number});
    hash_clock(record->clock, digest);
    for (const PageId page : record->pages) digest.add(page.value);
  }
}

void Intervals::hash_into(Digest& digest) const {
  hash_clock(clock_, digest);
  hash_clock(floor_, digest);
  Records records;
  for (const auto& [key, record] : records_) records.push_back(record);
  hash_records(records, digest);
}

}   // namespace ssi::release
