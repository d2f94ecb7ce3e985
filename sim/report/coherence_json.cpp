// What a run's record says of coherent pages, and of values that programs knew.
#include <nlohmann/json.hpp>

#include "sim/report/figures.hpp"

namespace ssi::report {

Json coherence_json(const record::CoherenceStats& pages) {
  using Kind = PageNote::Kind;
  Json hottest = Json::array();
  for (const record::CoherenceStats::Page& page : pages.hottest)
    hottest.push_back({{"page", page.page.value},
                       {"table", page.table},
                       {"faults", page.faults},
                       {"invalidations", page.invalidations},
                       {"transfers", page.transfers}});
  return {{"faults", pages.of(Kind::fault)},        {"invalidations", pages.of(Kind::invalidation)},
          {"forwards", pages.of(Kind::forward)},    {"transfers", pages.of(Kind::transfer)},
          {"retries", pages.of(Kind::retry)},       {"evictions", pages.of(Kind::eviction)},
          {"prefetches", pages.of(Kind::prefetch)}, {"faults_by_table", pages.faults_by_table},
          {"transitions", pages.transitions},       {"hottest", std::move(hottest)}};
}

// Each value is known to be right or wrong: programs that are right under the promised consistency leave nothing to search for.
Json consistency_json(const record::ConsistencyStats& values) {
  return {{"checked", values.checked}, {"violations", values.wrong.size()}, {"undecided", 0}, {"details", values.wrong}};
}

}   // namespace ssi::report
