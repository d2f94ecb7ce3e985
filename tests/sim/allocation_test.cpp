// In steady state no event of the `queue` fidelity allocates: calls, messages there and back, kernel work, programs, recording.
// Counted in this test program's own operator new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

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

constexpr std::uint32_t kWarm = 1000, kCalls = 3000;

workload::Program caller() {
  for (std::uint32_t i = 0; i < kCalls; ++i) co_await Kill{kNoPid, Signal::none};
}

// Node 0 ships every call to node 1, which answers.
void ship(Instant now, const Event& event, Effects& out, Duration work) {
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
  static std::uint64_t calls = 0, when_warm = 0;   // of the child that this run is
  if (++calls == kWarm) when_warm = allocated;
  if (calls == kCalls) say(now, std::to_string(allocated - when_warm) + " allocations");
}

std::string allocations(Duration work) {
  Rig rig = idle_rig(star(2));
  rig.fidelity = "queue";
  rig.ends = {100'000'000'000};
  rig.program = [](std::uint32_t, workload::Self&) { return caller(); };
  rig.machine = [work](NodeId) {
    return std::make_unique<Scripted>([work](Instant now, const Event& event, Effects& out) { ship(now, event, out, work); });
  };
  const std::string line = run(rig).at(0);
  return line.substr(line.find(' ') + 1);
}

TEST(Allocation, NoneInSteadyState) {
  EXPECT_EQ(allocations({}), "0 allocations") << "work that takes no time";
  EXPECT_EQ(allocations(microseconds(3)), "0 allocations") << "work that takes time";
}

}   // namespace
}   // namespace ssi::sim::test
