#include "sim/load/units.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "models/base/random.hpp"
#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using config::Kind;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Good {
  Kind kind;
  const char* text;
  std::int64_t value;
};

TEST(Units, ReadsExactly) {
  const Good cases[] = {
      {Kind::duration, "0ns", 0},
      {Kind::duration, "1ns", 1},
      {Kind::duration, "1.5us", 1'500},
      {Kind::duration, "0.001us", 1},
      {Kind::duration, "2ms", 2'000'000},
      {Kind::duration, "10s", 10'000'000'000},
      {Kind::duration, "1.5min", 90'000'000'000},
      {Kind::duration, "2h", 7'200'000'000'000},
      {Kind::duration, "-3us", -3'000},
      {Kind::duration, "0.000000001s", 1},
      {Kind::duration, "9223372036854775807ns", kMost},
      {Kind::duration, "9223372036.854775807s", kMost},
      {Kind::duration, "007ns", 7},
      {Kind::duration, "1.500000000000000000000000000000us", 1'500},
      {Kind::bytes, "64B", 64},
      {Kind::bytes, "4KiB", 4096},
      {Kind::bytes, "0.5KiB", 512},
      {Kind::bytes, "0.0009765625KiB", 1},
      {Kind::bytes, "1kB", 1'000},
      {Kind::bytes, "3MiB", 3 << 20},
      {Kind::bytes, "2GB", 2'000'000'000},
      {Kind::bytes, "1GiB", 1 << 30},
      {Kind::bandwidth, "10Gbps", 10'000'000'000},
      {Kind::bandwidth, "9.6kbps", 9'600},
      {Kind::bandwidth, "100Mbps", 100'000'000},
      {Kind::bandwidth, "1bps", 1},
  };
  for (const Good& good : cases) {
    Quantity got = parse_quantity(good.kind, good.text);
    EXPECT_EQ(got.trouble, "") << good.text;
    EXPECT_EQ(got.value, good.value) << good.text;
  }
}

struct Bad {
  Kind kind;
  const char *text, *says;
};

TEST(Units, RefusesWithTheRightForm) {
  const Bad cases[] = {
      {Kind::duration, "0.5ns", "not a whole number of ns"},
      {Kind::duration, "1.0000000001s", "not a whole number"},
      {Kind::duration, "10", "\"10us\" or \"10s\""},
      {Kind::duration, "", "does not start with a number"},
      {Kind::duration, "fast", "does not start with a number"},
      {Kind::duration, "5m", "\"5ms\" or \"5min\""},
      {Kind::duration, "5sec", "\"5s\""},
      {Kind::duration, "5US", "\"5us\""},
      {Kind::duration, "5\xc2\xb5s", "\"5us\""},
      {Kind::duration, "5 us", "write \"5us\""},
      {Kind::duration, "1e3s", "not a plain decimal"},
      {Kind::duration, "1,5s", "not a plain decimal"},
      {Kind::duration, ".5us", "does not start with a number"},
      {Kind::duration, "1.us", "not a plain decimal"},
      {Kind::duration, "+1us", "does not start with a number"},
      {Kind::duration, "9223372036854775808ns", "too large"},
      {Kind::duration, "99999999h", "too large"},
      {Kind::duration, "99999999999999999999999999ns", "digits"},
      {Kind::duration, "2562047.788015215501944444444444h", "digits"},
      {Kind::duration, "1us ", "not a unit"},
      {Kind::duration, " 1us", "does not start"},
      {Kind::duration, "1us2ns", "not a unit"},
      {Kind::duration, "NaN", "does not start"},
      {Kind::bytes, "0.5B", "not a whole number of B"},
      {Kind::bytes, "4K", "\"4kB\" or \"4KiB\""},
      {Kind::bytes, "4Kb", "\"4kB\""},
      {Kind::bytes, "4us", "not a unit"},
      {Kind::bandwidth, "10GB", "units: bps"},
      {Kind::bandwidth, "10Gbit/s", "\"10Gbps\""},
      {Kind::bandwidth, "10gbps", "\"10Gbps\""},
      {Kind::bandwidth, "0.1bps", "not a whole number"},
  };
  for (const Bad& bad : cases) {
    Quantity got = parse_quantity(bad.kind, bad.text);
    EXPECT_NE(got.trouble.find(bad.says), std::string::npos) << bad.text << ": " << got.trouble;
    EXPECT_TRUE(got.trouble.ends_with(')')) << got.trouble;
  }
}

TEST(Units, CanonicalFormIsTheLargestWholeUnit) {
  EXPECT_EQ(canonical(Kind::duration, 0), "0ns");
  EXPECT_EQ(canonical(Kind::duration, 1'500), "1500ns");
  EXPECT_EQ(canonical(Kind::duration, 2'000), "2us");
  EXPECT_EQ(canonical(Kind::duration, 3'600'000'000'000), "3600s");
  EXPECT_EQ(canonical(Kind::bytes, 4096), "4KiB");
  EXPECT_EQ(canonical(Kind::bytes, 64'000), "64kB");
  EXPECT_EQ(canonical(Kind::bandwidth, 10'000'000'000), "10Gbps");
}

TEST(Units, CanonicalFormReadsBackAndMatchesThePattern) {
  Stream random(1);
  for (Kind kind : {Kind::duration, Kind::bytes, Kind::bandwidth}) {
    for (int i = 0; i < 2'000; ++i) {
      auto value = static_cast<std::int64_t>(random.next() >> (1 + random.below(62)));
      const std::string text = canonical(kind, value);
      EXPECT_EQ(parse_quantity(kind, text).value, value) << text;
      EXPECT_TRUE(testing::matches(text, unit_pattern(kind))) << text;
    }
  }
}

// Against schoolbook arithmetic: a * 10^-places of a unit.
TEST(Units, AgreesWithLongArithmetic) {
  Stream random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t digits = random.next() >> (4 + random.below(60));
    std::uint64_t places = random.below(12);
    std::string text = std::to_string(digits);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    if (places > 0) text.insert(text.size() - places, ".");
    unsigned __int128 scale = 1, value = static_cast<unsigned __int128>(digits) * 1'000'000;   // ms
    for (std::uint64_t k = 0; k < places; ++k) scale *= 10;
    bool whole = value % scale == 0, fits = value / scale <= static_cast<unsigned __int128>(kMost);
    Quantity got = parse_quantity(Kind::duration, text + "ms");
    ASSERT_EQ(got.trouble.empty(), whole && fits) << text << "ms: " << got.trouble;
    if (!got.trouble.empty()) continue;
    ASSERT_EQ(got.value, static_cast<std::int64_t>(value / scale)) << text;
  }
}

}   // namespace
}   // namespace ssi::load
