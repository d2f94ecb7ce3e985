// Sockets between nodes, and their names.
#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kDone = 2, kListener = 3;
constexpr const char* kConnects = "connect to a name of another node";

// Role 1, on node 1: a server of one connection that sends back what it gets.
Program echoes(Stage& s, Self&) {
  const Result listener = co_await listen("echo");
  if (!s.need(listener, "listen")) co_return;
  s.mark(kReady);
  const Result socket = co_await Accept{fd(listener)};
  s.need(socket, "accept");
  for (;;) {
    const Result got = co_await Receive{fd(socket), 99};
    if (text(got).empty()) co_return;
    co_await send_back(fd(socket), got);
  }
}
Program socket_echo(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result socket = co_await connect("echo");
  if (!s.need(socket, kConnects)) co_return;
  for (const char* word : {"one", "two", "three"}) {
    const Result sent = co_await send(fd(socket), word);
    s.need(sent, "send");
    const Result back = co_await Receive{fd(socket), 99};
    s.same(text(back) == word, "what was sent comes back");
  }
  s.finish();
}

Program holds_name(Stage& s, Self&) {
  const Result listener = co_await listen("echo");
  if (!s.need(listener, "listen")) co_return;
  s.mark(kReady);
  co_await Pause{};
}
Program name_in_use(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result second = co_await listen("echo");
  s.fails(second, Errno::eaddrinuse, "listen on a name of another node");
  s.finish();
}

Program listens_and_ends(Stage& s, Self& self) {
  const Result listener = co_await listen("echo");
  s.need(listener, "listen");
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  s.mark(kDone);
}
Program name_free(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result first = co_await connect("echo");
  if (!s.need(first, kConnects)) co_return;
  s.mark(kGo);
  while (s.waits_for(kDone)) co_await s.nap(self);
  co_await s.nap(self, 10);
  const Result second = co_await connect("echo");
  s.fails(second, Errno::econnrefused, "connect when the listener has ended");
  const Result listener = co_await listen("echo");
  s.same(listener.good(), "its name is free");
  s.finish();
}

Program serves_until_killed(Stage& s, Self& self) {
  const Result child = co_await Fork{s.program(2)};
  if (!s.need(child, "fork")) co_return;
  while (s.waits_for(kGo)) co_await s.nap(self);
  co_await s.nap(self, 5);
  const Result killed = co_await Kill{child.pid, Signal::kill};
  s.need(killed, "kill");
  s.mark(kDone);
  co_await Pause{};
}
Program accepts_and_waits(Stage& s, Self&) {
  const Result listener = co_await listen("echo");
  if (!s.need(listener, "listen")) co_return;
  s.mark(kReady);
  const Result socket = co_await Accept{fd(listener)};
  s.need(socket, "accept");
  s.mark(kGo);
  co_await Pause{};
}
Program end_elsewhere(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result socket = co_await connect("echo");
  if (!s.need(socket, kConnects)) co_return;
  const Result read = co_await Receive{fd(socket), 9};
  s.need(read, "read");
  s.same(text(read).empty(), "it reads the end");
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program accepts_inherited(Stage& s, Self&) {
  const Result socket = co_await Accept{static_cast<std::int32_t>(s.marked(kListener))};
  if (!s.need(socket, "a child's accept on a listener that it inherited")) co_return;
  const Result sent = co_await send(fd(socket), "hello");
  s.need(sent, "send");
}
Program listener_inherited(Stage& s, Self&) {
  const Result listener = co_await listen("inherited");
  if (!s.need(listener, "listen")) co_return;
  s.mark(kListener, static_cast<std::uint64_t>(listener.value));
  const Result child = co_await s.spawn(1, 1);
  if (!s.need(child, "spawn on another node")) co_return;
  const Result socket = co_await connect("inherited");
  s.need(socket, "connect");
  const Result read = co_await Receive{fd(socket), 9};
  s.same(text(read) == "hello", "what the child sends comes");
  s.finish();
}

}   // namespace

std::vector<Behaviour> socket_behaviours() {
  return {
      {"socket.echo", "channel", "a socket carries bytes both ways between nodes", {socket_echo, echoes}, true},
      {"socket.in_use", "channel", "a name that another node listens on is in use", {name_in_use, holds_name}, true},
      {"socket.name_free", "channel", "a name is free when its listener, elsewhere, has ended", {name_free, listens_and_ends}, true},
      {"socket.end",
       "channel",
       "the end of a socket whose other side, elsewhere, was killed",
       {end_elsewhere, serves_until_killed, accepts_and_waits},
       true},
      {"socket.inherited",
       "channel",
       "a child on another node accepts from its parent's listener",
       {listener_inherited, accepts_inherited}},
  };
}

}   // namespace ssi::conformance
