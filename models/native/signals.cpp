// What a signal does to a process: POSIX.1-2017, "Signal Concepts" (XSH 2.4) and kill().
#include "models/base/check.hpp"
#include "models/native/processes.hpp"

namespace ssi::native {
namespace {

constexpr std::size_t index_of(Signal signal) { return static_cast<std::size_t>(signal); }

}   // namespace

// The default action of CHLD is to ignore it and that of CONT to continue, which happens whatever the disposition.
bool Processes::ignores(const Process& process, Signal signal) const {
  const Disposition disposition = process.dispositions[index_of(signal)];
  if (disposition == Disposition::handler) return false;
  if (process.pid == init_ || disposition == Disposition::ignore) return true;
  return signal == Signal::chld;
}

std::optional<Departure> Processes::signal(Pid pid, Signal signal, Effects& out) {
  Process& process = at(pid);
  if (signal == Signal::none) return std::nullopt;
  out.lock(pid.value);
  if (signal == Signal::cont) return continue_it(process, out);
  if (ignores(process, signal)) return std::nullopt;
  if (signal == Signal::kill) return exit(pid, status_of(signal), out);
  if (signal == Signal::stop) {
    if (!process.stopped) out.order({ProgramOrder::Kind::stop, pid, {}, signal});
    process.stopped = true;
    return std::nullopt;
  }
  if (process.stopped) {
    process.pending.insert(signal);
    return std::nullopt;
  }
  return act(process, signal, out);
}

std::optional<Departure> Processes::act(Process& process, Signal signal, Effects& out) {
  if (process.dispositions[index_of(signal)] != Disposition::handler) return exit(process.pid, status_of(signal), out);
  out.order({ProgramOrder::Kind::interrupt, process.pid, {}, signal});
  if (process.blocked) {
    out.complete(process.blocked->call, Result::fail(Errno::eintr), self_);
    if (process.blocked->in == Blocked::In::part) broken_off_.push_back(process.blocked->call);
    process.blocked.reset();
  }
  return std::nullopt;
}

std::optional<Departure> Processes::continue_it(Process& process, Effects& out) {
  if (process.dispositions[index_of(Signal::cont)] == Disposition::handler) process.pending.insert(Signal::cont);
  if (process.stopped) out.order({ProgramOrder::Kind::resume, process.pid, {}, Signal::cont});
  process.stopped = false;
  while (!process.pending.empty()) {
    const Signal next = *process.pending.begin();
    process.pending.erase(process.pending.begin());
    if (auto death = act(process, next, out)) return death;
  }
  answer_wait(process, out);   // what happened while it was stopped
  return std::nullopt;
}

Errno Processes::set_action(Pid pid, Signal signal, Disposition disposition) {
  if (signal == Signal::none || signal == Signal::kill || signal == Signal::stop) return Errno::einval;
  Process& process = at(pid);
  process.dispositions[index_of(signal)] = disposition;
  if (ignores(process, signal)) process.pending.erase(signal);
  return Errno::none;
}

}   // namespace ssi::native
