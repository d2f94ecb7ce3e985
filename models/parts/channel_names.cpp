// Names of sockets in the cluster, and both sides of a connection.
#include "models/base/check.hpp"
#include "models/parts/cluster_channels.hpp"

namespace ssi::parts {

using native::ChannelEnd;
using native::PartContext;
using native::Side;
using native::StreamId;

void ClusterChannels::listen(const CallEvent& event, const Listen& listen, PartContext& at) {
  const NodeId server = choices_.names.of(listen.name);
  if (choices_.names.by_host && server != self_) return end_call(event, Result::fail(Errno::einval), at);   // another host's
  choices_.tests.here(ChannelTest::name, server == self_, at.out);
  const std::uint64_t ticket = ++tickets_;
  wait(event, {.ticket = ticket}, at);
  pending_[ticket] = {event.id, event.caller, server, listen.name, listen.backlog};
  if (server == self_) return bound(ticket, names_.bind(listen.name, self_) ? Errno::none : Errno::eaddrinuse, at);
  tally_.sent(server);
  at.out.send(server, TxnId{ticket}, channel::Message(channel::Bind{listen.name}), {.raised = true});
}

void ClusterChannels::serve_bind(const Message& message, const channel::Bind& bind, PartContext& at) {
  const NodeId from = message.header.from;
  const Errno error = names_.bind(bind.name, from) ? Errno::none : Errno::eaddrinuse;
  tally_.sent(from);
  at.out.send(from, message.header.txn, channel::Message(channel::Bound{error}), {.raised = true});
}

// The server has decided. Who was interrupted meanwhile has no use for the name.
void ClusterChannels::bound(std::uint64_t ticket, Errno error, PartContext& at) {
  const auto found = pending_.extract(ticket);
  if (found.empty()) return;   // given up when the circuit broke
  const Pending& pending = found.mapped();
  if (error != Errno::none) return answer(pending, Result::fail(error), at);
  const auto number = pending.call == kNoCall
                          ? std::nullopt
                          : open(pending.pid, {.kind = ChannelEnd::Kind::listener, .name = pending.name, .backlog = pending.backlog}, at);
  if (!number) {
    unbind(pending.name, at);
    return answer(pending, Result::fail(Errno::emfile), at);
  }
  listeners_.emplace(pending.name, at.descriptors.find(pending.pid, *number)->entry);
  answer(pending, Result::of(*number), at);
}

void ClusterChannels::unbind(const std::string& name, PartContext& at) {
  Channels::unbind(name, at);
  const NodeId server = choices_.names.of(name);
  if (server == self_) names_.unbind(name, self_);
  else send(server, channel::Unbind{name}, at);
}

void ClusterChannels::serve(NodeId from, const channel::Unbind& unbind, PartContext&) { names_.unbind(unbind.name, from); }

// A connection's own streams are made before the first message, so that the other side can name them.
void ClusterChannels::connect(const CallEvent& event, const Connect& connect, PartContext& at) {
  const bool listens_here = choices_.tests.here(ChannelTest::name, listeners_.contains(connect.name), at.out);
  if (listens_here) return Channels::connect(event, connect, at);   // there is no other of that name
  const NodeId server = choices_.names.of(connect.name);
  if (server == self_ && !names_.find(connect.name)) return end_call(event, Result::fail(Errno::econnrefused), at);
  const std::uint64_t ticket = ++tickets_;
  wait(event, {.ticket = ticket}, at);
  const StreamId mine = make_stream(settings_.socket_capacity, 1);
  const NodeId to = server == self_ ? *names_.find(connect.name) : server;
  Channels::hold(mine, choices_.at_reader ? Side::reading : Side::writing, self_, 1);   // until its end is there
  pending_[ticket] = {event.id, event.caller, to, connect.name, 0, mine};
  send(to, channel::Connect{connect.name, self_, TxnId{ticket}, mine.number}, at);
}

// With the bytes at the reader each side makes the stream it reads from, else the one it writes to.
ChannelEnd ClusterChannels::socket(StreamId mine, StreamId other) const {
  return {.kind = ChannelEnd::Kind::socket, .in = choices_.at_reader ? mine : other, .out = choices_.at_reader ? other : mine};
}

// At the name server, then at the listener's node.
void ClusterChannels::serve(NodeId, const channel::Connect& connect, PartContext& at) {
  const auto listener = listeners_.find(connect.name);
  const bool full = listener != listeners_.end() && is_full(ends_.at(listener->second));
  if (listener == listeners_.end() || full) {
    const auto node = names_.find(connect.name);
    const bool pass_on = listener == listeners_.end() && node && *node != self_ && choices_.names.of(connect.name) == self_;
    return pass_on ? send(*node, connect, at) : send(connect.client, channel::Connected{connect.txn, Errno::econnrefused, 0}, at);
  }
  const StreamId made = make_stream(settings_.socket_capacity, 1), theirs{connect.client, connect.mine};
  Channels::hold(made, choices_.at_reader ? Side::writing : Side::reading, connect.client, 1);
  const ChannelEnd end = socket(made, theirs);
  send(connect.client, channel::Connected{connect.txn, Errno::none, made.number}, at);
  arrive(listener->second, end.in, end.out, at);
}

void ClusterChannels::serve(NodeId from, const channel::Connected& connected, PartContext& at) {
  const auto found = pending_.extract(connected.txn.value);
  if (found.empty()) return;   // given up when the circuit broke
  const Pending& pending = found.mapped();
  const StreamId mine = *pending.mine, other{from, connected.made};
  if (connected.error != Errno::none) {
    streams_.erase(mine.number);
    return answer(pending, Result::fail(connected.error), at);
  }
  const Side theirs = choices_.at_reader ? Side::writing : Side::reading, ours = choices_.at_reader ? Side::reading : Side::writing;
  if (from != self_) Channels::hold(mine, theirs, from, 1);
  ChannelEnd end = socket(mine, other);
  end.references = 1;
  const auto number = pending.call == kNoCall ? std::nullopt : open(pending.pid, end, at);
  const std::uint64_t unused = number ? 0 : add(std::move(end));   // EMFILE, or nobody waits any more: it is closed at once
  Channels::hold(mine, ours, self_, -1);
  if (from == self_) Channels::hold(other, theirs, self_, -1);   // counted by the listener's side and now by the end itself
  if (number) return answer(pending, Result::of(*number), at);
  drop(unused, at);
  answer(pending, Result::fail(Errno::emfile), at);
}

void ClusterChannels::answer(const Pending& pending, Result result, PartContext& at) {
  if (pending.call != kNoCall) Channels::answer(pending.call, pending.pid, std::move(result), at);
}

// The answer of the other node still comes and has to be undone then.
void ClusterChannels::give_up(std::uint64_t ticket, PartContext& at) {
  Pending& pending = pending_.at(ticket);
  pending.call = kNoCall;
  if (pending.listener != 0) send(pending.asked, channel::Cancel{pending.listener, TxnId{ticket}}, at);
}

}   // namespace ssi::parts
