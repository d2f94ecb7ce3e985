// Cluster: what a trace of the run is told of events that nodes handle. Never called without a trace.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

void Cluster::trace_event(const Event& event, const Service& service) {
  record::Handled what{.category = "event", .name = "boot", .cause = service.trail.cause};
  if (const OpenCall* call = ledger_.find(service.trail.cause)) what.kind = call->kind;
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    what.category = "call";
    what.name = kCallNames[call->call->index()];
  } else if (const auto* message = std::get_if<MessageEvent>(&event)) {
    what.category = "message";
    what.name = message->message->body.type().name;
  } else if (std::holds_alternative<TimerEvent>(event)) {
    what.name = "timer";
  }
  trace_->work_begins(now(), service.node, what);
}

}   // namespace ssi::sim
