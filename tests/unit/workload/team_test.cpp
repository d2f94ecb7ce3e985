// Programs that share memory: what they do on one memory, and that each of them notices a memory that loses a store.
#include <gtest/gtest.h>

#include "models/base/check.hpp"
#include "runs.hpp"

namespace ssi::test {
namespace {

struct Shares {
  const char* name;
  Values params;
  std::size_t done;   // units of work of four nodes
  friend std::ostream& operator<<(std::ostream& out, const Shares& s) { return out << s.name; }
};

class Sharing : public ::testing::TestWithParam<Shares> {};

TEST_P(Sharing, DoesItsWorkAndFindsItsResultRight) {
  const FakeKernel kernel = run(GetParam().name, GetParam().params);
  EXPECT_EQ(kernel.alive, 0U);
  EXPECT_EQ(kernel.done.size(), GetParam().done);
}

// Some stores are overwritten before anybody reads them; others are not.
TEST_P(Sharing, NoticesAStoreThatIsLost) {
  int noticed = 0;
  for (std::uint64_t lost = 1; lost <= 8; ++lost) try {
      run(GetParam().name, GetParam().params, {.loses_store = lost});
    } catch (const InvariantBroken&) { ++noticed; }
  EXPECT_GT(noticed, 0);
}

const Value kTwo = whole(2);
INSTANTIATE_TEST_SUITE_P(Workloads, Sharing,
                         ::testing::Values(Shares{"hot_word", {{"rounds", whole(5)}, {"threads", kTwo}}, 40},
                                           Shares{"hot_word", {{"rounds", whole(5)}, {"update", text("atomic")}}, 20},
                                           Shares{"producer_consumer", {{"rounds", whole(6)}, {"bytes", whole(64)}}, 18},
                                           Shares{"false_sharing", {{"rounds", whole(4)}, {"stride", whole(8)}, {"threads", kTwo}}, 32},
                                           Shares{"read_mostly", {{"rounds", whole(4)}, {"words", whole(8)}, {"reads", whole(60)}}, 960},
                                           Shares{"migratory", {{"rounds", whole(5)}, {"records", kTwo}}, 20},
                                           Shares{"matrix_multiply", {{"n", whole(9)}, {"threads", kTwo}}, 9},
                                           Shares{"sor", {{"rounds", whole(3)}, {"rows", whole(9)}, {"columns", whole(5)}}, 21},
                                           Shares{"task_queue", {{"tasks", whole(12)}}, 12}, Shares{"sort", {{"words", whole(64)}}, 7},
                                           Shares{"lock_contention", {{"rounds", whole(5)}, {"locks", kTwo}}, 20},
                                           Shares{"random_access", {{"rounds", whole(5)}, {"words", whole(32)}}, 20}),
                         [](const auto& shares) { return std::string(shares.param.name) + std::to_string(shares.index); });

// Threads of a node are apart: each has its own part of the rows.
TEST(Team, SharesOutEvenlyWhatThereIs) {
  const FakeKernel kernel = run("matrix_multiply", {{"n", whole(6)}, {"threads", kTwo}});
  std::map<Pid, int> rows;
  for (const auto& [asked, compute] : kernel.calls<Compute>()) ++rows[asked.pid];
  EXPECT_EQ(rows.size(), 6U) << "of 8 threads, 6 have one";
}

}   // namespace
}   // namespace ssi::test
