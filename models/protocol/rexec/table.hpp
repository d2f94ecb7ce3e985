// Both sides of a connection. `none`: there is no such connection (any more), so what was under way when it was closed comes to nothing.
#pragma once
#include <array>
#include <cstdint>

#include "models/port/table.hpp"

namespace ssi::rexec {

enum class ClientState : std::uint8_t {
  none,
  login,     // LOGIN was sent; CHALLENGE is awaited
  running,   // START was sent; EXITED is awaited
};
enum class ClientEvent : std::uint8_t {
  begun,   // the client process has been made
  challenged,
  let_in,   // by the last CHALLENGE
  caught,   // the client process has caught a signal
  died,     // the client process is dead
  exited,   // EXITED
  closed,   // CLOSED
  lost,     // the circuit broke
};
inline constexpr std::size_t kClientStates = 3, kClientEvents = 8;

namespace client_rows {
using enum ClientState;
using enum ClientEvent;
using enum Verdict;
using R = Row<ClientState, ClientEvent>;
// clang-format off
inline constexpr std::array<R, kClientStates * kClientEvents> kTable{{
    {none,    begun,      go,     login},
    {none,    challenged, ignore, none},      // HANG_UP has crossed it
    {none,    let_in,     ignore, none},      // HANG_UP has crossed it
    {none,    caught,     never,  none},
    {none,    died,       never,  none},
    {none,    exited,     ignore, none},      // HANG_UP has crossed it
    {none,    closed,     ignore, none},      // HANG_UP has crossed it
    {none,    lost,       never,  none},
    {login,   begun,      never,  login},
    {login,   challenged, go,     login},
    {login,   let_in,     go,     running},
    {login,   caught,     never,  login},     // nothing is caught before START (rsh.c: after rcmd())
    {login,   died,       go,     none},
    {login,   exited,     never,  login},
    {login,   closed,     go,     none},
    {login,   lost,       go,     none},
    {running, begun,      never,  running},
    {running, challenged, never,  running},
    {running, let_in,     never,  running},
    {running, caught,     go,     running},
    {running, died,       go,     none},
    {running, exited,     go,     none},
    {running, closed,     go,     none},
    {running, lost,       go,     none},
}};
// clang-format on
static_assert(covers_every_pair(kTable, kClientStates, kClientEvents));
}   // namespace client_rows

enum class ServerState : std::uint8_t {
  none,
  login,     // CHALLENGE was sent; LOGIN or START is awaited
  running,   // the program lives
  left,      // ... but its client has gone, so nobody wants its status
};
enum class ServerEvent : std::uint8_t {
  opened,       // the first LOGIN
  refused,      // ... but there are too many
  login_came,   // a later one
  start_came,
  signal_came,
  hung_up,   // HANG_UP
  ended,     // the program has
  killed,    // the daemon's process for this connection was
  lost,      // the circuit broke
};
inline constexpr std::size_t kServerStates = 4, kServerEvents = 9;

namespace server_rows {
using enum ServerState;
using enum ServerEvent;
using enum Verdict;
using R = Row<ServerState, ServerEvent>;
// clang-format off
inline constexpr std::array<R, kServerStates * kServerEvents> kTable{{
    {none,    opened,      go,     login},
    {none,    refused,     go,     none},
    {none,    login_came,  ignore, none},      // CLOSED has crossed it
    {none,    start_came,  ignore, none},      // CLOSED has crossed it
    {none,    signal_came, ignore, none},      // EXITED or CLOSED has crossed it
    {none,    hung_up,     ignore, none},      // EXITED or CLOSED has crossed it
    {none,    ended,       never,  none},
    {none,    killed,      never,  none},
    {none,    lost,        never,  none},
    {login,   opened,      never,  login},
    {login,   refused,     never,  login},
    {login,   login_came,  go,     login},
    {login,   start_came,  go,     running},
    {login,   signal_came, never,  login},
    {login,   hung_up,     go,     none},
    {login,   ended,       never,  login},
    {login,   killed,      go,     none},
    {login,   lost,        go,     none},
    {running, opened,      never,  running},
    {running, refused,     never,  running},
    {running, login_came,  never,  running},
    {running, start_came,  never,  running},
    {running, signal_came, go,     running},
    {running, hung_up,     go,     left},
    {running, ended,       go,     none},
    {running, killed,      go,     none},
    {running, lost,        go,     left},
    {left,    opened,      never,  left},
    {left,    refused,     never,  left},
    {left,    login_came,  never,  left},
    {left,    start_came,  never,  left},
    {left,    signal_came, never,  left},
    {left,    hung_up,     never,  left},
    {left,    ended,       go,     none},
    {left,    killed,      go,     none},
    {left,    lost,        ignore, left},      // its client is gone already
}};
// clang-format on
static_assert(covers_every_pair(kTable, kServerStates, kServerEvents));
}   // namespace server_rows

}   // namespace ssi::rexec
