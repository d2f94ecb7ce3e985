// Random worlds of every sequentially consistent protocol, and canaries: bugs that they must find.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/explore/world/designs.hpp"
#include "tests/explore/world/random_memory.hpp"

namespace ssi::test {
namespace {

std::uint64_t seeds() {
  const char* given = std::getenv("SSISIM_RANDOM_SEEDS");
  return given ? std::strtoull(given, nullptr, 10) : 60;
}

// The first seed that finds something; 0: none.
std::uint64_t first_failure(const Design& design, std::uint64_t most, std::string& wrong) {
  for (std::uint64_t seed = 1; seed <= most; ++seed) {
    wrong = run_randomly(design, seed).wrong;
    if (!wrong.empty()) return seed;
  }
  return 0;
}

TEST(RandomMemory, DirectoriesAreSequentiallyConsistent) {
  std::string wrong;
  directory::Settings small;
  small.cache_pages = 1;
  small.prefetch = 2;
  std::vector<Design> designs = directory_designs();
  designs.push_back(directory_design("one page, prefetch", small));
  for (const Design& design : designs) EXPECT_EQ(first_failure(design, seeds(), wrong), 0U) << design.name << ", that seed: " << wrong;
}

TEST(RandomMemory, IviesAreSequentiallyConsistent) {
  std::string wrong;
  std::vector<Design> designs = ivy_designs();
  for (Design& design : ivy_central_designs()) designs.push_back(std::move(design));
  for (const Design& design : designs) EXPECT_EQ(first_failure(design, seeds(), wrong), 0U) << design.name << ", that seed: " << wrong;
}

TEST(RandomMemory, FindsAnInvalidationThatDoesNothing) {
  directory::CacheRules cache = directory::kCacheRules;
  cache.alter(directory::CacheState::shared, directory::CacheEvent::invalidate) = {
      Verdict::go, directory::CacheState::shared, {directory::CacheAct::acknowledge}, 1};
  const directory::Tables good = directory::tables_for({});
  Design design = directory_design("canary", {}, {&cache, good.home});
  std::string wrong;
  EXPECT_NE(first_failure(design, 20, wrong), 0U);
  EXPECT_NE(wrong.find("D2"), std::string::npos) << wrong;
  design.data_value = false;   // the history alone must tell, too
  design.check = [](auto, PageId, const coherence::Homes&) {};
  EXPECT_NE(first_failure(design, 20, wrong), 0U);
  std::printf("%s\n", wrong.c_str());
}

}   // namespace
}   // namespace ssi::test
