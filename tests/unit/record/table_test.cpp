// The table that people see, whole. A change of it is a change of what users read: look before you accept it.
#include "sim/report/table.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/report/results.hpp"
#include "tests/unit/record/builders.hpp"

namespace ssi {
namespace {

using test::finished;

struct Ask {
  static constexpr std::string_view kName = "ASK";
};

std::string run_text(const std::string& label, std::uint64_t seed, bool network) {
  record::Recorder recorder({.nodes = network ? 4U : 1U, .duration = {1'000'000'000}});
  std::uint64_t id = 0;
  const auto add = [&](test::CallShape shape, std::uint32_t messages) {
    shape.id = ++id;
    recorder.call_settled(recorder.call_answered(finished(shape)), messages);
  };
  for (std::int64_t i = 0; i < 10; ++i) {
    add({.call = "spawn", .latency_ns = 260'000 + i}, 0);
    if (network) add({.call = "spawn", .latency_ns = 350'000 + 1'000 * i, .served = 1}, 2);
    add({.call = "wait", .latency_ns = 2'000'000, .where = {.blocked = 1'998'000}}, network ? 1 : 0);
  }
  if (network) add({.call = "kill", .served = 2, .error = Errno::esrch}, 2);
  if (network) recorder.message_sent({1}, {.from = {0}, .to = {1}, .bytes = 2048}, kMessageType<Ask>);
  recorder.work_done({network ? 500'000'000 : 250'000'000}, 0, {0});
  recorder.finished({network ? 500'000'000 : 250'000'000});
  auto facts = test::facts();
  facts.strategy = facts.label = label;
  facts.seed = seed;
  return report::run_json(facts, recorder);
}

TEST(Table, IsWhatItWas) {
  config::Scenario scenario;
  scenario.expect.push_back({"calls.spawn.remote.p99", "", std::nullopt, "355us", std::nullopt});
  const auto results = report::make_results(
      {.version = "1", .simgrid = "3", .simgrid_cfg = {}, .scenario_echo = R"({"name": "demo"})"}, scenario,
      {run_text("smp", 1, false), run_text("smp", 2, false), run_text("vproc_switch", 1, true), run_text("vproc_switch", 2, true)}, true);
  EXPECT_EQ(results.missed, 2U);
  EXPECT_EQ(results.table, R"(demo: flow, seeds 1 to 2

call   served  strategy      count      p50      p99  msg/call  p50 vs smp  errors
spawn  local   smp              20   260 us   260 us      0.00        1.00
spawn  local   vproc_switch     20   260 us   260 us      0.00        1.00
spawn  remote  vproc_switch     20   354 us   359 us      2.00        1.36
wait   local   smp              20  2.00 ms  2.00 ms      0.00        1.00
wait   local   vproc_switch     20  2.00 ms  2.00 ms      1.00        1.00
wait*  local   smp              20  2.00 us  2.00 us      0.00        1.00
wait*  local   vproc_switch     20  2.00 us  2.00 us      1.00        1.00
kill   remote  vproc_switch      0        -        -         -           -  ESRCH 2
* without the time in which the call waited for another process

work: file compiled  done  per second  makespan  messages     bytes  slow-down vs smp
smp                     2        4.00    250 ms         0       0 B  1.00 (1.00 to 1.00)
vproc_switch            2        2.00    500 ms         1  2.00 KiB  2.00 (2.00 to 2.00)

expect missed: calls.spawn.remote.p99 is 359 us, max 355 us (vproc_switch, seed 1)
expect missed: calls.spawn.remote.p99 is 359 us, max 355 us (vproc_switch, seed 2)
expect: 2 kept, 2 missed
)");
}

}   // namespace
}   // namespace ssi
