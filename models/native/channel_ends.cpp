// Ends and streams: who has them open, and what becomes of them when nobody has.
#include "models/base/check.hpp"
#include "models/native/channels.hpp"

namespace ssi::native {

ChannelEnd* Channels::end_of(Pid pid, std::int32_t number, const PartContext& at) {
  const Description* description = at.descriptors.find(pid, number);
  if (description == nullptr || description->part != CallClass::channel) return nullptr;
  return &ends_.at(description->entry);
}

std::uint64_t Channels::add(ChannelEnd end) {
  const std::uint64_t entry = ++next_;
  if (end.reads()) hold(end.in, Side::reading, self_, 1);
  if (end.writes()) hold(end.out, Side::writing, self_, 1);
  ends_.emplace(entry, std::move(end));
  return entry;
}

std::optional<std::int32_t> Channels::open(Pid pid, ChannelEnd end, PartContext& at) {
  const auto number = at.descriptors.install(pid, {CallClass::channel, next_ + 1});
  if (!number) return std::nullopt;
  end.references = 1;
  add(std::move(end));
  return number;
}

void Channels::drop(std::uint64_t entry, PartContext& at) {
  ChannelEnd& end = ends_.at(entry);
  if (--end.references > 0) return;
  const ChannelEnd gone = std::move(end);
  ends_.erase(entry);
  if (gone.reads()) release(gone.in, Side::reading, at);
  if (gone.writes()) release(gone.out, Side::writing, at);
  if (gone.kind == ChannelEnd::Kind::listener) close_listener(gone, at);
}

void Channels::close_listener(const ChannelEnd& gone, PartContext& at) {
  SSI_CHECK(gone.accepting.empty(), "a listener that nobody has is waited for");
  unbind(gone.name, at);
  for (std::uint64_t arrived : gone.arrived) drop(arrived, at);   // who connected sees the end
}

void Channels::unbind(const std::string& name, PartContext&) { listeners_.erase(name); }

StreamId Channels::make_stream(std::uint64_t capacity, std::uint64_t atomic) {
  const std::uint64_t number = ++next_;
  streams_.emplace(number, Kept{ByteStream(capacity, std::min(atomic, capacity))});
  return {self_, number};
}

void Channels::hold(StreamId stream, Side side, NodeId node, std::int64_t by) {
  auto& holders = streams_.at(stream.number).of(side);
  if ((holders[node] += by) == 0) holders.erase(node);
}

void Channels::release(StreamId stream, Side side, PartContext& at) {
  hold(stream, side, self_, -1);
  settle(stream, at);
}

// Whoever can go on does; a stream that nobody has is gone.
void Channels::settle(StreamId id, PartContext& at) {
  Kept& kept = streams_.at(id.number);
  if (kept.reading.empty()) kept.stream.lose_readers();
  if (kept.writing.empty()) kept.stream.lose_writers();
  auto all = kept.stream.serve();
  if (kept.reading.empty() && kept.writing.empty()) streams_.erase(id.number);
  for (Served& one : all) served(id, std::move(one), at);
}

void Channels::forked(Pid, Pid child, PartContext& at) {
  for (const auto& [number, description] : at.descriptors.of(child))
    if (description.part == CallClass::channel) ++ends_.at(description.entry).references;
}

// What it waited for was broken off before.
void Channels::ended(Pid gone, PartContext& at) {
  for (const auto& [number, description] : at.descriptors.of(gone))
    if (description.part == CallClass::channel) drop(description.entry, at);
}

void Channels::wait(const CallEvent& event, Place place, PartContext& at) {
  at.processes.block(event.id, event.caller);
  waiting_.emplace(event.id, place);
}

void Channels::answer(CallId call, Pid pid, Result result, PartContext& at) {
  waiting_.erase(call);
  at.processes.unblock(pid);
  at.out.complete(call, std::move(result), self_);
}

void Channels::end_call(const CallEvent& event, Result result, PartContext& at) const {
  at.out.complete(event.id, std::move(result), self_);
}

void Channels::charge_copy(std::uint64_t bytes, PartContext& at) const {
  at.out.work(Duration{settings_.copy_per_kib.ns * static_cast<std::int64_t>(bytes) / 1024});
}

void Channels::check_invariants() const {
  std::map<std::pair<std::uint64_t, Side>, std::int64_t> held;
  for (const auto& [entry, end] : ends_) {
    SSI_INVARIANT(end.references > 0, "an end that nobody has");
    SSI_INVARIANT(end.arrived.empty() || end.accepting.empty(), "a connection and who accepts it wait for each other");
    if (end.reads() && end.in.home == self_) ++held[{end.in.number, Side::reading}];
    if (end.writes() && end.out.home == self_) ++held[{end.out.number, Side::writing}];
  }
  for (const auto& [number, kept] : streams_) {
    kept.stream.check_invariants();
    for (Side side : {Side::reading, Side::writing}) {
      const auto& holders = side == Side::reading ? kept.reading : kept.writing;
      const auto here = holders.find(self_);
      const std::int64_t counted = here == holders.end() ? 0 : here->second;
      SSI_INVARIANT(!counts_every_end() || counted == (held[{number, side}]), "a stream has other ends than it counts");
    }
    for (const auto* queue : {&kept.stream.readers(), &kept.stream.writers()})
      for (const Waiter& waiter : *queue)
        SSI_INVARIANT(waiter.node != self_ || waiting_.contains(waiter.call), "a call waits at a stream that nobody knows of");
  }
}

void Channels::hash_into(StateHash& hash) const {
  hash.add(next_);
  for (const auto& [entry, end] : ends_) {
    hash.add(entry);
    hash.add(end.references);
    hash.add(end.arrived.size());
    hash.add(end.accepting.size());
  }
  for (const auto& [number, kept] : streams_) {
    hash.add(number);
    kept.stream.hash_into(hash);
  }
  hash.add(waiting_.size());
}

void Channels::describe(StateDump& out) const {
  for (const auto& [number, kept] : streams_)
    out.add("stream " + std::to_string(number), std::to_string(kept.stream.size()) + " bytes, " + std::to_string(kept.reading.size()) +
                                                    " reading nodes, " + std::to_string(kept.writing.size()) + " writing, " +
                                                    std::to_string(kept.stream.readers().size()) + " wait to read, " +
                                                    std::to_string(kept.stream.writers().size()) + " to write");
  for (const auto& [name, entry] : listeners_)
    out.add("listener " + name, std::to_string(ends_.at(entry).arrived.size()) + " in the backlog");
}

}   // namespace ssi::native
