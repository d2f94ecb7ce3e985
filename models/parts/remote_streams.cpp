// Streams whose home is another node: writes within the window, one read under way.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/parts/cluster_channels.hpp"

namespace ssi::parts {

using native::PartContext;
using native::Side;
using native::StreamId;
using native::Waiter;

namespace {

Bytes part_of(const Bytes& bytes, std::uint64_t from, std::uint64_t count) {
  const auto begin = bytes->begin() + static_cast<std::ptrdiff_t>(from);
  return native::bytes_from({begin, begin + static_cast<std::ptrdiff_t>(count)});
}

}   // namespace

void ClusterChannels::send(NodeId to, channel::Message message, PartContext& at) {
  if (to != self_) tally_.sent(to);
  at.out.send(to, TxnId{}, std::move(message), {.raised = true});
}

// Before the first word about a stream, where its end came from.
void ClusterChannels::to_home(StreamId stream, channel::Message message, PartContext& at) {
  if (const auto found = distant_.find(stream); found != distant_.end())
    for (const channel::After& after : std::exchange(found->second.first, {})) send(stream.home, channel::Message(after), at);
  send(stream.home, std::move(message), at);
}

ClusterChannels::Distant& ClusterChannels::distant(StreamId stream) {
  const auto [entry, is_new] = distant_.try_emplace(stream);
  if (is_new) entry->second.window = choices_.window;
  return entry->second;
}

void ClusterChannels::forget_if_unused(StreamId stream) {
  const auto found = distant_.find(stream);
  if (found == distant_.end()) return;
  const Distant& d = found->second;
  if (d.ends == 0 && d.readers.empty() && d.writers.empty()) distant_.erase(found);
}

void ClusterChannels::write(StreamId to, Waiter waiter, PartContext& at) {
  if (choices_.tests.here(ChannelTest::write, is_here(to), at.out)) {
    if (gates_.is_closed({to.number, self_})) held_here_[to.number].push_back({Side::writing, std::move(waiter)});
    else Channels::write(to, std::move(waiter), at);
    return;
  }
  distant_.at(to).writers.push_back(std::move(waiter));
  send_writes(to, at);
}

// A write is over when all of it has left; one of up to `atomic` bytes leaves in one message.
void ClusterChannels::send_writes(StreamId stream, PartContext& at) {
  Distant& d = distant_.at(stream);
  while (!d.writers.empty() && !d.unread && !d.lost) {
    Waiter& first = d.writers.front();
    const std::uint64_t all = size_of(first.data), rest = all - first.done, now = std::min(rest, d.window);
    if (now == 0 || (all <= d.atomic && now < rest)) return;
    to_home(stream, channel::Data{stream.number, part_of(first.data, first.done, now)}, at);
    d.window -= now;
    first.done += now;
    if (first.done < all) continue;
    native::Served done{std::move(first), native::Served::As::written, {}};
    d.writers.pop_front();
    served(stream, std::move(done), at);
  }
  if (d.lost) return lose_home(stream, d, at);
  while (!d.writers.empty()) {
    native::Served broken{std::move(d.writers.front()), native::Served::As::broken, {}};
    d.writers.pop_front();
    served(stream, std::move(broken), at);
  }
}

void ClusterChannels::read(StreamId from, Waiter waiter, PartContext& at) {
  if (choices_.tests.here(ChannelTest::read, is_here(from), at.out)) {
    if (gates_.is_closed({from.number, self_})) held_here_[from.number].push_back({Side::reading, std::move(waiter)});
    else Channels::read(from, std::move(waiter), at);
    return;
  }
  distant_.at(from).readers.push_back(std::move(waiter));
  fetch(from, at);
}

void ClusterChannels::fetch(StreamId stream, PartContext& at) {
  Distant& d = distant_.at(stream);
  if (d.lost) return lose_home(stream, d, at);
  if (d.fetching || d.readers.empty()) return;
  d.fetching = true;
  to_home(stream, channel::Fetch{stream.number, d.readers.front().count}, at);
}

// For the first who waits now, which may be another than the one it was fetched for. What is too much goes back before anything else.
void ClusterChannels::serve(NodeId from, const channel::Fetched& fetched, PartContext& at) {
  const StreamId stream{from, fetched.stream};
  const auto found = distant_.find(stream);
  if (found == distant_.end() || !found->second.fetching) {   // for ends that are gone
    if (size_of(fetched.bytes) > 0) to_home(stream, channel::PutBack{stream.number, fetched.bytes}, at);
    return;
  }
  Distant& d = found->second;
  d.fetching = false;
  const std::uint64_t size = size_of(fetched.bytes);
  const std::uint64_t used = d.readers.empty() ? 0 : std::min(size, d.readers.front().count);
  if (used < size) to_home(stream, channel::PutBack{stream.number, part_of(fetched.bytes, used, size - used)}, at);
  if (!d.readers.empty()) {
    native::Served one{std::move(d.readers.front()), native::Served::As::read, used == 0 ? Bytes{} : part_of(fetched.bytes, 0, used)};
    d.readers.pop_front();
    served(stream, std::move(one), at);
    fetch(stream, at);
  }
  forget_if_unused(stream);
}

void ClusterChannels::serve(NodeId from, const channel::Credit& credit, PartContext& at) {
  const auto found = distant_.find({from, credit.stream});
  if (found == distant_.end()) return;   // its ends are gone
  found->second.window = std::min(found->second.window + credit.bytes, choices_.window);
  send_writes(found->first, at);
}

void ClusterChannels::serve(NodeId from, const channel::Unread& unread, PartContext& at) {
  const auto found = distant_.find({from, unread.stream});
  if (found == distant_.end()) return;
  found->second.unread = true;
  send_writes(found->first, at);
}

// Whatever was fetched came before this, and what was put back went before the answer.
void ClusterChannels::serve(NodeId from, const channel::Settle& settle, PartContext& at) {
  send(from, channel::Settled{settle.stream}, at);
}

// Calls under way may have happened; later ones find the connection reset.
void ClusterChannels::lose_home(StreamId, Distant& d, PartContext& at) {
  const auto unknown = std::exchange(d.fetching, false) ? Result::info(Errno::ehostdown) : Result::fail(Errno::econnreset);
  auto readers = std::exchange(d.readers, {}), writers = std::exchange(d.writers, {});
  for (const Waiter& reader : readers) Channels::answer(reader.call, reader.pid, unknown, at);
  for (const Waiter& writer : writers)
    Channels::answer(writer.call, writer.pid, writer.done > 0 ? Result::info(Errno::ehostdown) : Result::fail(Errno::econnreset), at);
}

std::optional<Waiter> ClusterChannels::withdraw(StreamId stream, CallId call, PartContext& at) {
  const auto take = [&](std::deque<Waiter>& queue) -> std::optional<Waiter> {
    for (auto waiter = queue.begin(); waiter != queue.end(); ++waiter)
      if (waiter->call == call) {
        Waiter out = std::move(*waiter);
        queue.erase(waiter);
        return out;
      }
    return std::nullopt;
  };
  if (!is_here(stream)) {
    Distant& d = distant_.at(stream);
    auto out = take(d.readers);
    if (!out) out = take(d.writers);
    send_writes(stream, at);   // the next one may be able to go on
    return out;
  }
  if (const auto held = held_here_.find(stream.number); held != held_here_.end())
    for (auto one = held->second.begin(); one != held->second.end(); ++one)
      if (one->waiter.call == call) {
        Waiter out = std::move(one->waiter);
        held->second.erase(one);
        return out;
      }
  return Channels::withdraw(stream, call, at);
}

void ClusterChannels::hold(StreamId stream, Side side, NodeId node, std::int64_t by) {
  if (is_here(stream)) return Channels::hold(stream, side, node, by);
  SSI_CHECK(node == self_, "another node's end of a stream elsewhere is counted here");
  distant(stream).ends += by;
}

void ClusterChannels::release(StreamId stream, Side side, PartContext& at) {
  if (is_here(stream)) return Channels::release(stream, side, at);
  to_home(stream, channel::Release{stream.number, side == Side::reading ? channel::Side::reading : channel::Side::writing}, at);
  --distant_.at(stream).ends;
  forget_if_unused(stream);
}

}   // namespace ssi::parts
