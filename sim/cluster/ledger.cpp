#include "sim/cluster/ledger.hpp"

namespace ssi::sim {
OpenCall& Ledger::open(Call request, Pid caller, NodeId node, Instant issued, bool recorded) {
  const std::uint32_t slot = pool_.take();
  const CallId id{(std::uint64_t{++generation_} << 32) | slot};
  Trail trail{.cause = id, .mark = issued};
  const std::size_t kind = request.index();
  pool_[slot] = {.id = id,
                 .request = std::move(request),
                 .kind = kind,
                 .caller = caller,
                 .node = node,
                 .issued = issued,
                 .last = trail,
                 .recorded = recorded};
  return pool_[slot];
}

void Ledger::stopped(OpenCall& call) {
  SSI_CHECK(call.under_way > 0, "more ends than beginnings on behalf of a call");
  --call.under_way;
  settle_if_over(call);
}

void Ledger::answer(OpenCall& call, const Trail& trail, Instant at, const Result& result, NodeId served) {
  SSI_CHECK(call.state == OpenCall::State::pending, "a call was answered twice");
  Trail path = trail.cause == call.id ? trail : call.last;
  if (trail.cause != call.id) path.where.blocked += (at - path.mark).ns;
  call.state = OpenCall::State::answered;
  if (call.recorded)
    recorder_.call_answered({.id = call.id,
                             .kind = call.kind,
                             .caller = call.caller,
                             .node = call.node,
                             .served = served,
                             .issued = call.issued,
                             .answered = at,
                             .error = result.error,
                             .certainty = result.certainty,
                             .path_messages = path.hops,
                             .where = path.where});
  settle_if_over(call);
}

void Ledger::abandon(OpenCall& call, Instant at) {
  call.state = OpenCall::State::abandoned;
  if (call.recorded) recorder_.call_abandoned(at, call.kind);
  settle_if_over(call);
}

void Ledger::settle_if_over(OpenCall& call) {
  if (call.state == OpenCall::State::pending || call.under_way > 0) return;
  if (call.recorded && call.state == OpenCall::State::answered) recorder_.call_settled(call.id, call.messages);
  const std::uint32_t slot = slot_of(call.id);
  call.id = kNoCall;
  pool_.give_back(slot);
}

}   // namespace ssi::sim
