// The `queue` fidelity's port against queueing theory: many senders, each at random (Poisson), one receiver, messages of one
// length, no longer than a chunk. The receiver's port is then an M/D/1 queue: mean wait = load x S / (2 (1 - load)), S the
// time of one message on the wire.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/base/distributions.hpp"
#include "models/base/random.hpp"
#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

constexpr std::uint32_t kSenders = 255;                    // so many that a sender's own port is all but idle
constexpr std::int64_t kService = 80, kLatency = 10'000;   // ns: 100 bytes at 10 Gb/s; two links of 5 us

// Mean wait in ns of about `messages` messages at `load` of the receiver's port.
double mean_wait(double load, std::int64_t messages) {
  const double gap = static_cast<double>(kService) * kSenders / load;   // of one sender, mean
  const auto ends = static_cast<std::int64_t>(static_cast<double>(messages) * kService / load);
  Rig rig = idle_rig(star(kSenders + 1));
  rig.fidelity = "queue";
  rig.ends = {ends};
  rig.program = [ends](std::uint32_t, workload::Self& self) -> workload::Program {
    return [](Instant until, workload::Self& me) -> workload::Program {
      (void)me;
      co_await Call(Sleep{until});
    }(Instant{ends + 1}, self);
  };
  rig.machine = [gap, ends](NodeId self) {
    Stream stream = RandomRoot(1).stream("arrivals", self.value);
    return std::make_unique<Scripted>([self, gap, ends, stream, waited = std::int64_t{0}, count = std::int64_t{0}](
                                          Instant now, const Event& event, Effects& out) mutable {
      if (const auto* message = std::get_if<MessageEvent>(&event)) {
        waited += now.ns - static_cast<std::int64_t>(std::get<Pong>(message->message->body.get<PingPong>()).call) - kLatency - kService;
        ++count;
      } else if (self.value == 0) {
        if (std::holds_alternative<TimerEvent>(event)) say(now, fmt::format("{} {}", waited, count));
        else out.set_timer({0}, 0, Duration{ends - 1});
      } else {
        if (std::holds_alternative<TimerEvent>(event)) out.send({0}, {0}, PingPong{Pong{0, static_cast<std::uint64_t>(now.ns)}});
        out.set_timer({0}, 0, exponential(stream, gap), true);
      }
    });
  };
  const auto lines = run(rig);
  long long at = 0, waited = 0, count = 0;
  EXPECT_EQ(std::sscanf(lines.at(0).c_str(), "%lld %lld %lld", &at, &waited, &count), 3) << lines.at(0);
  EXPECT_GT(count, messages * 9 / 10);
  return static_cast<double>(waited) / static_cast<double>(count);
}

TEST(Queueing, APortIsAnMD1Queue) {
  for (double load : {0.5, 0.8, 0.95}) {
    const double theory = load * kService / (2 * (1 - load));
    const double measured = mean_wait(load, load > 0.9 ? 4'000'000 : 1'000'000);
    std::printf("load %.2f: mean wait %.2f ns, M/D/1 %.2f ns\n", load, measured, theory);
    std::fflush(stdout);   // or the next child prints it again
    EXPECT_NEAR(measured / theory, 1, 0.02) << "at load " << load;
  }
}

}   // namespace
}   // namespace ssi::sim::test
