// Under load: the cores of a node against queueing theory, and the two fidelities against each other.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/base/distributions.hpp"
#include "models/base/random.hpp"
#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

constexpr std::int64_t kRouteLatency = 10'000, kMessage = 80;   // ns: two links of 5 us; 100 bytes at 10 Gb/s

workload::Program sleeper(Instant until, workload::Self& self) {
  (void)self;
  co_await Call(Sleep{until});
}

// Mean wait for a core in ns: messages of 64 senders, each at random, every one exponential work of 50 us, on 8 cores.
double wait_for_core(double load, std::int64_t messages, std::uint64_t seed) {
  constexpr std::uint32_t kSenders = 64, kCores = 8;
  constexpr double kWork = 50'000;
  const double gap = kWork / kCores / load * kSenders;
  const auto ends = static_cast<std::int64_t>(static_cast<double>(messages) * kWork / kCores / load);
  Rig rig = idle_rig(star(kSenders + 1, kCores));
  rig.fidelity = "queue";
  rig.ends = {ends};
  rig.program = [ends](std::uint32_t, workload::Self& self) { return sleeper(Instant{ends + 1}, self); };
  rig.machine = [gap, ends, seed](NodeId self) {
    Stream arrivals = RandomRoot(seed).stream("arrivals", self.value);
    Stream works = RandomRoot(seed).stream("works", self.value);
    return std::make_unique<Scripted>(
        [=, waited = std::int64_t{0}, count = std::int64_t{0}](Instant now, const Event& event, Effects& out) mutable {
          if (const auto* message = std::get_if<MessageEvent>(&event)) {
            waited +=
                now.ns - static_cast<std::int64_t>(std::get<Pong>(message->message->body.get<PingPong>()).call) - kRouteLatency - kMessage;
            ++count;
            out.work(exponential(works, kWork));
          } else if (self.value == 0) {
            if (std::holds_alternative<TimerEvent>(event)) say(now, fmt::format("{} {}", waited, count));
            else out.set_timer({0}, 0, Duration{ends - 10'000'000});
          } else {
            if (std::holds_alternative<TimerEvent>(event)) out.send({0}, {0}, PingPong{Pong{0, static_cast<std::uint64_t>(now.ns)}});
            out.set_timer({0}, 0, exponential(arrivals, gap), true);
          }
        });
  };
  const auto lines = run(rig);
  long long at = 0, waited = 0, count = 0;
  EXPECT_EQ(std::sscanf(lines.at(0).c_str(), "%lld %lld %lld", &at, &waited, &count), 3) << lines.at(0);
  return static_cast<double>(waited) / static_cast<double>(count);
}

// Erlang's C formula: mean wait of M/M/c in units of the mean service time.
double erlang_c(std::uint32_t cores, double load) {
  const double offered = load * cores;
  double term = 1, sum = 1;
  for (std::uint32_t k = 1; k < cores; ++k) sum += term *= offered / k;
  const double all_busy = term * offered / cores / (1 - load);
  return all_busy / (sum + all_busy) / (cores * (1 - load));
}

TEST(UnderLoad, TheCoresAreAnMMCQueue) {
  constexpr std::uint64_t kSeeds = 6;   // one run's mean wait at 95 % differs from the next one's by 3 %
  for (double load : {0.5, 0.8, 0.95}) {
    double measured = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) measured += wait_for_core(load, load < 0.9 ? 1'000'000 : 4'000'000, seed) / kSeeds;
    const double theory = erlang_c(8, load) * 50'000;
    std::printf("load %.2f: mean wait for one of 8 cores %.0f ns, M/M/8 %.0f ns\n", load, measured, theory);
    std::fflush(stdout);
    EXPECT_NEAR(measured / theory, 1, 0.02) << "at load " << load;
  }
}

struct Wait {
  double mean, p99;   // ns above an unloaded message's time on the same route
};

// Uniform random traffic: each node sends 1,000-byte messages at random times to the others, so that its link has this load.
Wait uniform_traffic(config::Platform platform, const char* fidelity, double load, std::int64_t messages) {
  constexpr double kTime = 800;   // ns of one message on a link
  const std::uint32_t nodes = platform.nodes;
  const auto ends = static_cast<std::int64_t>(static_cast<double>(messages) / nodes * kTime / load);
  Rig rig = idle_rig(std::move(platform));
  rig.fidelity = fidelity;
  rig.ends = {ends};
  rig.program = [ends](std::uint32_t, workload::Self& self) { return sleeper(Instant{ends + 1}, self); };
  rig.machine = [=](NodeId self) {
    Stream arrivals = RandomRoot(1).stream("arrivals", self.value);
    Stream targets = RandomRoot(1).stream("targets", self.value);
    return std::make_unique<Scripted>([=](Instant now, const Event& event, Effects& out) mutable {
      if (const auto* message = std::get_if<MessageEvent>(&event))
        say({}, fmt::format("{} {}", message->message->header.from.value * nodes + self.value,
                            now.ns - static_cast<std::int64_t>(std::get<Ping>(message->message->body.get<PingPong>()).number)));
      if (std::holds_alternative<MessageEvent>(event)) return;
      if (std::holds_alternative<TimerEvent>(event)) {
        const std::uint64_t hop = targets.below(nodes - 1);
        const NodeId to{static_cast<std::uint32_t>((self.value + 1 + hop) % nodes)};
        out.send(to, {0}, PingPong{Ping{static_cast<std::uint32_t>(now.ns), 1000}});
      }
      out.set_timer({0}, 0, exponential(arrivals, kTime / load), true);
    });
  };
  std::map<long long, std::vector<long long>> by_route;
  for (const std::string& line : run(rig)) {
    long long zero = 0, route = 0, time = 0;
    if (std::sscanf(line.c_str(), "%lld %lld %lld", &zero, &route, &time) == 3) by_route[route].push_back(time);
  }
  std::vector<double> waits;
  for (auto& [route, times] : by_route) {   // the fastest of a route met nobody
    const long long least = *std::min_element(times.begin(), times.end());
    for (long long time : times) waits.push_back(static_cast<double>(time - least));
  }
  EXPECT_GT(waits.size(), static_cast<std::size_t>(messages) * 9 / 10);
  std::sort(waits.begin(), waits.end());
  double sum = 0;
  for (double wait : waits) sum += wait;
  return {sum / static_cast<double>(waits.size()), waits[waits.size() * 99 / 100]};
}

// `queue` serves messages one after the other, `flow` shares a link among all that are on it: for messages of one length, processor
// sharing waits twice as long as first come, first served (M/D/1: load x S / (1 - load), against half of that).
TEST(UnderLoad, TheFidelitiesDifferByWhatSharingAndQueueingExplain) {
  config::Platform tree = star(16);
  tree.interconnect.topology = "fat_tree";
  tree.interconnect.shape = "2;4,4;1,4;1,1";
  for (const auto& [name, platform] : {std::pair{"star", star(16)}, std::pair{"fat tree", tree}})
    for (double load : {0.3, 0.6, 0.9}) {
      const Wait flow = uniform_traffic(platform, "flow", load, 40'000);
      const Wait queue = uniform_traffic(platform, "queue", load, 40'000);
      std::printf("%s at %.0f %%: wait, mean and p99 in ns: flow %.0f %.0f, queue %.0f %.0f\n", name, load * 100, flow.mean, flow.p99,
                  queue.mean, queue.p99);
      std::fflush(stdout);
      EXPECT_NEAR(flow.mean / queue.mean, 2, 0.3);
      EXPECT_GT(flow.p99, queue.p99 * 1.2);
      EXPECT_LT(flow.p99, queue.p99 * 2.4);
    }
}

}   // namespace
}   // namespace ssi::sim::test
