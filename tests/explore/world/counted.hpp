// Faults one at a time, and what each costs: messages on its critical path, and all messages on its behalf.
#pragma once
#include <ostream>

#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

struct Cost {
  std::uint64_t path, total;
  friend bool operator==(const Cost&, const Cost&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Cost& c) { return out << "path " << c.path << ", total " << c.total; }
};

inline constexpr PageId kPage{0};

class Counted {
 public:
  // Page 0; its home is node 0.
  Counted(const Design& design, std::uint32_t nodes) : Counted(design, nodes, {coherence::Homes::Kind::single, nodes, {0}}, PageId{0}) {}
  Counted(const Design& design, std::uint32_t nodes, coherence::Homes homes, PageId page)
      : design_(design), cluster_(design_, {.nodes = nodes, .page_bytes = 4096, .homes = homes}), page_(page) {}

  Cost read(std::uint32_t node) { return cost({node}, load(page_)); }
  Cost write(std::uint32_t node) { return cost({node}, store(page_, ++values_)); }
  void all_read(std::uint32_t first, std::uint32_t end) {
    for (std::uint32_t n = first; n < end; ++n) read(n);
  }
  Cost evict(std::uint32_t node) {   // nobody waits for it
    const std::uint64_t before = cluster_.sent({0});
    cluster_.evict({node}, page_);
    cluster_.deliver_all();
    return {0, cluster_.sent({0}) - before};
  }
  std::uint64_t bytes() const { return cluster_.bytes(); }

 private:
  Cost cost(NodeId node, const coherence::Access& access) {
    const coherence::Ticket ticket = cluster_.begin(node, access);
    cluster_.deliver_all();
    Cost found{};
    for (const Finished& f : cluster_.take_finished())
      if (f.ticket == ticket) found = {f.path, cluster_.sent(ticket)};
    return found;
  }
  Design design_;
  Cluster cluster_;
  PageId page_;
  std::uint64_t values_ = 0;
};

}   // namespace ssi::test
