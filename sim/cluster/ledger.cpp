#include "sim/cluster/ledger.hpp"

namespace ssi::sim {
namespace {

record::FinishedCall as_finished(const OpenCall& call, const Trail& path, Instant at) {
  return {.id = call.id,
          .kind = call.kind,
          .caller = call.caller,
          .node = call.node,
          .served = call.node,
          .issued = call.issued,
          .answered = at,
          .path_messages = path.hops,
          .where = path.where};
}

}   // namespace

OpenCall& Ledger::open(const Call& request, Pid caller, NodeId node, Instant issued, bool recorded) {
  const std::uint32_t slot = pool_.take();
  OpenCall& call = pool_[slot];
  call.id = {(std::uint64_t{++generation_} << 32) | slot};
  call.request = &request;
  call.kind = static_cast<std::uint8_t>(request.index());
  call.caller = caller;
  call.program = kNoProgram;
  call.node = node;
  call.issued = issued;
  call.last = {.cause = call.id, .mark = issued};
  call.messages = 0;
  call.under_way = 0;
  call.state = OpenCall::State::pending;
  call.recorded = recorded;
  return call;
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
  record::FinishedCall finished = as_finished(call, path, at);
  finished.served = served;
  finished.error = result.error;
  finished.certainty = result.certainty;
  if (call.recorded) call.ticket = recorder_.call_answered(finished);
  settle_if_over(call);
}

void Ledger::abandon(OpenCall& call, Instant at) {
  call.state = OpenCall::State::abandoned;
  if (call.recorded) recorder_.call_abandoned(as_finished(call, call.last, at));
  settle_if_over(call);
}

void Ledger::report_pending(Instant at) {
  for (std::uint32_t slot = 0; slot < pool_.size(); ++slot)
    if (const OpenCall& call = pool_[slot]; call.id != kNoCall && call.recorded && call.state == OpenCall::State::pending)
      recorder_.call_cut_off(as_finished(call, call.last, at));
}

void Ledger::settle_if_over(OpenCall& call) {
  if (call.state == OpenCall::State::pending || call.under_way > 0) return;
  if (call.recorded && call.state == OpenCall::State::answered) recorder_.call_settled(call.ticket, call.messages);
  const std::uint32_t slot = slot_of(call.id);
  call.id = kNoCall;
  pool_.give_back(slot);
}

}   // namespace ssi::sim
