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
  log.struck(0, "crash", {100}, 30);
  Losses losses;
  for (int i = 0; i < 3; ++i) losses.add({50}, Duration{7});
  log.lost(losses, 27);
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
  EXPECT_EQ(stats.cpu_lost.ns, 21);
  EXPECT_FALSE(stats.image_lost);
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

// Who stops because of it later is lost by it as well; who was born in between did not live when it struck.
TEST(Recovery, AnImageIsLostWhenNobodyIsLeft) {
  RecoveryLog log;
  log.work_done({90});
  log.struck(0, "crash", {100}, 4);
  Losses first, rest;
  first.add({50}, Duration{10});
  log.lost(first, 3);
  log.work_done({130});
  log.work_done({140});
  rest.add({60}, Duration{20});
  rest.add({70}, Duration{30});
  rest.add({120}, Duration{5});
  log.lost(rest, 1);
  EXPECT_FALSE(log.all()[0].image_lost);
  EXPECT_TRUE(log.all()[0].works_again);
  Losses last;
  last.add({80}, Duration{1});
  log.lost(last, 0);
  const RecoveryStats& stats = log.all()[0];
  EXPECT_TRUE(stats.image_lost);
  EXPECT_FALSE(stats.works_again);
  EXPECT_EQ(stats.processes_lost, 5U);
  EXPECT_EQ(stats.of_these_lost, 4U);
  EXPECT_EQ(stats.cpu_lost.ns, 66);
  log.work_done({240});
  EXPECT_TRUE(stats.works_again);
  EXPECT_EQ(stats.without_work.ns, 100) << "longer than from the fault to the first";
  EXPECT_EQ(log.lost().processes, 5U);
}

TEST(Recovery, AnEvacuationIsOverWithItsLastAnswer) {
  RecoveryLog log;
  log.struck(0, "evacuate", {100}, 4);
  log.evacuation_begins(2);
  log.asked_evacuated();   // it still runs something
  log.left_evacuated({140}, Duration{30}, 1);
  log.evacuation_answered({150}, Result::ok());
  EXPECT_FALSE(log.all()[0].evacuation->done);
  log.evacuation_answered({170}, Result::fail(Errno::enosys));
  log.asked_evacuated();
  log.left_evacuated({180}, Duration{10}, 1);   // later than its order was answered
  log.asked_evacuated();
  log.evacuation_seen(1, 3, 2);
  const Evacuation& it = *log.all()[0].evacuation;
  EXPECT_EQ(it.done->ns, 180);
  EXPECT_EQ(it.moved, 1U);
  EXPECT_EQ(it.refused.at(Errno::enosys), 1U);
  EXPECT_EQ(it.messages, 1U);
  EXPECT_EQ(it.left + it.pids + it.groups, 6U);
  log.struck(1, "crash", {200}, 4);
  log.asked_evacuated();
  EXPECT_FALSE(log.all()[1].evacuation);
}

}   // namespace
}   // namespace ssi::record
