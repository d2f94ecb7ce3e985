#include "models/protocol/rexec/server.hpp"

#include <string>
#include <utility>

#include "models/base/check.hpp"

namespace ssi::rexec {

bool Server::step(Key key, ServerEvent on) {
  using server_rows::kTable;
  const auto found = sessions_.find(key);
  const ServerState at = found == sessions_.end() ? ServerState::none : found->second.state;
  const std::size_t index = row_of(kTable, at, on);
  ++hits_[index];
  SSI_CHECK(kTable[index].verdict != Verdict::never,
            "connection " + std::to_string(key.txn.value) + " of node " + std::to_string(key.client.value) + ": state " +
                std::to_string(static_cast<int>(at)) + ", event " + std::to_string(static_cast<int>(on)));
  if (kTable[index].verdict != Verdict::go) return false;
  if (found == sessions_.end()) return true;   // opened or refused
  found->second.state = kTable[index].next;
  if (found->second.state != ServerState::none) return true;
  processes_.erase(found->second.process);
  programs_.erase(found->second.program);
  sessions_.erase(found);
  return true;
}

void Server::tell(Key key, Message message, Effects& out) const { out.send(key.client, key.txn, std::move(message), {.raised = true}); }

void Server::open(Key key, Pid process) {
  step(key, ServerEvent::opened);
  sessions_.emplace(key, Session{process, kNoPid, ServerState::login});
  processes_.emplace(process, key);
}

void Server::refuse(Key key, Effects& out) {
  step(key, ServerEvent::refused);
  tell(key, Closed{}, out);
}

bool Server::challenge(Key key, const Login& login, Effects& out) {
  if (login.round > 1 && !step(key, ServerEvent::login_came)) return false;
  tell(key, Challenge{login.round}, out);
  return login.round == login.rounds;
}

std::optional<Pid> Server::start(Key key) {
  if (!step(key, ServerEvent::start_came)) return std::nullopt;
  return sessions_.at(key).process;
}

void Server::started(Key key, Pid program) {
  sessions_.at(key).program = program;
  programs_.emplace(program, key);
}

std::optional<Pid> Server::signalled(Key key) {
  if (!step(key, ServerEvent::signal_came)) return std::nullopt;
  return sessions_.at(key).program;
}

std::optional<Server::Session> Server::hung_up(Key key) {
  const auto found = sessions_.find(key);
  const Session before = found == sessions_.end() ? Session{} : found->second;
  if (!step(key, ServerEvent::hung_up)) return std::nullopt;
  return before;
}

std::vector<Server::Session> Server::lost(NodeId client) {
  std::vector<Key> keys;
  for (const auto& [key, session] : sessions_)
    if (key.client == client) keys.push_back(key);
  std::vector<Session> out;
  for (const Key& key : keys) {
    const Session before = sessions_.at(key);
    if (step(key, ServerEvent::lost)) out.push_back(before);
  }
  return out;
}

std::optional<Server::Session> Server::ended(Pid program, std::int32_t status, Effects& out) {
  const auto found = programs_.find(program);
  if (found == programs_.end()) return std::nullopt;
  const Key key = found->second;
  const Session session = sessions_.at(key);
  step(key, ServerEvent::ended);
  if (session.state == ServerState::running) tell(key, Exited{status}, out);
  return session;
}

void Server::killed(Pid process, Effects& out) {
  const Key key = processes_.at(process);
  const bool wanted = sessions_.at(key).state != ServerState::left;
  step(key, ServerEvent::killed);
  if (wanted) tell(key, Closed{}, out);
}

const Server::Session* Server::of_process(Pid process) const {
  const auto found = processes_.find(process);
  return found == processes_.end() ? nullptr : &sessions_.at(found->second);
}

const Server::Session* Server::of_program(Pid program) const {
  const auto found = programs_.find(program);
  return found == programs_.end() ? nullptr : &sessions_.at(found->second);
}

void Server::check_invariants() const {
  SSI_INVARIANT(processes_.size() == sessions_.size(), "a process of no connection");
  std::size_t programs = 0;
  for (const auto& [key, session] : sessions_) {
    const bool has_program = session.state == ServerState::running || session.state == ServerState::left;
    SSI_INVARIANT(has_program == (session.program != kNoPid), "a connection that has started nothing, or has too early");
    programs += has_program;
  }
  SSI_INVARIANT(programs_.size() == programs, "a program of no connection");
}

void Server::hash_into(StateHash& hash) const {
  for (const auto& [key, session] : sessions_) {
    hash.add(key.client);
    hash.add(key.txn);
    hash.add(session.process);
    hash.add(session.program);
    hash.add(static_cast<std::uint64_t>(session.state));
  }
}

}   // namespace ssi::rexec
