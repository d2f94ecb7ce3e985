#include <benchmark/benchmark.h>

#include "models/base/random.hpp"
#include "models/protocol/vproc/messages.hpp"
#include "sim/record/recorder.hpp"

namespace ssi {
namespace {

// All that is recorded of a remote kill of rpc_64, its two messages and three events: items are messages.
void recording(benchmark::State& state) {
  record::Recorder recorder({.nodes = 64, .duration = {100'000'000'000}});
  Stream stream(1);
  std::int64_t now = 0;
  std::uint64_t id = 0;
  for (auto _ : state) {
    const NodeId from{static_cast<std::uint32_t>(stream.below(64))}, to{static_cast<std::uint32_t>(stream.below(64))};
    const Header ask{.from = from, .to = to, .bytes = 64}, tell{.from = to, .to = from, .bytes = 64};
    for (const NodeId at : {from, to, from}) {
      recorder.waited_for_service(at, 0);
      recorder.delivered({{now}, from, at, kMessageType<vproc::Kill>.hash, kMessageType<vproc::Kill>.name});
    }
    recorder.noted(from, {Note::Kind::locality_test, 1});
    recorder.noted(from, {Note::Kind::shipped, 1});
    recorder.noted(to, {Note::Kind::locality_test, 2});
    recorder.message_sent({now}, ask, kMessageType<vproc::Kill>);
    recorder.message_sent({now}, tell, kMessageType<vproc::Killed>);
    const record::FinishedCall call{
        .id = {++id}, .node = from, .served = to, .issued = {now}, .answered = {now + 40'205}, .path_messages = 2};
    const record::Ticket ticket = recorder.call_answered(call);
    recorder.work_done(call.answered, 0, call.issued);
    recorder.call_settled(ticket, 2);
    now += 628;
  }
  state.SetItemsProcessed(2 * state.iterations());
}
BENCHMARK(recording);

}   // namespace
}   // namespace ssi
