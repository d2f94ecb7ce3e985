// The client's side: which process here stands for which program elsewhere. The process is the caller's child, as rsh is the shell's: its
// exit tells the program's status, its death closes the connection, and signals that it catches go to the program, each once.
//
// Invariant: a process stands for one connection at most, and the connection is open until the process has its status or is dead.
#pragma once
#include <array>
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

inline constexpr std::int32_t kNoStatus = 255;   // what ssh exits with when it has none to tell

struct ClientSettings {
  std::uint32_t login_rounds = 3;   // of request and answer, before the command can be sent
  std::uint64_t command_bytes = 1024;
};

class Client {
 public:
  struct Connection {
    NodeId to;
    TxnId txn;
    ProgramRef program;
    ClientState state = ClientState::none;
  };
  // What has become of a connection, and with it of its process.
  struct Turn {
    enum class Is : std::uint8_t { nothing, let_in, over } is = Is::nothing;
    Pid process = kNoPid;
    std::int32_t status = 0;   // over: to exit with
  };

  Client(NodeId self, Incarnation incarnation, const ClientSettings& settings)
      : settings_(settings), next_((std::uint64_t{self.value} << 44) | (std::uint64_t{incarnation.value & 0xfffU} << 32)) {}

  void begin(Pid process, NodeId to, const ProgramRef& program, Effects& out);
  Turn on(TxnId txn, const Challenge& challenge, Effects& out);
  Turn on(TxnId txn, const Exited& exited);
  Turn on(TxnId txn, const Closed& closed);
  void caught(Pid process, Signal signal, Effects& out);
  void died(Pid process, Effects& out);
  struct Lost {   // its connection is over, without a status
    Pid process;
    ProgramRef program;
  };
  std::vector<Lost> lost(NodeId peer);

  const Connection* find(Pid process) const;   // nullptr: it stands for none
  const std::map<Pid, Connection>& all() const { return connections_; }
  using Hits = std::array<std::uint64_t, kClientStates * kClientEvents>;
  const Hits& hits() const { return hits_; }
  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  Pid process_of(TxnId txn) const;          // kNoPid: of no connection that is open
  bool step(Pid process, ClientEvent on);   // true: go; what has come to `none` is forgotten
  Turn over(Pid process, ClientEvent on, std::int32_t status);

  ClientSettings settings_;
  std::uint64_t next_;
  std::map<Pid, Connection> connections_;
  std::map<TxnId, Pid> by_txn_;
  Hits hits_{};
};

}   // namespace ssi::rexec
