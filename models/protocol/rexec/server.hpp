// The daemon's side: for each connection a process of its own (rshd, sshd), whose child is the program. It tells the status of the program
// to the client, once, and passes signals on.
//
// Invariant: a connection has one process and one program at most; of a program whose client has gone nobody is told anything.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/effects.hpp"
#include "models/protocol/rexec/messages.hpp"
#include "models/protocol/rexec/table.hpp"

namespace ssi::rexec {

class Server {
 public:
  struct Key {   // the client's node and transaction
    NodeId client;
    TxnId txn;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Session {
    Pid process, program = kNoPid;
    ServerState state = ServerState::none;
  };

  void open(Key key, Pid process);
  void refuse(Key key, Effects& out);
  bool challenge(Key key, const Login& login, Effects& out);   // true: the client is let in by this
  std::optional<Pid> start(Key key);                           // the process that shall start the program; none: the connection is closed
  void started(Key key, Pid program);
  std::optional<Pid> signalled(Key key);      // the program that gets it
  std::optional<Session> hung_up(Key key);    // as it was before; without a program its process ends
  std::vector<Session> lost(NodeId client);   // likewise, of all connections of that node
  // The program has ended, or the session's process was killed: the client is told. With `status`: the program's.
  std::optional<Session> ended(Pid program, std::int32_t status, Effects& out);
  void killed(Pid process, Effects& out);

  const Session* of_process(Pid process) const;   // nullptr: no process of a connection
  const Session* of_program(Pid program) const;
  const std::map<Key, Session>& all() const { return sessions_; }
  using Hits = std::array<std::uint64_t, kServerStates * kServerEvents>;
  const Hits& hits() const { return hits_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  bool step(Key key, ServerEvent on);   // true: go; what has come to `none` is forgotten
  void tell(Key key, Message message, Effects& out) const;

  std::map<Key, Session> sessions_;
  std::map<Pid, Key> processes_, programs_;
  Hits hits_{};
};

}   // namespace ssi::rexec
