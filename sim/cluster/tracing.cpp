// Cluster: what a trace of the run is told of events that nodes handle. Never called without a trace.
#include "sim/cluster/cluster.hpp"

namespace ssi::sim {

void Cluster::trace_event(const Event& event, const Service& service) {
  record::Handled what{.category = "event", .name = {}, .cause = service.trail.cause};
  if (const OpenCall* call = ledger_.find(service.trail.cause)) what.kind = call->kind;
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    what.category = "call";
    what.name = kCallNames[call->call->index()];
  } else if (const auto* message = std::get_if<MessageEvent>(&event)) {
    what.category = "message";
    what.name = message->message->body.type().name;
  } else {
    switch (service.kind) {
      case Item::Kind::boot: what.name = "boot"; break;
      case Item::Kind::timer: what.name = "timer"; break;
      case Item::Kind::disk: what.name = "disk"; break;
      case Item::Kind::verb: what.name = "VERB_REPLY"; break;
      case Item::Kind::broken: what.name = "circuit broken"; break;
      case Item::Kind::call:
      case Item::Kind::message:
      case Item::Kind::paging:
      case Item::Kind::frozen: what.name = "event"; break;
    }
  }
  trace_->work_begins(now(), service.node, what);
}

void Cluster::trace_wire(const Header& header, int direction) {
  trace_->changed(now(), header.from, record::Gauge::bytes_in_flight, direction * static_cast<std::int64_t>(header.bytes));
}

}   // namespace ssi::sim
