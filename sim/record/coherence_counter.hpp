// Counts what coherence machines note of pages. Names are those of the machines' own tables, which stay where they are: they are told
// apart by address here, by text in what comes out. Memory is bounded by the pages that faulted, all of which some node holds.
#pragma once
#include <map>
#include <vector>

#include "models/port/page_note.hpp"
#include "sim/record/stats.hpp"

namespace ssi::record {

class CoherenceCounter {
 public:
  void add(const PageNote& note);
  CoherenceStats stats() const;

 private:
  struct Counted {
    std::string_view name, event;   // a table and nothing; a state and an event
    std::uint64_t count = 0;
  };
  static void count(std::vector<Counted>& into, std::string_view name, std::string_view event);

  std::array<std::uint64_t, kPageNotes> of_kind_{};
  std::vector<Counted> tables_, transitions_;
  std::map<PageId, CoherenceStats::Page> pages_;
};

}   // namespace ssi::record
