// FlatMap against std::map under random inserts, look-ups and erases of few keys, so that chains form and close.
#include "models/base/flat_map.hpp"

#include <gtest/gtest.h>

#include <map>

#include "models/base/random.hpp"

namespace ssi {
namespace {

TEST(FlatMap, DoesWhatAMapDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Stream draws(seed);
    FlatMap<std::uint64_t> flat;
    std::map<std::uint64_t, std::uint64_t> plain;
    for (std::uint64_t step = 0; step < 5000; ++step) {
      const std::uint64_t key = 1 + draws.below(50) * (seed % 2 == 0 ? 1 : std::uint64_t{1} << 32);
      if (draws.below(5) < 3) {
        const auto [value, fresh] = flat.insert(key);
        EXPECT_EQ(fresh, !plain.contains(key));
        *value = plain[key] = step;
      } else {
        EXPECT_EQ(flat.erase(key), plain.erase(key) == 1);
      }
      ASSERT_EQ(flat.size(), plain.size());
    }
    for (std::uint64_t n = 0; n < 50; ++n) {
      const std::uint64_t key = 1 + n * (seed % 2 == 0 ? 1 : std::uint64_t{1} << 32);
      const std::uint64_t* found = flat.find(key);
      ASSERT_EQ(found != nullptr, plain.contains(key)) << key;
      if (found) { EXPECT_EQ(*found, plain.at(key)); }
    }
    std::map<std::uint64_t, std::uint64_t> collected;
    flat.each([&](std::uint64_t key, std::uint64_t value) { collected.emplace(key, value); });
    EXPECT_EQ(collected, plain);
  }
}

TEST(FlatMap, IsEmptyAtFirst) {
  FlatMap<int> flat;
  EXPECT_EQ(flat.find(1), nullptr);
  EXPECT_FALSE(flat.erase(1));
  EXPECT_EQ(flat.size(), 0U);
}

}   // namespace
}   // namespace ssi
