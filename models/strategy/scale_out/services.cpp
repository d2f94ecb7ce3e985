// The client and the session processes: what they do, and what becomes of them.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/scale_out/scale_out.hpp"

namespace ssi::scale_out {

using rexec::Client;
using rexec::Server;
using rexec::ServerState;

// Spawn is fork and exec of the client program; all that follows is the business of its process.
void ScaleOut::start_elsewhere(const CallEvent& event, const Spawn& spawn, NodeId at, Instant now, Effects& out) {
  const Pid process = kernel_.new_child(event.caller, spawn.program, true, now, out);
  services_.insert(process);
  out.complete(event.id, Result::ok(process), self_);
  client_.begin(process, at, spawn.program, out);
}

// Let in: from now on signals are caught for the program, unless they are ignored anyway (rsh.c).
void ScaleOut::turn(const Client::Turn& turn, Effects& out) {
  if (turn.is == Client::Turn::Is::over) return exit_client(turn.process, turn.status, out);
  if (turn.is != Client::Turn::Is::let_in) return;
  const native::Process* process = kernel_.processes().find(turn.process);
  for (const Signal signal : settings_.forwarded())
    if (process->dispositions[static_cast<std::size_t>(signal)] != Disposition::ignore)
      kernel_.processes().set_action(turn.process, signal, Disposition::handler);
}

// A process that is stopped does not read its connection.
void ScaleOut::exit_client(Pid process, std::int32_t status, Effects& out) {
  if (kernel_.processes().find(process)->stopped) stopped_.emplace(process, status);
  else exit_service(process, status, out);
}

void ScaleOut::exit_service(Pid process, std::int32_t status, Effects& out) {
  out.work(costs_.exit);
  kernel_.processes().exit(process, status, out);
}

void ScaleOut::open_session(Server::Key key, const rexec::Login& login, Instant now, Effects& out) {
  if (server_.all().size() >= settings_.sessions_max) return server_.refuse(key, out);
  native::Processes& processes = kernel_.processes();
  const Pid process = kernel_.new_child(processes.init(), {}, false, now, out);
  services_.insert(process);
  const Errno apart = processes.set_session(process);
  SSI_CHECK(apart == Errno::none, "a new process is in a group of its own");
  server_.open(key, process);
  server_.challenge(key, login, out);
}

// The program leads a group, so that a signal reaches what it has started, and begins with the daemon's dispositions.
void ScaleOut::start_program(Server::Key key, const rexec::Start& start, Instant now, Effects& out) {
  const auto process = server_.start(key);
  if (!process) return;
  const Pid program = kernel_.new_child(*process, start.program, true, now, out);
  const Errno leads = kernel_.processes().set_group(*process, program, program);
  SSI_CHECK(leads == Errno::none, "a new program cannot lead a group");
  server_.started(key, program);
}

void ScaleOut::signal_program(Pid program, Signal signal, Effects& out) {
  for (const Pid member : kernel_.processes().members(program)) kernel_.post(member, signal, out);
}

// Before START there is nobody but the session's process.
void ScaleOut::leave(const Server::Session& session, Effects& out) {
  if (session.state == ServerState::login) exit_service(session.process, 0, out);
  else if (settings_.hang_up == "hup") signal_program(session.program, Signal::hup, out);
}

void ScaleOut::follow(Instant now, Effects& out) {
  std::size_t told = kernel_.settle(0, now, out);
  std::vector<Pid> gone;
  for (std::size_t i = 0; i < out.programs.size(); ++i) {
    const ProgramOrder order = out.programs[i];
    follow(order, out);
    told = kernel_.settle(told, now, out);
    if (order.kind == ProgramOrder::Kind::end) gone.push_back(order.pid);
  }
  std::erase_if(out.programs, [&](const ProgramOrder& order) { return services_.contains(order.pid); });   // the host runs none of them
  for (const Pid pid : gone) services_.erase(pid);
}

void ScaleOut::follow(const ProgramOrder& order, Effects& out) {
  const bool lives = kernel_.processes().find(order.pid) != nullptr;
  if (order.kind == ProgramOrder::Kind::end) ended(order.pid, out);
  else if (order.kind == ProgramOrder::Kind::interrupt && client_.find(order.pid) != nullptr) client_.caught(order.pid, order.signal, out);
  else if (order.kind == ProgramOrder::Kind::resume && lives && stopped_.contains(order.pid))
    exit_service(order.pid, stopped_.at(order.pid), out);
}

// The status of a program lies with its session's process, unless that has died with it.
void ScaleOut::ended(Pid pid, Effects& out) {
  stopped_.erase(pid);
  tries_.erase(pid);
  if (client_.find(pid) != nullptr) return client_.died(pid, out);
  if (server_.of_process(pid) != nullptr) return server_.killed(pid, out);
  const Server::Session* session = server_.of_program(pid);
  if (session == nullptr) return;
  const Pid process = session->process;
  const native::Process* parent = kernel_.processes().find(process);
  if (parent == nullptr) return server_.killed(process, out);
  const auto status = parent->children.at(pid);
  SSI_CHECK(status, "a program that has ended without a status");
  server_.ended(pid, *status, out);
  exit_service(process, 0, out);
}

}   // namespace ssi::scale_out
