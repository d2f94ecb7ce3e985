// Messages of locks and of homes under lazy release consistency, each case over 2 to 16 nodes (PROTOCOLS 2.0 and 2.16). Node 0 is the
// manager, and the home of page 0; h held the lock last, q asks.
#include "tests/explore/world/synchronised.hpp"

namespace ssi::test {
namespace {

struct LockCase {
  const char* what;
  std::uint32_t h, q;
  std::uint64_t messages;   // all of them on the path
};
constexpr LockCase kLockCases[] = {
    {"q was the last holder", 1, 1, 0}, {"q = manager was", 0, 0, 0},       {"the manager was", 0, 1, 2},
    {"q is the manager", 1, 0, 2},      {"three nodes take part", 1, 2, 3},
};

TEST(ReleaseCases, AFreeLock) {
  for (const Design& design : {hlrc_plain(), lrc_plain()})
    for (const LockCase& c : kLockCases)
      for (std::uint32_t n = std::max({2U, c.h + 1, c.q + 1}); n <= 16; ++n) {
        Synchronised nodes(design, n);
        nodes.lock(c.h);
        EXPECT_EQ(nodes.unlock(c.h), 0U);
        EXPECT_EQ(nodes.lock(c.q), (Cost{c.messages, c.messages})) << design.name << ", " << n << " nodes: " << c.what;
      }
}

TEST(ReleaseCases, ALockThatIsHeldCostsNoMore) {
  for (const Design& design : {hlrc_plain(), lrc_plain()})
    for (const LockCase& c : kLockCases)
      for (std::uint32_t n = std::max({2U, c.h + 1, c.q + 1}); n <= 16 && c.h != c.q; ++n) {
        Synchronised nodes(design, n);
        nodes.lock(c.h);
        EXPECT_EQ(nodes.lock_after(c.h, c.q), c.messages) << design.name << ", " << n << " nodes: " << c.what;
      }
}

TEST(ReleaseCases, ABarrierIsTwiceAllButItsManagerWhoeverHasWritten) {
  for (const Design& design : {hlrc_plain(), lrc_plain()})
    for (std::uint32_t n = 2; n <= 16; ++n) {
      Synchronised nodes(design, n);
      for (std::uint32_t w = 0; w < n; ++w) nodes.store(w, w);   // each a page of its own
      EXPECT_EQ(nodes.barrier(), 2U * (n - 1)) << design.name;
    }
}

// A release is a FLUSH for each page of another home that was written, however many words.
TEST(ReleaseCases, HomesAreSentOneFlushForEachPage) {
  for (std::uint32_t n = 2; n <= 16; ++n) {
    Synchronised nodes(hlrc_plain(), n);
    nodes.lock(1);
    for (std::uint32_t page = 0; page < 2 * n; ++page)
      for (const std::uint32_t word : {0U, 9U}) nodes.store(1, page, word);
    EXPECT_EQ(nodes.unlock(1), 2U * (n - 1)) << "two pages have their home here";
  }
}

// k writers of one page: with homes a fault stays one round trip, without it is one with each of them.
TEST(ReleaseCases, AFaultAfterSeveralWriters) {
  for (std::uint32_t n = 3; n <= 16; ++n)
    for (std::uint32_t k = 1; k < n - 1; ++k) {
      Synchronised homes(hlrc_plain(), n), without(lrc_plain(), n);
      for (Synchronised* nodes : {&homes, &without}) {
        for (std::uint32_t q = 0; q < n; ++q) nodes->load(q, 0);
        for (std::uint32_t w = 1; w <= k; ++w) EXPECT_EQ(nodes->store(w, 0, w), (Cost{0, 0})) << "a twin";
      }
      EXPECT_EQ(homes.barrier(), 2U * (n - 1) + k) << "a FLUSH of each writer";
      EXPECT_EQ(without.barrier(), 2U * (n - 1));
      EXPECT_EQ(homes.load(n - 1, 0), (Cost{2, 2}));
      EXPECT_EQ(homes.load(0, 0), (Cost{0, 0})) << "q is the home";
      EXPECT_EQ(without.load(n - 1, 0), (Cost{2, 2 * k}));
      for (std::uint32_t w = 1; w <= k; ++w) EXPECT_EQ(homes.word(n - 1, 0, w), without.word(n - 1, 0, w));
    }
}

}   // namespace
}   // namespace ssi::test
