// How a run gets over a fault, from notes and answers.
#include "sim/record/recovery.hpp"

#include <gtest/gtest.h>

namespace ssi::record {
namespace {

FinishedCall call(std::int64_t issued, std::int64_t answered, bool remote, Errno error = Errno::none) {
  return {.id = CallId{1},
          .node = {},
          .served = NodeId{remote ? 1U : 0U},
          .issued = {issued},
          .answered = {answered},
          .error = error,
          .certainty = error == Errno::none ? Certainty::ok : Certainty::info};
}

TEST(Recovery, PutsTogetherWhatFollowedFromAFault) {
  RecoveryLog log;
  log.answered(call(1, 2, true, Errno::ehostdown));   // before any
  log.struck(0, "crash", {100}, 3);
  log.answered(call(90, 110, true));   // local business goes on
  log.noted({200}, {Note::Kind::suspected, 2});
  log.noted({210}, {Note::Kind::view_installed, 2});
  log.noted({212}, {Note::Kind::view_installed, 2});
  log.answered(call(150, 211, true, Errno::ehostdown));
  log.noted({220}, {Note::Kind::rebuilt, 2});
  log.answered(call(180, 225, false));   // stalled; served here
  log.noted({230}, {Note::Kind::rebuilt, 2});
  log.answered(call(240, 250, true));
  ASSERT_EQ(log.all().size(), 1U);
  const RecoveryStats& stats = log.all()[0];
  EXPECT_EQ(stats.suspected->ns, 200);
  EXPECT_EQ(stats.view_agreed->ns, 210);
  EXPECT_EQ(stats.rebuilt->ns, 230);
  EXPECT_EQ(stats.first_success->ns, 250);
  EXPECT_EQ(stats.calls_failed, 1U);
  EXPECT_EQ(stats.calls_stalled, 1U);
  EXPECT_EQ(stats.processes_lost, 3U);
}

TEST(Recovery, WhoWaitsForAnotherProcessIsNotStalled) {
  RecoveryLog log;
  log.struck(0, "crash", {100}, 0);
  log.noted({200}, {Note::Kind::suspected, 2});
  log.noted({210}, {Note::Kind::view_installed, 2});
  FinishedCall wait = call(120, 300, false);
  wait.where.blocked = 170;
  log.answered(wait);
  EXPECT_EQ(log.all()[0].calls_stalled, 0U);
  EXPECT_FALSE(log.all()[0].rebuilt);
}

}   // namespace
}   // namespace ssi::record
