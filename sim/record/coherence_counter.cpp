#include "sim/record/coherence_counter.hpp"

#include <algorithm>

namespace ssi::record {

void CoherenceCounter::count(std::vector<Counted>& into, std::string_view name, std::string_view event) {
  const auto same = [&](const Counted& one) { return one.name.data() == name.data() && one.event.data() == event.data(); };
  const auto found = std::find_if(into.begin(), into.end(), same);
  if (found != into.end()) ++found->count;
  else into.push_back({name, event, 1});
}

void CoherenceCounter::add(const PageNote& note) {
  using Kind = PageNote::Kind;
  ++of_kind_[static_cast<std::size_t>(note.kind)];
  if (note.kind == Kind::transition) return count(transitions_, note.state, note.event);
  if (note.kind == Kind::fault) count(tables_, note.table, {});
  if (note.kind != Kind::fault && note.kind != Kind::invalidation && note.kind != Kind::transfer) return;
  CoherenceStats::Page& page = pages_[note.page];
  page.page = note.page;
  page.table = note.table;
  if (note.kind == Kind::fault) ++page.faults;
  else if (note.kind == Kind::invalidation) ++page.invalidations;
  else ++page.transfers;
}

CoherenceStats CoherenceCounter::stats() const {
  CoherenceStats out;
  out.of_kind = of_kind_;
  for (const Counted& one : tables_) out.faults_by_table[std::string(one.name)] += one.count;
  for (const Counted& one : transitions_) out.transitions[std::string(one.name) + "+" + std::string(one.event)] += one.count;
  for (const auto& [id, page] : pages_) out.hottest.push_back(page);
  std::stable_sort(out.hottest.begin(), out.hottest.end(), [](const auto& a, const auto& b) { return a.faults > b.faults; });
  if (out.hottest.size() > kHottestPages) out.hottest.resize(kHottestPages);
  return out;
}

}   // namespace ssi::record
