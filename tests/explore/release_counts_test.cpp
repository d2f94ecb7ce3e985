// Messages of each case of lazy release consistency, on the path and in all, over 2 to 16 nodes (PROTOCOLS 2.0 and 2.16).
#include <gtest/gtest.h>

#include "tests/explore/world/synchronised.hpp"

namespace ssi::test {
namespace {

TEST(ReleaseCounts, Locks) {
  for (const Design& design : {hlrc_plain(), lrc_plain()})
    for (std::uint32_t n = 3; n <= 16; ++n) {
      Synchronised c(design, n);
      EXPECT_EQ(c.lock(1), (Cost{2, 2})) << "the manager was the last holder";
      EXPECT_EQ(c.unlock(1), 0U) << "nothing was written: a release sends nothing";
      EXPECT_EQ(c.lock(1), (Cost{0, 0})) << "it was the last holder itself";
      c.unlock(1);
      EXPECT_EQ(c.lock(2), (Cost{3, 3}));
      c.unlock(2);
      EXPECT_EQ(c.lock(0), (Cost{2, 2})) << "the requester is the manager";
      c.unlock(0);
      for (std::uint32_t q = 1; q < n; ++q) {
        EXPECT_EQ(c.lock(q), (q == 1 ? Cost{2, 2} : Cost{3, 3}));
        c.unlock(q);
      }
    }
}

TEST(ReleaseCounts, HomesBarriersAndFaults) {
  for (std::uint32_t n = 2; n <= 16; ++n) {
    Synchronised c(hlrc_plain(), n);
    EXPECT_EQ(c.barrier(), 2U * (n - 1));
    EXPECT_EQ(c.store(0, 0), (Cost{0, 0})) << "the home needs no page";
    EXPECT_EQ(c.barrier(), 2U * (n - 1)) << "and no diff";
    for (std::uint32_t q = 1; q < n; ++q) EXPECT_EQ(c.load(q, 0), (Cost{2, 2})) << "always one round trip";
    EXPECT_EQ(c.store(1, 0), (Cost{0, 0})) << "a twin";
    EXPECT_EQ(c.store(1, 1), (Cost{0, 0})) << "its own page";
    EXPECT_EQ(c.barrier(), 2U * (n - 1) + 1) << "one FLUSH for the page of another home";
    EXPECT_EQ(c.load(0, 0), (Cost{0, 0})) << "the home has it";
    EXPECT_EQ(c.node(0).intervals().size(), 0U) << "everybody knows everything: forgotten";
  }
}

TEST(ReleaseCounts, HomesAreSentWhatChangedAtTheRelease) {
  Synchronised c(hlrc_plain(), 3);
  c.lock(1);
  c.store(1, 0);
  const std::uint64_t before = c.bytes();
  EXPECT_EQ(c.unlock(1), 1U) << "FLUSH";
  EXPECT_LT(c.bytes() - before, 300U) << "not the page";
}

TEST(ReleaseCounts, WithoutHomesAReleaseSendsNothing) {
  for (std::uint32_t n = 3; n <= 16; ++n) {
    Synchronised c(lrc_plain(), n);
    c.lock(1);
    EXPECT_EQ(c.store(1, 0), (Cost{2, 2})) << "a copy of the first holder's";
    EXPECT_EQ(c.unlock(1), 0U);
    EXPECT_EQ(c.node(1).intervals().size(), 0U) << "nobody has asked: not even an interval";
    EXPECT_EQ(c.lock(2), (Cost{3, 3})) << "its write notice comes with the lock";
    EXPECT_EQ(c.pages(1).diffs().size(), 0U) << "lazy: nobody has asked for the diff";
    EXPECT_EQ(c.load(2, 0), (Cost{2, 4})) << "the diff, and a copy beside it";
    EXPECT_EQ(c.word(2, 0, 0), c.latest());
    EXPECT_EQ(c.store(2, 0), (Cost{0, 0}));
    c.unlock(2);
    c.lock(1);
    EXPECT_EQ(c.load(1, 0), (Cost{2, 2})) << "it has a copy";
  }
}

// k writers of different words of one page: nobody knows the others' intervals, so each is asked, all at once.
TEST(ReleaseCounts, WithoutHomesAFaultAsksEachWriterThatNobodyKnows) {
  for (std::uint32_t n = 3; n <= 16; ++n)
    for (std::uint32_t k = 1; k < n; ++k) {
      Synchronised c(lrc_plain(), n);
      EXPECT_EQ(c.barrier(), 2U * (n - 1));
      for (std::uint32_t w = 1; w <= k; ++w) c.store(w, 0, w);
      EXPECT_EQ(c.barrier(), 2U * (n - 1)) << "the manager has a copy, and others' words do not interest it yet";
      EXPECT_EQ(c.load(0, 0), (Cost{2, 2 * k})) << "the first holder";
      if (k + 1 < n) { EXPECT_EQ(c.load(k + 1, 0), (Cost{2, 2 * k + 2})) << "no copy: one of the first holder's too"; }
      for (std::uint32_t w = 1; w <= k; ++w) EXPECT_EQ(c.word(0, 0, w), c.latest() - k + w);
    }
}

// Writers under one lock know those before them: only the last is asked, and has all diffs.
TEST(ReleaseCounts, WithoutHomesWhoKnowsAllIsAskedAlone) {
  for (std::uint32_t n = 4; n <= 16; ++n) {
    Synchronised c(lrc_plain(), n);
    for (std::uint32_t w = 1; w < n; ++w) c.load(w, 0);
    for (std::uint32_t w = 1; w < n; ++w) {
      c.lock(w);
      EXPECT_EQ(c.store(w, 0, w), (w == 1 ? Cost{0, 0} : Cost{2, 2})) << "from who wrote before, however many did";
      c.unlock(w);
    }
    c.lock(0);
    EXPECT_EQ(c.load(0, 0), (Cost{2, 2}));
    for (std::uint32_t w = 1; w < n; ++w) EXPECT_EQ(c.word(0, 0, w), w);
  }
}

// Who wrote on a copy that was made with an older interval has not got its diff: its writer is asked in a second round.
TEST(ReleaseCounts, WithoutHomesWhatIsLeftOutIsASecondRound) {
  Synchronised c(lrc_plain(), 4);
  c.load(3, 0);
  c.lock(1);
  c.store(1, 0, 1);
  c.unlock(1);
  c.lock(0);
  EXPECT_EQ(c.load(0, 0), (Cost{2, 2})) << "the first holder has the interval of 1 now";
  c.unlock(0);
  c.lock(2);
  EXPECT_EQ(c.store(2, 0, 2), (Cost{2, 4}));
  c.unlock(2);
  c.lock(3);
  EXPECT_EQ(c.load(3, 0), (Cost{2, 2})) << "2 got the diff beside the copy, and can hand it on";
}

TEST(ReleaseCounts, ACollectionIsOneMoreRoundOfTheBarrierAndTheDiffsOfThoseWhoHaveCopies) {
  for (std::uint32_t n = 2; n <= 16; ++n) {
    Synchronised c(lrc_designs().at(1), n);
    c.barrier();
    for (std::uint32_t q = 1; q < n; ++q) c.load(q, 0);
    c.store(1, 0);
    c.barrier();
    EXPECT_EQ(c.load(0, 0), (Cost{2, 2}));
    EXPECT_GT(c.pages(1).diffs().size(), 0U) << "made when node 0 asked";
    EXPECT_EQ(c.barrier(), 4U * (n - 1) + 2 * (n - 2)) << "all but 0 and the writer fetch the diff";
    for (std::uint32_t q = 0; q < n; ++q) EXPECT_EQ(c.pages(q).diffs().size(), 0U);
    for (std::uint32_t q = 0; q < n; ++q) EXPECT_EQ(c.load(q, 0), (Cost{0, 0})) << "all are valid";
  }
}

// Two writers of different words of one page: neither sees a message for the other's writes, and both writes survive.
TEST(ReleaseCounts, FalseSharingCostsNothingUntilTheBarrier) {
  for (const Design& design : {hlrc_plain(), lrc_plain()}) {
    Synchronised c(design, 3);
    for (const std::uint32_t n : {1U, 2U}) c.load(n, 0);
    const std::uint64_t before = c.bytes();
    for (std::uint64_t i = 1; i <= 10; ++i)
      for (const std::uint32_t n : {1U, 2U}) EXPECT_EQ(c.store(n, 0, n), (Cost{0, 0}));
    EXPECT_EQ(c.bytes(), before);
    c.barrier();
    for (std::uint32_t n = 0; n < 3; ++n) {
      c.load(n, 0);
      EXPECT_EQ(c.word(n, 0, 1), c.latest() - 1);
      EXPECT_EQ(c.word(n, 0, 2), c.latest()) << "L5: all agree on every byte";
    }
  }
}

}   // namespace
}   // namespace ssi::test
