// The calls on channels. Every call that may wait is entered as a waiting one first and served at once if it can be.
#include "models/native/channels.hpp"

#include "models/base/check.hpp"

namespace ssi::native {

// One call: an overload for each kind.
struct Channels::Request {
  Channels& channels;
  const CallEvent& event;
  PartContext& at;

  void fail(Errno error) const { channels.end_call(event, Result::fail(error), at); }

  void operator()(const Pipe&) const { channels.pipe(event, at); }
  void operator()(const Listen& listen) const { channels.listen(event, listen, at); }
  void operator()(const Connect& connect) const { channels.connect(event, connect, at); }
  void operator()(const Accept& accept) const {
    const Description* description = at.descriptors.find(event.caller, accept.listener);
    ChannelEnd* listener = channels.end_of(event.caller, accept.listener, at);
    if (listener == nullptr) return fail(Errno::ebadf);
    if (listener->kind != ChannelEnd::Kind::listener) return fail(Errno::einval);
    channels.accept(event, description->entry, at);
  }
  void operator()(const Send& send) const { write(send.channel, send.data); }
  void operator()(const Write& write_call) const { write(write_call.file, write_call.data); }
  void operator()(const Receive& receive) const { read(receive.channel, receive.count); }
  void operator()(const Read& read_call) const { read(read_call.file, read_call.count); }
  void operator()(const Close& close) const {
    if (channels.end_of(event.caller, close.file, at) == nullptr) return fail(Errno::ebadf);
    const auto description = at.descriptors.remove(event.caller, close.file);
    channels.end_call(event, Result::ok(), at);
    channels.drop(description->entry, at);
  }
  template <class C>
  void operator()(const C&) const {
    SSI_CHECK(false, "a call of another class");
  }

  void write(std::int32_t number, const Bytes& data) const {
    const ChannelEnd* end = channels.end_of(event.caller, number, at);
    if (end == nullptr || !end->writes()) return fail(Errno::ebadf);
    if (size_of(data) == 0) return channels.end_call(event, Result::of(0), at);
    const StreamId to = end->out;
    channels.wait(event, {.stream = to}, at);
    channels.write(to, {channels.self_, event.id, event.caller, 0, data}, at);
  }
  void read(std::int32_t number, std::uint64_t count) const {
    const ChannelEnd* end = channels.end_of(event.caller, number, at);
    if (end == nullptr || !end->reads()) return fail(Errno::ebadf);
    if (count == 0) return channels.end_call(event, Result::of(0), at);
    const StreamId from = end->in;
    channels.wait(event, {.stream = from}, at);
    channels.read(from, {channels.self_, event.id, event.caller, count}, at);
  }
};

void Channels::call(const CallEvent& event, PartContext& at) {
  at.out.work(settings_.operation);
  std::visit(Request{*this, event, at}, *event.call);
}

void Channels::pipe(const CallEvent& event, PartContext& at) {
  const StreamId stream = make_stream(settings_.pipe_capacity, settings_.pipe_atomic);
  const auto reading = open(event.caller, {.kind = ChannelEnd::Kind::reading, .in = stream}, at);
  const auto writing = reading ? open(event.caller, {.kind = ChannelEnd::Kind::writing, .out = stream}, at) : std::nullopt;
  if (!writing) {
    if (reading) drop(at.descriptors.remove(event.caller, *reading)->entry, at);
    streams_.erase(stream.number);
    return end_call(event, Result::fail(Errno::emfile), at);
  }
  Result result = Result::of(*reading);
  result.status = *writing;
  end_call(event, std::move(result), at);
}

void Channels::listen(const CallEvent& event, const Listen& listen, PartContext& at) {
  if (listeners_.contains(listen.name)) return end_call(event, Result::fail(Errno::eaddrinuse), at);
  const auto number = open(event.caller, {.kind = ChannelEnd::Kind::listener, .name = listen.name, .backlog = listen.backlog}, at);
  if (!number) return end_call(event, Result::fail(Errno::emfile), at);
  listeners_.emplace(listen.name, at.descriptors.find(event.caller, *number)->entry);
  end_call(event, Result::of(*number), at);
}

// As on Linux, connect is over once the connection is in the backlog; nobody need have accepted it.
void Channels::connect(const CallEvent& event, const Connect& connect, PartContext& at) {
  const auto listener = listeners_.find(connect.name);
  if (listener == listeners_.end() || is_full(ends_.at(listener->second))) return end_call(event, Result::fail(Errno::econnrefused), at);
  const StreamId up = make_stream(settings_.socket_capacity, 1), down = make_stream(settings_.socket_capacity, 1);
  const auto number = open(event.caller, {.kind = ChannelEnd::Kind::socket, .in = down, .out = up}, at);
  if (!number) {
    streams_.erase(up.number);
    streams_.erase(down.number);
    return end_call(event, Result::fail(Errno::emfile), at);
  }
  end_call(event, Result::of(*number), at);
  arrive(listener->second, up, down, at);
}

void Channels::accept(const CallEvent& event, std::uint64_t listener, PartContext& at) {
  wait(event, {.listener = listener}, at);
  ends_.at(listener).accepting.push_back({self_, event.id, event.caller});
  serve_accepts(listener, at);
}

// A connection is in the backlog of a listener here.
void Channels::arrive(std::uint64_t listener, StreamId in, StreamId out, PartContext& at) {
  const std::uint64_t entry = add({.kind = ChannelEnd::Kind::socket, .in = in, .out = out, .references = 1});
  ends_.at(listener).arrived.push_back(entry);
  serve_accepts(listener, at);
}

void Channels::serve_accepts(std::uint64_t listener, PartContext& at) {
  ChannelEnd& end = ends_.at(listener);
  while (!end.accepting.empty() && !end.arrived.empty()) {
    const Waiter waiter = end.accepting.front();
    end.accepting.pop_front();
    if (waiter.node != self_) {
      const std::uint64_t connection = end.arrived.front();
      end.arrived.pop_front();
      hand_over(waiter, connection, at);
      continue;
    }
    const auto number = at.descriptors.install(waiter.pid, {CallClass::channel, end.arrived.front()});
    if (number) end.arrived.pop_front();   // its reference is the descriptor's now
    answer(waiter.call, waiter.pid, number ? Result::of(*number) : Result::fail(Errno::emfile), at);
  }
}

void Channels::hand_over(const Waiter&, std::uint64_t, PartContext&) { SSI_CHECK(false, "a node that knows no other"); }

void Channels::read(StreamId from, Waiter waiter, PartContext& at) {
  streams_.at(from.number).stream.read(std::move(waiter));
  settle(from, at);
}

void Channels::write(StreamId to, Waiter waiter, PartContext& at) {
  streams_.at(to.number).stream.write(std::move(waiter));
  settle(to, at);
}

std::optional<Waiter> Channels::withdraw(StreamId stream, CallId call, PartContext& at) {
  auto waiter = streams_.at(stream.number).stream.withdraw(call);
  settle(stream, at);   // the next one may be able to go on
  return waiter;
}

// A handler ended the call in EINTR; a write of which a part is in returns that instead (POSIX.1-2017, write).
void Channels::broken_off(CallId call, PartContext& at) {
  const auto found = waiting_.extract(call);
  if (found.empty()) return;
  const Place place = found.mapped();
  if (place.ticket != 0) return give_up(place.ticket, at);
  if (!place.stream) {
    std::erase_if(ends_.at(place.listener).accepting, [&](const Waiter& waiter) { return waiter.call == call; });
    return;
  }
  const auto waiter = withdraw(*place.stream, call, at);
  if (!waiter || waiter->done == 0) return;
  for (Effects::Completion& completion : at.out.completions)
    if (completion.call == call) completion.result = Result::of(static_cast<std::int64_t>(waiter->done));
}

void Channels::served(StreamId, Served served, PartContext& at) {
  const Waiter& who = served.who;
  if (served.as == Served::As::broken) {
    at.raised.push_back({who.pid, Signal::pipe});
    return answer(who.call, who.pid, Result::fail(Errno::epipe), at);
  }
  const std::uint64_t bytes = served.as == Served::As::read ? size_of(served.data) : who.done;
  charge_copy(bytes, at);
  Result result = Result::of(static_cast<std::int64_t>(bytes));
  if (served.as == Served::As::read) result.more = served.data;
  answer(who.call, who.pid, std::move(result), at);
}

}   // namespace ssi::native
