// What results say of coherent pages, and of values that programs knew.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "models/base/enum_names.hpp"
#include "sim/report/metrics.hpp"
#include "tests/unit/record/builders.hpp"

namespace ssi {
namespace {

using report::Json;
using report::metric_value;
using Kind = PageNote::Kind;

enum class State : std::uint8_t { absent, shared };
enum class Event : std::uint8_t { load, store };

void note(record::Recorder& recorder, Kind kind, std::uint64_t page, std::string_view table) {
  PageNote note{kind, {page}};
  note.table = table;
  if (kind == Kind::transition) note.state = kEnumNames<State, 2>[1];
  if (kind == Kind::transition) note.event = kEnumNames<Event, 2>[1];
  recorder.noted(note);
}

Json run_of(record::Recorder& recorder) {
  recorder.finished({1000});
  return Json::parse(report::run_json(test::facts(), recorder));
}

TEST(EnumNames, AreThoseOfTheSource) {
  EXPECT_EQ((kEnumNames<State, 2>), (std::array<std::string_view, 2>{"absent", "shared"}));
  EXPECT_EQ((kEnumNames<PageNote::Kind, kPageNotes>[7]), "transition");
}

TEST(Coherence, IsCountedByKindByTableAndByTransition) {
  record::Recorder recorder({});
  for (int i = 0; i < 3; ++i) note(recorder, Kind::fault, 7, "process");
  note(recorder, Kind::fault, 8, "inode");
  note(recorder, Kind::transfer, 7, "process");
  note(recorder, Kind::invalidation, 8, "inode");
  note(recorder, Kind::forward, 8, "inode");
  note(recorder, Kind::transition, 8, "inode");
  note(recorder, Kind::transition, 7, "process");
  const Json run = run_of(recorder);
  EXPECT_EQ(run["coherence"]["faults_by_table"], Json({{"inode", 1}, {"process", 3}}));
  EXPECT_EQ(run["coherence"]["transitions"], Json({{"shared+store", 2}}));
  EXPECT_EQ(metric_value(run, "coherence.faults"), 4);
  EXPECT_EQ(metric_value(run, "coherence.transfers"), 1);
  EXPECT_EQ(metric_value(run, "coherence.invalidations"), 1);
  EXPECT_EQ(metric_value(run, "coherence.forwards"), 1);
  EXPECT_EQ(metric_value(run, "coherence.retries"), 0);
  EXPECT_EQ(metric_value(run, "coherence.faults_by_table.process"), 3);
  EXPECT_EQ(metric_value(run, "coherence.faults_by_table.run_queue"), 0) << "a count of what never happened";
  EXPECT_EQ(metric_value(run, "coherence.transitions.shared+store"), 2);
}

TEST(Coherence, NamesTheHottestPages) {
  record::Recorder recorder({});
  for (std::uint64_t page = 40; page > 0; --page)
    for (std::uint64_t i = 0; i < (page <= 20 ? 2 : page); ++i) note(recorder, Kind::fault, page, "name");
  note(recorder, Kind::transfer, 1000, "name");
  const Json run = run_of(recorder);
  const Json& hottest = run["coherence"]["hottest"];
  ASSERT_EQ(hottest.size(), record::kHottestPages);
  EXPECT_EQ(hottest[0], Json({{"page", 40}, {"table", "name"}, {"faults", 40}, {"invalidations", 0}, {"transfers", 0}}));
  EXPECT_EQ(hottest[9]["page"], 31);
}

TEST(Coherence, OfPagesAlikeTheLowestNumberIsHotter) {
  record::Recorder recorder({});
  for (const std::uint64_t page : {9, 3, 5}) note(recorder, Kind::fault, page, "name");
  const Json run = run_of(recorder);
  EXPECT_EQ(run["coherence"]["hottest"][0]["page"], 3);
  EXPECT_EQ(run["coherence"]["hottest"][2]["page"], 9);
}

TEST(Coherence, LeavesWarmUpOut) {
  record::Recorder recorder({.warmup_until = {500}});
  recorder.delivered({{499}, {0}, {0}, 1, "ASK"});
  note(recorder, Kind::fault, 1, "name");
  recorder.delivered({{500}, {0}, {0}, 1, "ASK"});
  note(recorder, Kind::fault, 1, "name");
  EXPECT_EQ(run_of(recorder)["coherence"]["faults"], 1);
}

TEST(Consistency, IsThereWhereAWorkloadKnowsValues) {
  record::Recorder none({}), some({});
  some.values_checked(5, {});
  some.values_checked(2, {"node 1 reads 3, right is 4: an item"});
  EXPECT_FALSE(run_of(none).contains("consistency"));
  const Json run = run_of(some);
  EXPECT_EQ(metric_value(run, "consistency.checked"), 7);
  EXPECT_EQ(metric_value(run, "consistency.violations"), 1);
  EXPECT_EQ(metric_value(run, "consistency.undecided"), 0);
  EXPECT_EQ(run["consistency"]["details"][0], "node 1 reads 3, right is 4: an item");
}

}   // namespace
}   // namespace ssi
