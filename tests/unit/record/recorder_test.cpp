// What the recorder makes of the cluster's calls.
#include "sim/record/recorder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/record/builders.hpp"

namespace ssi {
namespace {

using record::Place;
using record::Recorder;
using test::finished;
using test::kind_of;
using Counts = std::vector<std::uint64_t>;

struct Ask {
  static constexpr std::string_view kName = "ASK";
};
struct Tell {
  static constexpr std::string_view kName = "TELL";
};

Header header(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) { return {.from = {from}, .to = {to}, .bytes = bytes}; }

TEST(Recorder, CountsASucceededCallByPlace) {
  Recorder recorder({.nodes = 2});
  for (std::uint64_t i = 1; i <= 100; ++i) {
    recorder.call_settled(recorder.call_answered(finished({.id = i, .latency_ns = static_cast<std::int64_t>(i)})), 0);
  }
  recorder.call_settled(recorder.call_answered(finished({.id = 101, .latency_ns = 250, .served = 1, .path_messages = 2})), 3);
  recorder.finished({1000});

  const record::CallStats& local = recorder.calls(kind_of("kill"), Place::local);
  EXPECT_EQ(local.succeeded(), 100U);
  EXPECT_EQ(local.latency.percentile_ns(50), 50);
  EXPECT_EQ(local.latency.percentile_ns(99), 99);
  EXPECT_EQ(local.messages.counts(), Counts{100});
  const record::CallStats& remote = recorder.calls(kind_of("kill"), Place::remote);
  EXPECT_EQ(remote.latency.max_ns(), 250);
  EXPECT_EQ(remote.messages.counts(), (Counts{0, 0, 0, 1}));
  EXPECT_EQ(remote.critical_path.counts(), (Counts{0, 0, 1}));
}

TEST(Recorder, BooksMessagesWhenACallIsSettledAfterItsAnswer) {
  Recorder recorder({});
  const record::Ticket first = recorder.call_answered(finished({.id = 1, .path_messages = 2}));
  const record::Ticket second = recorder.call_answered(finished({.id = 2, .path_messages = 0}));
  EXPECT_TRUE(recorder.calls(kind_of("kill"), Place::local).messages.counts().empty());
  recorder.call_settled(second, 0);
  recorder.call_settled(first, 4);
  EXPECT_EQ(recorder.calls(kind_of("kill"), Place::local).messages.counts(), (Counts{1, 0, 0, 0, 1}));
}

TEST(Recorder, FlushesCallsThatWereNeverSettledWithTheirCriticalPath) {
  Recorder recorder({});
  recorder.call_answered(finished({.id = 1, .path_messages = 2}));
  recorder.finished({5000});
  EXPECT_EQ(recorder.unsettled(), 1U);
  EXPECT_EQ(recorder.calls(kind_of("kill"), Place::local).messages.counts(), (Counts{0, 0, 1}));
}

TEST(Recorder, KeepsErrorsOutOfLatencies) {
  Recorder recorder({});
  recorder.call_settled(recorder.call_answered(finished({.id = 1, .latency_ns = 7, .error = Errno::esrch})), 2);
  recorder.call_settled(recorder.call_answered(finished({.id = 2, .latency_ns = 9})), 0);
  const record::CallStats& stats = recorder.calls(kind_of("kill"), Place::local);
  EXPECT_EQ(stats.errors[static_cast<std::size_t>(Errno::esrch)], 1U);
  EXPECT_EQ(stats.failed(), 1U);
  EXPECT_EQ(stats.latency.count(), 1U);
  EXPECT_EQ(stats.latency.min_ns(), 9);
  EXPECT_EQ(stats.messages.counts(), Counts{1});
  EXPECT_EQ(stats.messages_of_failed.counts(), (Counts{0, 0, 1}));
}

TEST(Recorder, ServiceTimeLeavesOutWaitingForAnotherProcess) {
  Recorder recorder({});
  recorder.call_answered(finished({.call = "wait", .latency_ns = 200, .where = {.cpu = 50, .blocked = 150}}));
  const record::CallStats& stats = recorder.calls(kind_of("wait"), Place::local);
  EXPECT_EQ(stats.latency.max_ns(), 200);
  EXPECT_EQ(stats.service.max_ns(), 50);
  EXPECT_EQ(stats.where.blocked, 150);
}

TEST(Recorder, WarmUpIsInNoStatisticButInTheFingerprint) {
  const auto run = [](bool early_event) {
    Recorder recorder({.warmup_until = {1000}, .nodes = 2, .duration = {10'000}});
    if (early_event) recorder.delivered({{10}, {0}, {1}, hash_of("ASK"), "ASK"});
    recorder.call_settled(recorder.call_answered(finished({.id = 1, .issued_ns = 999, .latency_ns = 500})),
                          2);   // answered after warm-up, but asked before
    recorder.message_sent({999}, header(0, 1, 64), kMessageType<Ask>);
    recorder.work_done({999}, 0, {0});
    recorder.noted({0}, {Note::Kind::locality_test, 0});
    recorder.call_abandoned(finished({.call = "wait", .issued_ns = 500, .latency_ns = 499}));
    recorder.finished({2000});
    EXPECT_EQ(recorder.calls(kind_of("kill"), Place::local).succeeded(), 0U);
    EXPECT_TRUE(recorder.calls(kind_of("kill"), Place::local).messages.counts().empty());
    EXPECT_EQ(recorder.messages().count, 0U);
    EXPECT_EQ(recorder.work()[0].done, 0U);
    EXPECT_EQ(recorder.work()[0].last, Instant{999});
    EXPECT_EQ(recorder.dispatch().checks, 0U);
    EXPECT_EQ(recorder.abandoned(kind_of("wait")), 0U);
    EXPECT_EQ(recorder.unsettled(), 0U);
    EXPECT_TRUE(recorder.timeline().buckets().empty());
    return recorder.fingerprint();
  };
  EXPECT_NE(run(true), run(false));
}

TEST(Recorder, FingerprintSeesTimeEndsKindAndOrder) {
  using Events = std::vector<record::Delivered>;
  const record::Delivered ask{{10}, {0}, {1}, hash_of("ASK"), "ASK"};
  const record::Delivered tell{{10}, {1}, {0}, hash_of("TELL"), "TELL"};
  const auto print = [](const Events& events) {
    Recorder recorder({.nodes = 2});
    for (const auto& event : events) recorder.delivered(event);
    return recorder.fingerprint();
  };
  const auto base = print({ask, tell});
  EXPECT_EQ(base, print({ask, tell}));
  EXPECT_NE(base, print({tell, ask}));
  for (auto change : {+[](record::Delivered& e) { ++e.at.ns; }, +[](record::Delivered& e) { ++e.from.value; },
                      +[](record::Delivered& e) { --e.to.value; }, +[](record::Delivered& e) { ++e.kind; }}) {
    record::Delivered changed = ask;
    change(changed);
    EXPECT_NE(base, print({changed, tell}));
  }
}

TEST(Recorder, CountsMessagesByTypeAndPair) {
  Recorder recorder({.nodes = 3});
  recorder.message_sent({1}, header(0, 1, 100), kMessageType<Tell>);
  recorder.message_sent({2}, header(0, 1, 100), kMessageType<Ask>);
  recorder.message_sent({3}, header(2, 0, 50), kMessageType<Ask>);
  const record::MessageStats stats = recorder.messages();
  EXPECT_EQ(stats.count, 3U);
  EXPECT_EQ(stats.bytes, 250U);
  ASSERT_EQ(stats.by_type.size(), 2U);
  EXPECT_EQ(stats.by_type[0].name, "ASK");
  EXPECT_EQ(stats.by_type[0].count, 2U);
  EXPECT_EQ(stats.by_type[0].bytes, 150U);
  EXPECT_EQ(stats.between, (Counts{0, 2, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(stats.between_bytes, (Counts{0, 200, 0, 0, 0, 0, 50, 0, 0}));
}

TEST(Recorder, ManyNodesHaveNoMatrix) {
  Recorder recorder({.nodes = record::kMaxMatrixNodes + 1});
  recorder.message_sent({1}, header(0, 256, 100), kMessageType<Ask>);
  EXPECT_EQ(recorder.messages().count, 1U);
  EXPECT_TRUE(recorder.messages().between.empty());
}

TEST(Recorder, TimesWorkFromWhenItShouldHaveBegun) {
  Recorder recorder({});
  recorder.work_done({100}, 1, {40});
  recorder.work_done({300}, 1, {290});
  ASSERT_EQ(recorder.work().size(), 2U);
  EXPECT_EQ(recorder.work()[0].done, 0U);
  EXPECT_EQ(recorder.work()[1].done, 2U);
  EXPECT_EQ(recorder.work()[1].last, Instant{300});
  EXPECT_EQ(recorder.work()[1].from_intended.max_ns(), 60);
}

TEST(Timeline, BucketsAreANiceHundredthOfTheDuration) {
  EXPECT_EQ(record::Timeline({10'000'000'000}).width().ns, 100'000'000);
  EXPECT_EQ(record::Timeline({1'500'000'000}).width().ns, 20'000'000);
  EXPECT_EQ(record::Timeline({0}).width().ns, 1);
}

TEST(Timeline, StaysBoundedAndLosesNothing) {
  record::Timeline timeline({100});
  for (std::int64_t t = 0; t < 10'000; ++t) timeline.call({t}, t, t % 2 == 0);
  EXPECT_LE(timeline.buckets().size(), record::Timeline::kMaxBuckets);
  std::uint64_t calls = 0;
  std::uint64_t latencies = 0;
  for (const auto& bucket : timeline.buckets()) {
    calls += bucket.calls_completed;
    latencies += bucket.latency.count();
  }
  EXPECT_EQ(calls, 10'000U);
  EXPECT_EQ(latencies, 5'000U);
  EXPECT_EQ(timeline.buckets()[0].calls_completed, static_cast<std::uint64_t>(timeline.width().ns));
}

TEST(OpsFile, HasALineForEachSettledCall) {
  const test::TempFolder folder;
  Recorder recorder({.warmup_until = {1000}, .ops_path = folder / "ops.jsonl", .nodes = 2});
  const record::Ticket spawn = recorder.call_answered(finished({.id = 1, .call = "spawn", .issued_ns = 5, .latency_ns = 20, .served = 1}));
  recorder.call_settled(recorder.call_answered(finished({.id = 2, .error = Errno::esrch})), 0);
  recorder.call_settled(spawn, 2);
  recorder.finished({100});
  EXPECT_EQ(recorder.error(), "");
  const std::string pid = std::to_string(init_of({0}, {1}).value);
  EXPECT_EQ(test::content_of(folder / "ops.jsonl"),
            "{\"t_ns\":0,\"node\":0,\"pid\":" + pid +
                ",\"call\":\"kill\",\"served\":\"local\",\"node_served\":0,\"latency_ns\":1000,\"messages\":0,\"error\":\"ESRCH\"}\n"
                "{\"t_ns\":5,\"node\":0,\"pid\":" +
                pid + ",\"call\":\"spawn\",\"served\":\"remote\",\"node_served\":1,\"latency_ns\":20,\"messages\":2,\"error\":null}\n");
}

TEST(OpsFile, FullDiskIsAnErrorAndNotAnException) {
  Recorder recorder({.ops_path = "/dev/full"});
  recorder.call_settled(recorder.call_answered(finished({})), 0);
  recorder.finished({1});
  EXPECT_EQ(recorder.error(), "/dev/full: No space left on device");
}

TEST(EventList, NamesTheFirstDifference) {
  const test::TempFolder folder;
  const auto write = [&](const std::string& name, const std::vector<record::Delivered>& events) {
    Recorder recorder({.events_path = folder / name, .nodes = 2});
    for (const auto& event : events) recorder.delivered(event);
    recorder.finished({99});
    EXPECT_EQ(recorder.error(), "");
  };
  const record::Delivered boot{{0}, {0}, {0}, hash_of("boot"), "boot"};
  const record::Delivered ask{{10}, {0}, {1}, hash_of("ASK"), "ASK"};
  const record::Delivered two_words{{10}, {1}, {0}, hash_of("call kill"), "call kill"};
  write("a", {boot, ask, boot});
  write("same", {boot, ask, boot});
  write("other", {boot, two_words, boot});
  write("short", {boot});
  EXPECT_FALSE(record::first_difference(folder / "a", folder / "same"));
  const auto other = record::first_difference(folder / "a", folder / "other");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->index, 1U);
  EXPECT_EQ(other->first, "t=10ns 0->1 ASK");
  EXPECT_EQ(other->second, "t=10ns 1->0 call kill");
  const auto shorter = record::first_difference(folder / "a", folder / "short");
  ASSERT_TRUE(shorter);
  EXPECT_EQ(shorter->second, "(end)");
  EXPECT_THROW(record::first_difference(folder / "a", folder / "none"), std::runtime_error);
}

}   // namespace
}   // namespace ssi
