// The parts that every message passes, apart: what one of each costs.
#include <benchmark/benchmark.h>

#include "models/base/histogram.hpp"
#include "models/base/random.hpp"
#include "models/protocol/vproc/messages.hpp"
#include "sim/cluster/event_queue.hpp"
#include "sim/cluster/net.hpp"
#include "sim/cluster/ring.hpp"

namespace ssi {
namespace {

void heap_push_pop(benchmark::State& state) {
  sim::Heap<std::uint64_t> heap;
  Stream stream(1);
  std::uint64_t sequence = 0;
  for (int i = 0; i < state.range(0); ++i) heap.push({static_cast<std::int64_t>(stream.below(1000)), ++sequence, 0});
  for (auto _ : state) {
    const auto entry = heap.first();
    heap.drop_first();
    heap.push({entry.at + static_cast<std::int64_t>(stream.below(1000)), ++sequence, entry.payload});
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(heap_push_pop)->Arg(64)->Arg(1024)->Arg(65536);

// `jitter` 1: all delays are equal; 1000: they spread over their whole order of magnitude, and the heap has to sort them.
void events(benchmark::State& state, std::uint64_t jitter) {
  sim::EventQueue<std::uint64_t> queue;
  Stream stream(1);
  for (int i = 0; i < state.range(0); ++i) queue.push(static_cast<std::int64_t>(stream.below(1000)), 0);
  for (auto _ : state) {
    const auto entry = queue.pop();
    queue.push(entry.at + 1024 + static_cast<std::int64_t>(stream.below(jitter)), entry.payload);
  }
  state.SetItemsProcessed(state.iterations());
}
void events_of_one_delay(benchmark::State& state) { events(state, 1); }
void events_of_many_delays(benchmark::State& state) { events(state, 1000); }
BENCHMARK(events_of_one_delay)->Arg(64)->Arg(1024)->Arg(65536);
BENCHMARK(events_of_many_delays)->Arg(64)->Arg(1024)->Arg(65536);

void net_stamp_arrive(benchmark::State& state) {
  sim::Net net(static_cast<std::uint32_t>(state.range(0)));
  Stream stream(1);
  std::vector<sim::Token> ready, dropped;
  for (auto _ : state) {
    Header header{.from = {static_cast<std::uint32_t>(stream.below(static_cast<std::uint64_t>(state.range(0))))},
                  .to = {static_cast<std::uint32_t>(stream.below(static_cast<std::uint64_t>(state.range(0))))}};
    net.stamp(header);
    ready.clear();
    net.arrive(header, 1, ready, dropped);
    benchmark::DoNotOptimize(ready.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(net_stamp_arrive)->Arg(64)->Arg(1024);

void body_make_move(benchmark::State& state) {
  for (auto _ : state) {
    Body made(vproc::Message(vproc::Kill{}));
    Body moved(std::move(made));
    benchmark::DoNotOptimize(moved.type().hash);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(body_make_move);

void histogram_add(benchmark::State& state) {
  Histogram histogram;
  Stream stream(1);
  for (auto _ : state) histogram.add(static_cast<std::int64_t>(stream.below(1'000'000)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(histogram_add);

void fingerprint_event(benchmark::State& state) {
  StateHash hash;
  for (auto _ : state) {
    hash.add(std::uint64_t{12345});
    hash.add(NodeId{1});
    hash.add(NodeId{2});
    hash.add(std::uint64_t{99});
    benchmark::DoNotOptimize(hash);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(fingerprint_event);

}   // namespace
}   // namespace ssi

BENCHMARK_MAIN();
