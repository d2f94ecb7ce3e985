// Every behaviour holds on the kernel over shared memory, whatever its placement, locks and protocol: what MATRIX.md does not vary.
#include <gtest/gtest.h>

#include "tests/unit/conformance/stage_run.hpp"
#include "tests/unit/dsm_first/memories.hpp"

namespace ssi::test {
namespace {

void expect_all_hold(const config::Values& params) {
  for (const conformance::Behaviour& behaviour : conformance::behaviours()) {
    StageRun run(behaviour, "dsm_first", params);
    run.run();
    EXPECT_EQ(name_of(run.stage.outcome()), "holds") << behaviour.name << ": " << run.stage.why();
  }
}

TEST(DsmFirstConformance, EveryBehaviourHolds) { expect_all_hold({}); }
TEST(DsmFirstConformance, EveryBehaviourHoldsPackedWithQueuedLocksOnIvy) {
  expect_all_hold({{"placement", std::string("packed")}, {"lock", std::string("mcs")}, {"protocol", std::string("ivy_dynamic")}});
}
TEST(DsmFirstConformance, EveryBehaviourHoldsOnEachProtocol) {
  for (const Memory& memory : memories()) {
    SCOPED_TRACE(memory.name);
    expect_all_hold(memory.params);
  }
}
TEST(DsmFirstConformance, EveryBehaviourHoldsOnePerPageWithTestAndSet) {
  expect_all_hold({{"placement", std::string("one_per_page")}, {"lock", std::string("test_and_set")}, {"device_node", std::int64_t{2}}});
}

}   // namespace
}   // namespace ssi::test
