// What each fault costs under IVY's dynamic distributed manager: against the published algorithm on plain arrays (Li, Hudak, TOCS 1989,
// section 3.3), which says how often a request is forwarded and who is invalidated. Random faults, one at a time, 2 to 16 nodes.
#include <gtest/gtest.h>

#include <set>

#include "models/base/random.hpp"
#include "tests/explore/world/counted.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {
namespace {

using ivy::Settings;

// One page. `believed`: whom each node takes for the owner; at first all are right.
class PlainIvy {
 public:
  PlainIvy(std::uint32_t nodes, const Settings& settings) : settings_(settings), believed_(nodes, 0) {}

  Cost read(std::uint32_t q) {
    if (q == owner_ || copies_.contains(q)) return {0, 0};
    const std::uint64_t forwards = locate(q, settings_.reads_move);
    copies_.insert(q);
    if (settings_.reads_move) {
      copies_.insert(owner_);
      copies_.erase(q);
      move_to(q);
    }
    return page_after(forwards);
  }

  Cost write(std::uint32_t q) {
    const bool upgrades = q == owner_;
    Cost cost = upgrades ? Cost{0, 0} : page_after(locate(q, true));
    copies_.erase(q);
    const std::uint64_t s = copies_.size();
    if (s > 0) cost.path += settings_.invalidations == Settings::Invalidations::serial ? 2 * s : 2;
    cost.total += 2 * s;
    for (const std::uint32_t reader : copies_) believed_[reader] = q;   // INVALIDATE tells who owns the page
    copies_.clear();
    move_to(q);
    return cost;
  }

 private:
  // How often the request is forwarded. Who forwards one that moves ownership believes in the requester.
  std::uint64_t locate(std::uint32_t q, bool moves) {
    std::uint64_t forwards = 0;
    for (std::uint32_t at = believed_[q]; at != owner_; ++forwards) {
      const std::uint32_t next = believed_[at];
      if (moves) believed_[at] = q;
      at = next;
    }
    return forwards;
  }
  // PAGE from the owner; relayed, each hop is a round trip.
  Cost page_after(std::uint64_t forwards) const {
    const std::uint64_t sent = settings_.forwarding == Settings::Forwarding::relayed ? 2 * (forwards + 1) : 2 + forwards;
    return {sent, sent};
  }
  void move_to(std::uint32_t q) {
    believed_[owner_] = q;
    believed_[q] = q;
    owner_ = q;
  }

  Settings settings_;
  std::vector<std::uint32_t> believed_;
  std::uint32_t owner_ = 0;
  std::set<std::uint32_t> copies_;   // of those who do not own it
};

// The longest way that a request went.
std::uint64_t compare(const char* name, const Settings& settings, std::uint32_t nodes) {
  Counted counted(ivy_design(name, settings), nodes);
  PlainIvy plain(nodes, settings);
  Stream draws = RandomRoot(nodes).stream(name);
  std::uint64_t longest = 0;
  for (int i = 0; i < 300; ++i) {
    const auto q = static_cast<std::uint32_t>(draws.below(nodes));
    const bool writes = draws.below(3) == 0;
    const Cost right = writes ? plain.write(q) : plain.read(q);
    const Cost found = writes ? counted.write(q) : counted.read(q);
    EXPECT_EQ(found, right) << name << ", " << nodes << " nodes, fault " << i;
    longest = std::max(longest, right.path);
  }
  return longest;
}

TEST(IvyDynamicCounts, EachFaultCostsWhatThePublishedAlgorithmSays) {
  const auto relayed = Settings::Forwarding::relayed;
  const auto serial = Settings::Invalidations::serial;
  const std::pair<const char*, Settings> designs[] = {{"plain", {}},
                                                      {"serial", {.invalidations = serial}},
                                                      {"no grant", {.grant = false}},
                                                      {"relayed", {.forwarding = relayed}},
                                                      {"reads move", {.reads_move = true}},
                                                      {"giantvm", {.reads_move = true, .forwarding = relayed, .invalidations = serial}}};
  for (const auto& [name, settings] : designs) {
    std::uint64_t longest = 0;
    for (std::uint32_t n = 2; n <= 16; ++n) longest = std::max(longest, compare(name, settings, n));
    EXPECT_GT(longest, 6U) << name << ": no chain was longer than one forward";
    std::printf("%-12s at most %llu messages in a row\n", name, static_cast<unsigned long long>(longest));
  }
}

}   // namespace
}   // namespace ssi::test
