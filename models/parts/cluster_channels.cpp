// Messages to their handlers, ends that go to another node, broken circuits.
#include "models/parts/cluster_channels.hpp"

#include "models/base/check.hpp"

namespace ssi::parts {

using native::ChannelEnd;
using native::PartContext;
using native::Side;
using native::StreamId;

namespace {

// What a process has of channels, on its way to another node. A listener stays where it is, and can be used from there.
struct Ends final : Luggage {
  struct End {
    std::int32_t number;
    ChannelEnd::Kind kind;
    StreamId in, out;
  };
  std::vector<End> ends;
  std::map<NodeId, std::uint64_t> said;   // messages that the sender had sent to each home
  std::uint64_t bytes() const override { return ends.size() * (4 + 1 + 2 * 12) + said.size() * 12; }
};

}   // namespace

ClusterChannels::ClusterChannels(NodeId self, const native::ChannelSettings& settings, const ChannelChoices& choices)
    : Channels(self, settings), choices_(choices) {
  SSI_CHECK(2 * settings.pipe_atomic <= choices.window, "a window too small for an atomic write");
}

struct ClusterChannels::Server {
  ClusterChannels& node;
  const Message& message;
  PartContext& at;

  NodeId from() const { return message.header.from; }
  void operator()(const channel::Bind& bind) const { node.serve_bind(message, bind, at); }
  void operator()(const channel::Accept& accept) const { node.serve(message, accept, at); }
  void operator()(const channel::Bound& bound) const { node.bound(message.header.txn.value, bound.error, at); }
  template <class M>
  void operator()(const M& body) const {
    if constexpr (channel::kForHome<M>) node.serve_home(from(), body.stream, {node.tally_.received_from(from()), body}, at);
    else node.serve(from(), body, at);
  }
};

bool ClusterChannels::message(const Message& message, PartContext& at) {
  if (!message.body.is<channel::Message>()) return false;
  if (message.header.from != self_) tally_.received(message.header.from);
  std::visit(Server{*this, message, at}, message.body.get<channel::Message>());
  open_gates(at);
  return true;
}

// The home knows of the end on `to` before any end here can be gone.
void ClusterChannels::give(StreamId stream, Side side, NodeId to, std::int8_t by, PartContext& at) {
  if (!is_here(stream)) {
    const auto which = side == Side::reading ? channel::Side::reading : channel::Side::writing;
    return to_home(stream, channel::Hold{stream.number, which, to, by}, at);
  }
  if (!streams_.contains(stream.number)) return;
  Channels::hold(stream, side, to, by);
  settle(stream, at);
}

std::shared_ptr<const Luggage> ClusterChannels::pack(Pid pid, NodeId to, bool, PartContext& at) {
  auto out = std::make_shared<Ends>();
  for (const auto& [number, description] : at.descriptors.of(pid)) {
    if (description.part != CallClass::channel) continue;
    const ChannelEnd& end = ends_.at(description.entry);
    if (end.kind == ChannelEnd::Kind::listener) {
      const StreamId listener = is_elsewhere(end) ? end.in : StreamId{self_, description.entry};
      out->ends.push_back({number, end.kind, listener, {}});
      share_listener(listener, to, 1, at);
      continue;
    }
    out->ends.push_back({number, end.kind, end.in, end.out});
    if (end.reads()) give(end.in, Side::reading, to, 1, at);
    if (end.writes()) give(end.out, Side::writing, to, 1, at);
  }
  for (const Ends::End& end : out->ends)
    for (const StreamId& stream : {end.in, end.out})
      if (stream.number != 0 && stream.home != self_ && end.kind != ChannelEnd::Kind::listener)
        out->said[stream.home] = tally_.sent_to(stream.home);
  if (out->ends.empty()) return nullptr;
  return out;
}

void ClusterChannels::unpack(Pid pid, const Luggage& luggage, NodeId from, PartContext& at) {
  const auto& packed = dynamic_cast<const Ends&>(luggage);
  for (const Ends::End& end : packed.ends) {
    const bool listens = end.kind == ChannelEnd::Kind::listener;
    if (listens && is_here(end.in)) {   // it has come home
      at.descriptors.install_at(pid, end.number, {CallClass::channel, end.in.number});
      continue;
    }
    const std::uint64_t entry = ++next_;
    ends_.emplace(entry, ChannelEnd{.kind = end.kind, .in = end.in, .out = end.out, .references = 1});
    at.descriptors.install_at(pid, end.number, {CallClass::channel, entry});
    for (const StreamId& stream : {end.in, end.out}) {
      if (stream.number == 0 || listens) continue;
      const auto said = packed.said.find(stream.home);
      take_in(stream, end.kind == ChannelEnd::Kind::writing ? settings_.pipe_atomic : 1, from,
              said == packed.said.end() ? std::nullopt : std::optional(said->second), at);
    }
  }
}

void ClusterChannels::taken_back(const Luggage& luggage, NodeId to, PartContext& at) {
  for (const Ends::End& end : dynamic_cast<const Ends&>(luggage).ends) {
    if (end.kind == ChannelEnd::Kind::listener) {
      share_listener(end.in, to, -1, at);
      continue;
    }
    if (end.in.number != 0) give(end.in, Side::reading, to, -1, at);
    if (end.out.number != 0) give(end.out, Side::writing, to, -1, at);
  }
}

void ClusterChannels::circuit_broken(const CircuitBroken& broken, PartContext& at) {
  tally_.lost(broken.peer);
  gates_.lost(broken.peer);
  names_.lost(broken.peer);
  lose_listening(broken.peer, at);
  std::erase_if(held_back_, [&](const auto& entry) { return entry.first.second == broken.peer; });
  std::vector<std::uint64_t> ours;
  for (auto& [number, kept] : streams_) {
    const bool had = kept.reading.erase(broken.peer) + kept.writing.erase(broken.peer) > 0;
    kept.stream.withdraw_all(broken.peer);
    if (kept.stream.reserved_for() == broken.peer) {
      kept.stream.reserve_for(std::nullopt);
      homes_[number].asked_to_settle = false;
    }
    if (had) ours.push_back(number);
  }
  for (std::uint64_t number : ours)
    if (streams_.contains(number)) settle({self_, number}, at);
  for (auto& [stream, d] : distant_)
    if (stream.home == broken.peer) {
      d.lost = true;
      lose_home(stream, d, at);
    }
  std::erase_if(distant_, [&](const auto& entry) { return entry.second.lost && entry.second.ends == 0; });
  for (auto entry = pending_.begin(); entry != pending_.end();) {
    const Pending pending = entry->second;
    const bool lost = pending.asked == broken.peer;
    entry = lost ? pending_.erase(entry) : std::next(entry);
    if (!lost) continue;
    if (pending.mine) streams_.erase(pending.mine->number);
    answer(pending, Result::info(Errno::ehostdown), at);
  }
  open_gates(at);
}

void ClusterChannels::check_invariants() const {
  Channels::check_invariants();
  for (const auto& [stream, d] : distant_) {
    SSI_INVARIANT(stream.home != self_ && d.ends >= 0, "ends that are less than none");
    SSI_INVARIANT(d.window <= choices_.window, "more room in a window than it has");
    SSI_INVARIANT(d.readers.empty() || d.fetching, "a reader for whom nothing is fetched");
    SSI_INVARIANT(d.writers.empty() || !d.unread, "a writer that nobody will read");
  }
  for (const auto& [key, messages] : held_back_) SSI_INVARIANT(gates_.is_closed(key), "messages held back for nothing");
  for (const auto& [stream, calls] : held_here_) SSI_INVARIANT(gates_.is_closed({stream, self_}), "calls held back for nothing");
}

void ClusterChannels::hash_into(StateHash& hash) const {
  Channels::hash_into(hash);
  names_.hash_into(hash);
  for (const auto& [stream, d] : distant_) {
    hash.add(stream.home);
    hash.add(stream.number);
    hash.add(static_cast<std::uint64_t>(d.ends));
    hash.add(d.window);
    hash.add(d.readers.size());
    hash.add(d.writers.size());
    hash.add((d.fetching ? 4U : 0U) + (d.unread ? 2U : 0U) + (d.lost ? 1U : 0U));
  }
  hash.add(pending_.size());
  hash.add(held_back_.size());
}

void ClusterChannels::describe(StateDump& out) const {
  Channels::describe(out);
  for (const auto& [stream, d] : distant_)
    out.add("stream " + std::to_string(stream.number) + " of node " + std::to_string(stream.home.value),
            std::to_string(d.ends) + " ends, window " + std::to_string(d.window) + ", " + std::to_string(d.readers.size()) +
                " wait to read, " + std::to_string(d.writers.size()) + " to write" + (d.lost ? ", lost" : ""));
}

}   // namespace ssi::parts
