// In steady state no event of the `queue` fidelity allocates: calls, messages there and back, kernel work, programs, recording, and
// the vproc switch itself. Counted in this test program's own operator new, which the sanitizers have of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "models/strategy/registry.hpp"
#include "tests/sim/machines.hpp"

namespace {
std::uint64_t allocated = 0;
}

void* operator new(std::size_t size) {
  ++allocated;
  if (void* made = std::malloc(size)) return made;
  throw std::bad_alloc();
}
void operator delete(void* made) noexcept { std::free(made); }
void operator delete(void* made, std::size_t) noexcept { std::free(made); }

namespace ssi::sim::test {
namespace {

constexpr std::uint32_t kWarm = 1400, kCalls = 2700;   // of three events: between two looks at invariants, every 4096 events

// Asks for init of node 1, from node 0: is it there?
workload::Program caller(workload::Self& self) {
  std::uint64_t when_warm = 0;
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    if (i == kWarm) when_warm = allocated;
    co_await Kill{init_on({1}), Signal::none};
  }
  say(self.now, std::to_string(allocated - when_warm) + " allocations");
}

// Node 0 ships every call to node 1, which answers.
void ship(const Event& event, Effects& out, Duration work) {
  out.work(work);
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    out.note(Note::Kind::shipped);
    return out.send({1}, {1}, PingPong{Ping{0, 100 + call->id.value % 7}});
  }
  const auto* message = std::get_if<MessageEvent>(&event);
  if (message == nullptr) return;
  const Header& header = message->message->header;
  if (header.to == NodeId{1}) return out.send(header.from, header.txn, PingPong{Pong{0, header.cause.value}});
  out.complete(header.cause, Result::ok(), header.from);
}

std::string allocations(std::function<std::unique_ptr<Strategy>(NodeId)> machine) {
  Rig rig = idle_rig(star(2));
  rig.fidelity = "queue";
  rig.ends = {100'000'000'000};
  rig.program = [](std::uint32_t, workload::Self& self) { return caller(self); };
  rig.machine = std::move(machine);
  const std::string line = run(rig).at(0);
  return line.substr(line.find(' ') + 1);
}

std::string of_shipping(Duration work) {
  return allocations(
      [work](NodeId) { return std::make_unique<Scripted>([work](Instant, const Event& event, Effects& out) { ship(event, out, work); }); });
}

TEST(Allocation, NoneInSteadyState) {
  EXPECT_EQ(of_shipping({}), "0 allocations") << "work that takes no time";
  EXPECT_EQ(of_shipping(microseconds(3)), "0 allocations") << "work that takes time";
}

TEST(Allocation, NoneByTheVprocSwitchEither) {
  const StrategyEntry* entry = find_strategy("vproc_switch");
  EXPECT_EQ(allocations([&](NodeId self) {
              return entry->make({.self = self, .nodes = 2, .cores = 8, .random = RandomRoot(1), .costs = star(2).costs}, {});
            }),
            "0 allocations");
}

}   // namespace
}   // namespace ssi::sim::test
#endif
