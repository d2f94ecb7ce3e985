// Programs that depart, arrive and are replaced: what the host promises beside ProgramOrder (models/port/effects.hpp).
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

using Lines = std::vector<std::string>;

const Pid kMoved = Pid::make(NodeId{0}, {1}, 2);   // the first program that node 0 starts

// Kill{pid} at node 0: that program moves to node 1, as a PING as large as what it has written. Kill{kNoPid}: says where it is served.
std::unique_ptr<Strategy> mover(NodeId self) {
  return std::make_unique<Scripted>([self](Instant now, const Event& event, Effects& out) {
    if (const auto* call = std::get_if<CallEvent>(&event)) {
      out.complete(call->id, Result::ok(), self);
      if (const auto* exec = std::get_if<Exec>(call->call)) {
        say(now, fmt::format("exec with {} bytes written", call->memory.dirty));
        return out.order({ProgramOrder::Kind::exec, call->caller, exec->program});
      }
      const Pid pid = std::get<Kill>(*call->call).pid;
      if (pid == kNoPid) say(now, fmt::format("served by {}", self.value));
      else out.order({ProgramOrder::Kind::depart, pid});
    } else if (const auto* frozen = std::get_if<Frozen>(&event)) {
      say(now, fmt::format("frozen, {} of {} bytes written", frozen->memory.dirty, frozen->memory.resident));
      out.send({1}, {1}, PingPong{Ping{1, frozen->memory.dirty}});
    } else if (std::holds_alternative<MessageEvent>(event)) {
      out.order({ProgramOrder::Kind::arrive, kMoved});
      say(now, "arrives");
    }
  });
}

class Moves : public testing::TestWithParam<const char*> {
 protected:
  // What the first program does, and when a second one has it moved.
  Lines run_it(std::function<workload::Program(workload::Self&)> first, Duration when) const {
    Rig rig{.platform = star(2), .machine = mover, .program = {}, .starts = {0, 0}, .simgrid_arguments = {}};
    rig.fidelity = GetParam();
    rig.program = [first, when](std::uint32_t program, workload::Self& self) -> workload::Program {
      if (self.pid == kMoved && program == 0) return first(self);
      return [](std::uint32_t number, Duration at, workload::Self& me) -> workload::Program {
        if (number == 7) {
          say(me.now, "the new program begins");
          co_return;
        }
        if (at.ns == 0) co_return;
        co_await Call(Sleep{me.now + at});
        co_await Call(Kill{kMoved, Signal::none});
      }(program, when, self);
    };
    return body(run(rig));
  }
};

workload::Program computes(workload::Self& me) {
  co_await Call(Compute{milliseconds(10), 4'000'000, 500'000'000});
  say(me.now, fmt::format("computed on {}", me.node));
  co_await Call(Kill{kNoPid, Signal::none});
}

workload::Program sleeps(workload::Self& me) {
  co_await Call(Sleep{me.now + milliseconds(2)});
  say(me.now, fmt::format("awake on {}", me.node));
}

workload::Program executes(workload::Self&) {
  co_await Call(Compute{milliseconds(1), 1000, 1'000'000'000});
  co_await Call(Exec{{0, 7, {}}, {}});
  ADD_FAILURE() << "the old program goes on";
}

// 4 ms done: 2 MB written, which take 1.6 ms at 10 Gb/s. What was left of the computation is done there.
TEST_P(Moves, AComputationGoesOnWithWhatWasLeft) {
  const Lines lines = run_it(computes, milliseconds(4));
  ASSERT_EQ(lines.size(), 5U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[0], "4000000 frozen, 2000000 of 4000000 bytes written");
  const auto arrived = std::stoll(lines[1]);
  EXPECT_NEAR(static_cast<double>(arrived), 4e6 + 1.6e6 + 1e4, 2e4) << lines[1];
  EXPECT_EQ(lines[2], fmt::format("{} computed on 1", arrived + 6'000'000));
  EXPECT_EQ(lines[3], fmt::format("{} served by 1", arrived + 6'000'000));
}

TEST_P(Moves, MemoryIsWrittenOnceOnly) {
  const Lines lines = run_it(computes, milliseconds(9));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0], "9000000 frozen, 4000000 of 4000000 bytes written");
}

TEST_P(Moves, WhoWakesWhileFrozenGoesOnWhereItArrives) {
  const Lines lines = run_it(sleeps, {1'999'990});
  ASSERT_EQ(lines.size(), 4U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[0], "1999990 frozen, 0 of 0 bytes written");
  EXPECT_EQ(lines[2], fmt::format("{} awake on 1", std::stoll(lines[1])));
}

TEST_P(Moves, ExecReplacesTheProgram) {
  const Lines lines = run_it(executes, {});
  ASSERT_EQ(lines.size(), 3U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[0], "1000000 exec with 1000 bytes written");
  EXPECT_EQ(lines[1], "1000000 the new program begins");
}

INSTANTIATE_TEST_SUITE_P(Fidelity, Moves, testing::Values("flow", "queue"));

}   // namespace
}   // namespace ssi::sim::test
