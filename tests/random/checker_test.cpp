// The checker itself: histories that are good are accepted, and each kind of wrong one is rejected.
#include <gtest/gtest.h>

#include "sim/world/history.hpp"

namespace ssi::test {

using namespace world;   // sim/world
namespace {

constexpr NodeId kHere{0}, kThere{1};

Pid pid(std::uint32_t sequence) { return Pid::make(kHere, Incarnation{1}, sequence); }
const Pid kInit = pid(1), kParent = pid(2), kChild = pid(3), kOther = pid(4);

// A parent in its own group, born at 10, and its child on the other node, born at 20; both live.
struct Scene {
  Scene() {
    history.inits.insert(kInit);
    live(kParent, kInit, kHere, 10);
    live(kChild, kParent, kThere, 20);
  }
  Life& live(Pid who, Pid parent, NodeId node, Step born) {
    Life& life = history.lives[who];
    life = {who, parent, kParent, node, born - 2, born, {}, {}, false, false};
    return life;
  }
  void end(Pid who, Step at, std::optional<std::int32_t> status) {
    history.lives.at(who).ended = at;
    history.lives.at(who).status = status;
  }
  // Handled one step after it was invoked, answered one before it returned.
  CallRecord& call(Pid caller, Call what, Step invoked, Step returned, Result result = Result::ok()) {
    history.calls.push_back(
        {CallId{history.calls.size() + 1}, caller, what, invoked, invoked + 1, returned - 1, returned, std::move(result)});
    return history.calls.back();
  }
  void run_handler(Pid who, Signal signal, Step at) { history.deliveries.push_back({who, signal, at}); }
  ::testing::AssertionResult rejected(const char* rule) const {
    for (const std::string& problem : check_history(history))
      if (problem.starts_with(rule)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "no " << rule << " problem among " << check_history(history).size();
  }
  std::vector<std::string> problems() const { return check_history(history); }

  History history;
};

Result list_of(std::vector<ProcessInfo> processes) {
  Result out = Result::ok();
  out.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(processes));
  return out;
}
ProcessInfo shown(Pid who, NodeId node) { return {who, kParent, kParent, node, false}; }

TEST(HistoryChecker, AcceptsAGoodLife) {
  Scene scene;
  scene.call(kParent, Kill{kChild, Signal::usr1}, 30, 40);
  scene.run_handler(kChild, Signal::usr1, 35);
  scene.call(kParent, KillGroup{kParent, Signal::hup}, 50, 60);
  scene.run_handler(kParent, Signal::hup, 52);
  scene.run_handler(kChild, Signal::hup, 55);
  scene.call(kParent, List{}, 62, 68, list_of({shown(kParent, kHere), shown(kChild, kThere)}));
  scene.end(kChild, 70, 5);
  scene.call(kParent, Kill{kChild, Signal::none}, 71, 75);   // a zombie
  scene.call(kParent, Wait{}, 76, 80, Result::ok(kChild, 5));
  scene.call(kParent, Kill{kChild, Signal::none}, 81, 85, Result::fail(Errno::esrch));
  scene.call(kParent, Wait{}, 86, 90, Result::fail(Errno::echild));
  EXPECT_TRUE(scene.problems().empty()) << scene.problems().front();
}

TEST(HistoryChecker, RejectsAPidUsedTwice) {
  Scene scene;
  scene.history.born_again.push_back(kChild);
  EXPECT_TRUE(scene.rejected("P1"));
}

TEST(HistoryChecker, RejectsAProcessShownTwiceOrNotOrElsewhere) {
  Scene twice, missing, elsewhere;
  twice.call(kParent, List{}, 30, 40, list_of({shown(kParent, kHere), shown(kChild, kThere), shown(kChild, kHere)}));
  missing.call(kParent, List{}, 30, 40, list_of({shown(kParent, kHere)}));
  elsewhere.call(kParent, List{}, 30, 40, list_of({shown(kParent, kHere), shown(kChild, kHere)}));
  for (const Scene* scene : {&twice, &missing, &elsewhere}) EXPECT_TRUE(scene->rejected("P2"));
}

TEST(HistoryChecker, RejectsAKillThatMissesALivingProcess) {
  Scene scene;
  scene.call(kParent, Kill{kChild, Signal::none}, 30, 40, Result::fail(Errno::esrch));
  EXPECT_TRUE(scene.rejected("P3"));
}

TEST(HistoryChecker, RejectsAKillThatMissesAZombie) {
  Scene scene;
  scene.end(kChild, 25, 0);
  scene.call(kParent, Kill{kChild, Signal::none}, 30, 40, Result::fail(Errno::esrch));
  EXPECT_TRUE(scene.rejected("P3"));
}

TEST(HistoryChecker, RejectsAKillOfAReapedProcess) {
  Scene scene;
  scene.end(kChild, 25, 0);
  scene.call(kParent, Wait{}, 26, 29, Result::ok(kChild, 0));
  scene.call(kParent, Kill{kChild, Signal::none}, 30, 40);
  EXPECT_TRUE(scene.rejected("P3"));
}

TEST(HistoryChecker, AcceptsBothOutcomesWhileTheProcessIsReaped) {
  for (Result result : {Result::ok(), Result::fail(Errno::esrch)}) {
    Scene scene;
    scene.end(kChild, 25, 0);
    scene.call(kOther, Kill{kChild, Signal::none}, 26, 40, result);
    scene.call(kParent, Wait{}, 28, 35, Result::ok(kChild, 0));
    EXPECT_TRUE(scene.problems().empty());
  }
}

TEST(HistoryChecker, RejectsASurvivorOfSigkillAndItsSteps) {
  Scene survivor;
  survivor.call(kParent, Kill{kChild, Signal::kill}, 30, 40);
  EXPECT_TRUE(survivor.rejected("P3"));
  Scene ghost;
  ghost.end(kChild, 35, std::nullopt);
  ghost.call(kChild, List{}, 36, 38, list_of({shown(kParent, kHere)}));
  EXPECT_TRUE(ghost.rejected("P3"));
}

TEST(HistoryChecker, RejectsAHandlerThatRunsTwiceOrNever) {
  Scene twice, never, refused;
  twice.call(kParent, Kill{kChild, Signal::usr1}, 30, 40);
  twice.run_handler(kChild, Signal::usr1, 33);
  twice.run_handler(kChild, Signal::usr1, 34);
  never.call(kParent, Kill{kChild, Signal::usr1}, 30, 40);
  refused.end(kChild, 50, 0);
  refused.history.lives.at(kParent).ignores_children = true;
  refused.call(kParent, Kill{kChild, Signal::usr1}, 30, 60, Result::fail(Errno::esrch));
  refused.run_handler(kChild, Signal::usr1, 34);
  for (const Scene* scene : {&twice, &never, &refused}) EXPECT_TRUE(scene->rejected("P3"));
}

TEST(HistoryChecker, RejectsAStatusLostDoubledForeignEarlyOrWrong) {
  Scene lost, doubled, foreign, early, wrong;
  for (Scene* scene : {&lost, &doubled, &foreign, &wrong}) scene->end(kChild, 25, 5);
  lost.call(kParent, Wait{}, 30, 40, Result::fail(Errno::echild));
  doubled.call(kParent, Wait{}, 30, 40, Result::ok(kChild, 5));
  doubled.call(kParent, Wait{}, 41, 45, Result::ok(kChild, 5));
  foreign.live(kOther, kInit, kHere, 12);
  foreign.call(kOther, Wait{}, 30, 40, Result::ok(kChild, 5));
  early.call(kParent, Wait{}, 30, 40, Result::ok(kChild, 5));
  wrong.call(kParent, Wait{}, 30, 40, Result::ok(kChild, 6));
  for (const Scene* scene : {&lost, &doubled, &foreign, &early, &wrong}) EXPECT_TRUE(scene->rejected("P4"));
}

TEST(HistoryChecker, RejectsAGroupSignalThatMissesAMember) {
  Scene scene;
  scene.call(kParent, KillGroup{kParent, Signal::hup}, 30, 40);
  scene.run_handler(kParent, Signal::hup, 32);
  EXPECT_TRUE(scene.rejected("P5"));
}

TEST(HistoryChecker, RejectsAChildThatSlipsThroughABroadcast) {
  Scene slipped, covered;
  for (Scene* scene : {&slipped, &covered}) {
    scene->run_handler(kChild, Signal::hup, 33);
    scene->live(kOther, kParent, kThere, 36).begun = 34;
    scene->call(kParent, KillGroup{kParent, Signal::hup}, 30, 40);
  }
  slipped.run_handler(kParent, Signal::hup, 35);   // after it began to create the child
  covered.run_handler(kParent, Signal::hup, 32);
  EXPECT_TRUE(slipped.rejected("P5"));
  EXPECT_TRUE(covered.problems().empty());
}

TEST(HistoryChecker, RejectsASignalToAStranger) {
  Scene left, nobody, died;
  left.call(kChild, SetGroup{kChild, kChild}, 22, 25);
  left.call(kParent, KillGroup{kParent, Signal::hup}, 30, 40);
  left.run_handler(kParent, Signal::hup, 31);
  left.run_handler(kChild, Signal::hup, 33);
  nobody.run_handler(kChild, Signal::hup, 33);
  died.end(kChild, 25, std::nullopt);
  died.call(kParent, Wait{}, 30, 40, Result::ok(kChild, status_of(Signal::hup)));
  for (const Scene* scene : {&left, &nobody, &died}) EXPECT_TRUE(scene->rejected("P5"));
}

TEST(HistoryChecker, RejectsAGroupSignalThatComesTwiceOrAfterItsEnd) {
  Scene twice, late;
  for (Scene* scene : {&twice, &late}) {
    scene->call(kParent, KillGroup{kParent, Signal::hup}, 30, 40);
    scene->run_handler(kParent, Signal::hup, 31);
    scene->run_handler(kChild, Signal::hup, 33);
  }
  twice.run_handler(kChild, Signal::hup, 34);
  late.run_handler(kChild, Signal::hup, 50);
  for (const Scene* scene : {&twice, &late}) EXPECT_TRUE(scene->rejected("P5"));
}

TEST(HistoryChecker, RejectsAGroupSignalWithTheWrongResult) {
  Scene there, gone;
  there.call(kParent, KillGroup{kParent, Signal::none}, 30, 40, Result::fail(Errno::esrch));
  gone.call(kParent, KillGroup{kOther, Signal::none}, 30, 40);
  for (const Scene* scene : {&there, &gone}) EXPECT_TRUE(scene->rejected("P5"));
}

TEST(HistoryChecker, RejectsEnteringAGroupOfNobody) {
  Scene scene;
  scene.history.quiet = {25};
  scene.call(kChild, SetGroup{kChild, kOther}, 30, 40);
  EXPECT_TRUE(scene.rejected("P5"));
}

// A process that has moved away and back, and one that says that it has moved but has not.
TEST(Checker, KnowsWhereAProcessWasWhen) {
  Scene scene;
  scene.history.lives.at(kChild).stays = {{30, 35, kHere}};
  scene.history.quiet = {25, 36};
  scene.call(kParent, List{}, 40, 45, list_of({{kParent, kInit, kParent, kHere, false}, {kChild, kParent, kParent, kHere, false}}));
  scene.call(kParent, List{}, 28, 33, list_of({{kParent, kInit, kParent, kHere, false}}));   // it was on its way
  EXPECT_TRUE(scene.problems().empty());
  scene.call(kParent, List{}, 50, 55, list_of({{kParent, kInit, kParent, kHere, false}, {kChild, kParent, kParent, kThere, false}}));
  EXPECT_TRUE(scene.rejected("P2"));
}

TEST(Checker, RejectsAMoveThatDidNotHappen) {
  Scene scene;
  scene.history.lives.at(kParent).stays = {{30, 35, kHere}};   // where nobody ever departs a move goes nowhere
  scene.call(kChild, Migrate{kNoPid, kHere}, 40, 45);
  EXPECT_TRUE(scene.rejected("P2"));
}

TEST(Checker, RejectsALongWayToAProcess) {
  Scene scene;
  scene.call(kParent, Kill{kChild, Signal::none}, 40, 45).path = 13;
  EXPECT_TRUE(scene.rejected("P7"));
}

}   // namespace
}   // namespace ssi::test
