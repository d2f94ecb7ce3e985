// Pipes between nodes. A process's first pipe is the descriptors 0 and 1, which a child inherits.
#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kDone = 2;
constexpr std::int32_t kReading = 0, kWriting = 1;
constexpr const char* kInherited = "a child's use of a pipe that it inherited";

Program writes_child(Stage& s, Self&) {
  const Result wrote = co_await send(kWriting, "child");
  s.need(wrote, kInherited);
  s.mark(kDone);
}
Program pipe_order(Stage& s, Self&) {
  const Result pipe = co_await Pipe{};
  if (!s.need(pipe, "pipe")) co_return;
  const Result wrote = co_await send(kWriting, "parent ");
  s.need(wrote, "write");
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  co_await Wait{child.pid};
  if (s.decided()) co_return;
  co_await Close{kWriting};
  std::string all;
  for (std::string part = "?"; !part.empty();) {
    const Result read = co_await Receive{kReading, 5};
    s.need(read, "read");
    part = text(read);
    all += part;
  }
  s.same(all == "parent child", "what was written first is read first");
  s.finish();
}

Program holds_pipe(Stage& s, Self& self) {
  const Result closed = co_await Close{kReading};
  s.need(closed, kInherited);
  s.mark(kReady);
  co_await s.nap(self, 20);
  s.mark(kDone);
}
Program pipe_end(Stage& s, Self& self) {
  const Result pipe = co_await Pipe{};
  if (!s.need(pipe, "pipe")) co_return;
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await Close{kWriting};
  const Result read = co_await Receive{kReading, 9};
  s.need(read, "read");
  s.same(text(read).empty() && s.marked(kDone) == 1, "the end comes when the last writer has gone");
  s.finish();
}

Program writes_to_nobody(Stage& s, Self& self) {
  co_await SetAction{Signal::pipe, Disposition::handler};
  const Result closed = co_await Close{kReading};
  s.need(closed, kInherited);
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  Result wrote;
  for (int i = 0; i < 20 && wrote.good(); ++i) {   // what is under way when the reader goes may be lost
    wrote = co_await send(kWriting, "x");
    co_await s.nap(self);
  }
  s.fails(wrote, Errno::epipe, "write");
  s.same(self.handled.size() == 1, "SIGPIPE once");
  s.mark(kDone);
}
Program pipe_broken(Stage& s, Self& self) {
  const Result pipe = co_await Pipe{};
  if (!s.need(pipe, "pipe")) co_return;
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await Close{kReading};
  s.mark(kGo);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

constexpr std::size_t kMuch = 300'000;
Program fills(Stage& s, Self&) {
  const Result wrote = co_await send_zeros(kWriting, kMuch);
  s.need(wrote, kInherited);
  s.same(wrote.value == kMuch, "a write takes all");
  s.mark(kDone);
}
Program pipe_full(Stage& s, Self& self) {
  const Result pipe = co_await Pipe{};
  if (!s.need(pipe, "pipe")) co_return;
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  co_await s.nap(self, 50);
  s.same(s.marked(kDone) == 0, "a write of more than there is room for waits");
  co_await Close{kWriting};
  std::size_t all = 0, part = 1;
  while (part > 0 && !s.decided()) {
    const Result read = co_await Receive{kReading, 65536};
    s.need(read, "read");
    part = size_of(read.bytes());
    all += part;
  }
  s.same(all == kMuch, "no byte is lost");
  s.finish();
}

// Reads what its parent, on another node, writes, and is interrupted by it.
Program reads_twice(Stage& s, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  s.mark(kReady);
  const Result first = co_await Receive{kReading, 9};
  if (first.error == Errno::ebadf) s.need(first, kInherited);
  s.fails(first, Errno::eintr, "read during a handler");
  s.same(self.handled.size() == 1, "the handler runs once");
  s.mark(kGo);
  const Result second = co_await Receive{kReading, 9};
  s.same(text(second) == "kept", "the read that was broken off has taken no bytes");
  s.mark(kDone);
}
Program read_interrupted(Stage& s, Self& self) {
  const Result pipe = co_await Pipe{};
  if (!s.need(pipe, "pipe")) co_return;
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await s.nap(self, 10);
  if (s.decided()) co_return;
  const Result sent = co_await Kill{child.pid, Signal::usr1};
  s.need(sent, "kill");
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result wrote = co_await send(kWriting, "kept");
  s.need(wrote, "write");
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

}   // namespace

std::vector<Behaviour> pipe_behaviours() {
  return {
      {"pipe.order", "channel", "what parent and then a child elsewhere write is read in that order", {pipe_order, writes_child}},
      {"pipe.end", "channel", "the end of a pipe comes when the last writer, elsewhere, has gone", {pipe_end, holds_pipe}},
      {"pipe.sigpipe", "channel", "EPIPE and SIGPIPE for a writer whose reader, elsewhere, has gone", {pipe_broken, writes_to_nobody}},
      {"pipe.full", "channel", "a writer elsewhere waits for room and loses nothing", {pipe_full, fills}},
      {"pipe.eintr", "channel", "a handler ends a read from a pipe elsewhere in EINTR, without loss", {read_interrupted, reads_twice}},
  };
}

}   // namespace ssi::conformance
