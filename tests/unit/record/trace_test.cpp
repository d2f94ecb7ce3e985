// trace.json, event by event.
#include "sim/record/trace.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>

#include "tests/unit/record/builders.hpp"

namespace ssi {
namespace {

using record::Gauge;
using record::Handled;
using record::Trace;
using test::finished;
using test::kind_of;
using Lines = std::vector<std::string>;

constexpr NodeId kHere{0};
constexpr NodeId kThere{1};

class TraceTest : public testing::Test {
 protected:
  void open(record::TraceFilter filter = {}) { trace_.emplace(Trace::Options{.path = path(), .filter = filter, .nodes = 2}); }
  Trace& trace() { return *trace_; }
  std::string path() const { return folder_ / "trace.json"; }

  void begin(Instant at, NodeId node, std::uint32_t work, const Handled& what) {
    trace().work_begins(at, node, what);
    trace().work_goes_on(work);
  }

  // A call is handled here from 100 to 200, sends a message that is handled there from 300 to 350.
  void remote_kill() {
    const CallId call{std::uint64_t{7} << 32};
    const Header header{.from = kHere, .to = kThere, .bytes = 64};
    begin({100}, kHere, 0, {.category = "call", .name = "kill", .cause = call, .kind = kind_of("kill")});
    trace().work_ends({200}, 0);
    trace().message_leaves(header, 3);
    trace().changed({200}, kHere, Gauge::bytes_in_flight, 64);
    trace().changed({250}, kHere, Gauge::bytes_in_flight, -64);
    trace().message_taken(header, 3);
    begin({300}, kThere, 1, {.category = "message", .name = "KILL", .cause = call, .kind = kind_of("kill")});
    trace().work_ends({350}, 1);
  }

  // Closes it; its events without the names of processes and tracks.
  Lines events() {
    trace().finished({1000});
    return read();
  }
  Lines read() const {
    std::istringstream text(test::content_of(path()));
    Lines out;
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("{\"ph\":") && line.find("\"ph\":\"M\"") == std::string::npos)
        out.push_back(line.substr(0, line.find_last_of('}') + 1));
    return out;
  }

 private:
  test::TempFolder folder_;
  std::optional<Trace> trace_;
};

TEST_F(TraceTest, DrawsAMessageAsAnArrowBetweenTheSlicesOfItsHandlers) {
  open();
  remote_kill();
  EXPECT_EQ(events(), (Lines{R"({"ph":"X","name":"kill","cat":"call","ts":0.100,"dur":0.0999,"pid":1,"tid":4,"args":{"call":7}})",
                             R"({"ph":"C","name":"bytes in flight","ts":0.200,"pid":1,"args":{"value":64}})",
                             R"({"ph":"s","name":"KILL","cat":"message","ts":0.199,"pid":1,"tid":4,"id":1,"args":{"bytes":64}})",
                             R"({"ph":"f","name":"KILL","cat":"message","ts":0.300,"bp":"e","pid":2,"tid":5,"id":1})",
                             R"({"ph":"X","name":"KILL","cat":"message","ts":0.300,"dur":0.0499,"pid":2,"tid":5,"args":{"call":7}})",
                             R"({"ph":"C","name":"bytes in flight","ts":0.250,"pid":1,"args":{"value":0}})"}));
}

TEST_F(TraceTest, AMessageThatNobodyHandlesDrawsNoArrow) {
  open();
  const Header header{.from = kHere, .to = kThere, .bytes = 64};
  begin({0}, kHere, 0, {.category = "event", .name = "timer", .cause = kNoCall});
  trace().work_ends({10}, 0);
  trace().message_leaves(header, 0);   // and is dropped; its number is used again by a message of the node to itself
  trace().message_taken({.from = kHere, .to = kHere}, 0);
  begin({30}, kHere, 0, {.category = "message", .name = "OTHER", .cause = kNoCall});
  trace().work_ends({40}, 0);
  for (const std::string& line : events()) EXPECT_EQ(line.find("\"cat\":\"message\",\"ts\":0.009"), std::string::npos) << line;
}

TEST_F(TraceTest, WorkAtOneTimeHasTracksOfItsOwnAndTheLowestFreeOne) {
  open();
  const Handled timer{.category = "event", .name = "timer", .cause = kNoCall};
  begin({0}, kHere, 0, timer);
  begin({1}, kHere, 1, timer);
  trace().work_ends({2}, 0);
  begin({2}, kHere, 0, timer);
  trace().work_ends({3}, 1);
  trace().work_ends({4}, 0);
  EXPECT_EQ(events(), (Lines{R"({"ph":"X","name":"timer","cat":"event","ts":0.000,"dur":0.0019,"pid":1,"tid":4})",
                             R"({"ph":"X","name":"timer","cat":"event","ts":0.001,"dur":0.0019,"pid":1,"tid":5})",
                             R"({"ph":"X","name":"timer","cat":"event","ts":0.002,"dur":0.0019,"pid":1,"tid":4})"}));
}

TEST_F(TraceTest, WhatGoesOnAtTheEndEndsThere) {
  open();
  begin({10}, kHere, 0, {.category = "event", .name = "timer", .cause = kNoCall});
  trace().computation_begins({20}, kHere, 5, {9});
  EXPECT_EQ(events(), (Lines{R"({"ph":"X","name":"timer","cat":"event","ts":0.010,"dur":0.9899,"pid":1,"tid":4})",
                             R"({"ph":"X","name":"compute","cat":"program","ts":0.020,"dur":0.9799,"pid":1,"tid":5,"args":{"pid":9}})"}));
}

TEST_F(TraceTest, ACounterIsWrittenWhenTimeGoesOnAndItHasChanged) {
  open();
  trace().changed({10}, kHere, Gauge::run_queue, 1);
  trace().changed({10}, kHere, Gauge::run_queue, -1);   // nothing waited for any time
  trace().changed({20}, kHere, Gauge::run_queue, 1);
  trace().changed({20}, kHere, Gauge::run_queue, 1);
  trace().changed({30}, kHere, Gauge::run_queue, -1);
  EXPECT_EQ(events(), (Lines{R"({"ph":"C","name":"events waiting","ts":0.020,"pid":1,"args":{"value":2}})",
                             R"({"ph":"C","name":"events waiting","ts":0.030,"pid":1,"args":{"value":1}})"}));
}

TEST_F(TraceTest, APageCountsOnceWhileItsNodeMayWriteIt) {
  open();
  trace().page_turned({10}, kHere, {3}, true);
  trace().page_turned({10}, kHere, {4}, true);
  trace().page_turned({20}, kHere, {3}, true);    // another step of its table, the same right
  trace().page_turned({20}, kHere, {5}, false);   // came to be read
  trace().page_turned({30}, kHere, {3}, false);
  EXPECT_EQ(events(), (Lines{R"({"ph":"C","name":"writable pages","ts":0.010,"pid":1,"args":{"value":2}})",
                             R"({"ph":"C","name":"writable pages","ts":0.030,"pid":1,"args":{"value":1}})"}));
}

TEST_F(TraceTest, ACallIsASpanWithWhereItsTimeWent) {
  open();
  record::FinishedCall call =
      finished({.issued_ns = 5, .latency_ns = 100, .served = 1, .error = Errno::esrch, .where = {.queue = 40, .wire = 60}});
  call.id = {std::uint64_t{3} << 32};
  trace().call(call, 2, "");
  EXPECT_EQ(
      events(),
      (Lines{
          R"({"ph":"b","name":"kill","cat":"call","ts":0.005,"pid":1,"tid":4,"id":1,"args":{"call":3,"pid":4294967297,)"
          R"("node_served":1,"messages":2,"dispatch_ns":0,"queue_ns":40,"wire_ns":60,"cpu_ns":0,"lock_ns":0,"disk_ns":0,"blocked_ns":0,"error":"ESRCH"}})",
          R"({"ph":"e","name":"kill","cat":"call","ts":0.105,"pid":1,"tid":4,"id":1})"}));
}

TEST_F(TraceTest, AFilterKeepsNeitherHalfOfAnArrowWhoseOtherHalfIsGone) {
  open({.nodes = {{1, 1}}});
  remote_kill();
  EXPECT_EQ(events(), Lines{R"({"ph":"X","name":"KILL","cat":"message","ts":0.300,"dur":0.0499,"pid":2,"tid":4,"args":{"call":7}})"});
}

TEST_F(TraceTest, AFilterKeepsWhatBeginsInItsTime) {
  open({.from = {250}, .to = {301}});
  remote_kill();
  EXPECT_EQ(events().size(), 1U);   // the handler there
  record::TraceFilter other;
  other.calls.set(kind_of("wait"));
  open(other);
  remote_kill();
  EXPECT_EQ(events().size(), 2U);   // counters are of no call
}

TEST_F(TraceTest, IsWholeWhenItIsNotFinished) {
  {
    Trace broken({.path = path(), .nodes = 2});
    broken.instant({5}, kHere, "process starts");
  }
  const std::string text = test::content_of(path());
  EXPECT_TRUE(text.ends_with("]}\n")) << text;
  EXPECT_EQ(read(), Lines{R"({"ph":"i","name":"process starts","ts":0.005,"s":"p","pid":1,"tid":4})"});
}

TEST_F(TraceTest, ANameFromOutsideIsEscaped) {
  Trace trace({.path = path(), .metadata = {{"scenario", "a \"b\"\\\n"}}});
  trace.finished({0});
  EXPECT_TRUE(test::content_of(path()).starts_with(R"({"metadata":{"scenario":"a \"b\"\\\u000a"},)"));
}

TEST(StreamFile, CompressesByItsName) {
  test::TempFolder folder;
  record::StreamFile file(folder / "a.gz");
  file.write(std::string(1000, 'x'));
  file.close();
  EXPECT_EQ(file.error(), "");
  const std::string text = test::content_of(folder / "a.gz");
  EXPECT_LT(text.size(), 100U);
  EXPECT_TRUE(text.starts_with("\x1f\x8b"));
  EXPECT_EQ(record::StreamFile("/nowhere/a.gz").error(), "/nowhere/a.gz: No such file or directory");
  record::StreamFile full("/dev/full");
  full.write("x");
  full.close();
  EXPECT_EQ(full.error(), "/dev/full: No space left on device");
}

}   // namespace
}   // namespace ssi
