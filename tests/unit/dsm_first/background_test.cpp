// What a kernel writes without being asked: at the platform's rate, to words that all nodes see, and nothing without a rate.
#include <gtest/gtest.h>

#include "models/strategy/dsm_first/background.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/objects.hpp"
#include "sim/world/run_out.hpp"

namespace ssi::test {
namespace {
using namespace world;   // sim/world
using dsm_first::Background;
using dsm_first::DsmFirst;
using dsm_first::Layout;
using dsm_first::Table;

constexpr std::uint32_t kTickingNodes = 3, kCores = 4;   // cores: of a world's node

struct Ticking final : Watcher {
  explicit Ticking(std::uint64_t rate, double shared, const std::string& placement = "first_touch")
      : world("dsm_first", {.nodes = kTickingNodes,
                            .params = {{"background_shared", shared}, {"placement", placement}},
                            .costs = {.background_writes = rate}}) {
    world.watch(this);
    run_out(world);
    messages = 0;
  }
  Instant due(const Waiting& what) override { return world.now() + what.after; }
  void sent(const Message&) override { ++messages; }

  void tick() {   // of all nodes
    for (std::uint32_t node = 0; node < kTickingNodes; ++node) {
      ASSERT_EQ(world.timers().size(), kTickingNodes);
      ASSERT_TRUE(world.timers().front().background);
      world.fire(0);
      run_out(world);
    }
  }

  std::uint64_t word(dsm_first::Word at) const {
    for (std::uint32_t node = 0; node < kTickingNodes; ++node) {
      const auto& memory = world.as<DsmFirst>(NodeId{node}).memory();
      if (const PageData* page = memory.copy(at.page)) return page->word(at.offset);
    }
    return 0;
  }
  std::uint64_t written(bool shared) const {
    const Layout& layout = world.as<DsmFirst>(NodeId{0}).machine().layout;
    std::uint64_t sum = 0;
    for (dsm_first::Object i = 1; i <= (shared ? Background::kShared : kTickingNodes); ++i)
      sum += word(shared ? layout.at(Table::background, i) : layout.at(Table::run_queue, i, dsm_first::run_queue::clock));
    return sum;
  }

  World world;
  std::uint64_t messages = 0;
};

TEST(DsmFirstBackground, NothingIsWrittenWithoutARate) {
  Ticking none(0, 0.25);
  EXPECT_TRUE(none.world.timers().empty());
}

// 1000 words a second and core are 16 in a tick of 4 ms of a node.
TEST(DsmFirstBackground, AsManyWordsAreWrittenAsTheRateSays) {
  for (const std::uint64_t rate : {1'000U, 1'001U}) {
    Ticking some(rate, 0.25);
    constexpr std::uint64_t kTicks = 25;   // 100 ms
    for (std::uint64_t i = 0; i < kTicks; ++i) some.tick();
    const std::uint64_t own = some.written(false), shared = some.written(true);
    EXPECT_EQ(own + shared, rate * kCores / 10 * kTickingNodes) << rate;
    EXPECT_NEAR(static_cast<double>(shared), 0.25 * static_cast<double>(own + shared), 50);
    EXPECT_GT(some.messages, shared / 2) << "words that all nodes write travel";
  }
}

TEST(DsmFirstBackground, WordsOfTheNodesOwnStayThere) {
  Ticking own(1'000, 0.0);
  own.tick();
  own.messages = 0;
  own.tick();
  EXPECT_EQ(own.messages, 0U);
  EXPECT_EQ(own.written(true), 0U);
  EXPECT_EQ(own.written(false), 2 * 16 * kTickingNodes);
}

// All nodes' run queues on one page: each timer takes it away, and the next call has to wait for it.
TEST(DsmFirstBackground, ACallWaitsForAPageThatATimerHasTakenAway) {
  Ticking some(1'000, 0.0, "packed");
  const auto path_of_spawn = [&] {
    const CallId id = some.world.call(NodeId{0}, some.world.init(0), Spawn{});
    run_out(some.world);
    return some.world.trace(id).path;
  };
  path_of_spawn();
  const std::uint32_t undisturbed = path_of_spawn();
  some.tick();
  EXPECT_GT(path_of_spawn(), undisturbed);
}

}   // namespace
}   // namespace ssi::test
