// A listener that processes of other nodes have inherited. It stays on its node, which counts who has it; they ask there for connections,
// which then go to them as ends go along with a process.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/parts/cluster_channels.hpp"

namespace ssi::parts {

using native::ChannelEnd;
using native::PartContext;
using native::Side;
using native::StreamId;
using native::Waiter;

// A node that passes it on has it itself until its message is here, so a listener is never closed too early.
void ClusterChannels::share_listener(StreamId listener, NodeId to, std::int8_t by, PartContext& at) {
  const channel::Listening listening{listener.number, to, by};
  if (is_here(listener)) serve(self_, listening, at);
  else send(listener.home, listening, at);
}

void ClusterChannels::serve(NodeId, const channel::Listening& listening, PartContext& at) {
  const auto listener = ends_.find(listening.listener);
  if (listener == ends_.end()) return;   // lost with a circuit
  auto& times = listening_[{listening.listener, listening.node}];
  if ((times += listening.by) == 0) listening_.erase({listening.listener, listening.node});
  if (listening.by > 0) ++listener->second.references;
  else drop(listening.listener, at);
}

void ClusterChannels::close_listener(const ChannelEnd& gone, PartContext& at) {
  if (is_elsewhere(gone)) send(gone.in.home, channel::Listening{gone.in.number, self_, -1}, at);
  else Channels::close_listener(gone, at);
}

void ClusterChannels::lose_listening(NodeId peer, PartContext& at) {
  for (auto& [entry, end] : ends_) std::erase_if(end.accepting, [&](const Waiter& waiter) { return waiter.node == peer; });
  std::map<std::uint64_t, std::int64_t> lost;
  for (const auto& [key, times] : listening_)
    if (key.second == peer) lost[key.first] = times;
  for (const auto& [listener, times] : lost) {
    listening_.erase({listener, peer});
    for (std::int64_t i = 0; i < times; ++i) drop(listener, at);
  }
}

void ClusterChannels::accept(const CallEvent& event, std::uint64_t listener, PartContext& at) {
  const ChannelEnd& end = ends_.at(listener);
  if (choices_.tests.here(ChannelTest::listener, !is_elsewhere(end), at.out)) return Channels::accept(event, listener, at);
  const std::uint64_t ticket = ++tickets_;
  wait(event, {.ticket = ticket}, at);
  pending_[ticket] = {.call = event.id, .pid = event.caller, .asked = end.in.home, .listener = end.in.number};
  send(end.in.home, channel::Accept{end.in.number, TxnId{ticket}}, at);
}

void ClusterChannels::serve(const Message& message, const channel::Accept& accept, PartContext& at) {
  const NodeId from = message.header.from;
  const auto listener = ends_.find(accept.listener);
  if (listener == ends_.end()) return send(from, channel::Accepted{accept.txn, Errno::econnreset, {}}, at);   // lost with a circuit
  listener->second.accepting.push_back({from, message.header.cause, kNoPid, accept.txn.value});
  serve_accepts(accept.listener, at);
}

void ClusterChannels::serve(NodeId from, const channel::Cancel& cancel, PartContext& at) {
  const auto listener = ends_.find(cancel.listener);
  if (listener == ends_.end()) return;
  const auto gone = std::erase_if(listener->second.accepting,
                                  [&](const Waiter& waiter) { return waiter.node == from && waiter.count == cancel.txn.value; });
  if (gone > 0) send(from, channel::Accepted{cancel.txn, Errno::eintr, {}}, at);
}

channel::Connection ClusterChannels::pass_on(std::uint64_t entry, NodeId to, PartContext& at) {
  const StreamId in = ends_.at(entry).in, out = ends_.at(entry).out;
  give(in, Side::reading, to, 1, at);
  give(out, Side::writing, to, 1, at);
  const auto said = [&](StreamId stream) { return is_here(stream) ? 0 : tally_.sent_to(stream.home); };
  return {in.home, out.home, in.number, out.number, said(in), said(out)};
}

void ClusterChannels::hand_over(const Waiter& waiter, std::uint64_t entry, PartContext& at) {
  const channel::Connection connection = pass_on(entry, waiter.node, at);
  tally_.sent(waiter.node);
  at.out.send(waiter.node, TxnId{0}, channel::Message(channel::Accepted{TxnId{waiter.count}, Errno::none, connection}),
              {.raised = true, .cause = waiter.call});
  drop(entry, at);
}

// An end that was on another node: what is said of the stream from here comes after what that node has said.
void ClusterChannels::take_in(StreamId stream, std::uint64_t atomic, NodeId from, std::optional<std::uint64_t> said, PartContext&) {
  if (is_here(stream)) {   // counted by HOLD, or by the sender
    const bool wait = said && !has_come(stream.number, {from, *said});
    if (wait) gates_.close({stream.number, self_}, {from, *said});
    return;
  }
  Distant& d = distant(stream);
  ++d.ends;
  d.atomic = atomic;
  if (said) d.first.push_back({stream.number, from, *said});
}

std::uint64_t ClusterChannels::take_in(NodeId from, const channel::Connection& c, PartContext& at) {
  const StreamId in{c.in_home, c.in}, out{c.out_home, c.out};
  const std::uint64_t entry = ++next_;
  ends_.emplace(entry, ChannelEnd{.kind = ChannelEnd::Kind::socket, .in = in, .out = out, .references = 1});
  take_in(in, 1, from, c.in_home == from ? std::nullopt : std::optional(c.in_said), at);
  take_in(out, 1, from, c.out_home == from ? std::nullopt : std::optional(c.out_said), at);
  return entry;
}

// Who was interrupted meanwhile, or has no descriptor left, leaves the connection to others.
void ClusterChannels::serve(NodeId from, const channel::Accepted& accepted, PartContext& at) {
  const auto found = pending_.extract(accepted.txn.value);
  if (found.empty()) return;   // given up when the circuit broke
  const Pending& pending = found.mapped();
  if (accepted.error != Errno::none) return answer(pending, Result::fail(accepted.error), at);
  const std::uint64_t entry = take_in(from, accepted.connection, at);
  const auto number = pending.call == kNoCall ? std::nullopt : at.descriptors.install(pending.pid, {CallClass::channel, entry});
  if (number) return answer(pending, Result::of(*number), at);
  const channel::Connection back = pass_on(entry, from, at);
  send(from, channel::Returned{pending.listener, back}, at);
  drop(entry, at);
  answer(pending, Result::fail(Errno::emfile), at);
}

void ClusterChannels::serve(NodeId from, const channel::Returned& returned, PartContext& at) {
  const std::uint64_t entry = take_in(from, returned.connection, at);
  const auto listener = ends_.find(returned.listener);
  if (listener == ends_.end()) return drop(entry, at);   // closed meanwhile
  listener->second.arrived.push_front(entry);
  serve_accepts(returned.listener, at);
}

}   // namespace ssi::parts
