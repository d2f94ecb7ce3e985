// Remote execution over one connection for each program (rsh and rshd, ssh and sshd): login in rounds, start, signals, status. A connection
// is known by the client's node and transaction. All of these messages are of the raised class, so that those of a connection arrive in
// the order in which they were sent, as on TCP.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/port/calls.hpp"
#include "models/port/message.hpp"

namespace ssi::rexec {

// From the client.
struct Login {   // the first one opens the connection
  static constexpr std::string_view kName = "rexec.LOGIN";
  std::uint32_t round{}, rounds{};   // from 1 on, of so many
};
struct Start {
  static constexpr std::string_view kName = "rexec.START";
  ProgramRef program;
  std::uint64_t command_bytes{};   // arguments and environment
};
struct Deliver {
  static constexpr std::string_view kName = "rexec.SIGNAL";
  Signal signal{};
};
struct HangUp {   // the client process is dead
  static constexpr std::string_view kName = "rexec.HANG_UP";
};

// From the daemon.
struct Challenge {
  static constexpr std::string_view kName = "rexec.CHALLENGE";
  std::uint32_t round{};   // the last one lets the client in
};
struct Exited {
  static constexpr std::string_view kName = "rexec.EXITED";
  std::int32_t status{};
};
struct Closed {   // without a status: refused, or the daemon's process was killed
  static constexpr std::string_view kName = "rexec.CLOSED";
};

using Message = std::variant<Login, Start, Deliver, HangUp, Challenge, Exited, Closed>;

inline constexpr std::uint64_t kLoginBytes = 512;   // of a round: names, keys, signatures (estimate: ssh sends 0.3 to 2 KiB a round)
inline std::uint64_t bytes_of(const Login&) { return kHeaderBytes + kLoginBytes; }
inline std::uint64_t bytes_of(const Challenge&) { return kHeaderBytes + kLoginBytes; }
inline std::uint64_t bytes_of(const Start& m) { return kHeaderBytes + 24 + m.command_bytes; }
inline std::uint64_t bytes_of(const Deliver&) { return kHeaderBytes + 1; }
inline std::uint64_t bytes_of(const HangUp&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Exited&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const Closed&) { return kHeaderBytes; }

}   // namespace ssi::rexec
