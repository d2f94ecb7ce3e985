// What each design delivers of the behaviours, here without the simulator: the same as MATRIX.md, which the program writes.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/unit/conformance/matrix.hpp"
#include "tests/unit/conformance/stage_run.hpp"

namespace ssi::test {
namespace {

using conformance::Behaviour;
using conformance::Outcome;

struct Found {
  Outcome outcome;
  std::string why;
};
Found play(const Behaviour& behaviour, std::string_view strategy, config::Values params = {}, StageRun::Liar liar = {}) {
  StageRun run(behaviour, strategy, std::move(params), std::move(liar));
  run.run();
  return {run.stage.outcome(), run.stage.why()};
}

// "vproc_switch process+channel": the name, and what its cover is.
std::pair<std::string, config::Values> design_of(const std::string& label) {
  std::istringstream in(label);
  std::string name, part;
  in >> name;
  std::vector<std::string> cover;
  while (std::getline(in >> std::ws, part, '+')) cover.push_back(part);
  return {name, cover.empty() ? config::Values{} : config::Values{{"cover", cover}}};
}

TEST(Conformance, TheMatrixIsWhatTheDesignsDo) {
  const Matrix matrix = golden();
  ASSERT_GE(matrix.size(), 6U);
  for (const auto& [label, outcomes] : matrix) {
    const auto [name, params] = design_of(label);
    ASSERT_EQ(outcomes.size(), conformance::behaviours().size()) << label;
    for (const Behaviour& behaviour : conformance::behaviours()) {
      const Found found = play(behaviour, name, params);
      EXPECT_EQ(name_of(found.outcome), outcomes.at(std::string(behaviour.name))) << label << ", " << behaviour.name << ": " << found.why;
    }
  }
}

TEST(Conformance, ProcessesOfAnImageWithOneInitAreAsOnOneMachine) {
  for (const Behaviour& behaviour : conformance::behaviours()) {
    if (behaviour.serves != "process") continue;
    const Found found = play(behaviour, "vproc_switch", {{"init", std::string("single")}});
    EXPECT_EQ(name_of(found.outcome), "holds") << behaviour.name << ": " << found.why;
  }
}

TEST(Conformance, EveryBehaviourHoldsOnOneMachine) {
  for (const Behaviour& behaviour : conformance::behaviours()) {
    const Found found = play(behaviour, "smp");
    EXPECT_EQ(name_of(found.outcome), "holds") << behaviour.name << ": " << found.why;
  }
}

// A machine that answers every call of one kind with success and does nothing must lose the behaviour for one kind at least that is
// not how its programs come to be: no behaviour holds by itself.
TEST(Conformance, EveryBehaviourNoticesCallsWithoutEffect) {
  const std::set<std::string_view> kStaging{"spawn", "fork", "exit", "pause"};
  for (const Behaviour& behaviour : conformance::behaviours()) {
    std::set<std::string_view> used, noticed;
    const auto record = [&](const Call& call) {
      used.insert(kCallNames[call.index()]);
      return std::optional<Result>();
    };
    play(behaviour, "smp", {}, record);
    for (std::string_view kind : used) {
      const auto lie = [&](const Call& call) { return kCallNames[call.index()] == kind ? std::optional(Result::ok()) : std::nullopt; };
      if (!kStaging.contains(kind) && play(behaviour, "smp", {}, lie).outcome != Outcome::holds) noticed.insert(kind);
    }
    EXPECT_FALSE(noticed.empty()) << behaviour.name;
  }
}

// ... and a machine that refuses a kind is said to miss what needs it.
TEST(Conformance, WhatIsRefusedIsMissing) {
  for (const Behaviour& behaviour : conformance::behaviours()) {
    bool missed = false;
    for (std::string_view kind : kCallNames) {
      const auto refuse = [&](const Call& call) {
        return kCallNames[call.index()] == kind ? std::optional(Result::fail(Errno::enosys)) : std::nullopt;
      };
      missed |= kind != "exit" && play(behaviour, "smp", {}, refuse).outcome == Outcome::missing;
    }
    EXPECT_TRUE(missed) << behaviour.name;
  }
}

TEST(Conformance, ThereAreFortyAndTheirNamesDiffer) {
  std::set<std::string_view> names;
  std::map<std::string_view, int> classes;
  for (const Behaviour& behaviour : conformance::behaviours()) {
    names.insert(behaviour.name);
    ++classes[behaviour.serves];
  }
  EXPECT_EQ(names.size(), conformance::behaviours().size());
  EXPECT_GE(names.size(), 40U);
  EXPECT_EQ(classes.size(), 4U);
}

}   // namespace
}   // namespace ssi::test
