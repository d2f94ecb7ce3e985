// The home of a stream: what nodes with ends of it ask and say. What comes for a stream that nobody has any more means nothing.
#include "models/base/check.hpp"
#include "models/parts/cluster_channels.hpp"

namespace ssi::parts {

using native::PartContext;
using native::Served;
using native::Side;
using native::StreamId;

namespace {

Side side_of(channel::Side side) { return side == channel::Side::reading ? Side::reading : Side::writing; }

}   // namespace

// Messages of an end that has moved wait for those of the node it was on.
void ClusterChannels::serve_home(NodeId from, std::uint64_t stream, HeldBack one, PartContext& at) {
  if (!streams_.contains(stream)) return;
  const channel::Gates::Key key{stream, from};
  if (gates_.is_closed(key)) {
    held_back_[key].push_back(std::move(one));
    return;
  }
  std::visit(
      [&](const auto& body) {
        if constexpr (channel::kForHome<std::remove_cvref_t<decltype(body)>>) serve(from, body, at);
      },
      one.message);
}

// The messages of a node up to a number have come and none of them is held back.
bool ClusterChannels::has_come(std::uint64_t stream, const channel::Gates::Condition& condition) const {
  if (tally_.received_from(condition.node) < condition.number) return false;
  const auto held = held_back_.find({stream, condition.node});
  return held == held_back_.end() || held->second.front().index > condition.number;
}

void ClusterChannels::open_gates(PartContext& at) {
  while (const auto opened = gates_.open([&](std::uint64_t stream, const auto& until) { return has_come(stream, until); })) {
    const auto [stream, node] = *opened;
    auto messages = held_back_.extract(*opened);
    if (!messages.empty())
      for (HeldBack& one : messages.mapped()) serve_home(node, stream, std::move(one), at);
    auto calls = node == self_ ? held_here_.extract(stream) : decltype(held_here_.extract(stream)){};
    if (calls.empty()) continue;
    for (Held& held : calls.mapped())
      held.side == Side::reading ? read({self_, stream}, std::move(held.waiter), at) : write({self_, stream}, std::move(held.waiter), at);
  }
}

// What is in is owed; half a window of it is given back at once.
void ClusterChannels::served(StreamId id, Served one, PartContext& at) {
  const NodeId node = one.who.node;
  if (node == self_) return Channels::served(id, std::move(one), at);
  switch (one.as) {
    case Served::As::broken: return;   // UNREAD tells
    case Served::As::read: return send(node, channel::Fetched{id.number, one.data}, at);
    case Served::As::written: break;
  }
  std::uint64_t& owed = homes_[id.number].owed[node];
  owed += one.who.done;
  if (2 * owed < choices_.window) return;
  send(node, channel::Credit{id.number, std::exchange(owed, 0)}, at);
}

void ClusterChannels::settle(StreamId id, PartContext& at) {
  Channels::settle(id, at);
  const auto found = streams_.find(id.number);
  if (found == streams_.end()) {
    homes_.erase(id.number);
    return;
  }
  Kept& kept = found->second;
  Home& home = homes_[id.number];
  if (kept.reading.empty())
    for (const auto& [node, ends] : kept.writing)
      if (node != self_ && home.told_unread.insert(node).second) send(node, channel::Unread{id.number}, at);
  const auto reserved = kept.stream.reserved_for();
  if (!reserved || home.asked_to_settle || !kept.stream.somebody_else_waits()) return;
  home.asked_to_settle = true;
  send(*reserved, channel::Settle{id.number}, at);
}

void ClusterChannels::serve(NodeId from, const channel::Data& data, PartContext& at) {
  streams_.at(data.stream).stream.write({from, kNoCall, kNoPid, 0, data.bytes});
  settle({self_, data.stream}, at);
}

void ClusterChannels::serve(NodeId from, const channel::Fetch& fetch, PartContext& at) {
  streams_.at(fetch.stream).stream.read({from, kNoCall, kNoPid, fetch.count});
  settle({self_, fetch.stream}, at);
}

void ClusterChannels::serve(NodeId, const channel::PutBack& back, PartContext& at) {
  streams_.at(back.stream).stream.put_back(back.bytes);
  settle({self_, back.stream}, at);
}

void ClusterChannels::serve(NodeId, const channel::Settled& settled, PartContext& at) {
  streams_.at(settled.stream).stream.reserve_for(std::nullopt);
  homes_[settled.stream].asked_to_settle = false;
  settle({self_, settled.stream}, at);
}

void ClusterChannels::serve(NodeId, const channel::Hold& held, PartContext& at) {
  hold({self_, held.stream}, side_of(held.side), held.node, held.by);
  settle({self_, held.stream}, at);
}

void ClusterChannels::serve(NodeId from, const channel::Release& release, PartContext& at) {
  hold({self_, release.stream}, side_of(release.side), from, -1);
  settle({self_, release.stream}, at);
}

void ClusterChannels::serve(NodeId from, const channel::After& after, PartContext&) {
  const channel::Gates::Condition until{after.node, after.number};
  if (!has_come(after.stream, until)) gates_.close({after.stream, from}, until);
}

}   // namespace ssi::parts
