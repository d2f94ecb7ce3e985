#include "models/protocol/rexec/client.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::rexec {

const Client::Connection* Client::find(Pid process) const {
  const auto found = connections_.find(process);
  return found == connections_.end() ? nullptr : &found->second;
}

Pid Client::process_of(TxnId txn) const {
  const auto found = by_txn_.find(txn);
  return found == by_txn_.end() ? kNoPid : found->second;
}

bool Client::step(Pid process, ClientEvent on) {
  using client_rows::kTable;
  const Connection* connection = find(process);
  const ClientState at = connection ? connection->state : ClientState::none;
  const std::size_t index = row_of(kTable, at, on);
  ++hits_[index];
  SSI_CHECK(kTable[index].verdict != Verdict::never, "connection of process " + std::to_string(process.value) + ": state " +
                                                         std::to_string(static_cast<int>(at)) + ", event " +
                                                         std::to_string(static_cast<int>(on)));
  if (kTable[index].verdict != Verdict::go) return false;
  if (connection == nullptr) return true;   // begun
  connections_.at(process).state = kTable[index].next;
  return true;
}

void Client::begin(Pid process, NodeId to, const ProgramRef& program, Effects& out) {
  step(process, ClientEvent::begun);
  const TxnId txn{++next_};
  connections_.emplace(process, Connection{to, txn, program, ClientState::login});
  by_txn_.emplace(txn, process);
  out.send(to, txn, Message(Login{1, settings_.login_rounds}), {.raised = true});
}

Client::Turn Client::on(TxnId txn, const Challenge& challenge, Effects& out) {
  const Pid process = process_of(txn);
  const bool last = challenge.round == settings_.login_rounds;
  if (!step(process, last ? ClientEvent::let_in : ClientEvent::challenged)) return {};
  const Connection& connection = connections_.at(process);
  if (last) out.send(connection.to, txn, Message(Start{connection.program, settings_.command_bytes}), {.raised = true});
  else out.send(connection.to, txn, Message(Login{challenge.round + 1, settings_.login_rounds}), {.raised = true});
  return {last ? Turn::Is::let_in : Turn::Is::nothing, process, 0};
}

Client::Turn Client::over(Pid process, ClientEvent on, std::int32_t status) {
  if (!step(process, on)) return {};
  const auto gone = connections_.extract(process);
  by_txn_.erase(gone.mapped().txn);
  return {Turn::Is::over, process, status};
}

Client::Turn Client::on(TxnId txn, const Exited& exited) { return over(process_of(txn), ClientEvent::exited, exited.status); }
Client::Turn Client::on(TxnId txn, const Closed&) { return over(process_of(txn), ClientEvent::closed, kNoStatus); }

void Client::caught(Pid process, Signal signal, Effects& out) {
  if (!step(process, ClientEvent::caught)) return;
  const Connection& connection = connections_.at(process);
  out.send(connection.to, connection.txn, Message(Deliver{signal}), {.raised = true});
}

void Client::died(Pid process, Effects& out) {
  const Connection gone = connections_.at(process);
  over(process, ClientEvent::died, 0);
  out.send(gone.to, gone.txn, Message(HangUp{}), {.raised = true});
}

std::vector<Client::Lost> Client::lost(NodeId peer) {
  std::vector<Lost> gone;
  for (const auto& [process, connection] : connections_)
    if (connection.to == peer) gone.push_back({process, connection.program});
  for (const Lost& one : gone) over(one.process, ClientEvent::lost, kNoStatus);
  return gone;
}

void Client::check_invariants() const {
  SSI_INVARIANT(by_txn_.size() == connections_.size(), "a transaction without a connection");
  for (const auto& [process, connection] : connections_) {
    SSI_INVARIANT(connection.state != ClientState::none, "a connection that is closed");
    SSI_INVARIANT(process_of(connection.txn) == process, "two processes of one connection");
  }
}

void Client::hash_into(StateHash& hash) const {
  hash.add(next_);
  for (const auto& [process, connection] : connections_) {
    hash.add(process);
    hash.add(connection.to);
    hash.add(connection.txn);
    hash.add(static_cast<std::uint64_t>(connection.state));
  }
}

}   // namespace ssi::rexec
