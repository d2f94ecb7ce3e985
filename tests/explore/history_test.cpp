// The checkers of histories on their own: good ones pass, known-bad ones do not.
#include "tests/explore/world/history.hpp"

#include <gtest/gtest.h>

namespace ssi::test {
namespace {

constexpr Word kX{{0}, 0}, kY{{1}, 0};

Seen reads(std::uint32_t thread, Word word, std::uint64_t value) { return {.thread = thread, .word = word, .read = value}; }
Seen writes(std::uint32_t thread, Word word, std::uint64_t value) { return {.thread = thread, .word = word, .wrote = value}; }
Seen swaps(std::uint32_t thread, Word word, std::uint64_t from, std::uint64_t to) {
  return {.thread = thread, .word = word, .read = from, .wrote = to};
}
Ledger ledger(std::initializer_list<std::pair<Word, std::uint64_t>> writes) {
  Ledger all;
  for (const auto& [word, value] : writes) all.wrote(word, value);
  return all;
}

TEST(Sequential, AcceptsAnInterleaving) {
  const Ledger order = ledger({{kX, 1}, {kY, 2}});
  EXPECT_EQ(check_sequential({writes(0, kX, 1), writes(0, kY, 2), reads(1, kY, 2), reads(1, kX, 1)}, order), "");
  EXPECT_EQ(check_sequential({writes(0, kX, 1), reads(0, kY, 0), writes(1, kY, 2), reads(1, kX, 1)}, order), "");
}

TEST(Sequential, RefusesStoreBuffering) {
  const Ledger order = ledger({{kX, 1}, {kY, 2}});
  EXPECT_NE(check_sequential({writes(0, kX, 1), reads(0, kY, 0), writes(1, kY, 2), reads(1, kX, 0)}, order), "");
}

TEST(Sequential, RefusesMessagePassingThatArrivesHalf) {
  const Ledger order = ledger({{kX, 1}, {kY, 2}});
  EXPECT_NE(check_sequential({writes(0, kX, 1), writes(0, kY, 2), reads(1, kY, 2), reads(1, kX, 0)}, order), "");
}

TEST(Sequential, RefusesTwoOrdersOfIndependentWrites) {
  const Ledger order = ledger({{kX, 1}, {kY, 2}});
  EXPECT_NE(
      check_sequential({writes(0, kX, 1), writes(1, kY, 2), reads(2, kX, 1), reads(2, kY, 0), reads(3, kY, 2), reads(3, kX, 0)}, order),
      "");
}

TEST(Sequential, RefusesLoadBufferingAndCrossedWrites) {
  EXPECT_NE(check_sequential({reads(0, kX, 2), writes(0, kY, 1), reads(1, kY, 1), writes(1, kX, 2)}, ledger({{kX, 2}, {kY, 1}})), "");
  const Ledger crossed = ledger({{kX, 3}, {kX, 1}, {kY, 2}, {kY, 4}});   // 2+2W: both first writes come last
  EXPECT_NE(check_sequential({writes(0, kX, 1), writes(0, kY, 2), writes(1, kY, 4), writes(1, kX, 3)}, crossed), "");
}

TEST(Sequential, RefusesALostAtomicUpdateAndAValueFromNowhere) {
  EXPECT_NE(check_sequential({swaps(0, kX, 0, 1), swaps(1, kX, 0, 2)}, ledger({{kX, 1}, {kX, 2}})), "");
  EXPECT_EQ(check_sequential({swaps(0, kX, 0, 1), swaps(1, kX, 1, 2)}, ledger({{kX, 1}, {kX, 2}})), "");
  EXPECT_NE(check_sequential({reads(0, kX, 7)}, ledger({{kX, 1}})), "");
}

TEST(Coherent, IsPerWord) {
  const Ledger order = ledger({{kX, 1}, {kX, 2}, {kY, 3}});
  EXPECT_NE(check_coherent({writes(0, kX, 1), writes(0, kX, 2), reads(1, kX, 2), reads(1, kX, 1)}, order), "");   // CoRR
  EXPECT_EQ(check_coherent({writes(0, kX, 1), reads(0, kY, 0), writes(1, kY, 3), reads(1, kX, 0)}, order),
            "");   // SB is no matter of one word
}

}   // namespace
}   // namespace ssi::test
