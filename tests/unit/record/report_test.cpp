// Numbers in results: run layout, metrics by path, comparison, expectations, text.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/comparison.hpp"
#include "sim/report/expect.hpp"
#include "sim/report/limit.hpp"
#include "sim/report/metrics.hpp"
#include "sim/report/results.hpp"
#include "sim/report/text.hpp"
#include "sim/report/write_file.hpp"
#include "tests/unit/record/builders.hpp"

namespace ssi {
namespace {

using report::Json;
using report::metric_value;
using report::Quantity;
using test::finished;

struct Ask {
  static constexpr std::string_view kName = "ASK";
};

// One second with two kills and a failed one, on two nodes.
Json small_run() {
  record::Recorder recorder({.nodes = 2, .duration = {1'000'000'000}});
  recorder.call_settled(recorder.call_answered(finished({.id = 1, .latency_ns = 100})), 0);
  recorder.call_settled(
      recorder.call_answered(finished({.id = 2, .latency_ns = 200, .served = 1, .path_messages = 2, .where = {.wire = 120}})), 2);
  recorder.call_settled(recorder.call_answered(finished({.id = 3, .error = Errno::esrch})), 0);
  recorder.call_settled(recorder.call_answered(finished({.id = 4, .call = "compute", .latency_ns = 5})), 0);
  recorder.message_sent({1}, {.from = {0}, .to = {1}, .bytes = 125'000'000}, kMessageType<Ask>);
  recorder.message_sent({2}, {.from = {1}, .to = {0}, .bytes = 1'250'000}, kMessageType<Ask>);
  recorder.work_done({400'000'000}, 0, {0});
  recorder.work_done({500'000'000}, 0, {0});
  recorder.cpu_used({0}, {800'000'000}, {4'000'000'000});
  recorder.cpu_used({1}, {0}, {0});
  recorder.finished({1'000'000'000});
  return Json::parse(report::run_json(test::facts(), recorder));
}

TEST(RunJson, HoldsWhatWasRecorded) {
  const Json run = small_run();
  const Json& kill = run["calls"]["kill"];
  EXPECT_EQ(kill["all"]["count"], 2);
  EXPECT_EQ(kill["all"]["errors"], Json({{"ESRCH", 1}}));
  EXPECT_EQ(kill["all"]["messages"], Json({{"0", 1}, {"2", 1}}));
  EXPECT_EQ(kill["all"]["messages_per_call"], 1.0);
  EXPECT_EQ(kill["remote"]["p50_ns"], 200);
  EXPECT_EQ(kill["remote"]["where_ns"]["wire"], 120);
  EXPECT_EQ(run["work"]["unit"], "file compiled");
  EXPECT_EQ(run["work"]["per_second"], 2.0);
  EXPECT_EQ(run["work"]["makespan_ns"], 500'000'000);
  EXPECT_EQ(run["messages"]["per_call"], 2.0 / 3);   // compute is no call that a design serves
  EXPECT_EQ(run["messages"]["between"], Json::parse("[[0, 1], [1, 0]]"));
  EXPECT_EQ(run["nodes"][0]["cpu"]["kernel"], 0.1);
  EXPECT_EQ(run["nodes"][0]["cpu"]["program"], 0.5);
  EXPECT_EQ(run["nodes"][0]["egress"], 0.1);
  EXPECT_EQ(run["nodes"][1]["egress"], 0.001);
  EXPECT_TRUE(run["saturated"].is_null());
  EXPECT_EQ(run["dispatch"]["sites"], 7);
}

TEST(RunJson, AFigureOfNoCallsIsNullAndACallThatNeverCameIsAbsent) {
  record::Recorder recorder({});
  recorder.call_answered(finished({.error = Errno::esrch}));
  recorder.finished({0});
  const Json run = Json::parse(report::run_json(test::facts(), recorder));
  EXPECT_TRUE(run["calls"]["kill"]["all"]["p99_ns"].is_null());
  EXPECT_EQ(run["calls"]["kill"]["remote"]["count"], 0);
  EXPECT_FALSE(run["calls"].contains("spawn"));
  EXPECT_EQ(run["work"]["per_second"], 0.0);
  EXPECT_TRUE(run["work"]["makespan_ns"].is_null());
}

TEST(RunJson, NamesWhatIsSaturated) {
  record::Recorder recorder({.nodes = 2});
  recorder.cpu_used({1}, {3'000'000'000}, {4'900'000'000});
  recorder.finished({1'000'000'000});
  EXPECT_EQ(Json::parse(report::run_json(test::facts(), recorder))["saturated"], "node 1 cpu");
}

TEST(RunJson, SameRecordSameBytes) { EXPECT_EQ(small_run().dump(), small_run().dump()); }

TEST(Metrics, AreFoundByPath) {
  const Json run = small_run();
  EXPECT_EQ(metric_value(run, "calls.kill.p99"), 200);
  EXPECT_EQ(metric_value(run, "calls.kill.all.p99"), 200);
  EXPECT_EQ(metric_value(run, "calls.kill.local.p99"), 100);
  EXPECT_EQ(metric_value(run, "calls.kill.remote.where.wire"), 120);
  EXPECT_EQ(metric_value(run, "calls.kill.all.messages.2"), 1);
  EXPECT_EQ(metric_value(run, "calls.kill.messages.2"), 1);
  EXPECT_EQ(metric_value(run, "calls.kill.errors.ESRCH"), 1);
  EXPECT_EQ(metric_value(run, "messages.by_type.ASK.count"), 2);
  EXPECT_EQ(metric_value(run, "messages.between.0.1"), 1);
  EXPECT_EQ(metric_value(run, "nodes.1.cpu.kernel"), 0.0);
  EXPECT_EQ(metric_value(run, "work.makespan"), 500'000'000);
  EXPECT_EQ(metric_value(run, "simulated"), 1'000'000'000);
}

TEST(Metrics, ACountOfWhatNeverHappenedIsZeroAFigureOfItIsNull) {
  const Json run = small_run();
  EXPECT_EQ(metric_value(run, "calls.kill.messages.5"), 0);
  EXPECT_EQ(metric_value(run, "calls.kill.errors.EPERM"), 0);
  EXPECT_EQ(metric_value(run, "messages.by_type.TELL.count"), 0);
  EXPECT_TRUE(metric_value(run, "calls.spawn.p99").is_null());
  EXPECT_TRUE(metric_value(run, "calls.spawn.messages.2").is_null());
  EXPECT_TRUE(metric_value(run, "nodes.7.cpu.kernel").is_null());
}

TEST(Metrics, UnknownOnesAreRefused) {
  for (const char* good : {"calls.spawn.p99", "calls.spawn.remote.p999", "calls.kill.all.messages.2", "messages.per_call",
                           "work.per_second", "nodes.12.egress", "messages.by_type.ASK.bytes", "calls.kill.where.queue"})
    EXPECT_NE(report::find_metric(good), nullptr) << good;
  for (const char* bad : {"", "calls", "calls.spwan.p99", "calls.spawn.nowhere.p99", "calls.spawn.p98", "calls.kill.errors.EWRONG",
                          "calls.kill.messages.x", "messages.per_call.", "nodes.01.egress", "calls.kill.local.abandoned"})
    EXPECT_EQ(report::find_metric(bad), nullptr) << bad;
}

TEST(Metrics, EveryNameThatIsSuggestedIsOne) {
  const auto names = report::metric_names();
  EXPECT_GT(names.size(), 100U);
  for (const std::string& name : names) EXPECT_NE(report::find_metric(name), nullptr) << name;
}

TEST(Limits, NeedTheirUnit) {
  EXPECT_EQ(report::parse_limit("2ms", Quantity::time).value, 2e6);
  EXPECT_EQ(report::parse_limit("1.5us", Quantity::time).value, 1500);
  EXPECT_EQ(report::parse_limit("4KiB", Quantity::bytes).value, 4096);
  EXPECT_EQ(report::parse_limit("-0.5", Quantity::number).value, -0.5);
  EXPECT_EQ(report::parse_limit("0", Quantity::time).problem, "");
  for (const char* bad : {"2", "ms", "2 ms", "2mss", "nan", "inf", "1e400s", "1e308h", ""})
    EXPECT_NE(report::parse_limit(bad, Quantity::time).problem, "") << bad;
  EXPECT_NE(report::parse_limit("2ms", Quantity::number).problem, "");
}

// Found by tests/fuzz: the limit went through an integer, whatever its size.
TEST(Expectations, HaveLimitsThatNoIntegerHolds) {
  config::Scenario scenario;
  scenario.expect.push_back({.metric = "work.done", .strategy = "", .min = "-1e300", .max = "1e300", .equals = std::nullopt});
  std::vector<Json> runs{{{"ending", "finished"}, {"work", {{"done", 5}}}}};
  EXPECT_EQ(report::evaluate_expectations(scenario, runs), 0U);
  EXPECT_EQ(runs[0]["expect"][0]["limit"], -1e300);
  EXPECT_EQ(runs[0]["expect"][1]["limit"], 1e300);
}

Json run_of(const std::string& label, int seed, double p99_ns, double per_second = 1.0) {
  return {{"strategy", label},
          {"label", label},
          {"fidelity", "flow"},
          {"seed", seed},
          {"ending", "finished"},
          {"calls", {{"kill", {{"all", {{"p99_ns", p99_ns}}}, {"remote", {{"p99_ns", label == "smp" ? Json(nullptr) : Json(p99_ns)}}}}}}},
          {"work", {{"per_second", per_second}}}};
}

TEST(Comparison, GeometricMeanWithStudentsInterval) {
  // logs 0, ln 2, ln 4: mean ln 2, standard deviation ln 2, t(2) = 4.303.
  const report::Ratio three = report::geometric_mean({1, 2, 4});
  const double half = 4.303 * std::log(2.0) / std::sqrt(3.0);
  EXPECT_NEAR(three.ratio, 2.0, 1e-9);
  EXPECT_NEAR(three.low, std::exp(std::log(2.0) - half), 1e-8);
  EXPECT_NEAR(three.high, std::exp(std::log(2.0) + half), 1e-7);
  const report::Ratio one = report::geometric_mean({1.25});
  EXPECT_EQ(one.ratio, 1.25);
  EXPECT_EQ(one.low, 1.25);
  EXPECT_EQ(one.high, 1.25);
}

TEST(Comparison, StudentsQuantiles) {   // from printed tables
  EXPECT_EQ(report::student_t95(1), 12.706);
  EXPECT_EQ(report::student_t95(30), 2.042);
  EXPECT_NEAR(report::student_t95(40), 2.021, 5e-4);
  EXPECT_NEAR(report::student_t95(120), 1.980, 5e-4);
}

TEST(Comparison, PairsBySeedAndSkipsWhatDidNotFinish) {
  std::vector<Json> runs{run_of("smp", 1, 100), run_of("smp", 2, 1000), run_of("vproc", 1, 200), run_of("vproc", 2, 2000),
                         run_of("vproc", 3, 7)};
  const auto both = report::compare(runs, "flow", "vproc", "smp", "calls.kill.p99");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->pairs, 2U);
  EXPECT_NEAR(both->ratio, 2.0, 1e-9);
  EXPECT_NEAR(both->low, 2.0, 1e-9);   // the pairs agree exactly, whatever the seeds' own level
  runs[1]["ending"] = "interrupted";
  EXPECT_EQ(report::compare(runs, "flow", "vproc", "smp", "calls.kill.p99")->pairs, 1U);
  EXPECT_FALSE(report::compare(runs, "flow", "vproc", "smp", "calls.kill.remote.p99"));   // smp has none
}

TEST(Comparison, EveryStrategyAgainstTheFirst) {
  const Json all = report::comparison_json({run_of("smp", 1, 100), run_of("a", 1, 150), run_of("b", 1, 300)});
  ASSERT_EQ(all.size(), 4U);   // two strategies, p99 and per_second
  EXPECT_EQ(all[0], Json::parse(R"({"metric": "calls.kill.p99", "strategy": "a", "against": "smp", "fidelity": "flow", "ratio": 1.5,
                                    "low": 1.5, "high": 1.5, "pairs": 1, "confidence": null})"));
  EXPECT_EQ(all[2]["strategy"], "b");
  EXPECT_EQ(all[2]["against"], "smp");
}

config::Scenario expecting(std::string metric, std::string strategy, std::optional<std::string> min, std::optional<std::string> max) {
  config::Scenario scenario;
  scenario.expect.push_back({std::move(metric), std::move(strategy), std::move(min), std::move(max), std::nullopt});
  return scenario;
}

TEST(Expect, MissesAreCountedAndShown) {
  std::vector<Json> runs{run_of("smp", 1, 100), run_of("vproc", 1, 3e6)};
  EXPECT_EQ(report::evaluate_expectations(expecting("calls.kill.p99", "", {}, "2ms"), runs), 1U);
  EXPECT_EQ(runs[0]["expect"],
            Json::parse(R"([{"metric": "calls.kill.p99", "value": 100.0, "bound": "max", "limit": 2000000, "ok": true}])"));
  EXPECT_EQ(runs[1]["expect"][0]["ok"], false);
}

TEST(Expect, ARangeIsTwoBounds) {
  std::vector<Json> runs{run_of("vproc", 1, 1500)};
  EXPECT_EQ(report::evaluate_expectations(expecting("calls.kill.p99", "vproc", "1us", "2us"), runs), 0U);
  EXPECT_EQ(runs[0]["expect"].size(), 2U);
}

TEST(Expect, WithoutAValueItPassesOnlyBesideARunThatHasOne) {
  std::vector<Json> both{run_of("smp", 1, 100), run_of("vproc", 1, 100)};
  EXPECT_EQ(report::evaluate_expectations(expecting("calls.kill.remote.p99", "", {}, "2ms"), both), 0U);
  std::vector<Json> alone{run_of("smp", 1, 100)};
  EXPECT_EQ(report::evaluate_expectations(expecting("calls.kill.remote.p99", "", {}, "2ms"), alone), 1U);
  EXPECT_EQ(report::evaluate_expectations(expecting("calls.kill.remote.p99", "smp", {}, "2ms"), both), 1U);
}

TEST(Expect, MistakesInItAreTheUsers) {
  const auto unknown = report::check_expectations(expecting("calls.spwan.p99", "", {}, "2ms"));
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].unknown_metric, "calls.spwan.p99");
  const auto bare = report::check_expectations(expecting("calls.spawn.p99", "", "1", "2ms"));
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].key, "min");
  EXPECT_TRUE(report::check_expectations(expecting("work.per_second", "", "1", {})).empty());
}

TEST(Text, ThreeSignificantDigits) {
  EXPECT_EQ(report::human_time(0), "0 ns");
  EXPECT_EQ(report::human_time(850), "850 ns");
  EXPECT_EQ(report::human_time(999.7), "1.00 us");
  EXPECT_EQ(report::human_time(1'534'000), "1.53 ms");
  EXPECT_EQ(report::human_time(12'340'000'000), "12.3 s");
  EXPECT_EQ(report::human_time(123'456), "123 us");
  EXPECT_EQ(report::human_bytes(1536), "1.50 KiB");
  EXPECT_EQ(report::human_number(0.254), "0.25");
}

TEST(Text, ColumnsLineUpAndNamesAreShortenedByCharacters) {
  report::Columns columns({"name", "n"}, 1, false);
  columns.add({"größe", "1"});
  columns.add({"x", "1000"});
  EXPECT_EQ(columns.text(), "name      n\ngröße     1\nx      1000\n");
  EXPECT_EQ(report::shortened("größer", 5), "größ~");
  EXPECT_EQ(report::shortened("kurz", 5), "kurz");
}

TEST(WriteFile, IsThereWholeOrNotAtAll) {
  const test::TempFolder folder;
  report::write_file(folder / "a.json", "one");
  report::write_file(folder / "a.json", "two");
  EXPECT_EQ(test::content_of(folder / "a.json"), "two");
  EXPECT_THROW(report::write_file(folder / "none/a.json", "x"), report::WriteError);
}

TEST(Results, SchemaIsDraft07AndNamesWhatARunHas) {
  const Json schema = Json::parse(report::results_schema());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  const Json& run = schema["properties"]["runs"]["items"];
  Json made = small_run();
  made["expect"] = Json::array();
  for (const Json& key : run["required"]) EXPECT_TRUE(made.contains(key.get<std::string>())) << key;
  for (const auto& item : made.items()) EXPECT_TRUE(run["properties"].contains(item.key())) << item.key();
}

}   // namespace
}   // namespace ssi
